"""What Teams sends, and what is sent to it."""

import asyncio
import json

import pytest

from bot.channels.messaging.api_client import ApiClient, SendFailed
from bot.channels.messaging.incoming import IncomingMessage, MessageKind
from bot.channels.messaging.rendering.tap_codes import ChoiceTap, FeedbackTap
from bot.channels.messaging.settings import read_account
from bot.channels.messaging.teams.platform import HOSTS, SPEC, Teams
from bot.channels.messaging.webhook import InvalidSignature, MalformedWebhook, Webhook
from settings import SettingInvalid
from tests.bot.channels.messaging.sending import deliver
from tests.bot.channels.messaging.teams.signing_keys import APP_ID, SERVICE_URL, Login, jwk, sign

PASSWORD = "a~very.secret-password-of-tests"
TENANT = "99999999-8888-4777-8666-555555555555"
BOT = f"28:{APP_ID}"
PERSON = "29:1XJKJMvc5GBtc2JwZq0oj8tHZmzrQgFm"
PRIVATE = {"conversationType": "personal", "id": "a:17I0kl", "tenantId": TENANT}
GROUP = {"conversationType": "groupChat", "isGroup": True, "id": "19:g@thread.v2"}
CHANNEL = {"conversationType": "channel", "isGroup": True, "id": "19:c@thread.tacv2;messageid=1"}
MENTION = {
    "type": "mention",
    "mentioned": {"id": BOT, "name": "Bonafide"},
    "text": "<at>Bonafide</at>",
}
HTML = {"contentType": "text/html", "content": "<div>words</div>"}
TURN = {"kind": "answer", "text": "Yes.", "disclaimer": "General information.", "answer_id": "x"}


def make(client=None, **other):
    environ = {"TEAMS_APP_ID": APP_ID, "TEAMS_APP_PASSWORD": PASSWORD, **other}
    return Teams(read_account(SPEC, environ), client or Login())


def activity(kind="message", **content):
    return {
        "type": kind,
        "id": "1485983408511",
        "timestamp": "2017-02-01T21:10:07.437Z",
        "serviceUrl": SERVICE_URL,
        "channelId": "msteams",
        "from": {"id": PERSON, "name": "Megan Bowen", "aadObjectId": "7faf8ab2"},
        "conversation": PRIVATE,
        "recipient": {"id": BOT, "name": "Bonafide"},
        "entities": [{"type": "clientInfo", "locale": "en-GB", "country": "GB"}],
        "channelData": {"tenant": {"id": TENANT}},
        "locale": "en-GB",
        **content,
    }


def webhook(body, token=None):
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = {} if token is None else {"authorization": f"Bearer {token}"}
    return Webhook("webhook", "POST", headers, body=content)


def read(kind="message", **content):
    return make().parse_webhook(webhook(activity(kind, **content)))


def said(**content):
    messages = read(**content).messages
    return messages[0].content if messages else None


def check(body=None, token=None, teams=None):
    asyncio.run((teams or make()).verify_signature(webhook(body or activity(), token or sign())))


# who may speak


def test_a_genuine_webhook_is_let_in():
    check()


def test_one_without_a_token_is_not():
    with pytest.raises(InvalidSignature, match="no token"):
        asyncio.run(make().verify_signature(webhook(activity())))


def test_the_token_is_for_this_bot_whatever_the_case_of_its_id():
    check(teams=make(TEAMS_APP_ID=APP_ID.upper()))
    with pytest.raises(InvalidSignature, match="InvalidAudienceError"):
        check(token=sign(aud=TENANT))


@pytest.mark.parametrize("channel", [None, "", "webchat", "directline", "emulator", 5])
def test_other_channels_of_the_bot_framework_are_refused(channel):
    with pytest.raises(InvalidSignature, match="another channel"):
        check(activity(channelId=channel))


@pytest.mark.parametrize("endorsements", [None, [], ["webchat"], "msteams", ["MSTEAMS"]])
def test_the_key_has_to_be_endorsed_for_teams(endorsements):
    login = Login()
    login.keys = {"keys": [jwk("k1", endorsements=endorsements)]}
    with pytest.raises(InvalidSignature, match="may not sign"):
        check(teams=make(login))


