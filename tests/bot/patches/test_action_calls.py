"""Calls of an action server that hangs, is away, or fails."""

import asyncio
import inspect
import logging
import re
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from rasa.core import constants
from rasa.core.actions.action import RemoteAction
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import ClientResponseError, EndpointConfig

from bot.patches import action_calls, connections

LIMIT_S = action_calls.TIMEOUT_S


@pytest.fixture(autouse=True)
def _applied(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(EndpointConfig, "request", action_calls.request.function)
    monkeypatch.setattr(RemoteAction, "run", action_calls.run.function)
    monkeypatch.setattr(action_calls, "TIMEOUT_S", 0.1)


@asynccontextmanager
async def serve(answer: bytes) -> AsyncIterator[EndpointConfig]:
    """A server that sends this to every request; nothing, and it hangs."""

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            # One after the other, for connections are used again (bot/patches/connections.py).
            while head := await reader.readuntil(b"\r\n\r\n"):
                await reader.readexactly(int(re.search(rb"(?i)length: (\d+)", head)[1]))
                writer.write(answer)
        except asyncio.IncompleteReadError:
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(take, "127.0.0.1", 0)
    yield EndpointConfig(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/webhook")
    server.close()
    connections.close()


def reply(body: bytes, status: bytes = b"200 OK") -> bytes:
    head = b"HTTP/1.1 %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
    return head % (status, len(body)) + body


async def run_action(endpoint: EndpointConfig) -> Any:
    tracker = DialogueStateTracker("somebody", [])
    return await RemoteAction("action_x", endpoint).run(None, None, tracker, Domain.empty())


def test_rasa_itself_waits_five_minutes():
    assert constants.DEFAULT_REQUEST_TIMEOUT == 300
    assert "timeout=DEFAULT_REQUEST_TIMEOUT" in inspect.getsource(action_calls.run.original)


def test_an_action_has_eight_seconds():
    assert LIMIT_S == 8.0


def test_a_server_that_hangs_is_not_waited_for_and_then_not_asked(caplog):
    async def run() -> list[float]:
        took = []
        async with serve(b"") as endpoint:
            for _ in range(6):
                start = time.monotonic()
                assert await run_action(endpoint) == []
                took.append(time.monotonic() - start)
        return took

    took = asyncio.run(run())

    assert all(0.09 < each < 2 for each in took[:3])
    assert max(took[3:]) < 0.09
    # One line, and no traceback, however many ask.
    assert [record.levelno for record in caplog.records] == [logging.ERROR]
    assert caplog.records[0].exc_info is None


def test_a_server_that_is_away_is_asked_each_time_and_said_once(caplog):
    async def run() -> list[Any]:
        async with serve(b"") as endpoint:
            pass  # its port is free again
        made = [await run_action(endpoint) for _ in range(5)]
        connections.close()
        return made

    assert asyncio.run(run()) == [[]] * 5
    assert [record.levelno for record in caplog.records] == [logging.ERROR]


def test_it_is_said_when_it_answers_again(caplog):
    async def run() -> None:
        async with serve(b"") as hanging, serve(reply(b'{"events": []}')) as well:
            await run_action(hanging)
            hanging.url = well.url
            await run_action(hanging)

    asyncio.run(run())

    assert [record.getMessage() for record in caplog.records][1:] == [
        "The action server answers again; calls failed=1"
    ]


def test_an_error_of_the_server_is_raised_as_before(monkeypatch):
    monkeypatch.setattr(action_calls, "TIMEOUT_S", 5.0)
    monkeypatch.setattr(EndpointConfig, "session", connections.session.function)

    async def run() -> None:
        async with serve(reply(b"{}", b"500 No")) as endpoint:
            for _ in range(5):
                with pytest.raises(ClientResponseError):
                    await endpoint.request()

    asyncio.run(run())
