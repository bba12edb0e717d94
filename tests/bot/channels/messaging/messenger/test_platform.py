"""What Messenger sends, and what is sent to it."""

import asyncio
import hashlib
import hmac
import json

import pytest

from bot.channels.messaging.api_client import ApiClient, SendFailed
from bot.channels.messaging.incoming import IncomingMessage, MessageKind
from bot.channels.messaging.messenger.platform import LIKES, SPEC, Messenger
from bot.channels.messaging.registry import read_accounts
from bot.channels.messaging.rendering.tap_codes import ChoiceTap, FeedbackTap
from bot.channels.messaging.settings import read_account
from bot.channels.messaging.webhook import InvalidSignature, MalformedWebhook, Webhook
from settings import SettingInvalid
from tests.bot.channels.messaging.sending import deliver

TOKEN = "EAA-the-token-of-a-page-of-these-tests"
APP_SECRET = "0123456789abcdef0123456789abcdef"
VERIFY_TOKEN = "verify-token-of-these-tests"
ON = {
    "MESSENGER_PAGE_TOKEN": TOKEN,
    "MESSENGER_APP_SECRET": APP_SECRET,
    "MESSENGER_VERIFY_TOKEN": VERIFY_TOKEN,
}
NOW = 1_700_000_000.0
DAY_MS = 24 * 60 * 60 * 1000
PAGE, PERSON = {"id": "page-1"}, {"id": "7001"}
TURN = {"kind": "chat", "text": "Hello <you>.", "suggestions": [{"title": "A?", "payload": "A?"}]}


def make(api_url="https://graph.example/v25.0", client=None):
    account = read_account(SPEC, {**ON, "MESSENGER_API_URL": api_url})
    return Messenger(account, client, now=lambda: NOW)


def event(**fields):
    return {"sender": PERSON, "recipient": PAGE, "timestamp": int(NOW * 1000), **fields}


def message(**content):
    return event(message={"mid": "m_1", **content})


def read(*events, **fields):
    notification = {"object": "page", "entry": [{"id": "page-1", "messaging": list(events)}]}
    body = json.dumps({**notification, **fields}).encode()
    return make().parse_webhook(Webhook("webhook", "POST", body=body))


def said(*events):
    return [each.content for each in read(*events).messages]


def attach(kind, **payload):
    return message(attachments=[{"type": kind, "payload": payload}])


def test_a_text():
    (incoming,) = read(message(text="is it <b>?")).messages

    assert incoming == IncomingMessage(
        id="m_1",
        conversation="7001",
        sender="7001",
        content="is it <b>?",
        order=NOW * 1000,
        address={"recipient": {"id": "7001"}},
    )


def test_all_events_of_a_webhook_are_read():
    other = event(sender={"id": "7002"}, message={"mid": "m_2", "text": "b"})
    entries = [{"messaging": [message(text="a"), event(read={})]}, {"messaging": [other]}]

    messages = read(entry=entries).messages

    assert [(each.id, each.conversation, each.content) for each in messages] == [
        ("m_1", "7001", "a"),
        ("m_2", "7002", "b"),
    ]


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("c:1=A?", ChoiceTap(1, "A?", "")),
        ("c:2#0123abcd", ChoiceTap(2, "", "0123abcd")),
        ("f:up:abc", FeedbackTap("up", "abc")),
        ("another app's", "What it says"),
        (None, "What it says"),
        (5, "What it says"),
    ],
)
def test_a_quick_reply(code, found):
    assert said(message(text="What it says", quick_reply={"payload": code})) == [found]


