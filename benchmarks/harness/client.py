"""The simulated users: one asyncio program that talks to a bot's REST or web channel."""

import asyncio
import itertools
import time
import uuid
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from benchmarks.harness.servers import HOST, WEBHOOK, Reply
from benchmarks.harness.wire import Connection, WireError

SESSION, MESSAGES = "/webhooks/web/session", "/webhooks/web/messages"
# What a reply without the payload of docs/contract.md counts as.
PLAIN = "plain"
# What an empty one counts as, of a bot that may be silent, and the largest share of them.
SILENT, MAX_SILENT = "silent", 0.05


class ReplyRefused(RuntimeError):
    """A message got an error, nothing, or the notice that a part of the bot is missing."""


@dataclass(frozen=True, slots=True)
class Load:
    """What the users saw.

    Attributes:
        seconds: From the first message to the last reply.
        latencies_ms: One per message.
        kinds: The kind of each reply, in the same order.
    """

    seconds: float
    latencies_ms: tuple[float, ...]
    kinds: tuple[str, ...]


class Channel(Protocol):
    """How a message reaches the bot; one object for each conversation."""

    async def begin(self, connection: Connection) -> None:
        """Do what comes before the first message."""

    async def say(self, connection: Connection, message: str) -> Reply:
        """Send a message and return the parts of the reply."""


class Rest:
    """A conversation over Rasa's REST channel."""

    def __init__(self, sender: str = "") -> None:
        """Take up the conversation of `sender`; without one, a new conversation."""
        self.sender = sender or uuid.uuid4().hex

    async def begin(self, connection: Connection) -> None:
        """Do nothing: the client names the conversation."""

    async def say(self, connection: Connection, message: str) -> Reply:
        """Send a message and return the parts of the reply."""
        body = {"sender": self.sender, "message": message}
        reply: Reply = await ask(connection, WEBHOOK, body)
        return reply


class Web:
    """A conversation over the assistant's web channel (docs/web-channel.md)."""

    def __init__(self) -> None:
        """Start without a session."""
        self._token = ""
        self._ids = itertools.count()

    async def begin(self, connection: Connection) -> None:
        """Open a session."""
        self._token = (await ask(connection, SESSION, {"locale": "en-GB"}))["token"]

    async def say(self, connection: Connection, message: str) -> Reply:
        """Send a message and return its turn as the part of a reply that it is over REST."""
        body = {"id": f"m{next(self._ids)}", "text": message}
        headers = {"Authorization": f"Bearer {self._token}"}
        reply = await ask(connection, MESSAGES, body, headers)
        self._token = reply.get("token") or self._token
        return [{"custom": turn} for turn in reply["turns"]]


async def ask(
    connection: Connection, path: str, body: Any, headers: dict[str, str] | None = None
) -> Any:
    """Post JSON and return the JSON of the reply.

    Raises:
        ReplyRefused: The reply is an error.
    """
    try:
        status, reply = await connection.request("POST", path, body, headers)
    except WireError as err:
        raise ReplyRefused(f"{body!r} failed: {err}") from err
    if status >= 400:
        raise ReplyRefused(f"{body!r} failed: status {status}, {reply!r}")
    return reply


def hold(
    port: int,
    held: Iterable[tuple[Channel, Sequence[str]]],
    *,
    n_users: int,
    outage: str = "",
    may_be_silent: bool = False,
) -> Load:
    """Let users hold these conversations at the same time, each waiting for every reply.

    Args:
        port: Of the bot on this machine.
        held: Conversations, new ones or such as have gone on for long, and what is said in each;
            the next user who is free takes the next one.
        n_users: How many talk at once.
        outage: Words of a reply that stops the run.
        may_be_silent: A few replies may be empty.

    Raises:
        ReplyRefused: A reply was an error, empty or the outage's.
        ValueError: There are no conversations.
    """
    waiting = deque(held)
    if not waiting:
        raise ValueError("There is nothing to say: no conversations.")
    load = asyncio.run(_hold(port, waiting, n_users, outage, may_be_silent))
    n_silent = load.kinds.count(SILENT)
    if n_silent > MAX_SILENT * len(load.kinds):
        raise ReplyRefused(f"{n_silent} of {len(load.kinds)} messages got an empty reply.")
    return load


async def _hold(
    port: int,
    waiting: deque[tuple[Channel, Sequence[str]]],
    n_users: int,
    outage: str,
    may_be_silent: bool,
) -> Load:
    samples: list[tuple[float, str, Reply]] = []
    started = time.perf_counter()
    await asyncio.gather(*(_converse(port, waiting, samples) for _ in range(n_users)))
    seconds = time.perf_counter() - started
    kinds = [
        read_kind(message, reply, outage, may_be_silent=may_be_silent)
        for _, message, reply in samples
    ]
    return Load(seconds, tuple(ms for ms, _, _ in samples), tuple(kinds))


async def _converse(
    port: int,
    waiting: deque[tuple[Channel, Sequence[str]]],
    samples: list[tuple[float, str, Reply]],
) -> None:
    async with Connection(HOST, port) as connection:
        while waiting:
            channel, talk = waiting.popleft()
            await channel.begin(connection)
            for message in talk:
                started = time.perf_counter()
                reply = await channel.say(connection, message)
                latency_ms = (time.perf_counter() - started) * 1000
                samples.append((latency_ms, message, reply))


def read_kind(message: str, reply: Reply, outage: str, *, may_be_silent: bool = False) -> str:
    """Return the kind of turn that `reply` is.

    Raises:
        ReplyRefused: It is empty or the outage's.
    """
    texts = [part.get("text") or (part.get("custom") or {}).get("text") or "" for part in reply]
    if not reply and may_be_silent:
        return SILENT
    if not any(texts):
        raise ReplyRefused(f"{message!r} got an empty reply: {reply!r}")
    if outage and any(outage in text for text in texts):
        raise ReplyRefused(f"{message!r} got a reply without the library: {outage!r}")
    kinds = [part["custom"]["kind"] for part in reply if (part.get("custom") or {}).get("kind")]
    return kinds[-1] if kinds else PLAIN
