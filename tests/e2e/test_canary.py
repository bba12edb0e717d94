"""A secret word goes through every way in, and every part fails: no log has it, at any level."""

import base64
import contextlib
import http.client
import json
import os
import signal
import socket
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.e2e.conftest import ROOT, Server, free_port
from tests.e2e.sabotage import CANARY, PARTS
from tests.e2e.stand_ins import DRIVERS, Driver

pytestmark = pytest.mark.e2e

TOKEN = "only-for-these-tests"
JSON = {"Content-Type": "application/json"}
SENDER = f"sender-{CANARY}"
QUESTION = f"can {CANARY} have osteoporosis?"
# What may come instead of an action's result.
REPLIES = ("echo", "garbage", "list", "rejected", "broken off", "text")


class Relay(ThreadingHTTPServer):
    """Stands between the servers: passes calls on, or answers them as a broken server would."""

    daemon_threads = True

    def __init__(self, port: int) -> None:
        self.mode = ""
        relay = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                if relay.mode == "broken off":
                    self.close_connection = True
                    return
                status, content = relay.reply(body, dict(self.headers), port)
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                with contextlib.suppress(BrokenPipeError):  # the Rasa server ended
                    self.wfile.write(content)

            def log_message(self, *args: Any) -> None:
                pass

        super().__init__(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def reply(self, body: bytes, headers: dict[str, str], port: int) -> tuple[int, bytes]:
        if self.mode == "echo":  # as rasa_sdk does for an action that fails
            failed = {"error": f"KeyError('{CANARY}')", "request_body": json.loads(body)}
            return 500, json.dumps(failed).encode()
        if self.mode == "rejected":
            return 400, json.dumps({"error": CANARY, "action_name": CANARY}).encode()
        if self.mode == "list":
            return 200, json.dumps({"events": [{"event": CANARY}], "responses": [CANARY]}).encode()
        if self.mode in ("garbage", "text"):
            return 200, CANARY.encode() if self.mode == "garbage" else json.dumps(CANARY).encode()
        url = f"http://127.0.0.1:{port}/webhook"
        try:
            with urllib.request.urlopen(urllib.request.Request(url, body, headers)) as reply:
                return reply.status, reply.read()
        except urllib.error.HTTPError as err:
            return err.code, err.read()


class Place:
    """Both servers, what may be broken in them, and all that must be in no log."""

    def __init__(self, folder: Path, level: str, drivers: dict[str, Driver]) -> None:
        self.level = level
        ports = free_port(), free_port()
        self.port, self.actions_port = ports
        self.relay = Relay(self.actions_port)
        self.fault, self.drivers = folder / "fault", drivers
        self.fault.write_text("")
        self.secrets = {CANARY}
        environ = {
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "CANARY_FAULT": str(self.fault),
            "BONAFIDE_PORT": str(self.port),
            "BONAFIDE_ACTIONS_PORT": str(self.actions_port),
            "BONAFIDE_ACTIONS_URL": f"http://127.0.0.1:{self.relay.server_address[1]}",
            "BONAFIDE_ACTIONS_TOKEN": TOKEN,
            "BONAFIDE_OUTCOMES_URL": f"sqlite:///{folder}/outcomes.db",
            "BONAFIDE_SECRET": "only for these tests, and no secret",
            "BONAFIDE_ADDRESS_RATE": "0",
            "BONAFIDE_SESSION_RATE": "0",
            "BONAFIDE_PUBLIC_URL": "https://bot.example",
            "BONAFIDE_STATE": str(folder / "state"),
            "LOG_LEVEL": level,
            "LOG_LEVEL_LIBRARIES": level,
            "NO_PROXY": "127.0.0.1",
        }
        for driver in drivers.values():
            environ |= driver.environ
        sabotage = str(ROOT / "tests/e2e/sabotage.py")
        health = f"http://127.0.0.1:{self.actions_port}/health"
        self.actions = Server(
            [str(ROOT / ".venv/bin/python"), sabotage, "actions"],
            environ,
            folder / "actions.log",
            health,
        )
        self.rasa = Server(
            [
                *(str(ROOT / ".venv-rasa/bin/python"), sabotage, "bot", "run"),
                *("--model", "models/bonafide.tar.gz", "--endpoints", "endpoints.yml"),
                *("--credentials", "credentials.yml", "--port", str(self.port)),
            ],
            environ,
            folder / "rasa.log",
            f"http://127.0.0.1:{self.port}/",
        )

    def request(
        self, method: str, path: str, body: Any = None, headers: Any = JSON, *, port: int = 0
    ) -> tuple[int, bytes]:
        content = body if isinstance(body, bytes | str | None) else json.dumps(body)
        connection = http.client.HTTPConnection("127.0.0.1", port or self.port, timeout=20)
        try:
            connection.request(method, path, content, dict(headers))
            reply = connection.getresponse()
            return reply.status, reply.read()
        except (http.client.HTTPException, OSError):
            return 0, b""  # cut off: what is logged of it counts
        finally:
            connection.close()

    def rest(self, message: Any, query: str = "", **fields: Any) -> bytes:
        data = {"sender": SENDER, "message": message, **fields}
        return self.request("POST", f"/webhooks/rest/webhook{query}", data)[1]

    def web(self, *messages: dict[str, Any], fault: str = "") -> None:
        """A session: messages, from which on a part fails, then all of it is deleted."""
        self.fault.write_text("")
        _, opened = self.request("POST", "/webhooks/web/session", {"locale": "en-GB"})
        token = json.loads(opened)["token"]
        claims = json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))
        self.secrets |= {token} | {v for v in claims.values() if isinstance(v, str) and len(v) > 8}
        headers = {**JSON, "Authorization": f"Bearer {token}"}
        self.fault.write_text(fault)
        for number, message in enumerate(messages):
            sent = {"id": f"{CANARY}{number}", **message}
            self.request("POST", "/webhooks/web/messages", sent, headers)
        self.request("DELETE", "/webhooks/web/session", None, headers)

    def form(self, text: str) -> None:
        fields = urlencode({"message": text, "nonce": CANARY, "token": CANARY})
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        self.request("POST", "/webhooks/web/form", fields, headers)
        self.request("POST", "/webhooks/web/library", urlencode({"q": text}), headers)
        self.request("GET", f"/library/{CANARY}?q={CANARY}", None, {})

    def platform(self, name: str, text: str) -> None:
        driver = self.drivers[name]
        chat = driver.new_chat()
        self.secrets.add(chat)
        driver.text(chat, text).post(self.port)

    def hang_up(self, message: str) -> None:
        """A client of the REST channel that goes away before its answer."""
        body = json.dumps({"sender": SENDER, "message": message}).encode()
        head = f"POST /webhooks/rest/webhook HTTP/1.1\r\nHost: localhost:{self.port}\r\n"
        head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        with socket.create_connection(("127.0.0.1", self.port)) as client:
            client.sendall(head.encode() + body)
            time.sleep(0.01)

    def failed(self) -> set[str]:
        """Return the names of the parts that have failed."""
        hits = self.fault.with_suffix(".hits")
        return set(hits.read_text().split()) if hits.exists() else set()

    def stop(self) -> dict[str, str]:
        """Stop both in an orderly way; return their logs."""
        for server in (self.rasa, self.actions):
            if server.process is not None:
                server.process.send_signal(signal.SIGTERM)
                server.process.wait(timeout=40)
                server.process = None
        return {each.log.name: each.log.read_text() for each in (self.rasa, self.actions)}