@pytest.mark.parametrize(
    ("postback", "found"),
    [
        ({"title": "Loslegen", "payload": "start"}, MessageKind.HELLO),
        (
            {"title": "Get Started", "payload": "GET_STARTED", "referral": {"ref": "x"}},
            MessageKind.HELLO,
        ),
        ({"title": "A", "payload": "c:1=A?"}, ChoiceTap(1, "A?", "")),
        ({"title": "Is it hereditary?", "payload": "ICE_3"}, "Is it hereditary?"),
        ({"title": "Is it hereditary?"}, "Is it hereditary?"),
        ({"payload": "ICE_3"}, MessageKind.OLD_TAP),
        ({"title": 5, "payload": {}}, MessageKind.OLD_TAP),
    ],
)
def test_a_postback(postback, found):
    assert said(event(postback=postback)) == [found]


def test_a_postback_without_an_id_is_told_from_others_by_its_time():
    first = event(postback={"payload": "start"})
    later = {**first, "timestamp": first["timestamp"] + 1}
    ids = [each.id for each in read(first, first, later).messages]

    assert ids[0] == ids[1] != ids[2]


@pytest.mark.parametrize(
    "kind", ["image", "audio", "video", "file", "location", "fallback", "template", "reel", "x"]
)
def test_what_is_no_text_is_a_sign(kind):
    assert said(attach(kind, url="https://cdn.example/x")) == [MessageKind.NO_WORDS]


@pytest.mark.parametrize(
    "content",
    [
        {"is_unsupported": True},
        {"is_unsupported": True, "text": "this", "attachments": []},
        {"of_a_later_day": {"x": 1}},
        {},
    ],
)
def test_what_meta_shows_in_its_apps_alone_is_a_sign(content):
    assert said(event(message={"mid": "m_1", **content})) == [MessageKind.NO_WORDS]


def test_a_text_beside_a_picture_is_not_all_that_was_said():
    assert said(message(text="this", attachments=[{"type": "image"}])) == [MessageKind.NO_WORDS]


def test_an_address_comes_with_a_preview_and_is_text():
    attachments = [{"type": "fallback", "payload": {"url": "https://x.example"}}]

    assert said(message(text="see https://x.example", attachments=attachments)) == [
        "see https://x.example"
    ]


@pytest.mark.parametrize("number", sorted(LIKES))
@pytest.mark.parametrize("kind", [int, str])
def test_the_apps_own_thumb_is_a_word(number, kind):
    assert said(attach("image", url="https://cdn.example/x", sticker_id=kind(number))) == [
        "good answer"
    ]


def test_any_other_sticker_is_a_sign():
    assert said(attach("image", sticker_id=15)) == [MessageKind.NO_WORDS]


@pytest.mark.parametrize(
    "silent",
    [
        {},
        {"message": {"mid": "m_1", "text": "x", "is_echo": True, "app_id": 5}},
        {"message": {"mid": "m_1", "text": "x", "is_deleted": True}},
        {"message": {"mid": "m_1", "text": ""}},
        {"message": {"mid": "m_1", "text": 5, "attachments": {}}},
        {"message": "x"},
        {"message": None},
        {"postback": {}},
        {"postback": "start"},
        {"delivery": {"mids": ["m_1"], "watermark": 1}},
        {"read": {"watermark": 1}},
        {"reaction": {"mid": "m_1", "action": "react", "emoji": "👍"}},
        {"referral": {"ref": "x", "source": "SHORTLINK"}},
        {"optin": {"ref": "x"}},
        {"account_linking": {"status": "linked"}},
        {"pass_thread_control": {"new_owner_app_id": "1"}},
        {"policy_enforcement": {"action": "warning"}},
        {"message_edit": {"mid": "m_1", "text": "x", "num_edit": 1}},
        {"event_of_2031": {"text": "x"}},
        {"message": {"mid": "m_1", "text": "x"}, "sender": None},
        {"message": {"mid": "m_1", "text": "x"}, "sender": {"user_ref": "r"}},
        {"message": {"mid": "m_1", "text": "x"}, "sender": {"id": 7001}},
        {"message": {"mid": "m_1", "text": "x"}, "sender": {"id": ""}},
        {"message": {"mid": "m_1", "text": "x"}, "timestamp": None},
        {"message": {"mid": "m_1", "text": "x"}, "timestamp": "now"},
        {"message": {"mid": "m_1", "text": "x"}, "timestamp": 10**40},
    ],
)
def test_everything_else_is_silence(silent):
    parsed = read(event(**silent))

    assert parsed.messages == ()
    assert parsed.response.status == 200


