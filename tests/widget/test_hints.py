"""Headings of the library while a question is typed."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.widget.bot_double import SCRIPT, BotDouble
from tests.widget.conftest import Chat
from tests.widget.test_accessibility import broken_rules

pytestmark = pytest.mark.widget

HEADINGS = [
    "How is osteoporosis treated?",
    "Is osteoporosis an autoimmune disease?",
    "What is osteoporosis?",
    "Osteoporosis in men",
    "Side effects of osteoporosis medicines",
    "Can osteoporosis be prevented?",
    "How is a bone density scan done?",
    "Who should have a bone density scan?",
]


@pytest.fixture
def asking(chat: Chat, bot: BotDouble) -> Chat:
    """An open chat of a bot with some headings."""
    bot.headings = HEADINGS
    with chat.page.expect_response(re.compile("headings.json")):
        chat.open()
    return chat


def options(page: Page) -> list[str]:
    return page.locator("bonafide-chat [role=option]").all_inner_texts()


def active(page: Page) -> str:
    """What aria-activedescendant points at."""
    return str(
        page.evaluate(
            """() => { const root = document.querySelector("bonafide-chat").shadowRoot;
            const id = root.querySelector("textarea").getAttribute("aria-activedescendant");
            return id ? root.getElementById(id).textContent : ""; }"""
        )
    )


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("scan", ["How is a bone density scan done?", "Who should have a bone density scan?"]),
        ("DENS who", ["How is a bone density scan done?", "Who should have a bone density scan?"]),
        ("side eff med", ["Side effects of osteoporosis medicines"]),
        ("men", ["Osteoporosis in men"]),
        ("what is", []),
        ("sc", []),
        ("xyz scan", []),
        ("", []),
    ],
)
def test_all_typed_words_begin_words_of_a_heading(
    asking: Chat, typed: str, found: list[str]
) -> None:
    asking.input.press_sequentially(typed or "x")
    if not typed:
        asking.input.press("Backspace")
    if found:
        expect(asking.page.locator("bonafide-chat [role=option]")).to_have_count(len(found))

    assert sorted(options(asking.page)) == found


def test_small_words_only_decide_which_is_first(asking: Chat) -> None:
    asking.input.press_sequentially("who should have a sc")
    expect(asking.page.locator("bonafide-chat [role=option]")).to_have_count(2)

    assert options(asking.page)[0] == "Who should have a bone density scan?"


def test_five_are_shown_at_most_and_the_nearest_first(asking: Chat) -> None:
    asking.input.press_sequentially("osteoporosis")
    expect(asking.page.locator("bonafide-chat [role=option]")).to_have_count(5)

    assert options(asking.page)[0] == "Osteoporosis in men"


def test_it_is_asked_for_once_and_never_for_a_key(asking: Chat, bot: BotDouble) -> None:
    asking.input.press_sequentially("how is osteo", delay=5)
    asking.messages.first.click()
    asking.input.press_sequentially("porosis treated")

    assert bot.requests.count("GET /library/headings.json") == 1
    assert not any("POST /webhooks/web/messages" in each for each in bot.requests)


def test_nothing_is_asked_for_before_the_chat_is_open(chat: Chat, bot: BotDouble) -> None:
    expect(chat.launcher).to_be_visible()

    assert "GET /library/headings.json" not in bot.requests


def test_the_arrow_keys_choose_and_enter_asks(asking: Chat, bot: BotDouble) -> None:
    asking.input.press_sequentially("scan")
    expect(asking.page.locator("bonafide-chat [role=option]")).to_have_count(2)
    first, second = options(asking.page)
    assert active(asking.page) == ""

    asking.input.press("ArrowDown")
    assert active(asking.page) == first
    asking.input.press("ArrowDown")
    assert active(asking.page) == second
    asking.input.press("ArrowUp")
    assert active(asking.page) == first
    expect(asking.page.get_by_role("option", name=first)).to_have_attribute("aria-selected", "true")
    assert asking.focused == "Your question"
    asking.input.press("Enter")

    expect(asking.messages.get_by_text(f"You said: {first}")).to_be_visible()
    assert bot.taken == [first]
    assert asking.input.input_value() == ""
    expect(asking.page.locator("bonafide-chat [role=listbox]")).to_be_hidden()


def test_enter_without_a_choice_sends_what_was_typed(asking: Chat, bot: BotDouble) -> None:
    asking.input.press_sequentially("scan")
    expect(asking.page.locator("bonafide-chat [role=option]")).to_have_count(2)
    asking.input.press("Enter")

    expect(asking.messages.get_by_text("You said: scan")).to_be_visible()
    assert bot.taken == ["scan"]
    expect(asking.page.locator("bonafide-chat [role=listbox]")).to_be_hidden()


def test_escape_closes_the_list_and_then_the_chat(asking: Chat) -> None:
    asking.input.press_sequentially("scan")
    expect(asking.page.locator("bonafide-chat [role=listbox]")).to_be_visible()
    asking.input.press("Escape")

    expect(asking.page.locator("bonafide-chat [role=listbox]")).to_be_hidden()
    assert asking.input.input_value() == "scan"
    asking.input.press("Escape")
    expect(asking.launcher).to_be_visible()


def test_a_click_asks_and_leaving_the_field_closes(asking: Chat, bot: BotDouble) -> None:
    asking.input.press_sequentially("scan")
    asking.page.get_by_role("option", name="Who should have a bone density scan?").click()
    expect(asking.messages.get_by_text("You said: Who should")).to_be_visible()
    assert bot.taken == ["Who should have a bone density scan?"]

    asking.input.press_sequentially("scan")
    expect(asking.page.locator("bonafide-chat [role=listbox]")).to_be_visible()
    asking.page.get_by_role("button", name="More options").focus()
    expect(asking.page.locator("bonafide-chat [role=listbox]")).to_be_hidden()


def test_how_many_there_are_is_said_once_typing_has_paused(asking: Chat) -> None:
    asking.input.press_sequentially("osteoporosis treat", delay=10)
    asking.page.wait_for_timeout(1000)
    said = [line for line in asking.spoken if "Arrow down" in line]

    assert said == ["polite: 1 question fits. Arrow down chooses it."]


def test_the_attribute_turns_it_off(page: Page, bot: BotDouble) -> None:
    bot.headings = HEADINGS
    page.goto(bot.page("/off", body='<bonafide-chat suggest="off"></bonafide-chat>', head=SCRIPT))
    chat = Chat(page).open()
    chat.input.press_sequentially("scan")
    page.wait_for_timeout(300)

    assert options(page) == []
    assert "GET /library/headings.json" not in bot.requests


def test_a_server_without_a_library_is_asked_no_more_than_once_a_focus(
    chat: Chat, bot: BotDouble
) -> None:
    chat.page.route(re.compile("headings.json"), lambda route: route.fulfill(status=404, body="{}"))
    chat.open()
    chat.input.press_sequentially("scan")

    assert chat.ask("scan of bones")
    assert options(chat.page) == []


@pytest.mark.parametrize(("width", "height"), [(1280, 800), (320, 568), (390, 420), (320, 300)])
def test_the_messages_keep_their_room(
    new_context: object, bot: BotDouble, width: int, height: int
) -> None:
    bot.headings = HEADINGS
    page = new_context(width, height).new_page()  # type: ignore[operator]
    page.goto(bot.url)
    chat = Chat(page).open()
    chat.input.click()
    chat.input.press_sequentially("osteoporosis")
    page.wait_for_timeout(200)
    log = page.locator("bonafide-chat .log").bounding_box()
    field = chat.input.bounding_box()

    assert log
    assert field
    assert log["height"] >= 96
    assert field["y"] + field["height"] <= height
    for option in page.locator("bonafide-chat [role=option]").all():
        box = option.bounding_box()
        assert box
        assert box["y"] >= log["y"] + log["height"]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_rules_of_accessibility_hold(
    page: Page, bot: BotDouble, node_modules: Path, theme: str
) -> None:
    bot.headings = HEADINGS
    page.goto(bot.page("/axe", body=f'<bonafide-chat theme="{theme}"></bonafide-chat>'))
    chat = Chat(page).open()
    chat.input.press_sequentially("osteoporosis")
    expect(page.locator("bonafide-chat [role=option]")).to_have_count(5)
    chat.input.press("ArrowDown")
    expect(page.locator("bonafide-chat [aria-selected=true]")).to_be_visible()

    assert broken_rules(page, node_modules) == []
