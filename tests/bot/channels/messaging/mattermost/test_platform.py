"""What Mattermost sends, and what is sent to it."""

import asyncio
import base64
import json
import time
from urllib.parse import urlencode

import pytest

from bot.channels.messaging.api_client import ApiClient, SendFailed
from bot.channels.messaging.canned_replies import CannedReply
from bot.channels.messaging.incoming import IncomingMessage, MessageKind
from bot.channels.messaging.mattermost.platform import SPEC, Mattermost
from bot.channels.messaging.rendering.tap_codes import ChoiceTap, FeedbackTap
from bot.channels.messaging.settings import read_account
from bot.channels.messaging.webhook import InvalidSignature, MalformedWebhook, Webhook
from settings import SettingInvalid
from tests.bot.channels.messaging.sending import deliver

TOKEN, HOOK, COMMAND = "t" * 26, "h" * 26, "c" * 26
BOT, PERSON, CHANNEL, POST, ROOT = "b" * 26, "u" * 26, "k" * 26, "p" * 26, "r" * 26
DIRECT = "d" * 26
ENVIRON = {
    "MATTERMOST_TOKEN": TOKEN,
    "MATTERMOST_WEBHOOK_TOKEN": f"{HOOK}, {COMMAND}",
    "MATTERMOST_URL": "https://chat.example",
    "BONAFIDE_PUBLIC_URL": "https://bot.example",
}
TURN = {
    "kind": "answer",
    "text": "Hello *you*.",
    "answer_id": "a1",
    "suggestions": [{"title": "A?", "payload": "A?"}],
}
FORM = {"content-type": "application/x-www-form-urlencoded"}


def make(url="https://chat.example", client=None, **environ):
    account = read_account(SPEC, {**ENVIRON, "MATTERMOST_URL": url, **environ})
    mattermost = Mattermost(account, client)
    mattermost._bot = BOT  # as if the server had been asked
    return mattermost


def webhook(fields, *, path="webhook", is_form=False):
    if is_form:
        return Webhook(path, "POST", FORM, body=urlencode(fields).encode())
    return Webhook(path, "POST", body=json.dumps(fields).encode())


def post(**fields):
    return {
        "token": HOOK,
        "team_id": "e" * 26,
        "team_domain": "team",
        "channel_id": CHANNEL,
        "channel_name": "town-square",
        "timestamp": 1_700_000_000_123,
        "user_id": PERSON,
        "user_name": "sam",
        "post_id": POST,
        "text": "#ask is it *so*?",
        "trigger_word": "#ask",
        "file_ids": "",
        **fields,
    }


def trigger_id(number=1_700_000_000_456):
    return base64.b64encode(f"{'x' * 26}:{PERSON}:{number}:MEUCIQDsignature".encode()).decode()


def command(**fields):
    return {
        "token": COMMAND,
        "channel_id": CHANNEL,
        "channel_name": "town-square",
        "user_id": PERSON,
        "command": "/ask",
        "text": "is it so?",
        "trigger_id": trigger_id(),
        "response_url": "https://chat.example/hooks/commands/x",
        **fields,
    }


def tap(code="c:1=A?", *, channel=CHANNEL, root=ROOT, made_at=0, **fields):
    made_at = str(int(made_at or time.time()))
    signature = make()._sign(code, channel, root, PERSON, made_at)
    return {
        "user_id": PERSON,
        "user_name": "sam",
        "channel_id": channel,
        "channel_name": "town-square",
        "post_id": POST,
        "trigger_id": trigger_id(),
        "type": "button",
        "data_source": "",
        "context": {"tap": code, "root": root, "at": made_at, "signature": signature},
        **fields,
    }


def read(fields, **options):
    return make().parse_webhook(webhook(fields, **options))


def check(fields, **options):
    asyncio.run(make().verify_signature(webhook(fields, **options)))


# who may speak


@pytest.mark.parametrize("is_form", [False, True])
def test_the_tokens_let_in(is_form):
    check(post(), is_form=is_form)
    check(command(), is_form=is_form)


@pytest.mark.parametrize(
    "token", [None, "", "x" * 26, HOOK[1:], HOOK + "h", f"{HOOK},{COMMAND}", [HOOK], "\ud800"]
)
def test_other_tokens_do_not(token):
    with pytest.raises(InvalidSignature) as raised:
        check(post(token=token))

    assert HOOK not in str(raised.value)


@pytest.mark.parametrize("root", [ROOT, ""])
def test_a_tap_on_a_button_of_ours_is_let_in(root):
    check(tap(root=root), path="action")


