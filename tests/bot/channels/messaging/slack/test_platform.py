"""What Slack sends, and what is sent to it."""

import asyncio
import hashlib
import hmac
import json
from urllib.parse import urlencode

import pytest

from bot.channels.messaging.api_client import ApiClient, SendFailed
from bot.channels.messaging.incoming import IncomingMessage, MessageKind
from bot.channels.messaging.rendering.tap_codes import ChoiceTap, FeedbackTap
from bot.channels.messaging.settings import read_account
from bot.channels.messaging.slack.platform import SPEC, Slack, strip_markup
from bot.channels.messaging.webhook import InvalidSignature, MalformedWebhook, Webhook
from settings import SettingInvalid
from tests.bot.channels.messaging.sending import deliver

TOKEN = "xoxb-12345-a-token-of-these-tests"
SECRET = "0123456789abcdef0123456789abcdef"
ENVIRON = {"SLACK_BOT_TOKEN": TOKEN, "SLACK_SIGNING_SECRET": SECRET}
NOW = 1_700_000_000
TURN = {"kind": "chat", "text": "Hello <you>.", "suggestions": [{"title": "A?", "payload": "A?"}]}
FORM = {"content-type": "application/x-www-form-urlencoded"}
MENTION = {"type": "app_mention", "channel": "C0123", "text": "<@U0BOT> is it?"}


def make(api_url="https://api.example", client=None):
    account = read_account(SPEC, {**ENVIRON, "SLACK_API_URL": api_url})
    return Slack(account, client, clock=lambda: NOW)


def sign(body, *, sent_at=str(NOW), secret=SECRET):
    message = f"v0:{sent_at}:".encode() + body
    signature = hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()
    return {"x-slack-request-timestamp": sent_at, "x-slack-signature": f"v0={signature}"}


def check(headers, body=b"{}"):
    asyncio.run(make().verify_signature(Webhook("webhook", "POST", headers, body=body)))


def read_body(body, headers=None):
    return make().parse_webhook(Webhook("webhook", "POST", headers or {}, body=body))


def message(**fields):
    return {
        "type": "message",
        "channel": "D024BE91L",
        "channel_type": "im",
        "user": "U2147483697",
        "text": "is it?",
        "ts": "1355517523.000005",
        **fields,
    }


def read(**fields):
    event = {"type": "event_callback", "event_id": "Ev1", "event": message(**fields)}
    return read_body(json.dumps(event).encode())


def interaction(**fields):
    action = {
        "type": "button",
        "action_id": "choice_1",
        "block_id": "b",
        "value": "c:1=A?",
        "action_ts": "1355517600.000100",
    }
    return {
        "type": "block_actions",
        "user": {"id": "U2147483697", "team_id": "T1"},
        "channel": {"id": "D024BE91L", "name": "directmessage"},
        "container": {"type": "message", "message_ts": "1355517530.000200"},
        "message": {"ts": "1355517530.000200", "text": "x"},
        "trigger_id": "1.2.3",
        "actions": [action],
        **fields,
    }


def tap(payload):
    return read_body(urlencode({"payload": json.dumps(payload)}).encode(), FORM)


def with_action(**fields):
    payload = interaction()
    return {**payload, "actions": [{**payload["actions"][0], **fields}]}


# who may speak


def test_the_signature_that_slack_documents_lets_in(monkeypatch):
    # The example of https://docs.slack.dev/authentication/verifying-requests-from-slack.
    body = (
        b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&"
        b"channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&"
        b"command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands"
        b"%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&"
        b"trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
    )
    headers = {
        "x-slack-request-timestamp": "1531420618",
        "x-slack-signature": "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503",
    }
    environ = {**ENVIRON, "SLACK_SIGNING_SECRET": "8f742231b10e8888abcd99yyyzzz85a5"}
    slack = Slack(read_account(SPEC, environ), None, clock=lambda: 1531420618)

    asyncio.run(slack.verify_signature(Webhook("webhook", "POST", headers, body=body)))


@pytest.mark.parametrize("age", [-299, 0, 300])
def test_a_signature_is_good_for_five_minutes(age):
    check(sign(b"{}", sent_at=str(NOW - age)))


@pytest.mark.parametrize(
    "headers",
    [
        {},
        sign(b"{}", secret="f" * 32),
        sign(b"{} "),
        sign(b"{}", sent_at=str(NOW - 301)),
        sign(b"{}", sent_at=str(NOW + 301)),
        sign(b"{}", sent_at="9" * 40),
        sign(b"{}", sent_at="-1"),
        sign(b"{}", sent_at=""),
        sign(b"{}", sent_at="now"),
        {**sign(b"{}"), "x-slack-request-timestamp": str(NOW - 1)},
        {**sign(b"{}"), "x-slack-request-timestamp": "\uff11"},
        {**sign(b"{}"), "x-slack-signature": ""},
        {**sign(b"{}"), "x-slack-signature": sign(b"{}")["x-slack-signature"][3:]},
        {**sign(b"{}"), "x-slack-signature": "\ud800"},
    ],
)
def test_anything_else_is_forged(headers):
    with pytest.raises(InvalidSignature) as raised:
        check(headers)

    assert SECRET not in str(raised.value)


