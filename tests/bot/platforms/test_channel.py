"""The webhooks over HTTP, in Rasa's own application, with a pretended platform and assistant."""

import http.client
import json

import pytest
from rasa.core.run import configure_app, create_http_input_channels
from sanic import Sanic

from bot.channels.platforms.channel import MAX_REFUSALS, PlatformInput
from bot.channels.platforms.outgoing import Outgoing
from bot.channels.settings import Settings
from tests.bot.test_web_channel import serve

PROOF = {"x-proof": "genuine", "Content-Type": "application/json"}
TELEGRAM = {
    "TELEGRAM_TOKEN": "12345:a-very-secret-token-of-tests",
    "TELEGRAM_SECRET": "a-secret-of-the-tests",
}


class Assistant:
    """What stands in for Rasa's agent."""

    def __init__(self):
        self.messages = []
        self.is_up = True

    def is_ready(self):
        return self.is_up

    async def handle_message(self, message):
        self.messages.append(message)
        turn = {"kind": "chat", "text": f"you said {message.text}"}
        await message.output_channel.send_response(message.sender_id, {"custom": turn})


class Client:
    """Sends webhooks over a real connection."""

    def __init__(self, port, assistant):
        self.port = port
        self.assistant = assistant

    def post(self, data, *, path="/webhooks/fake/webhook", headers=PROOF, method="POST"):
        body = data if isinstance(data, bytes) else json.dumps(data).encode()
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        connection.request(method, path, body, headers)
        response = connection.getresponse()
        status, content = response.status, response.read().decode()
        connection.close()
        return status, content


@pytest.fixture
def client(platform):
    Sanic.test_mode = True
    channel = PlatformInput([platform], Outgoing(), Settings(), secret="s" * 32)
    app = configure_app([channel], cors="*", enable_api=False)
    app.ctx.agent = assistant = Assistant()
    port, stop = serve(app)
    yield Client(port, assistant)
    stop()
    Sanic.test_mode = False


def test_a_webhook_is_answered_at_once_and_its_messages_after(client, platform, wait_until):
    platform.delay_s = 0.2
    data = [{"id": "1", "said": "a", "order": 2}, {"id": "2", "said": "b", "order": 1}]

    assert client.post(data) == (200, '{"taken": 2}')
    assert platform.sent == []
    wait_until(lambda: len(platform.sent) == 2)
    assert platform.sent == [("c", "you said b"), ("c", "you said a")]


def test_a_webhook_can_be_a_question_of_the_platform(client):
    path = "/webhooks/fake/webhook?challenge=42"

    assert client.post(b"", path=path, method="GET") == (200, "42")


@pytest.mark.parametrize(
    ("path", "method", "status"),
    [
        ("/webhooks/fake/action", "POST", 200),
        ("/webhooks/fake/action", "GET", 405),
        ("/webhooks/fake/nowhere", "POST", 404),
        ("/webhooks/other/webhook", "POST", 404),
        ("/webhooks/platforms/fake/webhook", "POST", 404),
    ],
)
def test_webhooks_stand_where_the_platform_says(client, path, method, status):
    assert client.post([], path=path, method=method)[0] == status


def test_a_forged_webhook_is_refused_with_a_line_in_the_log(client, platform, caplog):
    data = [{"id": "1", "said": "words of a person"}]

    assert client.post(data, headers={"x-proof": "forged"}) == (403, "")
    assert client.post(b"{", headers={}) == (403, "")
    lines = [record.getMessage() for record in caplog.records]
    assert lines == ["fake: a webhook was refused: the proof is wrong."] * 2
    assert client.assistant.messages == []


def test_many_forged_webhooks_do_not_fill_the_log(client, caplog):
    for _ in range(MAX_REFUSALS + 5):
        assert client.post([], headers={})[0] == 403

    assert len(caplog.records) == MAX_REFUSALS


@pytest.mark.parametrize(
    ("data", "status"),
    [(b"{", 400), (b"", 400), (b"x" * 600_000, 413), (b"[" * 400_000, 400), ("break", 400)],
)
def test_bad_bodies_never_end_in_a_500(client, caplog, data, status):
    assert client.post(data)[0] == status
    assert "words of a person" not in caplog.text
    assert client.post([])[0] == 200


def test_without_a_model_the_platform_is_asked_to_come_again(client, platform, wait_until):
    data = [{"id": "1", "said": "a"}]
    client.assistant.is_up = False
    assert client.post(data)[0] == 503
    assert client.post([])[0] == 200
    client.assistant.is_up = True

    assert client.post(data)[0] == 200
    wait_until(lambda: platform.sent)


def test_replies_are_not_kept_by_anybody(client):
    connection = http.client.HTTPConnection("127.0.0.1", client.port, timeout=10)
    connection.request("POST", "/webhooks/fake/webhook", b"[]", PROOF)
    response = connection.getresponse()
    response.read()
    connection.close()

    assert response.headers["Cache-Control"] == "no-store"


def open_channels(root):
    return create_http_input_channels(None, str(root / "credentials.yml"))


def test_credentials_yml_opens_the_platforms_of_the_environment(root, monkeypatch):
    for key, value in {**TELEGRAM, "BONAFIDE_SECRET": "s" * 32}.items():
        monkeypatch.setenv(key, value)
    channels = {channel.name(): channel for channel in open_channels(root)}

    assert [each.name for each in channels["platforms"]._platforms] == ["telegram"]


def test_credentials_yml_opens_none_without_settings(root, monkeypatch):
    for key in TELEGRAM:
        monkeypatch.delenv(key, raising=False)
    monkeypatch.setenv("BONAFIDE_SECRET", "s" * 32)
    channels = {channel.name(): channel for channel in open_channels(root)}
    Sanic.test_mode = True
    app = configure_app([channels["platforms"]], cors="*", enable_api=False)
    Sanic.test_mode = False

    assert channels["platforms"]._platforms == []
    assert not any("telegram" in route.path for route in app.router.routes)


def test_a_platform_that_is_half_set_ends_the_start(monkeypatch):
    from bot import __main__ as program

    monkeypatch.setenv("TELEGRAM_SECRET", TELEGRAM["TELEGRAM_SECRET"])
    monkeypatch.delenv("TELEGRAM_TOKEN", raising=False)
    with pytest.raises(SystemExit, match="TELEGRAM_TOKEN: expected a value") as raised:
        program.check_settings()

    assert TELEGRAM["TELEGRAM_SECRET"] not in str(raised.value)
