"""The reading order of a PDF's page, where the file does not say it: columns, turned panels."""

import itertools
import statistics
from collections import Counter
from collections.abc import Iterator, Sequence

from knowledge.indexing.formats.pdf_lines import Line, make_line, make_rows
from knowledge.indexing.formats.pdf_pieces import Piece
from knowledge.indexing.formats.text import ITEM

Row = list[Line]
# What parts two columns is at least so wide, by the size of letters.
GUTTER = 1.0
# Shorter lines than this are cells of a table rather than lines of a column.
MIN_LETTERS = 15
# Most gaps of a row that are tried as what parts columns, the widest first.
MAX_GAPS = 12


def order_lines(pieces: Sequence[Piece]) -> Iterator[Line]:
    """Yield the lines of a page as a reader takes them.

    What stands upright, or as most of the page does, comes first; a panel that is turned has its
    own lines and columns.
    """
    turns = Counter({0: 0})
    for piece in pieces:
        turns[piece.turn] += len(piece.text)
    for turn, _ in turns.most_common():
        rows = make_rows(piece for piece in pieces if piece.turn == turn)
        yield from _order([[make_line(part) for part in row] for row in rows])


def _order(rows: Sequence[Row]) -> Iterator[Line]:
    at = 0
    while at < len(rows):
        end, gutter = _find_columns(rows, at)
        if end == at:
            yield _join(rows[at])
            at += 1
            continue
        band = rows[at:end]
        for is_left in (True, False):
            side = [[part for part in row if (part.x < gutter) == is_left] for row in band]
            yield from _order([row for row in side if row])
        at = end


def _find_columns(rows: Sequence[Row], start: int) -> tuple[int, float]:
    """Return up to which row there are two columns or more, and where the first of them ends.

    The row at which it starts, where there are none.
    """
    best = (start, 0.0)
    for first in range(start, len(rows)):
        if len(rows[first]) > 1:
            break
    else:
        return best
    for gap in _find_gaps(rows[first]):
        end, gutter = _follow(rows, first, gap)
        begin = _begin(rows, start, first, gutter)
        if begin == start and end > best[0] and _are_columns(rows[begin:end], gutter):
            best = (end, gutter)
    return best


def _find_gaps(row: Row) -> list[tuple[float, float]]:
    gaps = [
        (last.end, part.x)
        for last, part in itertools.pairwise(row)
        if part.x - last.end >= GUTTER * min(last.size, part.size)
    ]
    return sorted(gaps, key=lambda gap: gap[0] - gap[1])[:MAX_GAPS]


def _begin(rows: Sequence[Row], start: int, first: int, gutter: float) -> int:
    """Return the first row from which on nothing crosses the gutter."""
    while first > start and not any(part.x < gutter < part.end for part in rows[first - 1]):
        first -= 1
    return first


def _follow(rows: Sequence[Row], first: int, gap: tuple[float, float]) -> tuple[int, float]:
    """Return up to which row a gap goes on, and its middle."""
    left, right = gap
    end = first
    for row in rows[first:]:
        middle = (left + right) / 2
        low = max([left, *(part.end for part in row if part.x < middle)])
        high = min([right, *(part.x for part in row if part.x >= middle)])
        if high - low < GUTTER / 2 * row[0].size:
            break
        left, right = low, high
        end += 1
    gutter = (left + right) / 2
    return _without_heading(rows, first, end, gutter), gutter


def _without_heading(rows: Sequence[Row], first: int, end: int, gutter: float) -> int:
    """Return the end of columns before a heading that belongs to the lines below them."""
    if end == len(rows):
        return end
    last = end
    while last - 1 > first and all(part.end <= gutter for part in rows[last - 1]):
        last -= 1
        if rows[last][0].look != rows[last - 1][0].look:
            return last
    return end


def _are_columns(rows: Sequence[Row], gutter: float) -> bool:
    """Say whether both sides have lines of text rather than the cells of a table."""
    sides = [[part for row in rows for part in row if (part.x < gutter) == left] for left in (1, 0)]
    return all(len(side) > 1 and _is_column(side) for side in sides)


def _is_column(parts: Sequence[Line]) -> bool:
    items = sum(ITEM.match(part.text) is not None for part in parts)
    return items * 2 > len(parts) or statistics.median(len(p.text) for p in parts) >= MIN_LETTERS


def _join(row: Row) -> Line:
    """Return the line of parts that are read across."""
    if len(row) == 1:
        return row[0]
    longest = max(row, key=lambda part: len(part.text))
    return Line(
        " ".join(part.text for part in row), longest.size, all(part.is_bold for part in row),
        row[0].x, row[-1].end, longest.y, longest.page, longest.turn,
    )  # fmt: skip