@pytest.fixture(scope="module")
def drivers() -> Iterator[dict[str, Driver]]:
    drivers = {name: make() for name, make in DRIVERS.items()}
    yield drivers
    for driver in drivers.values():
        driver.stand_in.stop()


# DEBUG says most; the others in `make chaos`.
LEVELS = ["DEBUG", "INFO", "WARNING", "ERROR"] if os.environ.get("CHAOS") else ["DEBUG"]


@pytest.fixture(params=LEVELS)
def place(
    request: pytest.FixtureRequest, tmp_path: Path, drivers: dict[str, Driver]
) -> Iterator[Place]:
    place = Place(tmp_path, request.param, drivers)
    try:
        place.actions.start()
        place.rasa.start()
        yield place
    finally:
        place.rasa.stop()
        place.actions.stop()
        place.relay.shutdown()
        place.relay.server_close()


def ask_everywhere(place: Place) -> None:
    """Send the word in by every channel."""
    place.rest(QUESTION)
    place.web(
        {"text": QUESTION},
        {"feedback": {"answer_id": CANARY, "rating": "down", "reason": CANARY}},
    )
    place.form(QUESTION)
    for name in place.drivers:
        place.platform(name, QUESTION)


def send_bad_requests(place: Place) -> None:
    """Send what is no message, with the word in each part of it."""
    for message in (5, None, [CANARY], {"text": CANARY}, f"{CANARY} \ud800", f"/{CANARY}{{"):
        place.rest(message)
    feedback = f'/give_feedback{{"reason": "{CANARY}"'
    for text in (f'/greet{{"a": "{CANARY}"}}', f"/{CANARY}", feedback):
        place.rest(text)
        place.web({"text": text})
    place.rest(CANARY, metadata=CANARY)
    place.rest(CANARY, "?stream=true")
    place.rest(CANARY, input_channel=CANARY)
    for path in ("/webhooks/rest/webhook", "/webhooks/web/messages", "/webhooks/telegram/webhook"):
        place.request("POST", path, f'{{"sender": "{SENDER}", "mess{CANARY}')
        place.request("POST", path, json.dumps([CANARY]))
    for method in ("GET", "POST", CANARY.upper()):
        place.request(method, f"/{CANARY}/..?q={CANARY}", CANARY, {"X-Canary": CANARY})
        place.request(method, "/webhooks/web/messages", CANARY, {"Authorization": f"B {CANARY}"})
    for name, driver in place.drivers.items():
        for forged in driver.forged(driver.text(driver.new_chat(), CANARY)).values():
            forged.post(place.port)
        for odd in driver.odd(driver.new_chat()).values():
            odd.post(place.port)
        assert name


