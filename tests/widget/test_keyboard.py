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

    tab_to(chat, "Osteoporosis and the immune system: the link", key="Shift+Tab")
    way = tab_to(chat, "Your question")
    assert [step.split("\n")[0] for step in way] == [
        "More sources (1)",
        "Yes",
        "No",
        "How does inflammation weaken bone?",
        "Which autoimmune diseases affect bones?",
        "Your question",
    ]
    tab_to(chat, "Osteoporosis and the immune system: the link", key="Shift+Tab")
    with chat.page.context.expect_page() as opened:
        keyboard.press("Enter")
    assert opened.value.url.startswith("https://charity.example/link") or opened.value
    opened.value.close()

    tab_to(chat, "More sources (1)")
    keyboard.press("Enter")
    tab_to(chat, "Show the whole passage")
    keyboard.press("Enter")
    expect(chat.page.get_by_text("It can thin the bones.")).to_be_visible()
    assert chat.focused == "Show the whole passage"

    tab_to(chat, "No")
    keyboard.press("Enter")
    expect(chat.page.get_by_label("What was missing")).to_be_focused()
    keyboard.type("Too short")
    tab_to(chat, "Send feedback")
    keyboard.press("Enter")
    assert chat.focused == "No"
    expect(chat.page.get_by_role("button", name="No", pressed=True)).to_be_visible()
    expect(chat.page.get_by_label("What was missing")).to_have_count(0)
    chat.page.wait_for_timeout(300)
    assert [each["reason"] for each in bot.feedback] == ["", "Too short"]

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