# events


def test_a_direct_message():
    (incoming,) = read(text="is it &lt;b&gt; &amp; so?").messages

    assert incoming == IncomingMessage(
        id="D024BE91L U2147483697 1355517523.000005",
        conversation="D024BE91L",
        sender="U2147483697",
        content="is it <b> & so?",
        order=1355517523.000005,
        address={"channel": "D024BE91L"},
    )


def test_a_direct_message_in_a_thread_is_answered_there():
    (incoming,) = read(thread_ts="1355517500.000001").messages

    assert incoming.conversation == "D024BE91L"
    assert incoming.address["thread_ts"] == "1355517500.000001"


def test_a_mention_is_answered_in_its_thread_and_each_person_for_themselves():
    (first,) = read(**MENTION).messages
    (second,) = read(**MENTION, user="U0002", thread_ts="1355517500.000001").messages

    assert first.content == "is it?"
    assert first.conversation == "C0123 U2147483697"
    assert first.address == {"channel": "C0123", "thread_ts": "1355517523.000005"}
    assert second.conversation == "C0123 U0002"
    assert second.address == {"channel": "C0123", "thread_ts": "1355517500.000001"}


def test_a_bare_mention_says_hello():
    assert read(**{**MENTION, "text": "<@U0BOT> "}).messages[0].content is MessageKind.HELLO


def test_the_same_message_has_the_same_id():
    twice = [read(**MENTION), read(**MENTION, event_ts="1355517523.000009")]

    assert len({parsed.messages[0].id for parsed in twice}) == 1


@pytest.mark.parametrize("fields", [{"subtype": "file_share"}, {"files": [{"id": "F1"}]}])
def test_what_is_no_text_is_a_sign(fields):
    assert read(**fields).messages[0].content is MessageKind.NO_WORDS


@pytest.mark.parametrize("subtype", [None, "me_message", "thread_broadcast"])
def test_words_of_all_kinds(subtype):
    assert read(subtype=subtype).messages[0].content == "is it?"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("<https://x.example|the page>", "the page"),
        ("see <https://x.example/a?b=1&amp;c>", "see https://x.example/a?b=1&c"),
        ("<mailto:a@b.example|a@b.example>", "a@b.example"),
        ("<@U123> is it?", "is it?"),
        ("<@U123|sam> is it?", "is it?"),
        ("is <#C1|general> it?", "is #general it?"),
        ("<!here> is it?", "is it?"),
        ("<!subteam^S1|@nurses> is it?", "is it?"),
        ("on <!date^1392734382^{date}|18 Feb>", "on 18 Feb"),
        ("&amp;lt; a &lt; b &gt; c", "&lt; a < b > c"),
        ("a <unfinished", "a <unfinished"),
        ("*bold* _it_", "*bold* _it_"),
    ],
)
def test_the_words_of_a_message(text, words):
    assert strip_markup(text) == words


@pytest.mark.parametrize(
    "fields",
    [
        {"bot_id": "B1"},
        {"user": "USLACKBOT"},
        {"user": None},
        {"user": 5},
        {"user": ""},
        {"user": "../x"},
        {"text": None},
        {"text": ["is it?"]},
        {"channel": None},
        {"channel": {"id": "D1"}},
        {"channel": "D" * 500},
        {"ts": None},
        {"ts": 1355517523.000005},
        {"ts": "soon"},
        {"ts": "9" * 400 + ".1"},
        {"subtype": ["file_share"]},
        {"edited": {"user": "U1", "ts": "1355517524.000005"}},
        {"channel_type": "channel", "channel": "C0123"},
        {"channel_type": "mpim", "channel": "G0123"},
        {"type": "reaction_added"},
        {"type": "app_home_opened", "tab": "messages"},
        {"type": None},
        *(
            {"subtype": each}
            for each in (
                *("message_changed", "message_deleted", "message_replied", "bot_message"),
                *("channel_join", "channel_leave", "channel_topic", "pinned_item", "reminder_add"),
                *("huddle_thread", "bot_add", "assistant_app_thread", "event_of_2031"),
            )
        ),
    ],
)
def test_everything_else_is_silence(fields):
    parsed = read(**fields)

    assert parsed.messages == ()
    assert parsed.response.status == 200


@pytest.mark.parametrize(
    "envelope",
    [
        {"type": "event_callback"},
        {"type": "event_callback", "event": None},
        {"type": "event_callback", "event": "x"},
        {"type": "event_callback", "event": [message()]},
        {"type": "app_rate_limited", "minute_rate_limited": 1},
        {"type": "event_of_2031", "event": message()},
    ],
)
def test_other_envelopes_are_silence(envelope):
    assert read_body(json.dumps(envelope).encode()).messages == ()


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"{}", b"null", b'{"type": 5}', b"[" * 99_999])
def test_what_is_no_event_is_unreadable(body):
    with pytest.raises(MalformedWebhook):
        read_body(body)


