"""Measure both bots: `python -m benchmarks stock`."""

import signal
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import FrameType
from typing import Annotated

import typer
from rich.console import Console

from benchmarks.files import ROOT, load_results, save_results
from benchmarks.harness.client import ReplyRefused
from benchmarks.harness.servers import ServerFailed, run_to_end
from benchmarks.stock import bots, components, measure, metrics, performance, report
from benchmarks.stock.bots import Bot

SCRATCH = ROOT / "build/bench"
LOGS = SCRATCH / "logs"
PARTS = (metrics.TRAINING, metrics.MEMORY, metrics.SQL, metrics.PIECES)
QUICK = measure.Plan(rounds=1, requests=16, total=200)
QUICK_PIECES = components.Plan(starts=1, talks=3, questions=30)
# A machine with more to do than this, per core, gives figures that say little.
BUSY = 0.5

stdout = Console()
stderr = Console(stderr=True, highlight=False)
app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def run(
    only: Annotated[
        list[str] | None, typer.Option(help=f"Measure one part again: {', '.join(PARTS)}.")
    ] = None,
    rounds: Annotated[int, typer.Option(min=1, help="How often both bots are measured.")] = 3,
    requests: Annotated[int, typer.Option(min=1, help="Fewest messages of each load.")] = 120,
    quick: Annotated[
        bool, typer.Option("--quick", help="See that it works; keep nothing.")
    ] = False,
    table: Annotated[
        bool, typer.Option("--table", help="Only write the tables and the plot again.")
    ] = False,
) -> None:
    """Measure Bonafide beside the bot that `rasa init` makes; write results, tables and plot."""
    if table:
        performance.write_all()
        return
    unknown = set(only or ()) - set(PARTS)
    if unknown:
        raise typer.BadParameter(f"{', '.join(sorted(unknown))} is none of {', '.join(PARTS)}.")
    missing = bots.find_missing()
    if missing:
        stderr.print(f"Missing: {', '.join(missing)}. Run `make train` first.", style="red")
        raise typer.Exit(1)
    warn_if_busy()
    parts = [part for part in PARTS if part in (only or PARTS)]
    plan = QUICK if quick else measure.Plan(rounds=rounds, requests=requests)
    path = SCRATCH / "quick.json" if quick else report.RESULTS
    results = measure_parts(parts, plan, path, say=make_progress())
    stdout.print(report.make_table(results))
    if not quick:
        performance.write_all()


def measure_parts(
    parts: Sequence[str], plan: measure.Plan, path: Path, *, say: measure.Progress
) -> metrics.Json:
    """Measure these parts, keep each as soon as it is done, and return all results.

    Args:
        parts: What to measure.
        plan: How much is measured.
        path: The results; what an earlier run measured in the same way stays.
        say: Called with what happens next.
    """
    results = measure.start_results(plan, load_results(path))
    compared = make_bots(metrics.TRAINING in parts, say)
    for part in parts:
        if part == metrics.PIECES:
            found = components.measure(
                QUICK_PIECES if plan == QUICK else components.Plan(),
                compared[1],
                bots.model_in(SCRATCH / "bonafide"),
                logs=LOGS,
                on_progress=say,
            )
        else:
            found = measure.measure_part(part, plan, compared, logs=LOGS, on_progress=say)
        results["parts"][part] = found
        save_results(results, path)
    return results


def make_bots(will_train: bool, say: measure.Progress) -> tuple[Bot, Bot]:
    """Return both bots, trained now where their training is not measured.

    Args:
        will_train: Their training is measured.
        say: Called with what happens next.
    """
    folder = SCRATCH / "stock"
    is_kept = not will_train and bots.has_stock_model(folder)
    if is_kept:
        stock = bots.find_stock_bot(folder)
    else:
        say("rasa init: making its bot")
        stock = bots.make_stock_bot(folder, logs=LOGS)
    assistant = bots.make_assistant(SCRATCH / "bonafide")
    for bot in () if will_train else (assistant,) if is_kept else (stock, assistant):
        say(f"{bot.title}: training, not timed")
        run_to_end(bot.training, logs=LOGS)
    return stock, assistant


def make_progress() -> Callable[[str], None]:
    """Return a function that writes a line to stderr, with the minutes so far."""
    started = time.perf_counter()

    def say(message: str) -> None:
        minutes, seconds = divmod(int(time.perf_counter() - started), 60)
        stderr.print(f"{minutes:3}:{seconds:02} {message}")

    return say


def warn_if_busy() -> None:
    """Say so on stderr when other programs keep this machine busy."""
    machine = measure.describe_machine()
    if machine["load_before"] > BUSY * machine["cores"]:
        stderr.print(
            f"This machine is busy (load {machine['load_before']} on {machine['cores']} cores): "
            "the figures will be worse than they are. End other programs, then run it again.",
            style="yellow",
        )


def end(number: int, frame: FrameType | None) -> None:
    """Leave by an exception, so that every server is stopped on the way out."""
    raise SystemExit(128 + number)


def main() -> None:
    """Run the command line; exit 0 when done, 1 when a bot failed, 2 on wrong usage."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, end)
    try:
        app(prog_name="python -m benchmarks stock")
    except (ServerFailed, ReplyRefused) as err:
        stderr.print(str(err), style="red", markup=False)
        sys.exit(1)


if __name__ == "__main__":
    main()