@pytest.mark.parametrize(
    "url", [None, "", 5, "https://smba.trafficmanager.net/amer/", "https://smba.trafficmanager.net"]
)
def test_the_token_is_for_one_service_url(url):
    with pytest.raises(InvalidSignature, match="another service URL"):
        check(activity(serviceUrl=url))
    with pytest.raises(InvalidSignature, match="another service URL"):
        check(activity(), sign(serviceurl=url))


def test_a_missing_service_url_is_not_matched_by_a_missing_claim():
    with pytest.raises(InvalidSignature, match="another service URL"):
        check(activity(serviceUrl=""), sign(serviceurl=""))


@pytest.mark.parametrize(
    "url",
    [
        *(f"https://{host}/" for host in HOSTS),
        "https://smba.trafficmanager.net/emea",
        "https://smba.trafficmanager.net/amer-client-ss.msg/",
        f"https://smba.trafficmanager.net/uk/{TENANT}/",
        "https://smba.trafficmanager.net:443/teams/",
    ],
)
def test_answers_go_to_teams(url):
    check(activity(serviceUrl=url), sign(serviceurl=url))


@pytest.mark.parametrize(
    "url",
    [
        "http://smba.trafficmanager.net/emea/",
        "https://evil.example/",
        "https://attacker.trafficmanager.net/emea/",
        "https://smba.trafficmanager.net.evil.example/",
        "https://smba.trafficmanager.net@evil.example/",
        "https://evil.example/https://smba.trafficmanager.net/",
        "https://smba.trafficmanager.net:8443/",
        "https://smba.trafficmanager.net/?x=1",
        "https://smba.trafficmanager.net/#x",
        "https://smba.trafficmanager.net/\nx",
        "https://SMBA_trafficmanager.net/",
        "https://webchat.botframework.com/",
        "http://127.0.0.1:8080/",
        "//smba.trafficmanager.net/",
        "smba.trafficmanager.net",
    ],
)
def test_and_nowhere_else(url):
    with pytest.raises(InvalidSignature, match="not one of Teams'") as raised:
        check(activity(serviceUrl=url), sign(serviceurl=url))
    assert url not in str(raised.value)


@pytest.mark.parametrize(
    ("url", "is_fine"),
    [
        ("http://127.0.0.1:8080/amer/", True),
        ("http://127.0.0.1:8081/amer/", False),
        ("http://127.0.0.1:80801/", False),
        ("http://127.0.0.1:8080.evil.example/", False),
        ("https://evil.example/", False),
    ],
)
def test_a_stand_in_is_its_own_service(url, is_fine):
    login = Login()
    login.metadata = {"jwks_uri": "http://127.0.0.1:8080/keys"}
    teams = make(login, TEAMS_API_URL="http://127.0.0.1:8080")
    try:
        check(activity(serviceUrl=url), sign(serviceurl=url), teams)
    except InvalidSignature:
        assert not is_fine
    else:
        assert is_fine


@pytest.mark.parametrize(
    "where",
    [
        {"channelData": {}, "conversation": {**PRIVATE, "tenantId": None}},
        {"channelData": None, "conversation": {"id": "a:1"}},
        {"channelData": {"tenant": {"id": ""}}, "conversation": {**PRIVATE, "tenantId": ["x"]}},
        {
            "channelData": {"tenant": {"id": TENANT}},
            "conversation": {**PRIVATE, "tenantId": APP_ID},
        },
        {"channelData": {}, "conversation": {**PRIVATE, "tenantId": APP_ID}},
    ],
)
def test_a_bot_of_one_tenant_serves_none_that_is_not_named(where):
    with pytest.raises(InvalidSignature, match="tenant"):
        check(activity(**where), teams=make(TEAMS_TENANT_ID=TENANT))
    check(activity(**where))


def test_the_tenant_of_the_conversation_will_do():
    check(activity(channelData={}), teams=make(TEAMS_TENANT_ID=TENANT))


def test_a_bot_of_one_tenant_serves_no_other():
    other = activity(channelData={"tenant": {"id": APP_ID}})
    own = activity(channelData={"tenant": {"id": TENANT.upper()}})
    check(other)
    check(own, teams=make(TEAMS_TENANT_ID=TENANT))
    with pytest.raises(InvalidSignature, match="another tenant"):
        check(other, teams=make(TEAMS_TENANT_ID=TENANT))