@pytest.mark.parametrize(
    "fields",
    [
        {"object": "instagram"},
        {"entry": []},
        {"entry": None},
        {"entry": {"messaging": []}},
        {"entry": ["x", None, 5]},
        {"entry": [{"messaging": "x"}]},
        {"entry": [{"messaging": ["x", None, 5, []]}]},
        {"entry": [{"standby": [message(text="x")]}]},
        {"entry": [{"changes": [{"field": "feed", "value": {"message": "x"}}]}]},
    ],
)
def test_other_notifications_are_silence(fields):
    assert read(message(text="x"), **fields).messages == ()


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'"page"', b'{"object": 5}', b"[" * 100_000])
def test_what_is_no_notification_is_unreadable(body):
    with pytest.raises(MalformedWebhook):
        make().parse_webhook(Webhook("webhook", "POST", body=body))


@pytest.mark.parametrize(("age_ms", "n"), [(-60_000, 1), (DAY_MS - 1, 1), (DAY_MS + 1, 0)])
def test_what_can_no_longer_be_answered_is_not_read(age_ms, n):
    old = {**message(text="x"), "timestamp": int(NOW * 1000) - age_ms}

    assert len(read(old).messages) == n


def check(body, headers, method="POST", query=None):
    webhook = Webhook("webhook", method, headers, query=query or {}, body=body)
    asyncio.run(make().verify_signature(webhook))


def signature(body, secret=APP_SECRET, algorithm=hashlib.sha256):
    return hmac.new(secret.encode(), body, algorithm).hexdigest()


def test_a_signature_lets_in():
    body = b'{"object": "page", "text": "\\u00e9 \\/"}'
    check(body, {"x-hub-signature-256": f"sha256={signature(body)}"})


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"x-hub-signature-256": ""},
        {"x-hub-signature-256": "sha256="},
        {"x-hub-signature-256": signature(b"body")},
        {"x-hub-signature-256": f"sha256={signature(b'body')[:-1]}"},
        {"x-hub-signature-256": f"sha256={signature(b'body').upper()}"},
        {"x-hub-signature-256": f"sha256={signature(b'another body')}"},
        {"x-hub-signature-256": f"sha256={signature(b'body', 'another secret')}"},
        {"x-hub-signature": f"sha1={signature(b'body', algorithm=hashlib.sha1)}"},
        {"x-hub-signature-256": "\ud800é"},
    ],
)
def test_a_webhook_without_its_signature_is_forged(headers):
    with pytest.raises(InvalidSignature) as raised:
        check(b"body", headers)

    assert APP_SECRET not in str(raised.value)


def test_the_registration_gets_its_challenge():
    query = {
        "hub.mode": "subscribe",
        "hub.verify_token": VERIFY_TOKEN,
        "hub.challenge": "1158201444",
    }
    check(b"", {}, "GET", query)
    answer = make().parse_webhook(Webhook("webhook", "GET", query=query)).response

    assert (answer.status, answer.body) == (200, "1158201444")
    assert answer.content_type.startswith("text/plain")


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"hub.mode": "subscribe"},
        {"hub.mode": "subscribe", "hub.verify_token": ""},
        {"hub.mode": "subscribe", "hub.verify_token": VERIFY_TOKEN + "x"},
        {"hub.mode": "unsubscribe", "hub.verify_token": VERIFY_TOKEN},
        {"hub.verify_token": VERIFY_TOKEN},
    ],
)
def test_a_registration_needs_the_verify_token(query):
    with pytest.raises(InvalidSignature):
        check(b"", {}, "GET", {**query, "hub.challenge": "1"})