@pytest.mark.parametrize(
    "changed",
    [
        {"context": None},
        {"context": {}},
        {"context": {**tap()["context"], "tap": "c:1=B?"}},
        {"context": {**tap()["context"], "tap": ["c:1=A?"]}},
        {"context": {**tap()["context"], "root": ""}},
        {"context": {**tap()["context"], "root": POST}},
        {"context": {**tap()["context"], "at": str(int(time.time()) + 99)}},
        {"context": {**tap()["context"], "at": None}},
        {"context": {**tap()["context"], "signature": ""}},
        {"context": {**tap()["context"], "signature": "0" * 64}},
        {"context": {"tap": "c:1=A?", "root": ROOT}},
        {"channel_id": DIRECT},
        {"channel_id": None},
    ],
)
def test_a_tap_on_any_other_is_forged(changed):
    with pytest.raises(InvalidSignature):
        check({**tap(), **changed}, path="action")


def test_in_direct_messages_nobody_else_can_tap():
    with pytest.raises(InvalidSignature):
        check(tap(channel=DIRECT, root="", user_id=ROOT), path="action")


def test_the_button_of_a_person_is_no_button_of_a_thread_of_that_name():
    context = tap(channel=DIRECT, root="")["context"]
    for other in (PERSON, ROOT):
        with pytest.raises(InvalidSignature):
            check(
                tap(channel=DIRECT, user_id=other, context={**context, "root": PERSON}),
                path="action",
            )


def test_a_button_of_long_ago_is_refused_politely():
    day_s = 24 * 3600
    for days, said in ((29, ChoiceTap(1, "A?", "")), (31, MessageKind.OLD_TAP)):
        old = tap(made_at=time.time() - days * day_s)
        check(old, path="action")
        assert read(old, path="action").messages[0].content == said


def test_in_a_thread_everybody_can_tap():
    check(tap(user_id=ROOT), path="action")


def test_the_token_of_a_webhook_is_no_proof_of_a_tap():
    with pytest.raises(InvalidSignature):
        check({**post(), "context": {"tap": "c:1=A?", "root": ""}}, path="action")


def test_another_bots_key_signs_nothing():
    with pytest.raises(InvalidSignature):
        asyncio.run(make(MATTERMOST_TOKEN="s" * 26).verify_signature(webhook(tap(), path="action")))


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"5", b"null", b"[" * 99_999])
@pytest.mark.parametrize("path", ["webhook", "action"])
def test_what_is_no_object_is_unreadable(body, path):
    with pytest.raises(MalformedWebhook):
        asyncio.run(make().verify_signature(Webhook(path, "POST", body=body)))


# posts


def test_a_post_is_a_message_without_its_first_word():
    (incoming,) = read(post()).messages

    assert incoming == IncomingMessage(
        id=f"post {POST}",
        conversation=f"{CHANNEL} {PERSON}",
        sender=PERSON,
        content="is it *so*?",
        order=1_700_000_000_123,
        address={"channel": CHANNEL, "post": POST},
    )


def test_a_form_says_the_same_and_its_seconds():
    (incoming,) = read(post(timestamp="1700000000"), is_form=True).messages

    assert incoming.content == "is it *so*?"
    assert incoming.order == 1_700_000_000_000


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"text": "#ask"}, MessageKind.HELLO),
        ({"text": "  #ask \n"}, MessageKind.HELLO),
        ({"text": "#ask: is it?"}, "is it?"),
        ({"text": "is it?", "trigger_word": ""}, "is it?"),
        ({"text": "is it?", "trigger_word": None}, "is it?"),
        ({"text": "", "trigger_word": ""}, ""),
        ({"file_ids": f"{POST},{ROOT}"}, MessageKind.NO_WORDS),
        ({"text": "", "trigger_word": "", "file_ids": POST}, MessageKind.NO_WORDS),
        ({"text": "#ask /restart"}, "/restart"),
    ],
)
def test_what_a_post_says(fields, said):
    assert read(post(**fields)).messages[0].content == said


def test_people_of_a_channel_are_apart():
    people = [read(post(user_id=each * 26)).messages[0].conversation for each in "xyx"]

    assert len(set(people)) == 2


@pytest.mark.parametrize("timestamp", [None, "", "soon", True, 10**40, [5]])
def test_a_time_that_is_none_is_no_obstacle(timestamp):
    assert read(post(timestamp=timestamp)).messages[0].order == 0


@pytest.mark.parametrize(
    "fields",
    [
        {"user_id": BOT},
        {"user_id": None},
        {"user_id": "short"},
        {"user_id": PERSON.upper()},
        {"user_id": [PERSON]},
        {"channel_id": None},
        {"channel_id": "../../users/" + "m" * 14},
        {"post_id": None},
        {"post_id": 5},
        {"post_id": "../" + "p" * 23},
        {"text": None},
        {"text": {"a": "is it?"}},
    ],
)
def test_everything_else_is_silence(fields):
    parsed = read(post(**fields))

    assert parsed.messages == ()
    assert (parsed.response.status, parsed.response.body) == (200, "")


