"""The ways onto a page: element, script tags, imports, pages that change, browsers that are old."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.widget.bot_double import CSP, SCRIPT, BotDouble
from tests.widget.conftest import Chat

pytestmark = pytest.mark.widget

CLASSIC = '<script src="/widget/bonafide-chat.iife.js" data-heading="Bone line"></script>'
ELEMENT = '<bonafide-chat heading="Bone line"></bonafide-chat>'
FORM = '<bonafide-chat mode="inline"><form><label>Ask <input></label></form></bonafide-chat>'
LISTEN = """window.told = [];
for (const name of ["ready", "open", "close", "message", "feedback", "error"])
    addEventListener(`bonafide-${name}`, ({ detail }) => told.push([name, detail]));"""
# Browsers as they were, from what they have not.
NO_SHEETS = """window.CSSStyleSheet = new Proxy(CSSStyleSheet, {
    construct() { throw new TypeError("Illegal constructor"); } });"""
NO_ADOPTING = (
    """for (const each of [Document, ShadowRoot]) delete each.prototype.adoptedStyleSheets;"""
)
NO_DIALOG = "delete window.HTMLDialogElement;"


def looks_right(page: Page) -> bool:
    """Whether the open chat has its style, that of what comes later too."""
    return bool(
        page.evaluate(
            """() => { const root = document.querySelector("bonafide-chat").shadowRoot;
            const style = (name) => getComputedStyle(root.querySelector(name));
            return style(".panel").display === "flex"
                && style(".options").position === "absolute"; }"""
        )
    )


def console_errors(page: Page) -> list[str]:
    errors: list[str] = []
    # A browser's own lines about files that a stand-in for the server lacks have their address.
    page.on(
        "console",
        lambda line: (
            line.type == "error"
            and not line.text.startswith("Failed to load resource")
            and errors.append(line.text)
        ),
    )
    page.on("pageerror", lambda error: errors.append(str(error)))
    return errors


# Properties and methods: before, while and after the class comes.


def test_a_chat_opened_before_its_script_ran_can_be_closed(page: Page, bot: BotDouble):
    page.goto(bot.page("/early", head="", body=ELEMENT))
    page.evaluate("document.querySelector('bonafide-chat').open = true")
    page.add_script_tag(type="module", url=f"{bot.url}/widget/bonafide-chat.js")
    expect(page.get_by_role("dialog", name="Bone line")).to_be_visible()
    page.get_by_role("button", name="Close the chat").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert page.evaluate("document.querySelector('bonafide-chat').open") is False


@pytest.mark.parametrize("value", ["true", "false"])
def test_open_is_set_before_the_element_is_on_a_page(page: Page, bot: BotDouble, value: str):
    page.goto(bot.page("/none", head=SCRIPT.replace("<script", '<script data-mount="none"')))
    page.evaluate("customElements.whenDefined('bonafide-chat').then(() => 0)")
    page.evaluate(
        f"""() => {{ const chat = document.createElement("bonafide-chat"); chat.open = {value};
        document.body.append(chat); }}"""
    )
    expect(page.get_by_role("dialog")).to_have_count(1 if value == "true" else 0)


def test_a_question_asked_before_the_element_is_on_a_page_is_asked_then(page: Page, bot: BotDouble):
    page.goto(bot.page("/none", head=SCRIPT.replace("<script", '<script data-mount="none"')))
    page.evaluate("customElements.whenDefined('bonafide-chat').then(() => 0)")
    page.evaluate(
        """() => { const chat = document.createElement("bonafide-chat"); chat.ask("What is it?");
        document.body.append(chat); }"""
    )
    expect(page.get_by_text("You said: What is it?").first).to_be_visible()
    assert bot.taken == ["What is it?"]


def test_a_question_is_asked_as_soon_as_the_class_is_there(page: Page, bot: BotDouble):
    ask = """<script>customElements.whenDefined("bonafide-chat").then(() =>
        document.querySelector("bonafide-chat").ask("What is it?"));</script>"""
    page.goto(bot.page("/soon", body=ELEMENT + ask))
    expect(page.get_by_text("You said: What is it?").first).to_be_visible()


def test_events_reach_the_page_and_never_tell_what_is_said(page: Page, bot: BotDouble):
    page.add_init_script(LISTEN)
    page.goto(bot.url)
    chat = Chat(page).open()
    chat.ask("answer")
    page.get_by_role("button", name="This helped").click()
    expect(page.get_by_text("Thank you.").first).to_be_visible()
    bot.failures = [400]
    chat.say("What is osteoporosis?")
    expect(page.get_by_text("Could not be sent.").first).to_be_visible()
    page.keyboard.press("Escape")
    assert page.evaluate("told") == [
        ["ready", None],
        ["open", None],
        ["message", {"kind": "chat"}],
        ["message", {"kind": "answer"}],
        ["feedback", {"rating": "up"}],
        ["error", {"code": "broken"}],
        ["close", None],
    ]


# Old browsers.


@pytest.mark.parametrize("missing", [NO_SHEETS, NO_ADOPTING])
def test_an_old_browser_gets_a_style_element(page: Page, bot: BotDouble, missing: str):
    page.add_init_script(missing)
    page.goto(bot.page("/old"))
    chat = Chat(page).open()
    chat.ask("answer")
    assert looks_right(page)


@pytest.mark.parametrize("missing", [NO_SHEETS, NO_ADOPTING])
def test_an_old_browser_gets_a_file_where_the_policy_is_strict(
    page: Page, bot: BotDouble, missing: str
):
    page.add_init_script(missing)
    page.goto(bot.url)
    chat = Chat(page).open()
    chat.ask("answer")
    assert looks_right(page)
    assert bot.requests.count("GET /widget/bonafide-chat.css") == 1


def test_an_old_browser_gets_the_nonce_of_a_script(page: Page, bot: BotDouble):
    page.add_init_script(NO_SHEETS)
    head = SCRIPT.replace("<script", '<script nonce="abc"')
    csp = CSP.replace("style-src 'self'", "style-src 'nonce-abc'")
    page.goto(bot.page("/nonce", head=head, csp=csp))
    Chat(page).open().ask("answer")
    assert looks_right(page)
    assert "GET /widget/bonafide-chat.css" not in bot.requests


def test_the_plain_form_stays_where_no_style_is_allowed(page: Page, bot: BotDouble):
    errors = console_errors(page)
    page.add_init_script(NO_SHEETS)
    csp = CSP.replace("style-src 'self'", "style-src 'none'")
    page.goto(bot.page("/unstyled", body=FORM, csp=csp))
    expect(page.get_by_label("Ask", exact=True)).to_be_visible()
    expect(page.get_by_role("textbox", name="Your question")).to_have_count(0)
    assert any(line.startswith("bonafide-chat: ") for line in errors)


def test_the_plain_form_stays_where_there_are_no_dialogs(page: Page, bot: BotDouble):
    errors = console_errors(page)
    page.add_init_script(NO_DIALOG)
    page.goto(bot.page("/no-dialog", body=FORM))
    page.evaluate("customElements.whenDefined('bonafide-chat').then(() => 0)")
    expect(page.get_by_label("Ask", exact=True)).to_be_visible()
    assert [line[:15] for line in errors] == ["bonafide-chat: "]


def test_the_plain_form_stays_where_the_script_cannot_be_read(page: Page, bot: BotDouble):
    page.goto(bot.page("/older", head=SCRIPT.replace("chat.js", "missing.js"), body=FORM))
    expect(page.get_by_label("Ask", exact=True)).to_be_visible()


# Script tags and imports.


def test_a_classic_script_tag_puts_the_chat_on_the_page(page: Page, bot: BotDouble):
    errors = console_errors(page)
    page.goto(bot.page("/classic", head=CLASSIC, csp=CSP))
    chat = Chat(page).open()
    expect(page.get_by_role("dialog", name="Bone line")).to_be_visible()
    chat.ask("answer")
    expect(page.get_by_role("button", name="This helped")).to_be_visible()
    assert looks_right(page)
    assert page.evaluate("Object.keys(Bonafide)") == ["BonafideChat", "mount", "unmount"]
    assert errors == []


def test_a_tag_manager_puts_the_chat_on_the_page(page: Page, bot: BotDouble):
    """As Google's does: a script makes the tag, puts it before the first one, and takes it off."""
    page.goto(bot.page("/manager", head="<script></script>"))
    page.evaluate(
        """() => new Promise((resolve) => { const tag = document.createElement("script");
        tag.async = true; tag.src = "/widget/bonafide-chat.iife.js?gtm=1"; tag.onload = resolve;
        tag.dataset.heading = "Bone line";
        document.querySelector("script").before(tag); tag.remove(); document.head.append(tag); })"""
    )
    Chat(page).open()
    expect(page.get_by_role("dialog", name="Bone line")).to_be_visible()


