"""On a phone: the keyboard waits, Back closes the chat, nothing scrolls behind it."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.widget.bot_double import BotDouble
from tests.widget.conftest import Chat

pytestmark = pytest.mark.widget

LONG = '<p style="height: 3000px">A long page.</p>'


@pytest.fixture
def phone(new_context: Any, bot: BotDouble) -> Page:
    """A page on a phone whose browser leaves Back to the page."""
    context = new_context(390, 844, has_touch=True, is_mobile=True)
    context.add_init_script("delete window.CloseWatcher;")
    page: Page = context.new_page()
    page.goto(bot.page("/before"))
    page.goto(bot.page("/long", body=LONG))
    return page


def is_typing(page: Page) -> bool:
    """Whether the keyboard would be up."""
    return bool(
        page.evaluate(
            """document.querySelector("bonafide-chat").shadowRoot.activeElement?.localName
            === "textarea" """
        )
    )


def test_the_keyboard_waits_until_the_input_is_touched(phone: Page):
    chat = Chat(phone)
    chat.launcher.tap()
    expect(chat.messages).to_have_count(1)
    assert chat.focused == "Bonafide"
    assert not is_typing(phone)
    phone.get_by_role("button", name="What tests might I have?").tap()
    expect(chat.messages).to_have_count(3)
    assert not is_typing(phone)
    chat.input.tap()
    assert is_typing(phone)
    chat.say("answer")
    expect(chat.messages).to_have_count(5)
    assert not is_typing(phone)
    ring = phone.evaluate(
        """getComputedStyle(document.querySelector("bonafide-chat").shadowRoot.activeElement)
        .outlineStyle"""
    )
    assert ring == "none"
    phone.get_by_role("button", name="More options").tap()
    phone.get_by_role("button", name="New conversation").tap()
    phone.get_by_role("button", name="Start again").tap()
    expect(chat.messages).to_have_count(1)
    assert not is_typing(phone)


def test_back_closes_the_chat_and_stays_on_the_page(phone: Page):
    phone.evaluate("""() => { history.replaceState({ route: 1 }, ""); window.routes = [];
        addEventListener("popstate", ({ state }) => routes.push(state.route)); }""")
    address, length = phone.url, phone.evaluate("history.length")
    chat = Chat(phone)
    for _ in range(2):
        chat.launcher.tap()
        expect(chat.messages.first).to_be_visible()
        phone.wait_for_timeout(100)
        phone.evaluate("history.back()")
        expect(chat.launcher).to_be_visible()
        assert phone.url == address
    assert phone.evaluate("history.length") == length + 1
    # A router of the page finds its own state again, at the same address.
    assert phone.evaluate("routes") == [1, 1]
    phone.evaluate("history.back()")
    phone.wait_for_url("**/before")


def test_closing_leaves_the_history_as_it_was(phone: Page):
    chat = Chat(phone)
    chat.launcher.tap()
    expect(chat.messages.first).to_be_visible()
    phone.wait_for_timeout(100)
    phone.get_by_role("button", name="Close the chat").tap()
    phone.wait_for_timeout(200)
    phone.evaluate("history.back()")
    phone.wait_for_url("**/before")


def test_a_browser_s_own_back_closes_the_chat(new_context: Any, bot: BotDouble):
    """Where the browser watches for it, Escape and Back are one: a request to close the dialog."""
    page = new_context(390, 844, has_touch=True, is_mobile=True).new_page()
    page.goto(bot.page("/long", body=LONG))
    chat = Chat(page)
    length = page.evaluate("history.length")
    chat.launcher.tap()
    expect(chat.messages.first).to_be_visible()
    page.wait_for_timeout(100)
    assert page.evaluate("history.length") == length
    page.keyboard.press("Escape")
    expect(chat.launcher).to_be_visible()


def test_the_page_does_not_scroll_behind_the_chat(phone: Page):
    phone.evaluate("document.documentElement.style.overflow = 'auto'; scrollTo(0, 500)")
    chat = Chat(phone)
    chat.launcher.tap()
    expect(chat.messages.first).to_be_visible()
    phone.wait_for_timeout(100)
    phone.mouse.move(200, 30)
    phone.mouse.wheel(0, 600)
    phone.wait_for_timeout(200)
    assert phone.evaluate("scrollY") == 500
    phone.get_by_role("button", name="Close the chat").tap()
    assert phone.evaluate("document.documentElement.style.overflow") == "auto"
    assert phone.evaluate("scrollY") == 500
    phone.evaluate("document.querySelector('bonafide-chat').open = true")
    phone.wait_for_timeout(100)
    phone.evaluate("document.querySelector('bonafide-chat').remove()")
    assert phone.evaluate("document.documentElement.style.overflow") == "auto"


def test_the_sheet_asks_for_safe_areas_and_the_visible_height(phone: Page, bot: BotDouble):
    sheet = phone.evaluate("fetch('/widget/bonafide-chat.css').then((reply) => reply.text())")
    for side in ("top", "right", "bottom", "left"):
        assert f"safe-area-inset-{side}" in sheet
    assert "100dvh" in sheet
