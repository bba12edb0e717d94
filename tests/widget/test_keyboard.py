"""A whole conversation by keyboard alone, and where the focus is after each step."""

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.widget import turns_of_tests as turns
from tests.widget.bot_double import BotDouble
from tests.widget.conftest import Chat

pytestmark = pytest.mark.widget


def tab_to(chat: Chat, wanted: str, *, key: str = "Tab") -> list[str]:
    """Press Tab until `wanted` has the focus; return what had it on the way."""
    way: list[str] = []
    while len(way) < 25:
        chat.page.keyboard.press(key)
        way.append(chat.focused)
        if way[-1].startswith(wanted):
            return way
    raise AssertionError(f"{wanted!r} not reached: {way}")


def test_a_conversation_by_keyboard_alone(chat: Chat, bot: BotDouble):
    keyboard = chat.page.keyboard
    tab_to(chat, "Ask a question")
    keyboard.press("Enter")
    expect(chat.messages).to_have_count(1)
    assert chat.focused == "Your question"

    keyboard.type("answer please")
    keyboard.press("Enter")
    expect(chat.messages).to_have_count(3)
    assert chat.focused == "Your question"

    tab_to(chat, "Source:", key="Shift+Tab")
    way = tab_to(chat, "Your question")
    assert way == [
        "This helped",
        "This did not help",
        "How does inflammation weaken bone?",
        "Which autoimmune diseases affect bones?",
        "Emergency? Call 999",
        "Your question",
    ]
    tab_to(chat, "Source:", key="Shift+Tab")
    keyboard.press("Enter")
    tab_to(chat, "Read it in the document")
    with chat.page.context.expect_page() as opened:
        keyboard.press("Enter")
    opened.value.close()
    tab_to(chat, "How does it affect bone?")
    keyboard.press("Enter")
    expect(chat.page.get_by_text("It can thin the bones.")).to_be_visible()
    assert chat.focused == "How does it affect bone?"

    tab_to(chat, "This did not help")
    keyboard.press("Enter")
    assert chat.focused == "This did not help"
    tab_to(chat, "Too hard to read")
    keyboard.press("Enter")
    tab_to(chat, "INPUT")
    keyboard.type("Too short")
    keyboard.press("Enter")
    assert chat.focused == "This did not help"
    expect(chat.page.get_by_role("button", name="This did not help", pressed=True)).to_be_visible()
    chat.page.wait_for_timeout(300)
    reasons = ["", "Too hard to read", "Too hard to read. Too short"]
    assert [each["reason"] for each in bot.feedback] == reasons

    tab_to(chat, "How does inflammation weaken bone?")
    keyboard.press("Enter")
    expect(chat.messages).to_have_count(5)
    assert chat.focused == "Your question"
    assert bot.taken[-1] == "How does inflammation weaken bone?"

    keyboard.press("Escape")
    assert chat.focused == "Ask a question"


def test_escape_closes_the_menu_first(chat: Chat):
    chat.open()
    chat.page.get_by_role("button", name="More options").click()
    tab_to(chat, "New conversation")
    chat.page.keyboard.press("Escape")
    assert chat.focused == "More options"
    chat.page.keyboard.press("Escape")
    assert chat.focused == "Ask a question"


def test_the_close_button_gives_the_focus_back(chat: Chat):
    chat.open()
    chat.page.get_by_role("button", name="Close the chat").press("Enter")
    assert chat.focused == "Ask a question"


def test_focus_stays_in_the_chat_on_a_small_screen(new_context: Any, bot: BotDouble):
    page = new_context(320, 640).new_page()
    page.goto(bot.page("/links", body='<a href="/a">One</a>'))
    chat = Chat(page).open()
    for _ in range(12):
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.localName") in ("bonafide-chat", "body")
        assert chat.focused != "One"


def test_focus_is_not_lost_when_a_button_goes(chat: Chat, bot: BotDouble):
    chat.open()
    bot.failures = [400]
    chat.say("What is osteoporosis?")
    chat.page.get_by_role("button", name="Try again").press("Enter")
    expect(chat.page.get_by_text("You said: What is osteoporosis?").first).to_be_visible()
    assert chat.focused == "Your question"


def test_shift_enter_makes_a_new_line_and_enter_sends(chat: Chat, bot: BotDouble):
    chat.open()
    chat.input.type("one")
    chat.input.press("Shift+Enter")
    chat.input.type("two")
    chat.input.press("Enter")
    expect(chat.messages).to_have_count(3)
    assert bot.taken == ["one\ntwo"]


def test_enter_that_ends_a_composition_does_not_send(chat: Chat, bot: BotDouble):
    chat.open()
    chat.input.fill("日本")
    chat.input.dispatch_event("keydown", {"key": "Enter", "isComposing": True})
    chat.page.wait_for_timeout(200)
    assert bot.taken == []
    expect(chat.input).to_have_value("日本")


def test_a_text_near_and_over_the_limit_is_counted(chat: Chat, bot: BotDouble):
    chat.open()
    chat.input.fill("x" * 1950)
    expect(chat.page.get_by_text("50 characters left").first).to_be_visible()
    chat.input.fill("x" * 2012)
    expect(chat.page.get_by_text("12 characters too many").first).to_be_visible()
    chat.input.press("Enter")
    chat.page.wait_for_timeout(200)
    assert bot.taken == []
    assert len(chat.input.input_value()) == 2012


def test_the_limit_is_what_the_server_says(chat: Chat, bot: BotDouble):
    bot.max_chars = 500
    chat.open()
    chat.input.fill("x" * 512)
    expect(chat.page.get_by_text("12 characters too many").first).to_be_visible()


def test_every_target_is_large_enough(new_context: Any, bot: BotDouble):
    page = new_context(320, 640).new_page()
    page.goto(bot.url)
    chat = Chat(page).open()
    for kind in turns.TURNS:
        chat.ask(kind)
    small = page.evaluate(
        """() => [...document.querySelector("bonafide-chat").shadowRoot
            .querySelectorAll("button, summary, textarea, .calls a")]
            .map((node) => [node.innerText || node.ariaLabel, node.getBoundingClientRect()])
            .filter(([, box]) => box.width && (box.width < 43.5 || box.height < 43.5))
            .map(([name]) => name)"""
    )
    assert small == []
