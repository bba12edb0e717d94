"""/live, /ready and the end of the Rasa server, over a real socket."""

import asyncio
import json
import socket
import threading
import time
from types import SimpleNamespace
from typing import Any

import pytest
from rasa.core.tracker_store import InMemoryTrackerStore
from rasa.shared.core.domain import Domain
from sanic import Blueprint
from sanic.response import text

from bot.conversations.tracker_store import LiveTrackerStore
from bot.server.drain import Drain
from tests.bot.serving import receive


class Slow:
    """A channel whose answer takes a while."""

    def url_prefix(self) -> str:
        return "slow"

    @classmethod
    def name(cls) -> str:
        return "slow"

    def blueprint(self, _handle: Any) -> Blueprint:
        blueprint = Blueprint("slow")

        @blueprint.get("/<seconds>")
        async def answer(_request: Any, seconds: str) -> Any:
            await asyncio.sleep(float(seconds))
            return text("done")

        return blueprint


def agent(store: Any = None, *, has_model: bool = True) -> Any:
    store = store or InMemoryTrackerStore(Domain.empty())
    return SimpleNamespace(tracker_store=store, is_ready=lambda: has_model)


def read(reply: bytes) -> tuple[int, Any]:
    head, _, body = reply.partition(b"\r\n\r\n")
    return int(head.split()[1]), json.loads(body)


@pytest.fixture
def actions(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A pretended action server: its status can be set."""
    status, listening = [b"200 OK"], socket.create_server(("127.0.0.1", 0))

    def answer() -> None:
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            connection.recv(4096)
            connection.sendall(b"HTTP/1.1 %s\r\nContent-Length: 0\r\n\r\n" % status[0])
            connection.close()

    threading.Thread(target=answer, daemon=True).start()
    url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    monkeypatch.setenv("BONAFIDE_ACTIONS_URL", url)
    yield status
    listening.shutdown(socket.SHUT_RDWR)
    listening.close()


@pytest.mark.usefixtures("actions")
def test_a_server_with_all_it_needs_is_ready(serve):
    served = serve([], agent())

    assert read(served.get("/live")) == (200, {"live": True})
    assert read(served.get("/ready")) == (200, {"ready": True})
    assert b"no-store" in served.get("/ready")


def test_what_is_not_ready_is_named(serve, actions):
    actions[0] = b"503 No"
    served = serve([], agent(has_model=False))

    assert read(served.get("/ready")) == (
        503,
        {"ready": False, "not_ready": ["model", "action server"]},
    )
    assert read(served.get("/live"))[0] == 200


def test_an_action_server_that_is_away_or_hangs_is_not_ready(serve, monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as hanging:
        address = f"http://127.0.0.1:{hanging.getsockname()[1]}"
        monkeypatch.setenv("BONAFIDE_ACTIONS_URL", address)
        served = serve([], agent())
        start = time.monotonic()
        assert read(served.get("/ready"))[1]["not_ready"] == ["action server"]
        assert time.monotonic() - start < 3
    time.sleep(1)
    assert read(served.get("/ready"))[1]["not_ready"] == ["action server"]


@pytest.mark.usefixtures("actions")
def test_a_database_that_is_away_is_not_ready(serve, tmp_path):
    (tmp_path / "file").write_text("")
    url = f"sqlite:///{tmp_path}/file/conversations.db"
    served = serve([], agent(LiveTrackerStore(Domain.empty(), url=url, folder=tmp_path / "u")))

    assert read(served.get("/ready"))[1]["not_ready"] == ["database"]


@pytest.mark.usefixtures("actions")
def test_a_probe_has_no_limit_and_no_host(serve):
    served = serve([], agent(), BONAFIDE_ADDRESS_RATE="1")
    request = b"GET /ready HTTP/1.1\r\nHost: elsewhere.example\r\nConnection: close\r\n\r\n"

    assert {read(served.send(request))[0] for _ in range(100)} == {200}


def test_a_stopping_server_says_so_and_keeps_no_connection(serve):
    served = serve([Slow()], agent(has_model=False))
    head = b"GET /webhooks/slow/0.5 HTTP/1.1\r\nHost: localhost\r\n\r\n"
    with served.connect(head) as in_work:
        time.sleep(0.1)
        served.app.ctx.drain.has_begun = True
        start = time.monotonic()
        reply = receive(in_work)
        took_s = time.monotonic() - start

    assert b"connection: close" in reply.lower()
    assert reply.endswith(b"done")
    assert took_s < 2
    assert "stopping" in read(served.get("/ready"))[1]["not_ready"]


def test_connections_are_closed_when_their_time_is_over(serve):
    served = serve([Slow()], agent())
    drain = Drain(drain_s=1.0, client_s=0.3)
    with (
        served.connect(b"GET /webhooks/slow/30 HTTP/1.1\r\nHost: localhost\r\n\r\n") as late,
        served.connect(b"GET / HT") as slow,
    ):
        time.sleep(0.2)
        loop = next(iter(served.app.ctx.admission.connections._all)).loop
        asyncio.run_coroutine_threadsafe(drain._begin(served.app, loop), loop).result(5)
        start = time.monotonic()
        ends = []
        for connection in (slow, late):
            assert receive(connection) == b""
            ends.append(time.monotonic() - start)

    assert 0.2 < ends[0] < 0.9 < ends[1] < 3
