"""Bad networks, several tabs, reloads and tokens that are gone: nothing lost, nothing doubled."""

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.widget import turns_of_tests as turns
from tests.widget.bot_double import BotDouble
from tests.widget.conftest import Chat

pytestmark = pytest.mark.widget


def texts(chat: Chat) -> list[str]:
    """What was said after the greeting."""
    return chat.page.locator("bonafide-chat .message .said").all_inner_texts()[1:]


BOTH = ["hello", "You said: hello"]


def test_offline_a_message_waits_and_is_sent_once(chat: Chat, bot: BotDouble):
    chat.open()
    chat.page.context.set_offline(True)
    chat.say("hello")
    expect(chat.page.get_by_text("You are offline.").first).to_be_visible()
    chat.say("again")
    assert texts(chat) == ["hello", "again"]
    chat.page.context.set_offline(False)
    expect(chat.messages).to_have_count(5)
    assert bot.taken == ["hello", "again"]
    expect(chat.page.locator("bonafide-chat .bar:not([hidden])")).to_have_count(0)


@pytest.mark.parametrize("failures", [["drop"], ["drop_after"], [500], [503], [429], [500, "drop"]])
def test_a_passing_failure_is_mended_unseen(chat: Chat, bot: BotDouble, failures: list[Any]):
    chat.open()
    bot.failures = failures
    chat.say("hello")
    expect(chat.messages).to_have_count(3, timeout=9000)
    assert texts(chat) == BOTH
    assert bot.taken == ["hello"]


@pytest.mark.parametrize("status", [400, 415])
def test_a_lasting_failure_is_shown_and_can_be_retried(chat: Chat, bot: BotDouble, status: int):
    chat.open()
    bot.failures = [status]
    chat.say("hello")
    chat.page.get_by_role("button", name="Try again").click()
    expect(chat.messages).to_have_count(3)
    assert texts(chat) == BOTH
    assert bot.taken == ["hello"]


def test_a_failure_that_goes_on_ends_in_a_button(chat: Chat, bot: BotDouble):
    chat.open()
    bot.failures = [500, 500, 500]
    chat.say("hello")
    line = "Could not be sent. Something went wrong."
    expect(chat.page.get_by_text(line).first).to_be_visible(timeout=9000)
    retry = chat.page.get_by_role("button", name="Try again")
    expect(retry).to_be_visible(timeout=9000)
    assert bot.taken == []
    retry.click()
    expect(chat.messages).to_have_count(3)
    assert bot.taken == ["hello"]


def test_a_reply_after_ten_seconds_is_waited_for(chat: Chat, bot: BotDouble):
    chat.open()
    bot.failures = [10.0]
    chat.say("hello")
    typing = chat.page.locator("bonafide-chat .typing")
    expect(typing).to_be_visible(timeout=500)
    chat.page.wait_for_timeout(1700)
    assert chat.spoken[-1] == "polite: Looking in the documents…"
    expect(chat.messages).to_have_count(3, timeout=12000)
    expect(typing).to_be_hidden()
    assert texts(chat) == BOTH
    assert bot.taken == ["hello"]


def test_a_message_typed_during_a_reply_is_sent_at_once(chat: Chat, bot: BotDouble):
    """The server reads pieces as one, if it has them in time; the first ones get no turns."""
    whole = "I have lupus can I run?"
    bot.answer = lambda text: [{"kind": "chat", "text": whole}] if text == "run?" else []
    chat.open()
    bot.failures = [2.0, 2.0, 2.0]
    typing = chat.page.locator("bonafide-chat .typing")
    for piece in ("I have", "lupus", "can I", "run?"):
        chat.say(piece)
    expect(chat.messages).to_have_count(6, timeout=1500)
    assert bot.taken == ["run?"]
    expect(typing).to_be_visible()
    expect(typing).to_be_hidden(timeout=5000)
    assert texts(chat) == ["I have", "lupus", "can I", "run?", whole]
    assert sorted(bot.taken) == sorted(["I have", "lupus", "can I", "run?"])
    expect(chat.page.get_by_role("button", name="Try again")).to_have_count(0)
    chat.ask("run?")
    assert bot.taken[-1] == "run?"
    assert len(bot.taken) == 5


@pytest.mark.parametrize("failures", [[1.0, "drop"], [1.0, 503], ["drop", "drop"], [503]])
def test_two_messages_at_once_on_a_bad_network(chat: Chat, bot: BotDouble, failures: list[Any]):
    chat.open()
    bot.failures = failures
    chat.say("hello")
    chat.say("again")
    expect(chat.messages).to_have_count(5, timeout=9000)
    assert sorted(bot.taken) == ["again", "hello"]
    said = ["hello", "again", "You said: hello", "You said: again"]
    assert sorted(texts(chat)) == sorted(said)
    expect(chat.page.locator("bonafide-chat .typing")).to_be_hidden()


def test_a_reload_in_mid_reply_loses_nothing(chat: Chat, bot: BotDouble):
    chat.open()
    bot.failures = [1.5]
    chat.say("hello")
    chat.page.wait_for_timeout(200)
    chat.page.reload()
    chat.page.evaluate("() => { document.querySelector('bonafide-chat').open = true; }")
    expect(chat.messages).to_have_count(3)
    assert texts(chat) == BOTH
    chat.page.wait_for_timeout(1600)
    assert texts(chat) == BOTH
    assert bot.taken == ["hello"]


