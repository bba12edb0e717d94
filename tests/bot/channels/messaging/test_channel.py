"""The webhooks over HTTP, in Rasa's own application, with a pretended platform and assistant."""

import http.client
import json
import socket

import pytest
from rasa.core.run import configure_app, create_http_input_channels
from sanic import Sanic

from bot.channels.messaging.api_client import ApiClient
from bot.channels.messaging.channel import MAX_BODY_BYTES, PlatformInput
from bot.channels.settings import ChannelSettings
from bot.server import rate_limits
from bot.server.rate_limits import MAX_REFUSALS
from tests.bot.serving import start as run_in_thread

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
def client(platform, tmp_path):
    Sanic.test_mode = True
    channel = PlatformInput(
        [platform],
        ApiClient(),
        ChannelSettings(),
        secret="s" * 32,
        inbox_url=f"sqlite:///{tmp_path}/inbox.db",
    )
    app = configure_app([channel], cors="*", enable_api=False)
    app.ctx.agent = assistant = Assistant()
    port, stop = run_in_thread(app)
    yield Client(port, assistant)
    stop()
    Sanic.test_mode = False


def test_a_webhook_is_answered_at_once_and_its_messages_after(client, platform, wait_until):
    platform.delay_s = 0.2
    data = [{"id": "1", "content": "a", "order": 2}, {"id": "2", "content": "b", "order": 1}]

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
    data = [{"id": "1", "content": "words of a person"}]

    assert client.post(data, headers={"x-proof": "forged"}) == (403, "")
    assert client.post(b"{", headers={"x-proof": "x"}) == (403, "")
    lines = [record.getMessage() for record in caplog.records]
    assert lines == ["fake: a webhook was refused: the proof is wrong."] * 2
    assert client.assistant.messages == []


def test_many_forged_webhooks_do_not_fill_the_log(client, caplog, monkeypatch):
    for _ in range(MAX_REFUSALS):
        assert client.post([], headers={})[0] == 403

    monkeypatch.setattr(rate_limits, "DELAY_S", 0.01)
    assert [client.post([], headers={})[0] for _ in range(3)] == [429] * 3
    lines = [r for r in caplog.records if "was refused" in r.getMessage()]
    assert len(lines) == MAX_REFUSALS


def test_what_was_read_after_its_proof_is_no_refusal(client):
    for _ in range(MAX_REFUSALS + 2):
        assert client.post(b"{")[0] == 400
    assert client.post([])[0] == 200


def test_what_the_head_shows_is_refused_before_the_body_is_there(client):
    head = "POST /webhooks/fake/webhook HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9000\r\n\r\n"
    with socket.create_connection(("127.0.0.1", client.port), timeout=5) as connection:
        connection.sendall(head.encode())
        assert connection.recv(100).startswith(b"HTTP/1.1 403")


def test_no_more_than_a_message_is_read_before_the_proof(client):
    forged = {**PROOF, "x-proof": "forged"}

    assert client.post(b"[" + b" " * (MAX_BODY_BYTES - 2) + b"]", headers=forged)[0] == 403
    assert client.post(b"[" + b" " * (MAX_BODY_BYTES - 1) + b"]", headers=forged)[0] == 413


@pytest.mark.parametrize(
    ("data", "status"),
    [(b"{", 400), (b"", 400), (b"x" * 600_000, 413), (b"[" * 60_000, 400), ("break", 400)],
)
def test_bad_bodies_never_end_in_a_500(client, caplog, data, status):
    assert client.post(data)[0] == status
    assert "words of a person" not in caplog.text
    assert client.post([])[0] == 200


def test_without_a_model_the_platform_is_asked_to_come_again(client, platform, wait_until):
    data = [{"id": "1", "content": "a"}]
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


def test_a_platform_that_is_half_set_ends_the_start(monkeypatch, capsys):
    from bot import __main__ as program

    monkeypatch.setenv("TELEGRAM_SECRET", TELEGRAM["TELEGRAM_SECRET"])
    monkeypatch.delenv("TELEGRAM_TOKEN", raising=False)
    with pytest.raises(SystemExit):
        program.check_settings()

    said = capsys.readouterr().err
    assert "TELEGRAM_TOKEN: expected a value" in said
    assert TELEGRAM["TELEGRAM_SECRET"] not in said
