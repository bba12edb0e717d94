"""A pretended platform, assistant and API for the tests of what all platforms share."""

import asyncio
import json
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest


class FakePlatform:
    """A platform whose webhooks are JSON lists of messages, signed by a header."""

    name = "fake"

    def __init__(self) -> None:
        self.paths = {"webhook": ("GET", "POST"), "action": ("POST",)}
        self.sent: list[tuple[str, str]] = []
        self.n_typing = 0
        self.delay_s = 0.0
        self.error: Exception | None = None
        self.errors: list[Exception] = []

    def verify_headers(self, webhook: Any) -> None:
        from bot.channels.messaging.webhook import InvalidSignature

        if not webhook.headers.get("x-proof"):
            raise InvalidSignature("there is no proof")

    async def verify_signature(self, webhook: Any) -> None:
        from bot.channels.messaging.webhook import InvalidSignature

        if webhook.headers.get("x-proof") != "genuine":
            raise InvalidSignature("the proof is wrong")

    def parse_webhook(self, webhook: Any) -> Any:
        from bot.channels.messaging.incoming import IncomingMessage, ParsedWebhook
        from bot.channels.messaging.webhook import WebhookResponse

        if webhook.method == "GET":
            return ParsedWebhook(response=WebhookResponse(body=webhook.query["challenge"]))
        data = webhook.json()
        if data == "break":
            raise KeyError("words of a person")
        messages = tuple(
            IncomingMessage(**{"sender": "s", "conversation": "c", **each}) for each in data
        )
        return ParsedWebhook(messages, WebhookResponse.json({"taken": len(messages)}))

    async def show_typing(self, to: Any) -> None:
        self.n_typing += 1

    async def render_turn(self, to: Any, payload: Any) -> Any:
        return [{"text": line} for line in payload["text"].split(" | ")]

    async def send_message(self, to: Any, message: Any) -> None:
        await asyncio.sleep(self.delay_s)
        if self.errors:
            raise self.errors.pop(0)
        if self.error:
            raise self.error
        self.sent.append((to.conversation, message["text"]))


@pytest.fixture
def platform() -> FakePlatform:
    return FakePlatform()


@pytest.fixture
def world(tmp_path: Path, platform: FakePlatform) -> Any:
    """A dispatcher that can be ended and started again; `start` starts it."""
    from tests.bot.channels.messaging.world import World

    return World(tmp_path, [platform])


@pytest.fixture
def wait_until() -> Callable[[Callable[[], Any]], None]:
    """A function that waits for something to be true."""

    def wait(is_so: Callable[[], Any]) -> None:
        deadline = time.monotonic() + 10
        while not is_so():
            assert time.monotonic() < deadline
            time.sleep(0.01)

    return wait


@pytest.fixture
def api() -> Iterator[SimpleNamespace]:
    """An HTTP server: `calls` it got, `replies` it gives (status, headers, body, delay)."""
    state = SimpleNamespace(calls=[], replies=[], url="")

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def serve(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            state.calls.append((self.command, self.path, dict(self.headers), body))
            status, headers, reply, delay_s = (
                state.replies.pop(0) if state.replies else (200, {}, {"ok": True}, 0)
            )
            time.sleep(delay_s)
            content = reply if isinstance(reply, bytes) else json.dumps(reply).encode()
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(content))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = serve

        def log_message(self, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    state.url = f"http://127.0.0.1:{server.server_address[1]}"
    yield state
    server.shutdown()
    server.server_close()