@pytest.mark.parametrize("body", [b"", b"hello", b"[]", b"7", b"null", b"[" * 100_000, b"\xff"])
def test_what_is_no_activity_is_unreadable_and_never_read_before_its_token(body):
    teams = make()
    with pytest.raises(MalformedWebhook):
        asyncio.run(teams.verify_signature(webhook(body, sign())))
    with pytest.raises(InvalidSignature):
        asyncio.run(teams.verify_signature(webhook(body, "x")))
    with pytest.raises(MalformedWebhook):
        teams.parse_webhook(webhook(body))


@pytest.mark.parametrize("kind", [None, 5, [], {}])
def test_an_activity_has_a_type(kind):
    with pytest.raises(MalformedWebhook):
        read(type=kind)


# what is said


def test_a_message_in_a_private_chat():
    (incoming,) = read(text="is it <b>?", attachments=[HTML]).messages

    assert incoming == IncomingMessage(
        id="a:17I0kl 1485983408511",
        conversation=f"a:17I0kl {PERSON}",
        sender=PERSON,
        content="is it <b>?",
        order=1485983408511,
        locale="en-GB",
        address={
            "service_url": "https://smba.trafficmanager.net/emea",
            "conversation": "a%3A17I0kl",
            "reply_to": "",
            "bot": BOT,
        },
    )


def test_the_same_moment_in_two_chats_is_two_messages():
    first = read(text="x").messages[0]
    second = read(text="x", conversation={**PRIVATE, "id": "a:other"}).messages[0]

    assert first.id != second.id


@pytest.mark.parametrize("conversation", [GROUP, CHANNEL])
def test_in_a_group_it_has_to_be_mentioned(conversation):
    text = "<at>Bonafide</at> is it hereditary?\n"
    (incoming,) = read(text=text, entities=[MENTION], conversation=conversation).messages

    assert incoming.content == "is it hereditary?"
    assert incoming.conversation == f"{conversation['id']} {PERSON}"
    assert incoming.address["reply_to"] == "1485983408511"
    assert said(text=text, entities=[], conversation=conversation) is None
    others = {**MENTION, "mentioned": {"id": "29:other"}}
    assert said(text=text, entities=[others], conversation=conversation) is None


def test_a_conversation_without_a_type_is_taken_for_a_group():
    assert said(text="x", conversation={"id": "a:1"}) is None
    assert said(text="x", conversation={"id": "a:1"}, entities=[MENTION]) == "x"


@pytest.mark.parametrize(
    ("text", "entities", "words"),
    [
        ("<at>Bonafide</at>&", [MENTION], "&"),
        ("what does <at>Bonafide</at> know", [MENTION], "what does   know"),
        ("<at>Bonafide</at> hi <at>Bonafide</at>", [MENTION, MENTION], "hi"),
        (
            "<at>Bonafide</at> ask <at id='1'>Ann</at> too",
            [
                MENTION,
                {"type": "mention", "mentioned": {"id": "29:a"}, "text": "<at id='1'>Ann</at>"},
            ],
            "ask Ann too",
        ),
        ("hello", [MENTION], "hello"),
        ("x", [5, None, [], {"type": "mention"}, {"type": "mention", "text": 5}, MENTION], "x"),
        ("x <at>y</at>", [], "x <at>y</at>"),
        ('<quoted messageId="14"/> and you?', [], "and you?"),
    ],
)
def test_names_are_taken_out_of_the_words(text, entities, words):
    assert said(text=text, entities=entities) == words


def test_many_marks_cost_no_time():
    assert said(text="<quoted " * 50_000, entities=[MENTION] * 10_000)


@pytest.mark.parametrize("conversation", [PRIVATE, GROUP])
def test_the_name_alone_is_a_greeting(conversation):
    content = {"text": "<at>Bonafide</at> ", "entities": [MENTION], "attachments": [HTML]}
    (incoming,) = read(**content, conversation=conversation).messages

    assert incoming.content is MessageKind.HELLO
    assert incoming.id.endswith(" 1485983408511")


