"""What Telegram sends, and what is sent to it."""

import asyncio
import json
from dataclasses import replace

import pytest

from bot.channels.messaging.api_client import ApiClient, SendFailed
from bot.channels.messaging.incoming import IncomingMessage, MessageKind
from bot.channels.messaging.rendering.tap_codes import ChoiceTap, FeedbackTap
from bot.channels.messaging.settings import read_account
from bot.channels.messaging.telegram.platform import SERVICE, SPEC, Telegram
from bot.channels.messaging.webhook import InvalidSignature, MalformedWebhook, Webhook
from tests.bot.channels.messaging.sending import deliver

SECRET = "a-secret-of-the-tests"
TOKEN = "12345:a-very-secret-token-of-tests"
PERSON = {"id": 7, "is_bot": False, "language_code": "en-GB"}
PRIVATE = {"id": 42, "type": "private"}
TURN = {"kind": "chat", "text": "Hello <you>.", "suggestions": [{"title": "A?", "payload": "A?"}]}


def make(api_url="https://api.example", client=None):
    environ = {
        "TELEGRAM_TOKEN": TOKEN,
        "TELEGRAM_SECRET": SECRET,
        "TELEGRAM_API_URL": api_url,
    }
    return Telegram(read_account(SPEC, environ), client)


def read(**event):
    body = json.dumps({"update_id": 9, **event}).encode()
    return make().parse_webhook(Webhook("webhook", "POST", body=body))


def message(**content):
    return {"message_id": 1, "date": 1, "chat": PRIVATE, "from": PERSON, **content}


def tap(**fields):
    return {"id": "q1", "from": PERSON, "message": message(text="x"), "data": "c:1=A?", **fields}


def test_a_text():
    (incoming,) = read(message=message(text="is it <b>?")).messages

    assert incoming == IncomingMessage(
        id="9",
        conversation="42",
        sender="7",
        content="is it <b>?",
        order=9,
        locale="en-GB",
        address={"chat_id": 42},
    )


@pytest.mark.parametrize("text", ["/start", "/start deep-link", "/start\nx"])
def test_start_says_hello(text):
    assert read(message=message(text=text)).messages[0].content is MessageKind.HELLO


@pytest.mark.parametrize("text", ["/started", "start", "/help", "say /start", ""])
def test_other_texts_are_words(text):
    assert read(message=message(text=text)).messages[0].content == text


@pytest.mark.parametrize(
    "kind",
    ["photo", "voice", "sticker", "live_photo", "rich_message", "gift", "a_kind_of_a_later_day"],
)
def test_what_is_no_text_is_a_sign(kind):
    assert (
        read(message=message(**{kind: {}}, caption="x")).messages[0].content is MessageKind.NO_WORDS
    )


def test_what_telegram_shows_in_its_apps_alone_is_a_sign():
    assert read(message=message()).messages[0].content is MessageKind.NO_WORDS


@pytest.mark.parametrize("kind", sorted(SERVICE))
def test_what_is_about_the_chat_is_silence(kind):
    assert read(message=message(**{kind: {}})).messages == ()


@pytest.mark.parametrize(
    ("fields", "thread"),
    [
        ({"message_thread_id": 7, "is_topic_message": True}, 7),
        ({"message_thread_id": 7}, None),
        ({"message_thread_id": "7", "is_topic_message": True}, None),
    ],
)
def test_a_reply_stays_in_its_topic(fields, thread):
    (typed,) = read(message=message(text="a", **fields)).messages
    (tapped,) = read(callback_query=tap(message=message(text="x", **fields))).messages

    assert typed.address.get("message_thread_id") == thread
    assert tapped.address == typed.address


def test_a_topic_that_has_gone_is_answered_in_the_chat(api):
    gone = {"ok": False, "description": "Bad Request: message thread not found"}
    api.replies = [(400, {}, gone, 0)]
    to = replace(TO, address={**TO.address, "message_thread_id": 7})
    talk(api, lambda telegram: deliver(telegram, to, TURN))
    sent = [json.loads(call[3]) for call in api.calls]

    assert [body.get("message_thread_id") for body in sent] == [7, None]
    assert sent[0]["text"] == sent[1]["text"]


