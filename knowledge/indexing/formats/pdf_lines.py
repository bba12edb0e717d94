"""The lines of a PDF's pages: pieces of one height put together."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from knowledge.indexing.formats.pdf_pieces import BULLET, UNKNOWN, Piece
from knowledge.indexing.formats.text import ITEM

# Letters on one line: how far their base lines are apart at most, by their size.
SAME_LINE = 0.3
# Letters larger than the text's by this factor are a heading's.
HEADING_SIZE = 1.12
# A gap wider than this, by the size of letters, may part columns or cells.
WIDE_GAP = 1.0
# A bullet may stand farther from its item than that.
BULLET_GAP = 5.0
# A gap wider than this parts words, whatever the file says.
WORD_GAP = 0.5
# What word processors put before an item, and ITEM does not know.
_BULLETS = re.compile(
    rf"^(?:[{UNKNOWN}\u25a0-\u25ff\u2700-\u27bf\u2190-\u21ff\u2b00-\u2bff])(?=\s)"
)


@dataclass(frozen=True, slots=True)
class Line:
    """A line, or the part of one that stands in a column or a cell.

    Attributes:
        size: Height of its letters, in points.
        x: Where it starts, in points from the left.
        end: Where it ends.
        y: How high it stands, in points; more is higher up.
        page: From 1.
        turn: Its direction, in degrees.
    """

    text: str
    size: float
    is_bold: bool
    x: float
    end: float
    y: float
    page: int
    turn: int = 0

    @property
    def look(self) -> tuple[float, bool]:
        """Size and weight: what tells a heading from the text."""
        return self.size, self.is_bold

    def cut(self, start: int, end: int | None) -> "Line":
        """Return a part of the line."""
        return replace(self, text=self.text[start:end].strip())


def make_line(pieces: Sequence[Piece]) -> Line:
    """Return the line of pieces that follow each other on it."""
    text = ""
    for piece in pieces:
        text += f" {piece.text}" if text and piece.is_word else piece.text
    text = _BULLETS.sub(BULLET, text)
    if pieces[0].is_symbol and len(pieces) > 1:
        text = f"{BULLET} {text[len(pieces[0].text) :].strip()}"
    main = max(pieces, key=lambda piece: len(piece.text))
    inked = [piece for piece in pieces if not piece.is_symbol] or pieces
    is_bold = all(piece.is_bold for piece in inked)
    end = max(piece.end for piece in pieces)
    return Line(text, usual_size(pieces), is_bold, pieces[0].x, end, main.y, main.page, main.turn)


def make_rows(pieces: Iterable[Piece]) -> list[list[list[Piece]]]:
    """Return what stands on each height, from the top: parts with wide gaps between them."""
    rows: list[list[Piece]] = []
    for piece in sorted(pieces, key=lambda piece: -piece.y):
        near = rows[-1][0] if rows else None
        if near and near.y - piece.y <= SAME_LINE * max(near.size, piece.size):
            rows[-1].append(piece)
        else:
            rows.append([piece])
    return [_cut_row(sorted(row, key=lambda piece: piece.x)) for row in rows]


def _cut_row(row: Sequence[Piece]) -> list[list[Piece]]:
    parts: list[list[Piece]] = []
    for piece in row:
        last = parts[-1][-1] if parts else None
        if last is None or _is_apart(last, piece, is_first=len(parts[-1]) == 1):
            parts.append([piece])
        else:
            is_word = piece.is_word or piece.x - last.end > WORD_GAP * piece.size
            parts[-1].append(replace(piece, is_word=is_word))
    return parts


def _is_apart(last: Piece, piece: Piece, *, is_first: bool) -> bool:
    is_bullet = is_first and (last.is_symbol or ITEM.match(last.text + " x") is not None)
    gap = (BULLET_GAP if is_bullet else WIDE_GAP) * min(last.size, piece.size)
    return piece.x - last.end > gap


def usual_size(pieces: Iterable[Piece]) -> float:
    """Return the size of most letters; 0 where there are none."""
    letters: Counter[float] = Counter()
    for piece in pieces:
        letters[piece.size] += len(piece.text)
    return letters.most_common(1)[0][0] if letters else 0.0
