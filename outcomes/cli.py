"""Read and delete outcomes: `python -m outcomes report | export | forget | prune`."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table
from sqlalchemy.exc import SQLAlchemyError

from outcomes.report import Report, summarise, write_csv
from outcomes.rows import now
from outcomes.settings import Settings
from outcomes.store import Store, StoreUnavailable
from safe_logging import describe_kind
from settings import SettingInvalid

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Read what became of the questions, and delete it.",
)
stdout = Console()
stderr = Console(stderr=True)

Days = Annotated[int | None, typer.Option(min=1, help="Only the last so many days.")]


def main() -> None:
    """Run the command line; exit 0 when done, 1 on an expected failure, 2 on wrong usage."""
    try:
        app(prog_name="python -m outcomes")
    except (StoreUnavailable, SettingInvalid) as err:
        stderr.print(str(err), style="red", highlight=False, markup=False, soft_wrap=True)
        sys.exit(1)


@app.command()
def report(
    days: Days = None,
    top: Annotated[int, typer.Option(min=1, help="Most questions and answers shown.")] = 20,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for machines.")] = False,
) -> None:
    """Show questions without an answer, answers that did not help, and turns by kind and day."""
    with open_store() as (store, _):
        summary = summarise(store.read(since=start_of(days)))
    if as_json:
        print(json.dumps(_as_dict(summary, top), indent=2, ensure_ascii=False, default=str))
        return
    table = Table("asked", "people", "last", "question without an answer")
    for group in summary.unanswered[:top]:
        counts = str(group.n_asked), str(group.n_senders)
        table.add_row(*counts, f"{group.last:%Y-%m-%d}", escape(group.question))
    stdout.print(table)
    table = Table("when", "question", "why it did not help", "passages shown")
    for rated in summary.disliked[:top]:
        cells = rated.question, rated.reason, "\n".join(rated.passage_ids)
        table.add_row(f"{rated.time:%Y-%m-%d %H:%M}", *map(escape, cells))
    stdout.print(table)
    kinds = sorted({kind for counts in summary.kinds.values() for kind in counts})
    table = Table("day (UTC)", *kinds)
    for day, counter in summary.kinds.items():
        table.add_row(str(day), *(str(counter[kind]) for kind in kinds))
    stdout.print(table)


@app.command()
def export(days: Days = None) -> None:
    """Print every turn as CSV."""
    with open_store() as (store, _):
        n_rows = write_csv(store.read(since=start_of(days)), sys.stdout)
    stderr.print(f"turns={n_rows}", highlight=False)


@app.command()
def forget(
    sender: Annotated[str, typer.Option(help="The sender id of the conversation.")],
) -> None:
    """Delete every turn of one conversation."""
    with open_store() as (store, _):
        n_deleted = store.forget(sender)
    stdout.print(f"Deleted turns: {n_deleted}", highlight=False)


@app.command()
def prune() -> None:
    """Delete what is too old now; the servers do it when they start and every day."""
    with open_store() as (store, settings):
        n_deleted = store.prune(keep_days=settings.keep_days)
    stdout.print(f"Deleted turns: {n_deleted}", highlight=False)


@contextmanager
def open_store() -> Iterator[tuple[Store, Settings]]:
    """Yield the store of the environment and its settings; close it in the end.

    Raises:
        SettingInvalid: A setting is not what is expected.
        StoreUnavailable: The database cannot be used.
    """
    settings = Settings.from_env()
    try:
        store = Store.open(settings)
        try:
            yield store, settings
        finally:
            store.close()
    except (SQLAlchemyError, ImportError) as err:
        raise StoreUnavailable(describe_kind(err)) from err


def start_of(days: int | None) -> datetime | None:
    """Return the moment `days` days ago in UTC; None for no limit."""
    return None if days is None else now() - timedelta(days=days)


def _as_dict(summary: Report, top: int) -> dict[str, object]:
    return {
        "unanswered": [asdict(group) for group in summary.unanswered[:top]],
        "disliked": [asdict(rated) for rated in summary.disliked[:top]],
        "kinds": {str(day): dict(counts) for day, counts in summary.kinds.items()},
    }