@pytest.mark.parametrize(
    "attachment",
    [
        {"contentType": "image/*", "contentUrl": "https://x/"},
        {"contentType": "image/png"},
        {"contentType": "audio/ogg"},
        {"contentType": "video/mp4"},
        {"contentType": "application/vnd.microsoft.teams.file.download.info", "name": "scan.pdf"},
    ],
)
@pytest.mark.parametrize("text", ["look at this", "", None])
def test_a_file_is_not_read(attachment, text):
    assert said(text=text, attachments=[attachment, HTML]) is MessageKind.NO_WORDS


def test_html_without_words_is_a_sticker():
    assert said(text="", attachments=[HTML]) is MessageKind.NO_WORDS
    assert said(text="", attachments=[]) is None


@pytest.mark.parametrize(
    "attachments",
    [[HTML], None, {}, "x", [5], [{"contentType": 5}], [{"contentType": "messageReference"}]],
)
def test_other_attachments_do_not_matter(attachments):
    assert said(text="words", attachments=attachments) == "words"


@pytest.mark.parametrize(
    ("code", "meaning"),
    [
        ("c:1=A?", ChoiceTap(1, "A?", "")),
        ("c:2#0123abcd", ChoiceTap(2, "", "0123abcd")),
        ("f:up:abc", FeedbackTap("up", "abc")),
        ("another bot's", MessageKind.OLD_TAP),
        ({"a": "b"}, MessageKind.OLD_TAP),
        (5, MessageKind.OLD_TAP),
    ],
)
@pytest.mark.parametrize("conversation", [PRIVATE, GROUP, CHANNEL])
def test_a_tap(code, meaning, conversation):
    content = {"value": {"tap": code}, "text": "A?", "replyToId": "9", "conversation": conversation}
    assert said(**content) == meaning


@pytest.mark.parametrize("value", [{}, {"other": 1}])
def test_a_button_of_another_card(value):
    assert said(value=value) is MessageKind.OLD_TAP
    assert said(value=value, text="words") == "words"


@pytest.mark.parametrize("value", [None, "c:1=A?", [{"tap": "c:1=A?"}], 5])
def test_a_value_of_another_type_is_none(value):
    assert said(value=value, text="words") == "words"


# who came


MEMBERS = [{"id": BOT}, {"id": PERSON, "aadObjectId": "1"}]


def test_who_begins_a_private_chat_is_greeted_once():
    events = [
        read("conversationUpdate", membersAdded=MEMBERS, id="f:5f85c2ad"),
        read("conversationUpdate", membersAdded=MEMBERS[1:], id="f:6"),
        read("installationUpdate", action="add", id="f:816eb23d"),
    ]
    messages = [message for event in events for message in event.messages]

    assert [message.content for message in messages] == [MessageKind.HELLO] * 3
    assert {message.id for message in messages} == {"a:17I0kl hello"}
    assert {message.conversation for message in messages} == {f"a:17I0kl {PERSON}"}


@pytest.mark.parametrize(
    "event",
    [
        {"kind": "conversationUpdate", "membersAdded": [{"id": BOT}]},
        {"kind": "conversationUpdate", "membersAdded": [5, None, {"id": 5}, {}]},
        {"kind": "conversationUpdate", "membersAdded": "x"},
        {"kind": "conversationUpdate", "membersRemoved": MEMBERS},
        {"kind": "conversationUpdate", "membersAdded": MEMBERS, "conversation": GROUP},
        {"kind": "conversationUpdate", "membersAdded": MEMBERS, "conversation": CHANNEL},
        {"kind": "conversationUpdate", "channelData": {"eventType": "channelCreated"}},
        {"kind": "installationUpdate", "action": "remove"},
        {"kind": "installationUpdate", "action": "add-upgrade"},
        {"kind": "installationUpdate", "action": "add", "conversation": CHANNEL},
        {"kind": "installationUpdate"},
        {"kind": "messageReaction", "reactionsAdded": [{"type": "like"}]},
        {"kind": "messageUpdate", "text": "other words"},
        {"kind": "messageDelete"},
        {"kind": "typing"},
        {"kind": "event", "name": "application/vnd.microsoft.readReceipt"},
        {"kind": "endOfConversation"},
        {"kind": "kindOf2031", "text": "words"},
        {"text": "words", "from": {"id": BOT}},
        {"text": "words", "from": {"id": "28:another-bot"}},
        {"text": "words", "from": {"id": "19:room"}, "recipient": {"id": "19:room"}},
        {"text": "words", "from": None},
        {"text": "words", "from": {"id": ""}},
        {"text": "words", "from": {"id": "x" * 501}},
        {"text": "words", "conversation": {"conversationType": "personal"}},
        {"text": "words", "conversation": None},
        {"text": "words", "id": None},
        {"text": "words", "id": ""},
        {"text": "words", "id": "1" * 501},
        {"text": 5},
        {"text": {"a": "b"}},
        {},
    ],
)
def test_everything_else_is_silence(event):
    parsed = read(**event)

    assert parsed.messages == ()
    assert (parsed.response.status, parsed.response.body) == (200, "")


