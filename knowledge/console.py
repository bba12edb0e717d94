"""How the command line prints: results to standard output, all else to standard error."""

import json

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text

stdout = Console()
stderr = Console(stderr=True)


def warn(text: str, *, style: str = "red") -> None:
    """Print what a person should see to."""
    # soft_wrap: a path in it stays in one piece.
    stderr.print(text, style=style, highlight=False, markup=False, soft_wrap=True)


def say(text: str) -> None:
    """Print a line of a result, whole."""
    stdout.print(text, highlight=False, markup=False, soft_wrap=True)


def print_json(value: object) -> None:
    """Print a result for machines."""
    print(json.dumps(value, indent=2, ensure_ascii=False))


def make_progress() -> Progress:
    """Return bars for a terminal; elsewhere they print nothing."""
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        _Speed(),
        TimeRemainingColumn(),
        console=stderr,
        disable=not stderr.is_terminal,
    )


class _Speed(ProgressColumn):
    """How many a second."""

    def render(self, task: Task) -> Text:
        speed = task.finished_speed or task.speed
        return Text("" if speed is None else f"{speed:.0f}/s", style="progress.data.speed")
