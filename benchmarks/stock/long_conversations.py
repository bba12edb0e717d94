"""Conversations that have gone on for long: a few are held, the others are copies of them."""

import asyncio
import itertools
from collections.abc import Iterator, Sequence
from typing import Any

from benchmarks.harness.client import ReplyRefused, Rest
from benchmarks.harness.servers import HOST
from benchmarks.harness.wire import Connection
from benchmarks.stock.conversations import Talk

# Conversations that are really held, and their messages.
N_HELD, N_TURNS = 2, 50


def begin(talks: Iterator[Talk], more: Iterator[Talk]) -> list[tuple[Rest, Talk]]:
    """Return a few long conversations that are to be held.

    Args:
        talks: How conversations begin.
        more: What goes on in them.
    """
    messages = itertools.chain.from_iterable(more)
    return [
        (Rest(), first + tuple(itertools.islice(messages, N_TURNS - len(first))))
        for first in itertools.islice(talks, N_HELD)
    ]


def copy(port: int, senders: Sequence[str], count: int) -> list[Rest]:
    """Return `count` conversations with the events of these, each its own.

    The bot has to be started with `--enable-api`: its events are read and written by Rasa's HTTP
    API.

    Raises:
        ReplyRefused: The API is not there.
    """
    return asyncio.run(_copy(port, senders, count))


async def _copy(port: int, senders: Sequence[str], count: int) -> list[Rest]:
    copies = [Rest() for _ in range(count)]
    async with Connection(HOST, port) as connection:
        held = [await read_events(connection, sender) for sender in senders]
        for conversation, events in zip(copies, itertools.cycle(held), strict=False):
            await write_events(connection, conversation.sender, events)
    return copies


async def read_events(connection: Connection, sender: str) -> list[dict[str, Any]]:
    """Return everything that happened in a conversation, in Rasa's own form.

    Raises:
        ReplyRefused: The API is not there.
    """
    path = f"/conversations/{sender}/tracker?include_events=ALL"
    status, tracker = await connection.request("GET", path)
    if status != 200:
        raise ReplyRefused(f"The events of a conversation cannot be read: status {status}.")
    events: list[dict[str, Any]] = tracker["events"]
    return events


async def write_events(
    connection: Connection, sender: str, events: Sequence[dict[str, Any]]
) -> None:
    """Make a conversation that these events happened in.

    Raises:
        ReplyRefused: The API is not there.
    """
    path = f"/conversations/{sender}/tracker/events?include_events=NONE"
    status, _ = await connection.request("PUT", path, events)
    if status != 200:
        raise ReplyRefused(f"The events of a conversation cannot be written: status {status}.")
