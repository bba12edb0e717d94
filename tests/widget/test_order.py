"""In which order messages stand."""

import pytest
from playwright.sync_api import expect

from tests.widget.bot_double import BotDouble
from tests.widget.conftest import Chat

pytestmark = pytest.mark.widget


def test_each_reply_stands_right_after_its_question(chat: Chat, bot: BotDouble):
    chat.open()
    bot.failures = [0.6, 0.3, 0.1]
    for text in ("first", "second", "third"):
        chat.say(text)
    expect(chat.messages).to_have_count(7)
    shown = [item.inner_text() for item in chat.page.locator(".message .said").all()][-6:]
    assert shown == [
        "first",
        "You said: first",
        "second",
        "You said: second",
        "third",
        "You said: third",
    ]
