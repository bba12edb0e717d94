"""The simulated users: one asyncio program that talks to a bot's REST channel."""

import asyncio
import itertools
import math
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

import httpx

from benchmarks.servers import Reply

Talks = Sequence[Sequence[str]]
TIMEOUT_S = 60.0
# What a reply without the payload of docs/contract.md counts as.
PLAIN = "plain"


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


def run_load(url: str, talks: Talks, *, n_users: int, n_messages: int, outage: str = "") -> Load:
    """Let users hold whole conversations at the same time, each waiting for every reply.

    Args:
        url: The REST channel.
        talks: What is said; user 0 begins with the first, user 1 with the second, and so on.
        n_users: How many talk at once.
        n_messages: Fewest messages in all; rounded up so that all users hold the same number of
            conversations.
        outage: Words of a reply that stops the run.

    Raises:
        ReplyRefused: A reply was an error, empty or the outage's.
    """
    return asyncio.run(_run_load(url, talks, n_users, n_messages, outage))


async def _run_load(url: str, talks: Talks, n_users: int, n_messages: int, outage: str) -> Load:
    each = count_conversations(talks, n_users=n_users, n_messages=n_messages)
    limits = httpx.Limits(max_connections=n_users, max_keepalive_connections=n_users)
    async with httpx.AsyncClient(timeout=TIMEOUT_S, limits=limits, trust_env=False) as client:
        started = time.perf_counter()
        users = [
            _converse(client, url, choose(talks, user, each), outage) for user in range(n_users)
        ]
        samples = list(itertools.chain.from_iterable(await asyncio.gather(*users)))
        seconds = time.perf_counter() - started
    return Load(seconds, tuple(ms for ms, _ in samples), tuple(kind for _, kind in samples))


async def _converse(
    client: httpx.AsyncClient, url: str, talks: Talks, outage: str
) -> list[tuple[float, str]]:
    samples = []
    for talk in talks:
        sender = uuid.uuid4().hex
        for message in talk:
            started = time.perf_counter()
            try:
                response = await client.post(url, json={"sender": sender, "message": message})
                response.raise_for_status()
            except httpx.HTTPError as err:
                raise ReplyRefused(f"{message!r} failed: {err!r}") from err
            latency_ms = (time.perf_counter() - started) * 1000
            samples.append((latency_ms, read_kind(message, response.json(), outage)))
    return samples


def read_kind(message: str, reply: Reply, outage: str) -> str:
    """Return the kind of turn that `reply` is.

    Raises:
        ReplyRefused: It is empty or the outage's.
    """
    texts = [part.get("text") or (part.get("custom") or {}).get("text") or "" for part in reply]
    if not any(texts):
        raise ReplyRefused(f"{message!r} got an empty reply: {reply!r}")
    if outage and any(outage in text for text in texts):
        raise ReplyRefused(f"{message!r} got a reply without the library: {outage!r}")
    kinds = [part["custom"]["kind"] for part in reply if (part.get("custom") or {}).get("kind")]
    return kinds[-1] if kinds else PLAIN


def count_conversations(talks: Talks, *, n_users: int, n_messages: int) -> int:
    """Return how many conversations each user holds to reach `n_messages` together."""
    turns = min(map(len, talks))
    return math.ceil(n_messages / (n_users * turns))


def choose(talks: Talks, user: int, count: int) -> Talks:
    """Return the `count` conversations of a user, starting at a different one for each user."""
    return list(itertools.islice(itertools.cycle(talks), user, user + count))
