"""The command line of the benchmark: `python -m benchmarks`."""

import signal
import sys
from types import FrameType
from typing import Annotated

import typer
from rich.console import Console

from benchmarks import bots, measure, report
from benchmarks.client import ReplyRefused
from benchmarks.servers import ROOT, ServerFailed

SCRATCH = ROOT / "build/bench"
LOGS = SCRATCH / "logs"
QUICK = measure.Plan(rounds=1, requests=40, users=4)
# A machine with more to do than this, per core, gives figures that say little.
BUSY = 0.5

stdout = Console()
stderr = Console(stderr=True, highlight=False)
app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def run(
    rounds: Annotated[int, typer.Option(min=1, help="How often both bots are measured.")] = 3,
    requests: Annotated[int, typer.Option(min=1, help="Fewest messages of each load.")] = 400,
    users: Annotated[int, typer.Option(min=2, help="Users of the second load.")] = 16,
    quick: Annotated[
        bool, typer.Option("--quick", help="See that it works; keep nothing.")
    ] = False,
    table: Annotated[bool, typer.Option("--table", help="Only write README.md again.")] = False,
) -> None:
    """Measure Bonafide beside the bot that `rasa init` makes, and write results and README."""
    if table:
        report.update_readme(report.load())
        return
    missing = bots.find_missing()
    if missing:
        stderr.print(f"Missing: {', '.join(missing)}. Run `make train` first.", style="red")
        raise typer.Exit(1)
    plan = QUICK if quick else measure.Plan(rounds=rounds, requests=requests, users=users)
    warn_if_busy()
    stderr.print("rasa init: making its bot (about two minutes)")
    stock = bots.make_stock_bot(SCRATCH / "stock", logs=LOGS, keep=quick)
    assistant = bots.make_assistant(SCRATCH / "bonafide")
    results = measure.measure(plan, (stock, assistant), logs=LOGS, on_progress=stderr.print)
    stdout.print(report.make_table(results))
    if quick:
        report.save(results, SCRATCH / "quick.json")
        return
    report.save(results)
    report.update_readme(results)


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
        app(prog_name="python -m benchmarks")
    except (ServerFailed, ReplyRefused) as err:
        stderr.print(str(err), style="red", markup=False)
        sys.exit(1)


if __name__ == "__main__":
    main()
