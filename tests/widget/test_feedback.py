"""Thumbs: on every reply that can be rated, taken back, with a reason, in every tab."""

import pytest
from playwright.sync_api import expect

from tests.widget import turns_of_tests as turns
from tests.widget.bot_double import BotDouble
from tests.widget.conftest import Chat

pytestmark = pytest.mark.widget

HELPED, FAILED = "This helped", "This did not help"
CHIPS = ["Not my question", "Too hard to read", "Wrong", "Out of date", "Something is missing"]


@pytest.mark.parametrize("kind", sorted(turns.TURNS))
def test_every_reply_with_an_id_can_be_rated(chat: Chat, bot: BotDouble, kind: str):
    bot.answer = lambda _: [turns.TURNS[kind] | {"answer_id": "f" * 32}]
    item = chat.open().ask(kind)
    expect(item.get_by_role("button", name=HELPED)).to_have_count(0 if kind == "emergency" else 1)
    if kind != "emergency":
        item.get_by_role("button", name=HELPED).click()
        expect(item.get_by_text("Thank you.")).to_be_visible()
        assert bot.feedback == [{"answer_id": "f" * 32, "rating": "up", "reason": ""}]


def test_a_reply_without_an_id_cannot_be_rated(chat: Chat):
    item = chat.open().ask("clarify")
    chat.page.wait_for_timeout(200)
    expect(item.get_by_role("button", name=HELPED)).to_have_count(0)


@pytest.mark.parametrize("name", [HELPED, FAILED])
def test_a_thumb_is_taken_back(chat: Chat, bot: BotDouble, name: str):
    item = chat.open().ask("answer")
    thumb = item.get_by_role("button", name=name)
    thumb.click()
    expect(thumb).to_have_attribute("aria-pressed", "true")
    thumb.click()
    expect(thumb).to_have_attribute("aria-pressed", "false")
    expect(item.get_by_role("list", name="What was wrong?")).to_have_count(0)
    assert [each["rating"] for each in bot.feedback][-1] == "none"
    chat.page.reload()
    expect(chat.page.get_by_role("button", name=name)).to_have_attribute("aria-pressed", "false")


def test_reasons_are_chips_and_words(chat: Chat, bot: BotDouble):
    item = chat.open().ask("answer")
    item.get_by_role("button", name=FAILED).click()
    reasons = item.get_by_role("list", name="What was wrong?").get_by_role("button")
    assert reasons.all_text_contents() == CHIPS
    reasons.nth(2).click()
    reasons.nth(0).click()
    reasons.nth(2).click()
    expect(reasons.nth(0)).to_have_attribute("aria-pressed", "true")
    expect(reasons.nth(2)).to_have_attribute("aria-pressed", "false")
    item.get_by_label("In your own words").fill("about men")
    item.get_by_role("button", name="Send", exact=True).click()
    expect(reasons).to_have_count(0)
    expect(item.get_by_text("Thank you.")).to_be_visible()
    chat.page.wait_for_timeout(300)
    assert [each["reason"] for each in bot.feedback] == [
        "",
        "Wrong",
        "Wrong. Not my question",
        "Not my question",
        "Not my question. about men",
    ]


def test_nothing_more_to_say_is_thanked_for_too(chat: Chat):
    item = chat.open().ask("answer")
    item.get_by_role("button", name=FAILED).click()
    item.get_by_role("button", name="Send", exact=True).click()
    expect(item.get_by_text("Thank you.")).to_be_visible()


def test_the_other_tab_shows_it_too(chat: Chat, bot: BotDouble):
    chat.open().ask("answer")
    other = Chat(chat.page.context.new_page())
    other.page.goto(bot.url)
    other.launcher.click()
    chat.page.get_by_role("button", name=HELPED).click()
    pressed = other.page.get_by_role("button", name=HELPED)
    expect(pressed).to_have_attribute("aria-pressed", "true")
    chat.page.get_by_role("button", name=HELPED).click()
    expect(pressed).to_have_attribute("aria-pressed", "false")


def test_the_page_is_told_of_it_without_words(chat: Chat):
    chat.open().ask("answer")
    chat.page.evaluate(
        """document.addEventListener("bonafide-feedback", ({ detail }) => (window.told = detail))"""
    )
    chat.page.get_by_role("button", name=FAILED).click()
    expect(chat.page.get_by_text("Thank you.").first).to_be_visible()
    assert chat.page.evaluate("window.told") == {"rating": "down"}
