"""The results as a table: on the terminal and in README.md."""

import datetime
import json
import re
import statistics
from pathlib import Path

from rich.table import Table

from benchmarks.metrics import ASSISTANT, METRICS, STOCK, Json, Metric

FOLDER = Path(__file__).resolve().parent
RESULTS = FOLDER / "results/stock.json"
README = FOLDER / "README.md"
BEGIN, END = "<!-- results: begin -->", "<!-- results: end -->"
COLUMNS = ("", "Bonafide beside it", "`rasa init` bot", "Bonafide")
# What the kinds of turns are called; docs/contract.md defines them.
KINDS = {"answer": "answers from the library", "abstain": "refusals", "chat": "small talk"}
NOT_MEASURED = "Not measured yet: run `make bench`."


def load(path: Path = RESULTS) -> Json | None:
    """Return the results in `path`; nothing when there are none yet."""
    if not path.is_file():
        return None
    results: Json = json.loads(path.read_text(encoding="utf-8"))
    return results


def save(results: Json, path: Path = RESULTS) -> None:
    """Write the results to `path`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(results, indent=1, ensure_ascii=False)
    path.write_text(text + "\n", encoding="utf-8")


def make_table(results: Json) -> Table:
    """Return the table for the terminal."""
    table = Table(*(column.replace("`", "") for column in COLUMNS))
    for row in make_rows(results):
        table.add_row(*(cell.replace("**", "") for cell in row))
    return table


def render(results: Json | None) -> str:
    """Return what stands in README.md between the markers."""
    if results is None:
        return NOT_MEASURED
    lines = [COLUMNS, ("---", "---", "---:", "---:"), *make_rows(results)]
    table = "\n".join("| " + " | ".join(line) + " |" for line in lines)
    return "\n\n".join([table, *describe(results)])


def make_rows(results: Json) -> list[tuple[str, str, str, str]]:
    """Return one row for each figure: label, ratio, then both bots' medians and ranges."""
    users = results["settings"]["users"]
    return [
        (
            metric.label.format(users=users),
            spell_ratio(metric, results["ratios"][metric.key]),
            spell_figure(metric, results, STOCK),
            spell_figure(metric, results, ASSISTANT),
        )
        for metric in METRICS
    ]


def spell_ratio(metric: Metric, ratio: float) -> str:
    """Return how the assistant compares, in words."""
    word, times = (metric.better, ratio) if ratio >= 1 else (metric.worse, 1 / ratio)
    return "about the same" if times < 1.05 else f"**{times:.1f} times** {word}"


def spell_figure(metric: Metric, results: Json, bot: str) -> str:
    """Return the median of a figure, and in brackets its lowest and highest round."""
    values = [one_round[bot][metric.key] for one_round in results["rounds"]]
    shown = [
        f"{value:,.{metric.decimals}f}"
        for value in (results["medians"][bot][metric.key], min(values), max(values))
    ]
    median = f"{shown[0]} {metric.unit}".strip()
    return median if len(values) == 1 else f"{median} ({shown[1]} to {shown[2]})"


def describe(results: Json) -> list[str]:
    """Return what the figures were measured on and with, as paragraphs."""
    machine, versions, plan = results["machine"], results["versions"], results["settings"]
    date = datetime.date.fromisoformat(results["date"])
    first = results["rounds"][0][ASSISTANT]
    rounds = plan["rounds"]
    return [
        f"Measured on {date.day} {date:%B %Y}: {machine['cpu']}, {machine['cores']} cores, "
        f"{machine['memory_gb']:g} GB of memory, {machine['system']}; "
        f"Rasa {versions['rasa']['rasa']} on Python {versions['rasa']['Python']}, "
        f"action server on Python {versions['actions']['Python']}. "
        + (
            f"Medians of {rounds} rounds, in brackets the lowest and the highest. "
            if rounds > 1
            else "One round. "
        )
        + f"Each round: {first['one_messages']} messages of one user and "
        f"{first['many_messages']} of {plan['users']} users to Bonafide.",
        "One user's replies from Bonafide by kind, half of them within: "
        + ", ".join(spell_kinds(results))
        + ".",
    ]


def spell_kinds(results: Json) -> list[str]:
    """Return the latency of each kind of the assistant's replies, the median of the rounds."""
    found = [one_round[ASSISTANT]["one_by_kind"] for one_round in results["rounds"]]
    kinds = sorted({kind for by_kind in found for kind in by_kind})
    return [
        f"{KINDS.get(kind, kind)} "
        f"{statistics.median(by_kind[kind]['p50_ms'] for by_kind in found if kind in by_kind):.1f}"
        " ms"
        for kind in kinds
    ]


def update_readme(results: Json | None, path: Path = README) -> None:
    """Write the table into the README between the markers."""
    text = path.read_text(encoding="utf-8")
    path.write_text(put_between_markers(text, render(results)), encoding="utf-8")


def put_between_markers(text: str, section: str) -> str:
    """Return `text` with `section` between the markers.

    Raises:
        ValueError: The markers are not there exactly once.
    """
    pattern = re.compile(re.escape(BEGIN) + ".*?" + re.escape(END), re.DOTALL)
    if len(pattern.findall(text)) != 1:
        raise ValueError(f"The README needs {BEGIN} and {END} exactly once, in this order.")
    return pattern.sub(lambda _: f"{BEGIN}\n{section}\n{END}", text)