def test_messages_are_there_after_a_reload(chat: Chat):
    chat.open().ask("answer")
    chat.page.reload()
    chat.page.evaluate("() => { document.querySelector('bonafide-chat').open = true; }")
    expect(chat.messages).to_have_count(3)
    expect(chat.page.locator("bonafide-chat blockquote")).to_be_visible()


def test_two_tabs_show_one_conversation(chat: Chat, bot: BotDouble):
    chat.open().ask("hello")
    other = Chat(chat.page.context.new_page())
    other.page.goto(bot.url)
    other.launcher.click()
    expect(other.messages).to_have_count(3)
    other.ask("from the other tab")
    expect(chat.messages).to_have_count(5)
    chat.ask("and back")
    expect(other.messages).to_have_count(7)
    assert texts(chat) == texts(other)
    assert bot.taken == ["hello", "from the other tab", "and back"]
    assert len(bot.sessions) == 1


@pytest.mark.parametrize("token", ["tampered", "expired"])
def test_a_token_that_is_not_taken_is_replaced(chat: Chat, bot: BotDouble, token: str):
    chat.open().ask("hello")
    if token == "expired":
        bot.sessions.clear()
    else:
        chat.page.evaluate(
            """() => { for (const [key, value] of Object.entries(localStorage))
                localStorage[key] = value.replace(/"token":"[^"]*/, '"token":"forged'); }"""
        )
        chat.page.reload()
        expect(chat.messages).to_have_count(3)
    chat.ask("again")
    expect(chat.page.get_by_text("The earlier conversation had ended.")).to_be_visible()
    assert bot.taken == ["hello", "again"]


def test_delete_my_data_deletes_it_here_and_there(chat: Chat, bot: BotDouble):
    chat.open().ask("hello")
    chat.page.get_by_role("button", name="More options").click()
    chat.page.get_by_role("button", name="Delete my data").click()
    chat.page.get_by_role("button", name="Delete", exact=True).click()
    expect(chat.page.get_by_text("Your conversation has been deleted.").first).to_be_visible()
    assert "DELETE /webhooks/web/session" in bot.requests
    assert "hello" not in chat.page.evaluate("JSON.stringify(localStorage)")
    expect(chat.messages).to_have_count(1)


def test_what_could_not_be_deleted_is_kept(chat: Chat, bot: BotDouble):
    chat.open().ask("hello")
    chat.page.context.set_offline(True)
    chat.page.get_by_role("button", name="More options").click()
    chat.page.get_by_role("button", name="Delete my data").click()
    chat.page.get_by_role("button", name="Delete", exact=True).click()
    expect(chat.page.get_by_text("Not all is deleted").first).to_be_visible()
    assert len(texts(chat)) == 2


def test_a_new_conversation_starts_empty(chat: Chat, bot: BotDouble):
    chat.open().ask("hello")
    chat.page.get_by_role("button", name="More options").click()
    chat.page.get_by_role("button", name="New conversation").click()
    chat.page.get_by_role("button", name="Start again").click()
    expect(chat.messages).to_have_count(1)
    chat.ask("again")
    assert len(bot.sessions) == 2


def test_the_conversation_can_be_copied(new_context: Any, bot: BotDouble):
    context = new_context(permissions=["clipboard-read", "clipboard-write"])
    chat = Chat(context.new_page())
    chat.page.goto(bot.url)
    chat.open().ask("answer")
    chat.page.get_by_role("button", name="More options").click()
    chat.page.get_by_role("button", name="Copy the conversation").click()
    expect(chat.page.get_by_text("Copied.").first).to_be_visible()
    copied = chat.page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith("Conversation with Bonafide\n")
    assert "\n\nYou: answer\n" in copied
    assert f"\n{turns.HEADING}\n{turns.PASSAGE}\n" in copied
    assert "Checked against its sources on 1 May 2026." in copied
    assert f"{bot.url}/library/autoimmune-link#one" in copied
    assert "This is general information" in copied


def test_feedback_that_is_not_taken_can_be_given_again(chat: Chat, bot: BotDouble):
    chat.open().ask("answer")
    bot.failures = [500]
    yes = chat.page.get_by_role("button", name="This helped")
    yes.click()
    expect(chat.page.get_by_text("That could not be saved.").first).to_be_visible()
    expect(yes).to_have_attribute("aria-pressed", "false")
    yes.click()
    expect(chat.page.get_by_text("Thank you.").first).to_be_visible()
    chat.page.reload()
    chat.page.evaluate("() => { document.querySelector('bonafide-chat').open = true; }")
    expect(yes).to_have_attribute("aria-pressed", "true")


def test_without_its_extras_an_answer_still_names_its_sources(page: Any, bot: BotDouble):
    page.route("**/extras.js", lambda route: route.abort())
    page.goto(bot.url)
    shown = Chat(page).open().ask("answer")
    expect(shown.get_by_text("Osteoporosis and the immune system: the link")).to_be_visible()
