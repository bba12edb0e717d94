"""The report on the turns, for owners of the documents; and the turns as CSV."""

import csv
import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import IO

from sqlalchemy.engine import Row

from outcomes.rows import turns

# Where a spreadsheet would begin a formula: at the start of a cell, and after what ends one in
# other countries, whatever quotes and invisible signs are before it; also in signs of full width.
_FORMULA = re.compile(r"(^|[;,\t])([^\w;,\t(]*?)(?=[=+\-@|\uff1d\uff0b\uff0d\uff20])")
COLUMNS = [column.name for column in turns.columns]


@dataclass(frozen=True, slots=True)
class Unanswered:
    """A question that the documents did not answer.

    Attributes:
        question: As it was asked last.
        n_asked: How often it was asked.
        n_senders: In how many conversations.
        last: When it was asked last, in UTC.
    """

    question: str
    n_asked: int
    n_senders: int
    last: datetime


@dataclass(frozen=True, slots=True)
class Disliked:
    """An answer that was not helpful.

    Attributes:
        time: When it was given, in UTC.
        question: What was asked.
        reason: Why it did not help; empty when nothing was said.
        passage_ids: What was shown, best first.
    """

    time: datetime
    question: str
    reason: str
    passage_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """Turns, told for reading.

    Attributes:
        unanswered: Questions without an answer, the most frequent first.
        disliked: Answers that were not helpful, the newest first.
        kinds: Turns of each kind on each day in UTC, oldest day first.
    """

    unanswered: list[Unanswered]
    disliked: list[Disliked]
    kinds: dict[date, Counter[str]]


def summarise(rows: Iterable["Row[object]"]) -> Report:
    """Return the report of rows of the table, which come oldest first."""
    groups: defaultdict[str, list[tuple[str, str, datetime]]] = defaultdict(list)
    disliked: list[Disliked] = []
    kinds: defaultdict[date, Counter[str]] = defaultdict(Counter)
    for row in rows:
        kinds[row.time.date()][row.kind] += 1
        if row.kind == "abstain" and row.question:
            groups[normalise(row.question)].append((row.question, row.sender, row.time))
        if row.rating == "down":
            passage_ids = tuple(row.passage_ids)
            disliked.append(Disliked(row.time, row.question, row.reason or "", passage_ids))
    unanswered = [
        Unanswered(asked[-1][0], len(asked), len({sender for _, sender, _ in asked}), asked[-1][2])
        for asked in groups.values()
    ]
    unanswered.sort(key=lambda group: (group.n_asked, group.last), reverse=True)
    return Report(unanswered, disliked[::-1], dict(sorted(kinds.items())))


def normalise(question: str) -> str:
    """Return a question without case and punctuation, by which the same ones are counted."""
    return " ".join("".join(c if c.isalnum() else " " for c in question.casefold()).split())


def write_csv(rows: Iterable["Row[object]"], file: IO[str]) -> int:
    """Write rows of the table as CSV with a head line; returns how many there were.

    Every cell is in quotes. What a spreadsheet would run as a formula, were the file split at
    commas, semicolons or tabs, gets an apostrophe in front.
    """
    writer = csv.writer(file, quoting=csv.QUOTE_ALL)
    writer.writerow(COLUMNS)
    n_rows = 0
    for row in rows:
        writer.writerow([_cell(getattr(row, name)) for name in COLUMNS])
        n_rows += 1
    return n_rows


def _cell(value: object) -> object:
    if isinstance(value, list):
        value = " ".join(str(item) for item in value)
    if not isinstance(value, str):
        return value
    # A line end would begin a row where the quotes are not heeded. Python 3.10 writes no NUL.
    return _FORMULA.sub(r"\1'\2", " ".join(value.replace("\0", " ").splitlines()))
