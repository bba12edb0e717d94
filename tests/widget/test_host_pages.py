"""Pages that do their worst, browsers set up otherwise, and several chats on one page."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.widget.bot_double import SCRIPT, BotDouble
from tests.widget.conftest import Chat

pytestmark = pytest.mark.widget

HOSTILE = "<style>* { all: unset; color: red !important } html { font-size: 62.5% }</style>"
LOOKS = """() => { const root = document.querySelector("bonafide-chat").shadowRoot;
    const panel = root.querySelector(".panel"); const style = getComputedStyle(panel);
    const message = getComputedStyle(root.querySelector(".said p"));
    return [style.width, style.height, style.backgroundColor, message.color, message.fontSize,
            message.fontFamily, style.position, style.direction]; }"""


def test_a_page_s_own_style_changes_nothing(page: Page, bot: BotDouble):
    page.goto(bot.page("/plain"))
    Chat(page).open()
    plain = page.evaluate(LOOKS)
    page.evaluate("localStorage.clear(); document.querySelector('bonafide-chat').open = false")
    page.goto(bot.page("/hostile", head=HOSTILE + SCRIPT))
    Chat(page).open()
    assert page.evaluate(LOOKS) == plain


def test_the_script_twice_makes_one_chat(page: Page, bot: BotDouble):
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    other = SCRIPT.replace(".js", ".js?again")
    page.goto(bot.page("/twice", head=SCRIPT + SCRIPT + other))
    Chat(page).open().ask("hello")
    expect(page.locator("bonafide-chat")).to_have_count(1)
    assert errors == []


def test_blocked_storage_keeps_messages_as_long_as_the_page(new_context: Any, bot: BotDouble):
    context = new_context()
    context.add_init_script(
        """for (const name of ["localStorage", "sessionStorage"])
            Object.defineProperty(window, name,
                { get() { throw new DOMException("no", "SecurityError"); } });"""
    )
    chat = Chat(context.new_page())
    chat.page.goto(bot.url)
    chat.open().ask("hello")
    chat.page.keyboard.press("Escape")
    chat.launcher.click()
    expect(chat.messages).to_have_count(3)
    expect(chat.page.get_by_text("Messages are not kept")).to_be_visible()


def test_full_storage_loses_nothing(new_context: Any, bot: BotDouble):
    context = new_context()
    context.add_init_script(
        "Storage.prototype.setItem = () => { throw new DOMException('', 'QuotaExceededError'); };"
    )
    chat = Chat(context.new_page())
    chat.page.goto(bot.url)
    chat.open().ask("hello")
    chat.ask("again")
    expect(chat.messages).to_have_count(5)


def is_within(chat: Chat) -> bool:
    """Whether nothing of the open chat needs scrolling sideways or is cut off."""
    return bool(
        chat.page.evaluate(
            """() => { const root = document.querySelector("bonafide-chat").shadowRoot;
            const nodes = [...root.querySelectorAll(".panel *")].filter((node) =>
                node.getClientRects().length && !node.closest(".hidden, svg"));
            const log = root.querySelector(".log");
            return document.documentElement.scrollWidth <= innerWidth
                && log.scrollWidth <= log.clientWidth
                && nodes.every((node) => { const box = node.getBoundingClientRect();
                    return box.left >= -1 && box.right <= innerWidth + 1; }); }"""
        )
    )


@pytest.mark.parametrize(("width", "height"), [(320, 640), (320, 256), (640, 360), (1280, 800)])
@pytest.mark.parametrize("kind", ["answer", "emergency"])
def test_everything_fits_and_can_be_used(
    new_context: Any, bot: BotDouble, width: int, height: int, kind: str
):
    page = new_context(width, height).new_page()
    page.goto(bot.url)
    chat = Chat(page).open()
    chat.ask(kind)
    assert is_within(chat)
    expect(chat.input).to_be_in_viewport(ratio=0.9)
    page.get_by_role("button", name="Close the chat").click()


@pytest.mark.parametrize("size", [(320, 640), (1280, 800)])
def test_wide_text_spacing_loses_nothing(new_context: Any, bot: BotDouble, size: tuple[int, int]):
    page = new_context(*size).new_page()
    page.goto(bot.url)
    chat = Chat(page).open()
    chat.ask("answer")
    # The values of WCAG 1.4.12.
    page.evaluate(
        """() => { const sheet = new CSSStyleSheet();
        sheet.replaceSync(`* { line-height: 1.5 !important; letter-spacing: .12em !important;
            word-spacing: .16em !important; } p { margin-bottom: 2em !important; }`);
        document.querySelector("bonafide-chat").shadowRoot.adoptedStyleSheets.push(sheet); }"""
    )
    assert is_within(chat)


def test_a_reader_s_large_text_is_followed(bot: BotDouble, browser: Any):
    # A default size of 32 px cannot be set from a test but in the profile; `medium` stands for it.
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.goto(bot.url)
    session = context.new_cdp_session(page)
    session.send("Page.enable")
    session.send("Page.setFontSizes", {"fontSizes": {"standard": 32}})
    page.reload()
    chat = Chat(page).open()
    chat.ask("answer")
    size = chat.input.evaluate("node => getComputedStyle(node).fontSize")
    assert size == "32px"
    assert is_within(chat)
    expect(chat.input).to_be_in_viewport(ratio=0.9)
    page.set_viewport_size({"width": 320, "height": 256})
    assert is_within(chat)
    chat.input.scroll_into_view_if_needed()
    expect(chat.input).to_be_in_viewport()
    context.close()


def test_nothing_moves_where_motion_is_not_wanted(new_context: Any, bot: BotDouble):
    page = new_context(reduced_motion="reduce").new_page()
    page.goto(bot.url)
    chat = Chat(page).open()
    bot.failures = [1.0]
    chat.say("hello")
    expect(page.locator("bonafide-chat .typing")).to_be_visible()
    assert page.evaluate("document.getAnimations().length") == 0


def test_pressed_and_emergency_are_told_apart_in_forced_colours(new_context: Any, bot: BotDouble):
    page = new_context(forced_colors="active").new_page()
    page.goto(bot.url)
    chat = Chat(page).open()
    chat.ask("answer")
    page.get_by_role("button", name="This helped").click()
    colour = "node => getComputedStyle(node).backgroundColor"
    names = ("This helped", "This did not help")
    yes, no = (page.get_by_role("button", name=name, exact=True) for name in names)
    assert yes.evaluate(colour) != no.evaluate(colour)
    chat.ask("emergency")
    block = page.locator("bonafide-chat .emergency")
    assert block.evaluate("node => getComputedStyle(node).borderWidth") == "3px"


def test_a_long_answer_is_shown_from_its_start(chat: Chat, bot: BotDouble):
    bot.answer = lambda _: [{"kind": "chat", "text": "First. " + "A long word. " * 900 + "w" * 400}]
    chat.open().ask("hello")
    top, log = chat.page.evaluate(
        """() => { const root = document.querySelector("bonafide-chat").shadowRoot;
        return [".bot:last-child", ".log"].map((name) =>
            root.querySelector(name).getBoundingClientRect().top); }"""
    )
    assert log <= top <= log + 150
    assert is_within(chat)


def test_right_to_left_pages_and_words(page: Page, bot: BotDouble):
    words = '{"launch": "اسأل"}'
    body = f"<div dir=rtl><bonafide-chat lang=ar words='{words}'></bonafide-chat></div>"
    page.goto(bot.page("/rtl", body=body))
    launcher = page.get_by_role("button", name="اسأل")
    assert launcher.bounding_box()["x"] < 100  # type: ignore[index]
    launcher.click()
    chat = Chat(page)
    expect(chat.messages).to_have_count(1)
    bot.answer = lambda _: [{"kind": "chat", "text": "العظام"}]
    said = chat.ask("hello").locator(".said p")
    assert said.evaluate("node => getComputedStyle(node).direction") == "rtl"
    assert is_within(chat)


def test_several_chats_on_a_page_do_not_disturb_each_other(page: Page, bot: BotDouble):
    body = (
        '<bonafide-chat mode="inline" heading="Bones"></bonafide-chat>'
        '<bonafide-chat mode="inline" heading="Joints" key="joints" greeting="Welcome" '
        'starters="One|Two">'
        "</bonafide-chat>"
    )
    page.goto(bot.page("/two", body=body))
    bones, joints = (page.get_by_role("region", name=name) for name in ("Bones", "Joints"))
    expect(joints.locator(".message").get_by_text("Welcome")).to_be_visible()
    joints.get_by_role("button", name="Two").click()
    expect(joints.locator(".message").get_by_text("You said: Two")).to_be_visible()
    expect(bones.get_by_text("You said: Two")).to_have_count(0)
    page.reload()
    expect(joints.locator(".message").get_by_text("You said: Two")).to_be_visible()
    expect(bones.get_by_text("You said: Two")).to_have_count(0)


def test_a_conversation_is_found_by_its_key_whatever_comes_first(page: Page, bot: BotDouble):
    bones = '<bonafide-chat mode="inline" heading="Bones" key="bones"></bonafide-chat>'
    joints = '<bonafide-chat mode="inline" heading="Joints" key="joints"></bonafide-chat>'
    page.goto(bot.page("/one", body=bones + joints))
    box = page.get_by_role("region", name="Joints").get_by_role("textbox")
    box.fill("hello joints")
    box.press("Enter")
    expect(page.get_by_text("You said: hello joints").first).to_be_visible()
    page.goto(bot.page("/other", body=joints + bones))
    for name, count in {"Joints": 1, "Bones": 0}.items():
        messages = page.get_by_role("region", name=name).locator(".message")
        expect(messages.first).to_be_visible()
        expect(messages.filter(has_text="You said: hello joints")).to_have_count(count)


def test_chats_with_the_same_key_show_the_same_conversation(page: Page, bot: BotDouble):
    body = '<bonafide-chat mode="inline"></bonafide-chat>' * 2
    page.goto(bot.page("/same", body=body))
    first, second = (page.locator("bonafide-chat").nth(place) for place in (0, 1))
    expect(second.locator(".message")).to_have_count(1)
    first.get_by_role("textbox").fill("hello")
    first.get_by_role("textbox").press("Enter")
    expect(second.locator(".message")).to_have_count(3)
    second.get_by_role("textbox").fill("again")
    second.get_by_role("textbox").press("Enter")
    expect(first.locator(".message")).to_have_count(5)
    assert bot.taken == ["hello", "again"]


@pytest.mark.parametrize(("position", "at_left"), [("end", False), ("start", True)])
def test_the_chat_stands_in_its_corner(page: Page, bot: BotDouble, position: str, at_left: bool):
    page.goto(bot.page("/corner", body=f"<bonafide-chat position={position}></bonafide-chat>"))
    chat = Chat(page)
    launcher = chat.launcher.bounding_box()
    panel = chat.open().page.get_by_role("dialog").bounding_box()
    for box in (launcher, panel):
        assert box
        left = box["x"] if at_left else 1280 - box["x"] - box["width"]
        assert (round(left), round(800 - box["y"] - box["height"])) == (20, 20)


WRAPPERS = {
    "transform": "body { transform: translateZ(0); min-height: 3000px }",
    "filter": "body { filter: brightness(1); min-height: 3000px }",
    "contain": "body { contain: paint; height: 300px }",
    "stacking": "body { z-index: 0; position: relative; isolation: isolate }",
}
ABOVE = '<div style="position:fixed;inset:auto 0 0 0;height:5em;z-index:2147483647">Banner</div>'


@pytest.mark.parametrize("width", [1280, 400])
@pytest.mark.parametrize("wrapper", WRAPPERS)
def test_nothing_of_the_page_moves_the_chat_or_covers_it(
    new_context: Any, bot: BotDouble, wrapper: str, width: int
):
    page = new_context(width).new_page()
    style = f"<style>{WRAPPERS[wrapper]}</style>"
    page.goto(bot.page("/wrapped", head=style + SCRIPT, body="<bonafide-chat></bonafide-chat>"))
    page.evaluate("html => document.documentElement.append(document.createRange()"
                  ".createContextualFragment(html))", ABOVE)  # fmt: skip
    chat = Chat(page)
    box = chat.launcher.bounding_box()
    assert box
    assert (width - box["x"] - box["width"], 800 - box["y"] - box["height"]) == (20, 20)
    chat.open()
    chat.ask("hello")
    page.get_by_role("button", name="Close the chat").click()


def test_the_chat_stands_above_a_banner_of_the_page(page: Page, bot: BotDouble):
    style = "<style>bonafide-chat { --bonafide-offset-block: 6em; --bonafide-offset-inline: 2em }"
    page.goto(bot.page("/banner", head=f"{style}</style>{SCRIPT}", body=ABOVE))
    chat = Chat(page)
    for box in (
        chat.launcher.bounding_box(),
        chat.open().page.get_by_role("dialog").bounding_box(),
    ):
        assert box
        assert (1280 - box["x"] - box["width"], 800 - box["y"] - box["height"]) == (32, 96)
        assert box["y"] >= 20


def test_a_modal_dialog_of_the_page_stays_above(page: Page, bot: BotDouble):
    page.goto(bot.page("/modal", body="<dialog><button>Yes, please</button></dialog>"))
    chat = Chat(page).open()
    page.evaluate("document.querySelector('dialog').showModal()")
    page.get_by_role("button", name="Yes, please").click()
    expect(chat.input).not_to_be_focused()


def test_a_browser_without_a_top_layer_shows_the_chat(page: Page, bot: BotDouble):
    page.add_init_script(
        "for (const name of ['popover', 'showPopover']) delete HTMLElement.prototype[name];"
    )
    page.goto(bot.url)
    Chat(page).open().ask("hello")


def test_attributes_and_removal(page: Page, bot: BotDouble):
    head = SCRIPT.replace("<script", '<script data-heading="Bone line" data-theme="dark"')
    page.goto(bot.page("/data", head=head))
    chat = Chat(page).open()
    expect(page.get_by_role("dialog", name="Bone line")).to_be_visible()
    chat.input.fill("a draft")
    page.evaluate("document.querySelector('bonafide-chat').setAttribute('theme', 'light')")
    expect(page.get_by_role("dialog", name="Bone line")).to_be_visible()
    page.evaluate("document.querySelector('bonafide-chat').setAttribute('heading', 'Other')")
    expect(page.get_by_role("dialog", name="Other")).to_be_visible()
    expect(chat.input).to_have_value("a draft")
    page.evaluate("document.querySelector('bonafide-chat').remove()")
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_events_tell_the_page_what_happens_but_not_what_is_said(page: Page, bot: BotDouble):
    page.goto(bot.url)
    page.evaluate(
        """() => { window.told = [];
        for (const name of ["open", "close", "message"]) document.querySelector("bonafide-chat")
            .addEventListener(`bonafide-${name}`, ({ detail }) => told.push([name, detail])); }"""
    )
    Chat(page).open().ask("answer")
    page.keyboard.press("Escape")
    assert page.evaluate("told") == [
        ["open", None],
        ["message", {"kind": "chat"}],
        ["message", {"kind": "answer"}],
        ["close", None],
    ]
