"""The lines of a PDF's pages: their words, place and look."""

import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pypdf

# Lines at the top and the bottom of a page among which headers and footers are looked for.
EDGE = 2
BOLD = re.compile(r"bold|black|heavy|semib|demi", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Line:
    """A line on a page.

    Attributes:
        size: Height of its letters, in points.
        x: Where it starts, in points from the left.
        y: How high it stands, in points; more is higher up.
        page: From 1.
    """

    text: str
    size: float
    is_bold: bool
    x: float
    y: float
    page: int

    @property
    def look(self) -> tuple[float, bool]:
        """Size and weight: what tells a heading from the text."""
        return self.size, self.is_bold

    def cut(self, start: int, end: int | None) -> "Line":
        """Return a part of the line."""
        return replace(self, text=self.text[start:end].strip())


@dataclass(frozen=True, slots=True)
class _Piece:
    text: str
    size: float
    is_bold: bool
    x: float
    y: float


def read_lines(page: pypdf.PageObject, number: int) -> Iterator[Line]:
    """Yield the lines of a page that hold text, in the order in which the file draws them."""
    pieces: list[_Piece] = []

    def visit(text: str, cm: Any, tm: Any, font: Any, size: float) -> None:
        # A piece without place is an end of line that comes before the line itself.
        name = str((font or {}).get("/BaseFont", ""))
        scale = math.hypot(
            tm[2] * cm[0] + tm[3] * cm[2],
            tm[2] * cm[1] + tm[3] * cm[3],
        )
        x = tm[4] * cm[0] + tm[5] * cm[2] + cm[4]
        y = tm[4] * cm[1] + tm[5] * cm[3] + cm[5]
        pieces.append(_Piece(text, round(size * scale, 1), bool(BOLD.search(name)), x, y))

    page.extract_text(visitor_text=visit)
    line: list[_Piece] = []
    for piece in pieces:
        first, *others = piece.text.split("\n")
        line.append(replace(piece, text=first))
        for text in others:
            yield from _make_line(line, number)
            line = [replace(piece, text=text)]
    yield from _make_line(line, number)


def _make_line(pieces: Sequence[_Piece], page: int) -> Iterator[Line]:
    text = " ".join("".join(piece.text for piece in pieces).split())
    if text:
        inked = [piece for piece in pieces if piece.text.strip()]
        main = max(inked, key=lambda piece: len(piece.text))
        is_bold = all(piece.is_bold for piece in inked)
        yield Line(text, main.size, is_bold, inked[0].x, inked[0].y, page)


def drop_running_lines(pages: Sequence[Sequence[Line]]) -> list[Line]:
    """Return all lines but headers, footers and page numbers.

    A line is a header or a footer if it stands at the same edge of half of the pages, at least of
    two, whatever number is in it. One that is a sentence is kept where it comes first.
    """
    edges: Counter[tuple[str, int]] = Counter()
    for page in pages:
        edges.update({_mask_numbers(page[row]) for row in _edge_rows(page)})
    often = {mask for mask, n in edges.items() if n >= 2 and 2 * n >= len(pages)}
    seen: set[tuple[str, int]] = set()
    kept: list[Line] = []
    for page in pages:
        edge = _edge_rows(page)
        for row, line in enumerate(page):
            mask = _mask_numbers(line)
            is_sentence = line.text[-1] in ".!?" and mask not in seen
            is_repeated = mask in often and not is_sentence
            is_number = re.fullmatch(r"page #( (of|/) #)?|# ?(of|/) ?#|#", mask[0]) is not None
            if row not in edge or not (is_repeated or is_number):
                kept.append(line)
            seen.add(mask)
    return kept


def _edge_rows(page: Sequence[Line]) -> set[int]:
    """Return the rows of the lines that stand highest and lowest, wherever the file draws them."""
    rows = sorted(range(len(page)), key=lambda row: page[row].y)
    return {*rows[:EDGE], *rows[-EDGE:]}


def _mask_numbers(line: Line) -> tuple[str, int]:
    """Return the words of a line without its numbers, and its height."""
    return re.sub(r"\d+", "#", line.text.lower()), round(line.y)