def test_both_scripts_on_a_page_make_one_chat(page: Page, bot: BotDouble):
    errors = console_errors(page)
    page.goto(bot.page("/both", head=CLASSIC + SCRIPT))
    Chat(page).open().ask("hello")
    expect(page.locator("bonafide-chat")).to_have_count(1)
    assert errors == []


IMPORT = """() => import("/widget/bonafide-chat.js").then((exports) => (window.chat = exports))"""


def test_an_import_puts_nothing_on_the_page_until_asked(page: Page, bot: BotDouble):
    page.goto(bot.page("/app", head=""))
    page.evaluate(IMPORT)
    expect(page.locator("bonafide-chat")).to_have_count(0)
    page.evaluate("() => void chat.mount({ heading: 'Bone line' })")
    Chat(page).open()
    expect(page.get_by_role("dialog", name="Bone line")).to_be_visible()
    page.evaluate("chat.unmount()")
    expect(page.locator("bonafide-chat")).to_have_count(0)


def test_an_app_s_own_script_puts_nothing_on_the_page(page: Page, bot: BotDouble):
    """A bundler puts the module into a file of the app, which a tag of the page asks for."""
    page.goto(bot.page("/bundled", head=""))
    page.evaluate(
        """async () => { const code = await (await fetch("/widget/bonafide-chat.js")).text();
        const tag = document.createElement("script"); tag.type = "module";
        tag.src = URL.createObjectURL(new Blob([code], { type: "text/javascript" }));
        document.head.append(tag); await customElements.whenDefined("bonafide-chat"); }"""
    )
    page.wait_for_timeout(100)
    expect(page.locator("bonafide-chat")).to_have_count(0)


