"""What Telegram sends, and what is sent to it."""

import asyncio
import json

import pytest

from bot.channels.platforms.incoming import Incoming, Sign
from bot.channels.platforms.outgoing import Outgoing, SendFailed
from bot.channels.platforms.settings import read_account
from bot.channels.platforms.telegram import NOT_TEXT, SPEC, Telegram
from bot.channels.platforms.webhook import Forged, Unreadable, Webhook
from bot.messaging.actions import ChoiceTap, FeedbackTap

SECRET = "a-secret-of-the-tests"
TOKEN = "12345:a-very-secret-token-of-tests"
PERSON = {"id": 7, "is_bot": False, "language_code": "en-GB"}
PRIVATE = {"id": 42, "type": "private"}
TURN = {"kind": "chat", "text": "Hello <you>.", "suggestions": [{"title": "A?", "payload": "A?"}]}


def make(api_url="https://api.example", outgoing=None):
    environ = {
        "TELEGRAM_TOKEN": TOKEN,
        "TELEGRAM_SECRET": SECRET,
        "TELEGRAM_API_URL": api_url,
    }
    return Telegram(read_account(SPEC, environ), outgoing)


def read(**event):
    body = json.dumps({"update_id": 9, **event}).encode()
    return make().read(Webhook("webhook", "POST", body=body))


def message(**content):
    return {"message_id": 1, "date": 1, "chat": PRIVATE, "from": PERSON, **content}


def tap(**fields):
    return {"id": "q1", "from": PERSON, "message": message(text="x"), "data": "c:1=A?", **fields}


def test_a_text():
    (incoming,) = read(message=message(text="is it <b>?")).messages

    assert incoming == Incoming(
        id="9",
        conversation="42",
        sender="7",
        said="is it <b>?",
        order=9,
        locale="en-GB",
        address={"chat_id": 42},
    )


@pytest.mark.parametrize("text", ["/start", "/start deep-link", "/start\nx"])
def test_start_says_hello(text):
    assert read(message=message(text=text)).messages[0].said is Sign.HELLO


@pytest.mark.parametrize("text", ["/started", "start", "/help", "say /start", ""])
def test_other_texts_are_words(text):
    assert read(message=message(text=text)).messages[0].said == text


@pytest.mark.parametrize("kind", sorted(NOT_TEXT))
def test_what_is_no_text_is_a_sign(kind):
    assert read(message=message(**{kind: {}}, caption="x")).messages[0].said is Sign.NO_WORDS


def test_an_album_is_one_message():
    pictures = [read(message=message(photo=[], media_group_id="5")) for _ in range(2)]

    assert {reading.messages[0].id for reading in pictures} == {"album 5"}


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("c:1=A?", ChoiceTap(1, "A?", "")),
        ("c:2#0123abcd", ChoiceTap(2, "", "0123abcd")),
        ("f:up:abc", FeedbackTap("up", "abc")),
        ("another bot's", Sign.OLD_TAP),
        (None, Sign.OLD_TAP),
    ],
)
def test_a_tap_is_read_and_its_waiting_sign_ended(code, said):
    reading = read(callback_query=tap(data=code))

    assert reading.messages[0].said == said
    assert reading.messages[0].conversation == "42"
    assert json.loads(reading.answer.body) == {
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
    reading = read(**event)

    assert reading.messages == ()
    assert reading.answer.status == 200


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"update_id": "9"}', b'{"update_id": true}'])
def test_what_is_no_update_is_unreadable(body):
    with pytest.raises(Unreadable):
        make().read(Webhook("webhook", "POST", body=body))


@pytest.mark.parametrize("given", [None, "", "wrong", SECRET[:-1], SECRET + "x", "\ud800"])
def test_the_secret_token_is_asked_for(given):
    headers = {} if given is None else {"x-telegram-bot-api-secret-token": given}
    with pytest.raises(Forged) as raised:
        asyncio.run(make().check(Webhook("webhook", "POST", headers)))

    assert SECRET not in str(raised.value)


def test_the_secret_token_lets_in():
    headers = {"x-telegram-bot-api-secret-token": SECRET}
    asyncio.run(make().check(Webhook("webhook", "POST", headers)))


def talk(api, act):
    async def run():
        outgoing = Outgoing(first_wait_s=0.01)
        try:
            await act(make(api.url, outgoing))
        finally:
            await outgoing.close()

    asyncio.run(run())


TO = Incoming(id="1", conversation="42", sender="7", said="x", address={"chat_id": 42})


def test_a_turn_is_sent(api):
    talk(api, lambda telegram: telegram.send(TO, TURN))

    ((_, path, _, body),) = api.calls
    assert path == f"/bot{TOKEN}/sendMessage"
    sent = json.loads(body)
    assert (sent["chat_id"], sent["text"]) == (42, "Hello &lt;you&gt;.")
    assert sent["reply_markup"]["inline_keyboard"][0][0]["text"] == "A?"


def test_a_long_turn_is_sent_in_order_and_no_further_than_what_fails(api):
    long = {"kind": "answer", "text": "One sentence. " * 700}
    talk(api, lambda telegram: telegram.send(TO, long))
    assert len(api.calls) == 3

    api.replies = [(200, {}, {}, 0), (403, {}, {}, 0)]
    with pytest.raises(SendFailed, match="HTTP 403"):
        talk(api, lambda telegram: telegram.send(TO, long))
    assert len(api.calls) == 5


def test_telegrams_own_wait_is_kept(api, monkeypatch):
    waits = []
    sleep = asyncio.sleep
    monkeypatch.setattr(asyncio, "sleep", lambda s: waits.append(s) or sleep(0))
    api.replies = [(429, {}, {"ok": False, "parameters": {"retry_after": 3}}, 0)]
    talk(api, lambda telegram: telegram.send(TO, TURN))

    assert 3.0 in waits


def test_typing_is_shown_and_not_tried_twice(api):
    api.replies = [(500, {}, {}, 0)]
    with pytest.raises(SendFailed):
        talk(api, lambda telegram: telegram.show_typing(TO))

    ((_, path, _, body),) = api.calls
    assert path == f"/bot{TOKEN}/sendChatAction"
    assert json.loads(body) == {"chat_id": 42, "action": "typing"}