@pytest.mark.parametrize("number", ["1:abc", "x" * 500, "9" * 40, "٣"])
def test_an_id_that_is_no_time_has_no_order(number):
    (incoming,) = read(text="x", id=number).messages

    assert incoming.order == 0
    assert incoming.id == f"a:17I0kl {number}"


@pytest.mark.parametrize("name", ["task/fetch", "signin/verifyState", "fileConsent/invoke", None])
def test_an_invoke_that_is_not_known_is_answered_so(name):
    parsed = read("invoke", name=name, value={})

    assert (parsed.messages, parsed.response.status) == ((), 501)


def test_a_cards_action_is_answered_in_its_own_form():
    answer = read("invoke", name="adaptiveCard/action", value={"action": {}}).response

    assert answer.status == 200
    assert answer.content_type == "application/json"
    body = json.loads(answer.body)
    assert (body["statusCode"], body["type"]) == (400, "application/vnd.microsoft.error")
    assert body["value"]["code"] == "NotSupported"


# what is sent


def to(url, **content):
    (incoming,) = read(text="x", serviceUrl=f"{url}/emea/", **content).messages
    return incoming


def talk(api, act):
    async def run():
        client = ApiClient(first_wait_s=0.01)
        try:
            await act(make(client, TEAMS_API_URL=api.url))
        finally:
            await client.close()

    asyncio.run(run())


OWN = (200, {}, {"access_token": "own", "expires_in": 3600}, 0)
SENT = (201, {}, {"id": "5"}, 0)
NEW = (200, {}, {"access_token": "new", "expires_in": 3600}, 0)


def send(api, **content):
    talk(api, lambda teams: deliver(teams, to(api.url, **content), TURN))


def test_a_turn_is_sent_with_a_token(api):
    api.replies = [OWN, SENT]
    send(api)

    (_, token_path, _, form), (method, path, headers, body) = api.calls
    assert token_path == "/botframework.com/oauth2/v2.0/token"
    assert b"grant_type=client_credentials" in form
    assert (method, path) == ("POST", "/emea/v3/conversations/a:17I0kl/activities")
    assert headers["Authorization"] == "Bearer own"
    sent = json.loads(body)
    assert sent["type"] == "message"
    assert sent["from"] == {"id": BOT}
    assert sent["recipient"] == {"id": PERSON}
    assert "replyToId" not in sent
    assert sent["attachments"][0]["contentType"] == "application/vnd.microsoft.card.adaptive"


def test_in_a_channel_the_answer_is_a_reply(api):
    api.replies = [OWN, SENT]
    send(api, conversation=CHANNEL, entities=[MENTION])

    _, path, _, body = api.calls[1]
    assert path == ("/emea/v3/conversations/19:c@thread.tacv2;messageid=1/activities/1485983408511")
    assert json.loads(body)["replyToId"] == "1485983408511"


def test_ids_stay_in_their_place_in_an_address(api):
    api.replies = [OWN, SENT]
    odd = {"conversationType": "channel", "id": "19:a/../b?c#d%2f&e"}
    send(api, conversation=odd, entities=[MENTION], id="1/2?3")

    assert api.calls[1][1] == (
        "/emea/v3/conversations/19:a%2F..%2Fb%3Fc%23d%252f&e/activities/1%2F2%3F3"
    )


