"""REST on a real server: who may ask, what they may send, and what a failure says."""

import asyncio
import http.client
import json
import logging
import shlex
import shutil
import subprocess
from types import SimpleNamespace

import pytest

from bot.channels.rest.access import RestAccess
from bot.channels.rest.channel import MAX_SENDER, RestInput, parse_sender
from bot.channels.settings import ChannelSettings
from bot.server import rate_limits
from bot.server.settings import ServerSettings
from settings import SettingInvalid

TOKEN = "t" * 32
PATH = "/webhooks/rest/webhook"
JSON = {"Content-Type": "application/json"}


class Agent:
    """What stands in for Rasa's agent."""

    def __init__(self):
        self.messages = []
        self.is_up = True
        self.delay_s = 0.0

    def is_ready(self):
        return self.is_up

    async def handle_message(self, message):
        await asyncio.sleep(self.delay_s)
        self.messages.append(message)
        if message.text == "fail":
            raise RuntimeError("secret words")
        said = {"text": f"you said {message.text}", "custom": {"kind": "chat"}}
        await message.output_channel.send_response(message.sender_id, said)


@pytest.fixture
def agent():
    return Agent()


@pytest.fixture
def rest(serve, agent, monkeypatch):
    """A function from settings to a function that asks and returns status and reply."""

    def begin(**environ):
        for key, value in environ.items():
            monkeypatch.setenv(key, value)
        served = serve([RestInput.from_credentials(None)], agent, **environ)

        def ask(data=None, headers=None, *, body=None):
            connection = http.client.HTTPConnection("127.0.0.1", served.port, timeout=10)
            data = {"sender": "me", "message": "hello there"} if data is None else data
            body = json.dumps(data) if body is None else body
            connection.request("POST", PATH, body, {**JSON, **(headers or {})})
            reply = connection.getresponse()
            content = json.loads(reply.read())
            connection.close()
            return reply.status, content

        ask.served = served
        return ask

    return begin


def test_a_message_gets_the_messages_of_the_contract(rest, agent):
    status, reply = rest()()

    assert status == 200
    assert reply == [
        {"recipient_id": "me", "text": "you said hello there"},
        {"recipient_id": "me", "custom": {"kind": "chat"}},
    ]
    assert agent.messages[0].input_channel == "rest"


def test_the_curl_of_the_readme_works(rest, root):
    (line,) = [line for line in (root / "README.md").read_text().splitlines() if PATH[1:] in line]
    curl = shutil.which("curl") or pytest.skip("there is no curl here")
    port = rest().served.port

    _, *words = shlex.split(line.replace("localhost:5005", f"localhost:{port}"))
    said = subprocess.check_output([curl, *words])

    assert "you said what tests will I get?" in said.decode()


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({"Host": "bot.example.org"}, "rest_not_allowed"),
        ({"Host": "192.0.2.7:5005"}, "rest_not_allowed"),
        ({"X-Forwarded-For": "127.0.0.1"}, "rest_not_allowed"),
        ({"X-Real-IP": "127.0.0.1"}, "rest_not_allowed"),
        ({"Via": "1.1 proxy"}, "rest_not_allowed"),
        ({"Forwarded": "for=127.0.0.1"}, "rest_not_allowed"),
        ({"Origin": "https://evil.example"}, "origin_not_allowed"),
        ({"Origin": "null"}, "origin_not_allowed"),
        ({"Origin": "http://localhost"}, "origin_not_allowed"),
        ({"Sec-Fetch-Site": "cross-site"}, "origin_not_allowed"),
        ({"Sec-Fetch-Site": "same-site"}, "origin_not_allowed"),
    ],
)
def test_without_a_token_only_this_machine_is_answered(rest, agent, headers, code):
    status, reply = rest(BONAFIDE_HOSTS="bot.example.org")(headers=headers)

    assert (status, reply["error"]["code"]) == (403, code)
    assert agent.messages == []


def test_behind_a_proxy_nobody_is_this_machine(rest):
    assert rest(BONAFIDE_PROXIES="1")()[0] == 403


