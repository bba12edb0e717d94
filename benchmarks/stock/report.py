"""The results beside a `rasa init` bot as tables: on the terminal and in README.md."""

import datetime
import statistics
from collections.abc import Sequence
from pathlib import Path

from rich.table import Table

from benchmarks import files
from benchmarks.markdown import render_table, replace_section
from benchmarks.stock import targets
from benchmarks.stock.metrics import (
    ASSISTANT,
    MEMORY,
    PIECES,
    SQL,
    STOCK,
    TRAINING,
    Json,
    Metric,
    list_metrics,
)

FOLDER = files.RESULTS.parent
RESULTS = files.RESULTS / "stock.json"
PLOT = RESULTS.with_suffix(".svg")
README = FOLDER / "README.md"
COLUMNS = ("Bonafide beside it", "`rasa init` bot", "Bonafide")
STORES = {MEMORY: "Conversations in memory", SQL: "Conversations in an SQLite file"}
TARGET_COLUMNS = ("", "Wanted of Bonafide", *STORES.values())
# What the kinds of turns are called; docs/contract.md defines them.
KINDS = {
    "answer": "answers from the library",
    "abstain": "refusals",
    "advice": "no advice",
    "chat": "small talk",
    "clarify": "questions asked back",
    "emergency": "emergencies",
}
NOT_MEASURED = "Not measured yet: run `make bench`."
# A kind with fewer replies than this in a round says nothing about its latency.
FEW = 5


def make_table(results: Json) -> Table:
    """Return what was wanted and what is reached, for the terminal."""
    table = Table(*TARGET_COLUMNS)
    for row in targets.make_rows(results["parts"]):
        table.add_row(*(cell.replace("**", "") for cell in row))
    return table


def render(results: Json | None) -> str:
    """Return what stands in README.md between the markers."""
    if results is None:
        return NOT_MEASURED
    parts = results["parts"]
    blocks = [render_table(TARGET_COLUMNS, targets.make_rows(parts), n_left=2)]
    if has_plot(parts):
        blocks.append(f"![95 in 100 replies within, by users]({PLOT.relative_to(FOLDER)})")
    for part, title in STORES.items():
        shown = [name for name in (TRAINING, part) if name in parts and part in parts]
        rows = [row for name in shown for row in make_rows(name, parts[name])]
        if rows:
            blocks.append(render_table((title, *COLUMNS), rows, n_left=2))
    return "\n\n".join([*blocks, *describe(results)])


def has_plot(parts: Json) -> bool:
    """Say whether all that the plot shows was measured."""
    return all(part in parts for part in STORES)


def make_rows(name: str, part: Json) -> list[tuple[str, str, str, str]]:
    """Return one row for each figure: label, ratio, then both bots' medians and ranges."""
    return [
        (
            metric.label,
            "" if metric.is_own else format_ratio(metric, part["ratios"][metric.key]),
            "" if metric.is_own else format_figure(metric, part, STOCK),
            format_figure(metric, part, ASSISTANT),
        )
        for metric in list_metrics(name)
    ]


def format_ratio(metric: Metric, ratio: float) -> str:
    """Return how the assistant compares, in words."""
    word, times = (metric.better, ratio) if ratio >= 1 else (metric.worse, 1 / ratio)
    return "about the same" if times < 1.05 else f"**{times:.1f} times** {word}"


def format_figure(metric: Metric, part: Json, bot: str) -> str:
    """Return the median of a figure, and in brackets its lowest and highest round."""
    values = [metric.read(one_round[bot]) for one_round in part["rounds"]]
    shown = [
        f"{value:,.{metric.decimals}f}"
        for value in (part["medians"][bot][metric.key], min(values), max(values))
    ]
    median = f"{shown[0]} {metric.unit}".strip()
    return median if len(values) == 1 else f"{median} ({shown[1]} to {shown[2]})"


def describe(results: Json) -> list[str]:
    """Return what the figures were measured on and with, as paragraphs."""
    parts, plan = results["parts"], results["settings"]
    n_rounds = plan["rounds"]
    rounds = (
        f"Medians of {n_rounds} rounds, in brackets the lowest and the highest."
        if n_rounds > 1
        else "One round."
    )
    paragraphs = [f"{describe_machine(results)} {rounds}"]
    for name in STORES:
        if name in parts:
            paragraphs.append(describe_messages(name, parts[name]["rounds"]))
    kinds = format_kinds(parts[MEMORY]["rounds"]) if MEMORY in parts else []
    if kinds:
        told = ", ".join(kinds)
        paragraphs.append(
            f"One user's replies from Bonafide in new conversations, half of them within: {told}."
        )
    missing = [name for name in (TRAINING, MEMORY, SQL, PIECES) if name not in parts]
    for name in missing:
        paragraphs.append(f"Not measured: `.venv/bin/python -m benchmarks stock --only {name}`.")
    return paragraphs


def describe_machine(results: Json) -> str:
    """Return when the figures were measured, on what and with which versions."""
    machine, versions = results["machine"], results["versions"]
    date = datetime.date.fromisoformat(results["date"])
    return (
        f"Measured on {date.day} {date:%B %Y}: {machine['cpu']}, {machine['cores']} cores, "
        f"{machine['memory_gb']:g} GB of memory, {machine['system']}; "
        f"Rasa {versions['rasa']['rasa']} on Python {versions['rasa']['Python']}, "
        f"action server on Python {versions['actions']['Python']}."
    )


def describe_messages(name: str, rounds: Sequence[Json]) -> str:
    """Return how many messages each bot got in a round."""
    stock, assistant = (
        statistics.median(one[bot]["loaded"]["messages"] for one in rounds)
        for bot in (STOCK, ASSISTANT)
    )
    return (
        f"{STORES[name]}: {stock:,.0f} messages to the `rasa init` bot in a round, "
        f"{assistant:,.0f} to Bonafide."
    )


def format_kinds(rounds: Sequence[Json]) -> list[str]:
    """Return the latency of each kind of the assistant's replies, the median of the rounds."""
    medians = find_kinds(rounds)
    return [f"{KINDS.get(kind, kind)} {p50_ms:.1f} ms" for kind, p50_ms in medians.items()]


def find_kinds(rounds: Sequence[Json]) -> dict[str, float]:
    """Return half of the replies' time by kind, slowest first; without those that are rare."""
    found: dict[str, list[float]] = {}
    for one_round in rounds:
        for kind, latency in one_round[ASSISTANT]["fresh"]["1"]["by_kind"].items():
            if latency["messages"] >= FEW:
                found.setdefault(kind, []).append(latency["p50_ms"])
    medians = {kind: statistics.median(times) for kind, times in found.items()}
    return dict(sorted(medians.items(), key=lambda item: -item[1]))


def update_readme(results: Json | None, path: Path = README) -> None:
    """Write the tables into the README between the markers."""
    replace_section(path, "results", render(results))
