"""Start one bot, let the users talk to it, and return the figures."""

import itertools
import statistics
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from benchmarks.harness import client
from benchmarks.harness.servers import Running, serve
from benchmarks.stock import long_conversations, metrics
from benchmarks.stock.bots import Bot
from benchmarks.stock.conversations import TURNS, Talk

# Conversations before the clock starts.
WARM_UP = 5
# Users who fill up the messages over which the memory is watched.
FILLERS = 16
ACTIONS = "action server"
AGED = "aged"
Json = dict[str, Any]
Progress = Callable[[str], None]


class Session:
    """One bot, running: what was said to it and what it weighed meanwhile."""

    def __init__(self, bot: Bot, running: Running, seed: int) -> None:
        """Take a bot that is ready.

        Args:
            bot: The `rasa init` bot or the assistant.
            running: Its servers.
            seed: Another one says other things.
        """
        self.bot, self.running = bot, running
        self.talks, self.more = bot.make_talks(seed)
        self.n_messages = 0
        self.weights: list[Json] = []
        self.aged: list[str] = []

    def talk(self, kind: str, n_users: int, n_messages: int) -> Json:
        """Hold conversations of a kind and return the figures.

        Args:
            kind: New conversations, long ones, or new ones over the web channel.
            n_users: How many talk at once.
            n_messages: Fewest messages in all; at least one conversation for each user.
        """
        count = max(n_users, -(-n_messages // TURNS))
        talks = self.talks
        if kind == AGED:
            talks = self.more
            self.age()
            channels: Sequence[client.Channel] = long_conversations.copy(
                self.running.port, self.aged, count
            )
        else:
            make = client.Web if kind == metrics.WEB else client.Rest
            channels = [make() for _ in range(count)]
        held = list(zip(channels, itertools.islice(talks, count), strict=True))
        cpu_before = self.running.measure_cpu()
        load = self.hold(held, n_users)
        cpu_s = self.running.measure_cpu() - cpu_before
        return summarise(load) | {"cpu_ms": round(cpu_s * 1000 / len(load.kinds), 2)}

    def age(self) -> None:
        """Hold the long conversations that others are copies of, once."""
        if not self.aged:
            held = long_conversations.begin(self.talks, self.more)
            self.hold(held, len(held))
            self.aged = [channel.sender for channel, _ in held]

    def hold(self, held: Sequence[tuple[client.Channel, Talk]], n_users: int) -> client.Load:
        """Hold conversations and weigh the servers after them."""
        bot = self.bot
        load = client.hold(
            self.running.port, held, n_users=n_users, outage=bot.outage,
            may_be_silent=bot.may_be_silent,
        )  # fmt: skip
        self.running.check_alive()
        self.n_messages += len(load.kinds)
        self.weights.append({"messages": self.n_messages, **self.weigh()})
        return load

    def weigh(self) -> Json:
        """Return the resident memory of each server, and of all, in MB."""
        found = self.running.measure_memory()
        actions = found.get(ACTIONS)
        rest = sum(found.values()) - (actions or 0)
        weight = {"total_mb": to_mb(sum(found.values())), "rasa_mb": to_mb(rest)}
        return weight if actions is None else weight | {"actions_mb": to_mb(actions)}


def measure_session(
    bot: Bot,
    store: str,
    *,
    requests: int,
    total: int,
    seed: int,
    logs: Path,
    on_progress: Progress,
) -> Json:
    """Start a bot, put every load of this store on it, and return the figures.

    Args:
        bot: The `rasa init` bot or the assistant.
        store: Where conversations are kept; names the loads too.
        requests: Fewest messages of each load.
        total: Fewest messages that the assistant gets in all, for its memory.
        seed: Another one says other things.
        logs: Folder of log files.
        on_progress: Called with what happens next.
    """
    programs, port = bot.make_servers(store)
    on_progress("starting")
    with serve(programs, port=port, logs=logs) as running:
        ready_s = running.wait_until_ready(bot.probe, bot.is_ready)
        session = Session(bot, running, seed)
        figures: Json = {"ready_s": round(ready_s, 2), "ready": session.weigh()}
        session.talk("fresh", 1, WARM_UP * TURNS)
        is_stock = bot.key == metrics.STOCK
        for kind, n_users in metrics.LOADS[store]:
            if kind == metrics.WEB and is_stock:
                continue
            on_progress(f"{metrics.KINDS[kind]}, users: {n_users}")
            figures.setdefault(kind, {})[str(n_users)] = session.talk(kind, n_users, requests)
        if not is_stock and session.n_messages < total:
            on_progress(f"going on to {total:,} messages")
            session.talk("fresh", FILLERS, total - session.n_messages)
    return figures | describe_weights(session.weights)


def summarise(load: client.Load) -> Json:
    """Return the figures of a load, and the latency of each kind of reply."""
    by_kind: dict[str, list[float]] = defaultdict(list)
    for kind, latency_ms in zip(load.kinds, load.latencies_ms, strict=True):
        by_kind[kind].append(latency_ms)
    times = load.latencies_ms
    return {
        "messages": len(times),
        "per_s": round(len(times) / load.seconds, 2),
        **{f"p{p}_ms": round(metrics.percentile(times, p), 2) for p in (50, 95, 99)},
        "by_kind": {
            kind: {"messages": len(found), "p50_ms": round(statistics.median(found), 2)}
            for kind, found in sorted(by_kind.items())
        },
    }


def describe_weights(weights: Sequence[Json]) -> Json:
    """Return the memory after all messages, and what the second half of them added to it."""
    last = weights[-1]
    half = next(w for w in weights if w["messages"] >= last["messages"] / 2)
    growth = 100 * (last["total_mb"] - half["total_mb"]) / half["total_mb"]
    return {"loaded": last, "growth_percent": round(growth, 2), "weights": list(weights)}


def to_mb(n_bytes: int) -> float:
    """Return bytes as megabytes."""
    return round(n_bytes / 1e6, 1)
