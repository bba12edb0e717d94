"""The figures that are compared, and the arithmetic on them."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]
STOCK, ASSISTANT = "stock", "bonafide"


@dataclass(frozen=True, slots=True)
class Metric:
    """One figure of a round.

    Attributes:
        key: Its name in the results; ends with its unit.
        label: Its name in the table. `{users}` becomes the number of users.
        unit: Written after the figure.
        better: Word for "better than the other", with `worse` its opposite.
        worse: See `better`.
        is_higher_better: Which way is better.
        decimals: How many are shown.
    """

    key: str
    label: str
    unit: str
    better: str
    worse: str
    is_higher_better: bool = False
    decimals: int = 1


METRICS = (
    Metric("train_s", "Training", "s", "faster", "slower"),
    Metric("ready_s", "From start to first reply", "s", "faster", "slower"),
    Metric("rss_ready_mb", "Memory after the start", "MB", "less", "more", decimals=0),
    Metric("rss_load_mb", "Memory after the load", "MB", "less", "more", decimals=0),
    Metric("one_p50_ms", "1 user, half of the replies within", "ms", "faster", "slower"),
    Metric("one_p95_ms", "1 user, 95 in 100 replies within", "ms", "faster", "slower"),
    Metric("one_cpu_ms", "1 user, processor time per message", "ms", "less", "more"),
    Metric("many_per_s", "{users} users, replies per second", "", "more", "fewer", True),
    Metric("many_p95_ms", "{users} users, 95 in 100 replies within", "ms", "faster", "slower"),
)


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


def summarise(rounds: Sequence[Json]) -> Json:
    """Return the medians of both bots over the rounds, and how they compare."""
    medians = {
        bot: {m.key: statistics.median(r[bot][m.key] for r in rounds) for m in METRICS}
        for bot in (STOCK, ASSISTANT)
    }
    ratios = {
        m.key: round(compare(m, medians[STOCK][m.key], medians[ASSISTANT][m.key]), 2)
        for m in METRICS
    }
    return {"medians": medians, "ratios": ratios}


def compare(metric: Metric, stock: float, assistant: float) -> float:
    """Return how many times better the assistant is; below 1 it is worse."""
    return assistant / stock if metric.is_higher_better else stock / assistant