def test_another_machine_is_refused_whatever_it_says():
    asked = SimpleNamespace(ip="203.0.113.5", headers={"host": "localhost:5005"})

    with pytest.raises(Exception, match="BONAFIDE_REST_TOKEN"):
        RestAccess("", proxies=0).check(asked)
    for ip in ("127.0.0.1", "::1", "::ffff:127.0.0.1", "127.8.9.1"):
        RestAccess("", proxies=0).check(SimpleNamespace(ip=ip, headers=asked.headers))


@pytest.mark.parametrize(
    ("header", "status"),
    [
        (f"Bearer {TOKEN}", 200),
        (f"bearer  {TOKEN} ", 200),
        ("", 401),
        (TOKEN, 401),
        (f"Basic {TOKEN}", 401),
        (f"Bearer {TOKEN}t", 401),
        (f"Bearer {TOKEN[:-1]}", 401),
        ("Bearer é", 401),
        ("Bearer ", 401),
    ],
)
def test_with_a_token_only_who_shows_it_is_answered(rest, caplog, header, status):
    ask = rest(BONAFIDE_REST_TOKEN=TOKEN, BONAFIDE_PROXIES="1")

    assert ask(headers={"Authorization": header, "Host": "bot.example.org"})[0] == status
    assert [r for r in caplog.records if r.levelno >= logging.WARNING] == []


def test_guesses_of_the_token_are_slowed_down_and_end(rest, monkeypatch):
    monkeypatch.setattr(rate_limits, "DELAY_S", 0.1)
    ask = rest(BONAFIDE_REST_TOKEN=TOKEN)

    statuses = [ask()[0] for _ in range(rate_limits.MAX_REFUSALS + 2)]

    assert statuses == [401] * rate_limits.MAX_REFUSALS + [429] * 2


@pytest.mark.parametrize("kind", ["text/plain", "multipart/form-data; boundary=x", "text/json"])
def test_other_types_of_bodies_are_refused(rest, agent, kind):
    assert rest()(headers={"Content-Type": kind})[0] == 415
    assert agent.messages == []


BAD_BODIES = {
    "": 400,
    "[]": 400,
    "null": 400,
    "{": 400,
    '{"message":NaN}': 400,
    '{"sender":"a"}': 400,
    '{"sender":"a","message":5}': 400,
    '{"sender":"a","message":null}': 400,
    '{"sender":"a","message":["hi"]}': 400,
    '{"sender":"a","message":" "}': 400,
    '{"sender":"a","message":"\\u0000"}': 400,
    '{"sender":5,"message":"hi"}': 400,
    '{"sender":"","message":"hi"}': 400,
    '{"sender":["a"],"message":"hi"}': 400,
    '{"sender":"a\\u0000b","message":"hi"}': 400,
    '{"sender":"a\\ud800b","message":"hi"}': 400,
    '{"sender":"' + "s" * 256 + '","message":"hi"}': 400,
    '{"sender":"web-abc","message":"hi"}': 400,
    '{"message":"' + "word " * 401 + '"}': 413,
    '{"message":"' + "x" * 20000 + '"}': 413,
    '{"a":' * 5000 + "1" + "}" * 5000: 413,
    '{"a":' * 900 + "1" + "}" * 900: 400,
}


@pytest.mark.parametrize("body", BAD_BODIES, ids=lambda body: body[:40])
def test_a_body_of_the_wrong_form_is_refused_without_a_line(rest, agent, caplog, body):
    status, reply = rest()(body=body)

    assert status == BAD_BODIES[body]
    assert set(reply["error"]) >= {"code", "message"}
    assert agent.messages == []
    assert [r for r in caplog.records if r.levelno >= logging.WARNING] == []


def test_half_a_character_is_replaced(rest, agent):
    assert rest()(body='{"sender":"a","message":"hello\\ud800 there"}')[0] == 200
    assert agent.messages[0].text == "hello\ufffd there"


@pytest.mark.parametrize(
    "sender", ["web-1", "WEB-1", "telegram-2", "sms-3", "whatsapp-4", "slack-x", "teams-", " web-1"]
)
def test_ids_of_other_channels_are_refused(sender):
    with pytest.raises(Exception, match="another channel"):
        parse_sender(sender)