def test_an_album_is_one_message():
    pictures = [read(message=message(photo=[], media_group_id="5")) for _ in range(2)]

    assert {parsed.messages[0].id for parsed in pictures} == {"album 5"}


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("c:1=A?", ChoiceTap(1, "A?", "")),
        ("c:2#0123abcd", ChoiceTap(2, "", "0123abcd")),
        ("f:up:abc", FeedbackTap("up", "abc")),
        ("another bot's", MessageKind.OLD_TAP),
        (None, MessageKind.OLD_TAP),
    ],
)
def test_a_tap_is_read_and_its_waiting_sign_ended(code, said):
    parsed = read(callback_query=tap(data=code))

    assert parsed.messages[0].content == said
    assert parsed.messages[0].conversation == "42"
    assert json.loads(parsed.response.body) == {
        "method": "answerCallbackQuery",
        "callback_query_id": "q1",
    }


@pytest.mark.parametrize(
    "event",
    [
        {},
        {"edited_message": message(text="x")},
        {"channel_post": message(text="x")},
        {"my_chat_member": {"chat": PRIVATE, "from": PERSON}},
        {"message": message(text="x", chat={"id": -5, "type": "group"})},
        {"message": message(text="x", **{"from": {**PERSON, "is_bot": True}})},
        {"message": message(new_chat_members=[PERSON])},
        {"message": "x"},
        {"callback_query": tap(message=None)},
        {"callback_query": tap(id=None)},
        {"callback_query": tap(message=message(chat={"id": -5, "type": "group"}))},
        {"callback_query": 5},
    ],
)
def test_everything_else_is_silence(event):
    parsed = read(**event)

    assert parsed.messages == ()
    assert parsed.response.status == 200


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"update_id": "9"}', b'{"update_id": true}'])
def test_what_is_no_update_is_unreadable(body):
    with pytest.raises(MalformedWebhook):
        make().parse_webhook(Webhook("webhook", "POST", body=body))


@pytest.mark.parametrize("given", [None, "", "wrong", SECRET[:-1], SECRET + "x", "\ud800"])
def test_the_secret_token_is_asked_for(given):
    headers = {} if given is None else {"x-telegram-bot-api-secret-token": given}
    with pytest.raises(InvalidSignature) as raised:
        asyncio.run(make().verify_signature(Webhook("webhook", "POST", headers)))

    assert SECRET not in str(raised.value)


def test_the_secret_token_lets_in():
    headers = {"x-telegram-bot-api-secret-token": SECRET}
    asyncio.run(make().verify_signature(Webhook("webhook", "POST", headers)))


def talk(api, act):
    async def run():
        client = ApiClient(first_wait_s=0.01)
        try:
            await act(make(api.url, client))
        finally:
            await client.close()

    asyncio.run(run())


TO = IncomingMessage(id="1", conversation="42", sender="7", content="x", address={"chat_id": 42})


def test_a_turn_is_sent(api):
    talk(api, lambda telegram: deliver(telegram, TO, TURN))

    ((_, path, _, body),) = api.calls
    assert path == f"/bot{TOKEN}/sendMessage"
    sent = json.loads(body)
    assert (sent["chat_id"], sent["text"]) == (42, "Hello &lt;you&gt;.")
    assert sent["reply_markup"]["inline_keyboard"][0][0]["text"] == "A?"


def test_a_long_turn_is_sent_in_order_and_no_further_than_what_fails(api):
    long = {"kind": "answer", "text": "One sentence. " * 700}
    talk(api, lambda telegram: deliver(telegram, TO, long))
    assert len(api.calls) == 3

    api.replies = [(200, {}, {}, 0), (403, {}, {}, 0)]
    with pytest.raises(SendFailed, match="HTTP 403"):
        talk(api, lambda telegram: deliver(telegram, TO, long))
    assert len(api.calls) == 5


def test_telegrams_own_wait_is_kept(api, monkeypatch):
    waits = []
    sleep = asyncio.sleep
    monkeypatch.setattr(asyncio, "sleep", lambda s: waits.append(s) or sleep(0))
    api.replies = [(429, {}, {"ok": False, "parameters": {"retry_after": 3}}, 0)]
    talk(api, lambda telegram: deliver(telegram, TO, TURN))

    assert 3.0 in waits


def test_typing_is_shown_and_not_tried_twice(api):
    api.replies = [(500, {}, {}, 0)]
    with pytest.raises(SendFailed):
        talk(api, lambda telegram: telegram.show_typing(TO))

    ((_, path, _, body),) = api.calls
    assert path == f"/bot{TOKEN}/sendChatAction"
    assert json.loads(body) == {"chat_id": 42, "action": "typing"}