def talk(api, act):
    async def run():
        client = ApiClient(first_wait_s=0.01)
        try:
            await act(make(api.url, client))
        finally:
            await client.close()

    asyncio.run(run())


TO = IncomingMessage(
    id="1", conversation="7", sender="7", content="x", address={"recipient": {"id": "7"}}
)


def test_a_turn_is_sent(api):
    talk(api, lambda messenger: deliver(messenger, TO, TURN))

    ((method, path, headers, body),) = api.calls
    claims = signature(TOKEN.encode())
    assert (method, path) == ("POST", f"/me/messages?appsecret_proof={claims}")
    assert headers["Authorization"] == f"Bearer {TOKEN}"
    assert TOKEN not in path
    sent = json.loads(body)
    assert sent["recipient"] == {"id": "7"}
    assert sent["messaging_type"] == "RESPONSE"
    assert sent["message"]["text"] == "Hello <you>."
    assert sent["message"]["quick_replies"][0]["payload"] == "c:1=A?"


def test_typing_is_shown_and_not_tried_twice(api):
    api.replies = [(500, {}, {}, 0)]
    with pytest.raises(SendFailed):
        talk(api, lambda messenger: messenger.show_typing(TO))

    ((_, _, _, body),) = api.calls
    assert json.loads(body) == {"recipient": {"id": "7"}, "sender_action": "typing_on"}


def error(code, **fields):
    return {"error": {"message": "words of the person", "code": code, **fields}}


@pytest.mark.parametrize(
    ("status", "body", "reason"),
    [
        (400, error(10, error_subcode=2018278), "HTTP 400, code 10/2018278, tries=1"),
        (400, error(551, error_subcode=1545041), "HTTP 400, code 551/1545041, tries=1"),
        (403, error(200), "HTTP 403, code 200, tries=1"),
        (401, error(190), "HTTP 401, code 190, tries=1"),
        (403, {}, "HTTP 403, tries=1"),
        (400, {"error": "words"}, "HTTP 400, tries=1"),
        (400, {"error": {"code": "words"}}, "HTTP 400, tries=1"),
    ],
)
def test_what_stays_wrong_is_not_tried_again(api, status, body, reason):
    api.replies = [(status, {}, body, 0)]
    with pytest.raises(SendFailed) as raised:
        talk(api, lambda messenger: deliver(messenger, TO, TURN))

    assert str(raised.value) == reason


@pytest.mark.parametrize(
    ("status", "body", "wait_s"),
    [
        (400, error(4), 2.0),
        (400, error(17), 2.0),
        (400, error(32), 2.0),
        (400, error(613), 2.0),
        (429, error(80006), 2.0),
        (400, error(1200), None),
        (400, error(2), None),
        (400, error(1, is_transient=True), None),
        (503, {}, None),
    ],
)
def test_what_passes_is_tried_again(api, monkeypatch, status, body, wait_s):
    waits = []
    sleep = asyncio.sleep
    monkeypatch.setattr(asyncio, "sleep", lambda s: waits.append(s) or sleep(0))
    api.replies = [(status, {}, body, 0)]
    talk(api, lambda messenger: deliver(messenger, TO, TURN))

    assert len(api.calls) == 2
    assert wait_s is None or wait_s in waits


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("MESSENGER_PAGE_TOKEN", "short"),
        ("MESSENGER_PAGE_TOKEN", "with spaces and a length that is right"),
        ("MESSENGER_APP_SECRET", "0123456789"),
        ("MESSENGER_APP_SECRET", "x" * 32),
        ("MESSENGER_VERIFY_TOKEN", "short"),
        ("MESSENGER_API_URL", "graph.facebook.com"),
    ],
)
def test_values_have_a_form(key, value):
    with pytest.raises(SettingInvalid, match=key) as raised:
        read_accounts({**ON, key: value})

    assert APP_SECRET not in str(raised.value)