@pytest.mark.parametrize(
    "sender", ["me", "check-1", "rest-1", "website-1", "bad one word", "ÿ" * 255]
)
def test_other_ids_are_free(sender):
    assert parse_sender(sender) == sender
    assert len(sender) <= MAX_SENDER


def test_who_names_no_sender_gets_a_conversation_of_its_own(rest, agent):
    ask = rest()
    ask({"message": "hello there"})
    ask({"message": "hello there"})

    first, second = (message.sender_id for message in agent.messages)
    assert first != second
    assert first.startswith("rest-")


def test_metadata_say_the_locale_and_never_the_pieces(rest, agent):
    ask = rest()
    ask({"message": "hello there", "metadata": {"locale": "en-GB", "pieces": ["x"]}})
    ask({"message": "hello there", "metadata": "x"})

    assert [message.metadata for message in agent.messages] == [{"locale": "en-GB"}, None]


COMMANDS = {
    "/restart": "restart",
    " /restart": "restart",
    '/report_emergency{"red_flag":"self_harm"}': 'report_emergency{"red_flag":"self_harm"}',
    "//": "\u2215\u2215",
}


@pytest.mark.parametrize("text", COMMANDS)
def test_commands_are_words(rest, agent, text):
    assert rest()({"message": text})[0] == 200
    assert agent.messages[0].text == COMMANDS[text]


def test_commands_are_commands_where_the_owner_says_so(rest, agent):
    rest(BONAFIDE_REST_COMMANDS="1")({"message": "/restart"})

    assert agent.messages[0].text == "/restart"


def test_feedback_is_the_command_of_the_contract(rest, agent):
    ask = rest()
    good = '/give_feedback{"answer_id": "a1", "rating": "down", "reason": "wrong\\u0000", "x": 1}'

    assert ask({"message": good})[0] == 200
    command, _, said = agent.messages[0].text.partition("{")
    assert command == "/give_feedback"
    assert json.loads("{" + said) == {"answer_id": "a1", "rating": "down", "reason": "wrong"}
    assert ask({"message": '/give_feedback{"rating": "UP"}'})[0] == 400
    assert ask({"message": '/give_feedback{"rating": {"a": [1]}}'})[0] == 400


def test_a_failing_turn_says_nothing_of_what_was_said(rest, caplog):
    status, reply = rest()({"sender": "patient-jane", "message": "fail"})

    assert (status, reply["error"]["code"]) == (503, "unavailable")
    (line,) = [r.getMessage() for r in caplog.records if r.levelno >= logging.WARNING]
    assert line.startswith("A turn over REST failed: RuntimeError at ")
    assert "secret words" not in caplog.text
    assert "jane" not in caplog.text


def test_a_client_that_goes_away_is_no_line_and_its_turn_is_finished(rest, agent, caplog):
    agent.delay_s = 0.3
    served = rest().served
    body = b'{"message": "hello there"}'
    head = f"POST {PATH} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(body)}\r\n\r\n"
    served.connect(head.encode() + body).close()

    for _ in range(50):
        if agent.messages:
            break
        served.get()
        asyncio.run(asyncio.sleep(0.05))
    assert [message.text for message in agent.messages] == ["hello there"]
    assert [r for r in caplog.records if r.levelno >= logging.WARNING] == []


def test_no_model_is_unavailable(rest, agent):
    agent.is_up = False

    assert rest()()[0] == 503


def test_health_is_for_everybody(rest):
    assert b'{"status":"ok"}' in rest(BONAFIDE_REST_TOKEN=TOKEN).served.get("/webhooks/rest/")


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("BONAFIDE_REST_TOKEN", "short"),
        ("BONAFIDE_REST_TOKEN", "a b" * 20),
        ("BONAFIDE_REST_TOKEN", "é" * 40),
    ],
)
def test_a_malformed_token_is_named_without_its_value(key, value):
    with pytest.raises(SettingInvalid, match=key) as caught:
        ServerSettings.from_env({key: value})
    assert value not in str(caught.value)


def test_the_token_is_not_printed():
    settings = ServerSettings.from_env({"BONAFIDE_REST_TOKEN": TOKEN})

    assert RestInput(ChannelSettings(), settings).name() == "rest"
    assert TOKEN not in repr(settings)
