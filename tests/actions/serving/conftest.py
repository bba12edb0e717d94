"""The action server, running."""

import asyncio
import http.client
import json
import socket
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sanic import Sanic

from actions.serving.app import make_app

Reply = tuple[int, bytes]
Ask = Callable[..., Reply]


@pytest.fixture
def start(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Ask]]:
    """A function from a token to one that sends requests to a running server."""
    stops: list[Callable[[], None]] = []
    monkeypatch.setattr(Sanic, "test_mode", True)

    def begin(token: str = "") -> Ask:
        loop, is_up = asyncio.new_event_loop(), threading.Event()
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        app = make_app(token)
        # Of an earlier test.
        Sanic._app_registry.clear()
        Sanic.register_app(app)

        is_over = asyncio.Event()

        async def serve() -> None:
            server = await app.create_server("127.0.0.1", port, return_asyncio_server=True)
            assert server is not None
            await server.startup()
            await server.start_serving()
            is_up.set()
            await is_over.wait()
            server.close()
            for connection in list(server.connections):
                connection.abort()
            await asyncio.sleep(0.01)

        def run() -> None:
            loop.run_until_complete(serve())
            loop.close()

        thread = threading.Thread(target=run)
        thread.start()

        def stop() -> None:
            loop.call_soon_threadsafe(is_over.set)
            thread.join()

        stops.append(stop)
        assert is_up.wait(10)

        def ask(method: str, path: str, body: Any = None, headers: Any = None) -> Reply:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
            content = body if isinstance(body, bytes | None) else json.dumps(body).encode()
            connection.request(method, path, content, headers or {})
            reply = connection.getresponse()
            read = reply.status, reply.read()
            connection.close()
            return read

        return ask

    yield begin
    for stop in stops:
        stop()
