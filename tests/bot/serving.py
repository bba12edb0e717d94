"""A real Sanic server behind bot/server, talked to over raw sockets."""

import asyncio
import socket
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest


class Served:
    """A running application."""

    def __init__(self, app: Any, port: int) -> None:
        self.app = app
        self.port = port

    def connect(self, data: bytes = b"", *, timeout_s: float = 5.0) -> socket.socket:
        """Open a connection and send something."""
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=timeout_s)
        connection.sendall(data)
        return connection

    def send(self, data: bytes, *, timeout_s: float = 5.0) -> bytes:
        """Send bytes; return all that comes until the server closes the connection."""
        with self.connect(data, timeout_s=timeout_s) as connection:
            return receive(connection)

    def get(self, path: str = "/", headers: str = "") -> bytes:
        """Ask for a page and return the reply."""
        head = f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{headers}\r\n"
        return self.send(head.encode())


def receive(connection: socket.socket) -> bytes:
    """Return all that comes until the connection is closed."""
    reply = b""
    try:
        while data := connection.recv(65536):
            reply += data
    except ConnectionResetError:
        pass
    return reply


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Served]]:
    """A function that serves Rasa's application with channels, as `python -m bot run` does."""
    from rasa.core import run
    from sanic import Sanic

    from bot.patches.replaces import apply_all

    apply_all()
    Sanic.test_mode = True
    stops: list[Callable[[], None]] = []

    def begin(channels: Any = (), agent: Any = None, **environ: str) -> Served:
        for key, value in {"BONAFIDE_ADDRESS_RATE": "0", **environ}.items():
            monkeypatch.setenv(key, value)
        app = run.configure_app(list(channels), enable_api=False)
        app.ctx.agent = agent
        port, stop = start(app)
        stops.append(stop)
        return Served(app, port)

    yield begin
    for stop in stops:
        stop()
    Sanic.test_mode = False


def start(app: Any) -> tuple[int, Callable[[], None]]:
    """Run an application in a thread; return its port and what stops it."""
    loop, ready = asyncio.new_event_loop(), threading.Event()
    servers: list[Any] = []
    listening = socket.create_server(("127.0.0.1", 0))

    async def run() -> None:
        server = await app.create_server(
            sock=listening, return_asyncio_server=True, access_log=False
        )
        await server.startup()
        await server.before_start()
        await server.start_serving()
        servers.append(server)
        ready.set()

    def body() -> None:
        asyncio.set_event_loop(loop)
        loop.run_until_complete(run())
        loop.run_forever()

    thread = threading.Thread(target=body, daemon=True)
    thread.start()
    assert ready.wait(20)

    def stop() -> None:
        loop.call_soon_threadsafe(servers[0].close)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        listening.close()

    return listening.getsockname()[1], stop
