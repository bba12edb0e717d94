"""The next page of a site finds the chat as the reader left it."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.widget import turns_of_tests as turns
from tests.widget.bot_double import BotDouble
from tests.widget.conftest import Chat

pytestmark = pytest.mark.widget

TOP = 'document.querySelector("bonafide-chat").shadowRoot.querySelector(".log").scrollTop'


def move_on(page: Page, bot: BotDouble, body: str = "") -> Chat:
    """Go to another page of the same site."""
    page.goto(bot.page("/next", body=body))
    page.wait_for_timeout(200)
    return Chat(page)


def test_an_open_chat_is_open_on_the_next_page_and_takes_no_focus(chat: Chat, bot: BotDouble):
    chat.open().ask("answer")
    chat.input.fill("What about")
    chat.page.evaluate(f"{TOP} = 40")
    moved = move_on(chat.page, bot)
    expect(moved.input).to_be_visible()
    expect(moved.input).to_have_value("What about")
    expect(moved.messages).to_have_count(3)
    assert moved.page.evaluate(TOP) == 40
    assert moved.page.evaluate("document.activeElement === document.body")


def test_a_closed_chat_is_closed_on_the_next_page_and_keeps_what_was_typed(
    chat: Chat, bot: BotDouble
):
    chat.open()
    chat.input.fill("What about")
    chat.page.keyboard.press("Escape")
    moved = move_on(chat.page, bot, "<bonafide-chat open></bonafide-chat>")
    expect(moved.input).to_be_hidden()
    moved.launcher.click()
    expect(moved.input).to_have_value("What about")


def test_unread_answers_are_counted_on_the_next_page(chat: Chat, bot: BotDouble):
    chat.open()
    bot.failures = [0.4]
    chat.say("hello")
    chat.page.keyboard.press("Escape")
    unread = chat.page.get_by_role("button", name="New messages: 1")
    expect(unread).to_be_visible()
    moved = move_on(chat.page, bot)
    expect(unread).to_be_visible()
    unread.click()
    expect(moved.page.locator("bonafide-chat .fs-mask")).to_be_visible()  # all has been fetched
    moved.page.keyboard.press("Escape")
    move_on(chat.page, bot)
    expect(unread).to_have_count(0)


def test_a_chat_that_would_cover_the_next_page_stays_closed(new_context: Any, bot: BotDouble):
    page = new_context(390, 844, has_touch=True, is_mobile=True).new_page()
    page.goto(bot.url)
    Chat(page).open()
    moved = move_on(page, bot)
    expect(moved.input).to_be_hidden()
    expect(moved.launcher).to_be_visible()


def test_another_tab_is_not_opened(chat: Chat, bot: BotDouble):
    chat.open()
    other = Chat(chat.page.context.new_page())
    other.page.goto(bot.url)
    other.page.wait_for_timeout(200)
    expect(other.launcher).to_be_visible()


def test_where_nothing_is_kept_nothing_is_kept(page: Page, bot: BotDouble):
    body = '<bonafide-chat storage="none"></bonafide-chat>'
    page.goto(bot.page("/none", body=body))
    chat = Chat(page).open()
    chat.input.fill("What about")
    page.get_by_role("button", name="More options").click()
    page.get_by_role("button", name="Larger text").click()
    moved = move_on(page, bot, body)
    expect(moved.launcher).to_be_visible()
    assert page.evaluate("sessionStorage.length + localStorage.length") == 0


def test_a_closed_chat_draws_no_old_messages(chat: Chat, bot: BotDouble):
    bot.answer = turns.answer
    chat.open().ask("answer")
    chat.page.keyboard.press("Escape")
    chat.page.reload()
    chat.page.wait_for_timeout(200)
    expect(chat.messages).to_have_count(0)
    chat.launcher.click()
    expect(chat.messages).to_have_count(3)