def test_a_long_turn_is_sent_in_order_with_one_token(api):
    api.replies = [OWN, SENT, SENT, SENT]
    long = {"kind": "answer", "text": "One sentence. " * 2500, "disclaimer": "D"}
    talk(api, lambda teams: deliver(teams, to(api.url), long))

    assert len(api.calls) == 4


def test_the_token_of_a_tenant_comes_from_there(api):
    api.replies = [OWN, SENT]

    async def run():
        client = ApiClient()
        teams = make(client, TEAMS_API_URL=api.url, TEAMS_TENANT_ID=TENANT)
        await deliver(teams, to(api.url), TURN)
        await client.close()

    asyncio.run(run())
    assert api.calls[0][1] == f"/{TENANT}/oauth2/v2.0/token"


def test_a_spoilt_token_is_renewed_once(api):
    api.replies = [OWN, (401, {}, {}, 0), NEW, SENT]
    send(api)

    assert [call[2].get("Authorization") for call in api.calls] == [
        None,
        "Bearer own",
        None,
        "Bearer new",
    ]


def test_and_no_more_than_once(api):
    error = {"error": {"code": "Unauthorized", "message": "Authorization has been denied."}}
    api.replies = [OWN, (401, {}, {}, 0), NEW, (401, {}, error, 0)]
    with pytest.raises(SendFailed, match=r"^HTTP 401 Unauthorized, tries=1$"):
        send(api)
    assert len(api.calls) == 4


@pytest.mark.parametrize(
    ("status", "body", "message"),
    [
        (403, {"error": {"code": "BotNotInConversationRoster"}}, "403 BotNotInConversationRoster"),
        (404, {"error": {"code": "ConversationNotFound"}}, "404 ConversationNotFound"),
        (403, {"error": {"code": "words of a person"}}, "403"),
        (403, {"errorCode": 209, "message": "words"}, "403"),
        (400, None, "400"),
    ],
)
def test_an_error_is_told_by_its_code_and_not_tried_again(api, status, body, message):
    api.replies = [OWN, (status, {}, body, 0)]
    with pytest.raises(SendFailed, match=f"^HTTP {message}, tries=1$"):
        send(api)
    assert len(api.calls) == 2


@pytest.mark.parametrize("status", [408, 412, 429, 500, 502, 504])
def test_what_may_pass_is_tried_again(api, status):
    api.replies = [OWN, (status, {}, {}, 0), SENT]
    send(api)

    assert len(api.calls) == 3


def test_a_wrong_password_says_so_and_nothing_is_sent(api):
    api.replies = [(401, {}, {"error": "invalid_client", "error_description": PASSWORD}, 0)]
    with pytest.raises(SendFailed) as raised:
        send(api)
    assert str(raised.value) == "no token: HTTP 401 invalid_client, tries=1"
    assert len(api.calls) == 1


def test_typing_is_shown_and_not_tried_twice(api):
    api.replies = [OWN, (500, {}, {}, 0)]
    with pytest.raises(SendFailed):
        talk(api, lambda teams: teams.show_typing(to(api.url)))

    _, path, _, body = api.calls[1]
    assert path == "/emea/v3/conversations/a:17I0kl/activities"
    assert json.loads(body)["type"] == "typing"


# the account


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("TEAMS_APP_ID", "my bot"),
        ("TEAMS_APP_PASSWORD", "short"),
        ("TEAMS_APP_PASSWORD", "with a space in the middle of it"),
        ("TEAMS_TENANT_ID", "example.onmicrosoft.com"),
        ("TEAMS_API_URL", "https://evil.example"),
        ("TEAMS_API_URL", "http://127.0.0.1.evil.example"),
    ],
)
def test_a_setting_of_the_wrong_form_is_named(key, value):
    with pytest.raises(SettingInvalid, match=key) as raised:
        make(**{key: value})
    is_shown = key in ("TEAMS_TENANT_ID", "TEAMS_API_URL")
    assert (value in str(raised.value)) is is_shown


def test_secrets_are_in_no_repr():
    account = read_account(SPEC, {"TEAMS_APP_ID": APP_ID, "TEAMS_APP_PASSWORD": PASSWORD})

    assert PASSWORD not in repr(account) + repr(vars(make()))
