"""The figures that are compared, and the arithmetic on them."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]
STOCK, ASSISTANT = "stock", "bonafide"
# The parts of the measurement that compare the two bots, in this order.
TRAINING, MEMORY, SQL = "training", "memory", "sql"
# The part that has the assistant's pieces alone.
PIECES = "pieces"
# What is talked about in each part with servers: kind of conversation, users at once.
LOADS: dict[str, tuple[tuple[str, int], ...]] = {
    MEMORY: (
        ("fresh", 1), ("fresh", 4), ("fresh", 16), ("fresh", 64),
        ("aged", 1), ("aged", 16),
        ("web", 1), ("web", 16),
    ),
    SQL: (("fresh", 1), ("fresh", 16), ("aged", 1), ("aged", 16)),
}  # fmt: skip
WEB = "web"
KINDS = {
    "fresh": "new conversations",
    "aged": "conversations of 50 turns",
    WEB: "web channel",
}


@dataclass(frozen=True, slots=True)
class Metric:
    """One figure of a round.

    Attributes:
        key: Where it stands in the results of one bot, the names joined by dots.
        label: Its name in the table.
        unit: Written after the figure.
        better: Word for "better than the other", with `worse` its opposite.
        worse: See `better`.
        is_higher_better: Which way is better.
        decimals: How many are shown.
        is_own: The assistant alone has it.
    """

    key: str
    label: str
    unit: str
    better: str = "faster"
    worse: str = "slower"
    is_higher_better: bool = False
    decimals: int = 1
    is_own: bool = False

    def read(self, figures: Json) -> float:
        """Return this figure out of those of one bot in one round."""
        found: Any = figures
        for name in self.key.split("."):
            found = found[name]
        return float(found)


def megabytes(key: str, label: str, *, is_own: bool = False) -> Metric:
    """Return a metric of memory."""
    return Metric(key, label, "MB", "less", "more", decimals=0, is_own=is_own)


GROWTH = Metric(
    "growth_percent", "of it added by the second half of the messages", "%", is_own=True
)


def describe_load(kind: str, users: int) -> list[Metric]:
    """Return the metrics of a load."""
    key, is_own = f"{kind}.{users}", kind == WEB
    label = f"{KINDS[kind]}, {users} user{'s' if users > 1 else ''}"
    half = Metric(f"{key}.p50_ms", f"{label}: half of the replies within", "ms", is_own=is_own)
    most = Metric(f"{key}.p95_ms", f"{label}: 95 in 100 within", "ms", is_own=is_own)
    if users == 1:
        rest = Metric(f"{key}.p99_ms", f"{label}: 99 in 100 within", "ms", is_own=is_own)
        return [half, most, rest]
    rate = f"{label}: replies per second"
    return [Metric(f"{key}.per_s", rate, "", "more", "fewer", True, is_own=is_own), most]


def list_metrics(part: str) -> list[Metric]:
    """Return the metrics of a part."""
    if part == TRAINING:
        return [Metric("train_s", "Training", "s")]
    return [
        Metric("ready_s", "From start to first reply", "s"),
        megabytes("ready.total_mb", "Memory after the start"),
        megabytes("ready.rasa_mb", "of it the Rasa server"),
        megabytes("ready.actions_mb", "of it the action server", is_own=True),
        megabytes("loaded.total_mb", "Memory after all messages"),
        megabytes("loaded.rasa_mb", "of it the Rasa server"),
        megabytes("loaded.actions_mb", "of it the action server", is_own=True),
        *([GROWTH] if part == MEMORY else []),
        *(metric for kind, users in LOADS[part] for metric in describe_load(kind, users)),
        Metric("fresh.1.cpu_ms", "Processor time per message, 1 user", "ms", "less", "more"),
    ]


def percentile(values: Sequence[float], percent: float) -> float:
    """Return the value that `percent` of `values` do not exceed, interpolated between neighbours.

    Raises:
        ValueError: There are no values, or `percent` is not from 0 to 100.
    """
    if not values:
        raise ValueError("A percentile of no values does not exist.")
    if not 0 <= percent <= 100:
        raise ValueError(f"A percentile is from 0 to 100, not {percent:g}.")
    ordered = sorted(values)
    position = (len(ordered) - 1) * percent / 100
    low = int(position)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (position - low)


def summarise(part: str, rounds: Sequence[Json]) -> Json:
    """Return the medians of both bots over the rounds of a part, and how they compare."""
    metrics = list_metrics(part)
    medians = {
        bot: {
            m.key: statistics.median(m.read(one[bot]) for one in rounds)
            for m in metrics
            if bot == ASSISTANT or not m.is_own
        }
        for bot in (STOCK, ASSISTANT)
    }
    ratios = {
        m.key: round(compare(m, medians[STOCK][m.key], medians[ASSISTANT][m.key]), 2)
        for m in metrics
        if not m.is_own
    }
    return {"medians": medians, "ratios": ratios}


def compare(metric: Metric, stock: float, assistant: float) -> float:
    """Return how many times better the assistant is; below 1 it is worse."""
    return assistant / stock if metric.is_higher_better else stock / assistant