def test_the_address_of_the_webhook_is_verified():
    body = json.dumps({"type": "url_verification", "token": "t", "challenge": "3eZbrw1a"}).encode()
    parsed = read_body(body)

    assert parsed.messages == ()
    assert json.loads(parsed.response.body) == {"challenge": "3eZbrw1a"}


# taps


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
def test_a_tap(code, said):
    (incoming,) = tap(with_action(value=code)).messages

    assert incoming.content == said
    assert incoming.conversation == "D024BE91L"
    assert incoming.sender == "U2147483697"
    assert incoming.address == {"channel": "D024BE91L"}


def test_a_tap_in_a_channel_is_of_who_tapped_and_stays_in_the_thread():
    channel = {"id": "C0123", "name": "general"}
    (incoming,) = tap(interaction(channel=channel, message={"thread_ts": "1.5"})).messages

    assert incoming.conversation == "C0123 U2147483697"
    assert incoming.address == {"channel": "C0123", "thread_ts": "1.5"}


def test_a_second_tap_on_a_button_is_another_one():
    taps = [interaction(), interaction(), with_action(action_ts="1355517601.000100")]

    assert len({tap(each).messages[0].id for each in taps}) == 2


@pytest.mark.parametrize(
    "payload",
    [
        {"type": "view_submission", "user": {"id": "U1"}},
        {"type": "shortcut"},
        {"type": "block_actions"},
        interaction(actions=[]),
        interaction(actions="x"),
        interaction(actions=["x"]),
        interaction(channel=None),
        interaction(user={"id": 5}),
        with_action(type="static_select"),
        with_action(action_ts=None),
        with_action(action_ts="soon"),
    ],
)
def test_other_interactions_are_silence(payload):
    assert tap(payload).messages == ()


@pytest.mark.parametrize(
    "body", [b"", b"payload=", b"payload=%7B", b"payload=5", b"a=b", b"&" * 900]
)
def test_what_is_no_interaction_is_unreadable(body):
    with pytest.raises(MalformedWebhook):
        read_body(body, FORM)


# answers


TO = IncomingMessage(
    id="1",
    conversation="C1 U1",
    sender="U1",
    content="x",
    address={"channel": "C1", "thread_ts": "1.5"},
)


def talk(api, act, **settings):
    async def run():
        client = ApiClient(**{"first_wait_s": 0.01, **settings})
        try:
            await act(make(api.url, client))
        finally:
            await client.close()

    asyncio.run(run())


def send(api):
    talk(api, lambda slack: deliver(slack, TO, TURN))


def test_a_turn_is_sent(api):
    send(api)

    ((method, path, headers, body),) = api.calls
    sent = json.loads(body)
    assert (method, path) == ("POST", "/chat.postMessage")
    assert headers["Authorization"] == f"Bearer {TOKEN}"
    assert headers["Content-Type"] == "application/json"
    assert (sent["channel"], sent["thread_ts"]) == ("C1", "1.5")
    assert sent["text"] == "Hello &lt;you&gt;."
    assert sent["blocks"][-1]["elements"][0]["value"] == "c:1=A?"


def test_nothing_shows_that_somebody_is_writing(api):
    talk(api, lambda slack: slack.show_typing(TO))

    assert api.calls == []


@pytest.mark.parametrize("error", ["ratelimited", "internal_error", "fatal_error"])
def test_an_error_that_may_pass_is_tried_again(api, error):
    api.replies = [(200, {}, {"ok": False, "error": error}, 0)]
    send(api)

    assert len(api.calls) == 2


@pytest.mark.parametrize("status", [200, 429])
def test_slacks_own_wait_is_kept(api, monkeypatch, status):
    waits = []
    sleep = asyncio.sleep
    monkeypatch.setattr(asyncio, "sleep", lambda s: waits.append(s) or sleep(0))
    api.replies = [(status, {"Retry-After": "3"}, {"ok": False, "error": "ratelimited"}, 0)]
    send(api)

    assert 3.0 in waits


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        ({"ok": False, "error": "channel_not_found"}, "error channel_not_found"),
        ({"ok": False, "error": "Words of a person!"}, "error unknown"),
        ({"ok": False, "error": 5}, "error unknown"),
        ({"ok": "true"}, "error unknown"),
        ([], "error unknown"),
        (b"<html>", "error unknown"),
    ],
)
def test_an_error_that_stays_is_not_tried_again_and_only_its_code_is_told(api, reply, reason):
    api.replies = [(200, {}, reply, 0)]
    with pytest.raises(SendFailed) as raised:
        send(api)

    assert str(raised.value) == f"{reason}, tries=1"
    assert len(api.calls) == 1


# the account


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("SLACK_BOT_TOKEN", "xoxp-12345-a-token-of-a-person"),
        ("SLACK_BOT_TOKEN", "xoxb-"),
        ("SLACK_SIGNING_SECRET", "short"),
        ("SLACK_SIGNING_SECRET", ""),
    ],
)
def test_values_have_a_form(key, value):
    with pytest.raises(SettingInvalid, match=key) as raised:
        read_account(SPEC, {**ENVIRON, key: value})

    assert TOKEN not in str(raised.value)
