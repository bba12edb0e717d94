"""What the report's page is made of: sections, tables, plots and lists of questions."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Table:
    """A table of the page: the first column names the row."""

    caption: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True)
class Picture:
    """A plot with what it says in words.

    Attributes:
        source: The SVG as a data address.
        alt: What a reader sees in it, for one who does not.
        caption: What stands under it.
    """

    source: str
    alt: str
    caption: str


@dataclass(frozen=True, slots=True)
class Case:
    """A question that went wrong, and named facts about it."""

    question: str
    facts: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Cases:
    """A list of questions that went wrong."""

    title: str
    cases: Sequence[Case]


@dataclass(frozen=True, slots=True)
class Part:
    """A section of the page.

    Attributes:
        texts: Paragraphs before the plots and tables.
        notes: Paragraphs after them.
        details: Tables that are folded away, under `details_title`.
        missing: The command that measures it, when nothing was measured yet.
        command: The command that made what is shown.
    """

    id: str
    title: str
    texts: Sequence[str] = ()
    figures: Sequence[Picture] = ()
    tables: Sequence[Table] = ()
    notes: Sequence[str] = ()
    lists: Sequence[Cases] = ()
    details: Sequence[Table] = ()
    details_title: str = ""
    missing: str = ""
    command: str = ""
    date: str = ""


def to_address(svg: bytes) -> str:
    """Return an SVG as a data address."""
    return "data:image/svg+xml;base64," + base64.b64encode(svg).decode("ascii")