# commands


def test_a_command_is_answered_in_direct_messages_and_says_so():
    parsed = read(command(), is_form=True)

    assert parsed.messages == (
        IncomingMessage(
            id=f"trigger {trigger_id()}",
            conversation=f"direct {PERSON}",
            sender=PERSON,
            content="is it so?",
            order=1_700_000_000_456,
            address={"user": PERSON},
        ),
    )
    assert parsed.response.body == CannedReply.DIRECT.value


def test_a_command_in_direct_messages_with_the_bot_needs_no_word():
    assert read(command(channel_name=f"{BOT}__{PERSON}")).response.body == ""


def test_an_empty_command_says_hello():
    assert read(command(text=" ")).messages[0].content is MessageKind.HELLO


def test_a_command_and_a_tap_in_direct_messages_are_one_conversation():
    (tapped,) = read(tap(channel=DIRECT, root=""), path="action").messages

    assert tapped.conversation == read(command()).messages[0].conversation


@pytest.mark.parametrize(
    "fields",
    [
        {"user_id": "x"},
        {"trigger_id": None},
        {"trigger_id": ""},
        {"trigger_id": 5},
        {"text": None},
        {"text": ["x"]},
    ],
)
def test_other_commands_are_silence(fields):
    parsed = read(command(**fields))

    assert parsed.messages == ()
    assert (parsed.response.status, parsed.response.body) == (200, "")


@pytest.mark.parametrize("trigger", ["x", "\u00e9", "\ud800", "AAAA" * 50, "OjpzOg==", "a" * 999])
def test_a_trigger_without_a_time_is_no_obstacle(trigger):
    assert read(command(trigger_id=trigger)).messages[0].order == 0


# taps


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("c:1=A?", ChoiceTap(1, "A?", "")),
        ("c:2#0123abcd", ChoiceTap(2, "", "0123abcd")),
        ("f:up:abc", FeedbackTap("up", "abc")),
        ("of a later version", MessageKind.OLD_TAP),
    ],
)
def test_a_tap(code, said):
    parsed = read(tap(code), path="action")

    (incoming,) = parsed.messages
    assert incoming.content == said
    assert incoming.conversation == f"{CHANNEL} {PERSON}"
    assert incoming.address == {"channel": CHANNEL, "root": ROOT}
    assert incoming.order == 1_700_000_000_456
    assert json.loads(parsed.response.body) == {}


def test_a_second_tap_on_a_button_is_another_one():
    triggers = [trigger_id(1), trigger_id(1), trigger_id(2)]
    ids = {read(tap(trigger_id=each), path="action").messages[0].id for each in triggers}

    assert len(ids) == 2


@pytest.mark.parametrize(
    "fields", [{"trigger_id": None}, {"user_id": None}, {"channel_id": "x"}, {"user_id": 5}]
)
def test_other_taps_are_silence(fields):
    parsed = read(tap(**fields), path="action")

    assert parsed.messages == ()
    assert parsed.response.status == 200


# answers


def talk(api, act, *, knows_itself=True):
    async def run():
        client = ApiClient(first_wait_s=0.01)
        mattermost = make(api.url, client)
        if not knows_itself:
            mattermost._bot = ""
        try:
            await act(mattermost)
        finally:
            await client.close()

    asyncio.run(run())


def calls(api):
    return [(method, path, json.loads(body or b"null")) for method, path, _, body in api.calls]


def incoming(**address):
    return IncomingMessage(id="1", conversation="c", sender=PERSON, content="x", address=address)


IN_THREAD = incoming(channel=CHANNEL, root=ROOT)


def test_the_answer_to_a_post_is_in_its_thread(api):
    api.replies = [(200, {}, {"id": POST, "root_id": ""}, 0)]
    talk(api, lambda bot: deliver(bot, incoming(channel=CHANNEL, post=POST), TURN))

    (asked, sent) = calls(api)
    assert asked == ("GET", f"/api/v4/posts/{POST}", None)
    assert sent[:2] == ("POST", "/api/v4/posts")
    assert (sent[2]["channel_id"], sent[2]["root_id"]) == (CHANNEL, POST)
    assert api.calls[1][2]["Authorization"] == f"Bearer {TOKEN}"


def test_the_answer_to_a_post_in_a_thread_is_in_that_thread(api):
    api.replies = [(200, {}, {"id": POST, "root_id": ROOT}, 0)]
    talk(api, lambda bot: deliver(bot, incoming(channel=CHANNEL, post=POST), TURN))

    assert calls(api)[1][2]["root_id"] == ROOT


def test_the_answer_to_a_command_is_a_direct_message(api):
    api.replies = [(201, {}, {"id": DIRECT}, 0)]
    talk(api, lambda bot: deliver(bot, incoming(user=PERSON), TURN))

    (opened, sent) = calls(api)
    assert opened == ("POST", "/api/v4/channels/direct", [BOT, PERSON])
    assert (sent[2]["channel_id"], sent[2]["root_id"]) == (DIRECT, "")