def call_actions(place: Place) -> None:
    """Call the action server as nobody should."""
    call = {"next_action": CANARY, "sender_id": SENDER, "tracker": {"sender_id": CANARY}}
    known = {**JSON, "Authorization": f"Bearer {TOKEN}"}
    for headers in (JSON, {}, known, {**known, "Content-Encoding": "deflate"}):
        for body in (call, CANARY, [CANARY], {**call, "next_action": "action_answer_question"}):
            place.request("POST", "/webhook", body, headers, port=place.actions_port)
    place.request("GET", f"/{CANARY}", None, {}, port=place.actions_port)


def break_each_part(place: Place) -> set[str]:
    """Let each part fail while people talk; return the names of those that did."""
    for name in [*PARTS["actions"], *PARTS["bot"]]:
        place.web({"text": QUESTION}, fault=name)
        place.rest(QUESTION)
        place.platform("telegram", QUESTION)
        place.rest("hello")
        # Platforms and the table are served after the reply.
        deadline = time.monotonic() + 5
        while name not in place.failed() and time.monotonic() < deadline:
            time.sleep(0.05)
        time.sleep(0.1)
    place.fault.write_text("")
    return place.failed()


def test_no_log_has_the_word(place: Place) -> None:
    ask_everywhere(place)
    failed = break_each_part(place)
    call_actions(place)
    for place.relay.mode in REPLIES:
        place.rest(QUESTION)
        place.web({"text": QUESTION})
    place.relay.mode = ""
    for _ in range(5):
        place.hang_up(QUESTION)
    send_bad_requests(place)  # last: who is refused often has to wait
    time.sleep(1)
    logs = place.stop()

    leaks = [
        f"{name}: {line[:300]}"
        for name, log in logs.items()
        for line in log.splitlines()
        if any(secret in line for secret in place.secrets)
    ]
    assert leaks == [], len(leaks)
    assert failed == {*PARTS["actions"], *PARTS["bot"]}
    # What happened is there all the same.
    if place.level in ("DEBUG", "INFO"):
        assert "Rasa server is up and running." in logs["rasa.log"]
    assert "RuntimeError at " in logs["rasa.log"]
    assert "RuntimeError at " in logs["actions.log"]
    assert "Traceback" not in logs["rasa.log"] + logs["actions.log"]