SWAPS = {
    "turbo": "document.documentElement.replaceChild(document.createElement('body'), document.body)",
    "htmx": """(() => { const fresh = document.createElement("main"); const { body } = document;
        fresh.append("Another page"); body.prepend(fresh);
        while (fresh.nextSibling) fresh.nextSibling.remove(); })()""",
}


def test_a_body_swap_that_brings_the_next_chat_before_the_last_has_gone(page: Page, bot: BotDouble):
    page.goto(bot.page("/htmx", body="<bonafide-chat></bonafide-chat>"))
    Chat(page).open().ask("hello")
    page.evaluate(
        """() => { const old = document.querySelector("bonafide-chat");
        const next = document.createElement("bonafide-chat"); old.after(next); old.remove();
        next.open = true; }"""
    )
    expect(page.get_by_text("You said: hello").first).to_be_visible()


@pytest.mark.parametrize("swap", SWAPS)
def test_a_chat_is_mounted_again_when_the_body_was_swapped(page: Page, bot: BotDouble, swap: str):
    page.goto(bot.page("/app", head=""))
    page.evaluate(IMPORT)
    page.evaluate("() => void chat.mount()")
    Chat(page).open().ask("hello")
    page.evaluate(SWAPS[swap])
    expect(page.locator("bonafide-chat")).to_have_count(0)
    page.evaluate("() => { chat.mount(); chat.mount(); }")
    expect(page.locator("bonafide-chat")).to_have_count(1)
    page.evaluate("document.querySelector('bonafide-chat').open = true")
    expect(page.get_by_text("You said: hello").first).to_be_visible()


def test_mounting_by_key_finds_the_chat_of_that_key(page: Page, bot: BotDouble):
    page.goto(bot.page("/app", head=""))
    page.evaluate(IMPORT)
    found: Any = page.evaluate(
        """() => { const both = ["bones", "joints"].map((key) => chat.mount({ key }));
        const again = chat.mount({ key: "joints", heading: "Joints" });
        chat.unmount("bones");
        return [again === both[1], both.map((each) => each.isConnected)]; }"""
    )
    assert found == [True, [False, True]]