@pytest.mark.parametrize("reply", [{}, [], {"id": "x"}, {"id": 5}, b"<html>"])
def test_a_channel_without_an_id_is_no_channel(api, reply):
    api.replies = [(201, {}, reply, 0)]
    with pytest.raises(SendFailed, match="no id in the reply"):
        talk(api, lambda bot: deliver(bot, incoming(user=PERSON), TURN))

    assert len(api.calls) == 1


def test_a_turn_and_its_buttons(api):
    talk(api, lambda bot: deliver(bot, IN_THREAD, TURN))

    ((_, _, sent),) = calls(api)
    assert sent["message"] == "Hello \\*you\\*."
    attachments = sent["props"]["attachments"]
    actions = [action for attachment in attachments for action in attachment["actions"]]
    assert actions[0]["name"] == "A?"
    assert {action["integration"]["url"] for action in actions} == {
        "https://bot.example/webhooks/mattermost/action"
    }


def test_what_a_button_brings_back_is_let_in_where_it_was_shown_and_nowhere_else(api):
    talk(api, lambda bot: deliver(bot, IN_THREAD, TURN))
    (choices, thumbs) = calls(api)[0][2]["props"]["attachments"]
    contexts = [each["integration"]["context"] for each in choices["actions"] + thumbs["actions"]]

    for context in contexts:
        check(tap(context=context), path="action")
        with pytest.raises(InvalidSignature):
            check(tap(context=context, channel=DIRECT), path="action")
    assert [context["tap"] for context in contexts] == ["c:1=A?", "f:up:a1", "f:down:a1"]
    assert TOKEN not in json.dumps(contexts)


def test_a_long_turn_is_sent_in_order_and_no_further_than_what_fails(api):
    long = {"kind": "answer", "text": "One sentence. " * 2500}
    api.replies = [(201, {}, {}, 0), (403, {}, {}, 0)]
    with pytest.raises(SendFailed, match="HTTP 403"):
        talk(api, lambda bot: deliver(bot, IN_THREAD, long))

    assert len(api.calls) == 2


def test_typing_is_shown_and_not_tried_twice(api):
    api.replies = [(500, {}, {}, 0)]
    with pytest.raises(SendFailed):
        talk(api, lambda bot: bot.show_typing(IN_THREAD))

    assert calls(api) == [("POST", "/api/v4/users/me/typing", {"channel_id": CHANNEL})]


def test_typing_is_shown_in_direct_messages(api):
    api.replies = [(201, {}, {"id": DIRECT}, 0)]
    talk(api, lambda bot: bot.show_typing(incoming(user=PERSON)))

    assert calls(api)[1] == ("POST", "/api/v4/users/me/typing", {"channel_id": DIRECT})


# itself


def test_the_bot_asks_once_who_it_is_and_does_not_answer_itself(api):
    api.replies = [(200, {}, {"id": PERSON}, 0)]
    messages = []

    async def act(bot):
        for _ in range(2):
            await bot.verify_signature(webhook(post()))
            messages.extend(bot.parse_webhook(webhook(post())).messages)

    talk(api, act, knows_itself=False)

    assert calls(api) == [("GET", "/api/v4/users/me", None)]
    assert messages == []


def test_a_stranger_causes_no_call(api):
    with pytest.raises(InvalidSignature):
        talk(api, lambda bot: bot.verify_signature(webhook(post(token=""))), knows_itself=False)

    assert api.calls == []


def test_without_knowing_itself_it_takes_nothing(api):
    api.replies = [(401, {}, {}, 0)]
    with pytest.raises(SendFailed, match="HTTP 401, tries=1"):
        talk(api, lambda bot: bot.verify_signature(webhook(post())), knows_itself=False)


# the account


def test_one_token_is_enough():
    asyncio.run(make(MATTERMOST_WEBHOOK_TOKEN=HOOK).verify_signature(webhook(post())))


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("MATTERMOST_TOKEN", "short"),
        ("MATTERMOST_TOKEN", ""),
        ("MATTERMOST_WEBHOOK_TOKEN", f"{HOOK},"),
        ("MATTERMOST_WEBHOOK_TOKEN", f"{HOOK} {COMMAND}"),
        ("MATTERMOST_URL", "https://chat.example/"),
        ("MATTERMOST_URL", ""),
        ("BONAFIDE_PUBLIC_URL", ""),
    ],
)
def test_values_have_a_form(key, value):
    with pytest.raises(SettingInvalid, match=key) as raised:
        read_account(SPEC, {**ENVIRON, key: value})

    assert not any(secret in str(raised.value) for secret in (TOKEN, HOOK, COMMAND))
