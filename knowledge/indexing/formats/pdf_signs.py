"""What PDFium leaves to its callers: raised marks, drawn bullets, blanks between letters."""

import itertools
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from knowledge.indexing.formats.pdf_pieces import BULLET, Piece

# Raised digits and signs that name a footnote, and what makes raised digits a power instead.
FOOTNOTE_MARK = re.compile(r"[\d,*\u2020\u2021\u2013-]{1,7}")
POWER = re.compile(r"(?:^|[\s/.\d(])(?:[kcdm\u00b5\u03bc]?m|[a-z]|in|ft|(?:[x\u00d7*]\s?)?10)$")
# Letters smaller than the ones before by this factor can be a footnote's mark.
SMALL = 0.8
# A page with fewer words than this, and a picture over so much of it, is a scan with a stamp.
FEW_WORDS = 12
PICTURE = 0.6
# Most letters of a word, on average.
LETTERS_OF_WORD = 12

# A bullet that is drawn rather than written: its width and height, in points, and how far it stands
# from its item at most, by the size of the letters.
BULLET_SIZES = (1.0, 9.0)
MAX_BULLET_GAP = 4.0
# Nearer to what stands left of it, a drawing belongs to that.
WORD_GAP = 1.0
# A page with more such drawings holds a chart.
MAX_DRAWN = 400


def has_large_picture(page: pdfium.PdfPage, box: tuple[float, float, float, float]) -> bool:
    """Say whether a picture covers most of a page, as a scan does."""
    whole = (box[2] - box[0]) * (box[3] - box[1])
    for image in page.get_objects([pdfium_c.FPDF_PAGEOBJ_IMAGE], max_depth=2):
        left, bottom, right, top = image.get_bounds()
        if (right - left) * (top - bottom) > PICTURE * whole:
            return True
    return False


def is_drawn_by_letter(pieces: Sequence[Piece]) -> bool:
    """Say whether most letters of a page are drawn one by one."""
    return len(pieces) > 1 and sum(len(piece.text) == 1 for piece in pieces) * 2 > len(pieces)


def use_own_blanks(
    pieces: Sequence[Piece], page: pdfium.PdfPage, text: pdfium.PdfTextPage
) -> Iterator[Piece]:
    """Yield pieces, single letters with a blank between them only where the file draws one.

    A program that draws each letter by itself draws the blanks, too; gaps say less there.
    """
    blanks: dict[int, list[float]] = defaultdict(list)
    for height, x in _find_blanks(page, text):
        blanks[round(height)].append(x)
    has_enough = sum(map(len, blanks.values())) * LETTERS_OF_WORD > len(pieces)
    previous: Piece | None = None
    for piece in pieces:
        if has_enough and previous is not None and _are_letters_of_line(previous, piece):
            near = (x for dy in (-1, 0, 1) for x in blanks.get(round(piece.y) + dy, ()))
            yield replace(piece, is_word=any(previous.x < x < piece.x for x in near))
        else:
            yield piece
        previous = piece


def _are_letters_of_line(previous: Piece, piece: Piece) -> bool:
    is_level = piece.turn == previous.turn == 0 and abs(piece.y - previous.y) < 1
    are_letters = len(piece.text) == len(previous.text) == 1
    return is_level and are_letters and 0 <= piece.x - previous.end < piece.size


def _find_blanks(page: pdfium.PdfPage, text: pdfium.PdfTextPage) -> Iterator[tuple[float, float]]:
    """Yield height and place of the blanks that are drawn by commands of their own."""
    for drawn in page.get_objects([pdfium_c.FPDF_PAGEOBJ_TEXT], max_depth=3):
        # Its length in bytes, with the two of its end.
        if pdfium_c.FPDFTextObj_GetText(drawn.raw, text.raw, None, 0) <= 2:
            left, bottom, _, _ = drawn.get_bounds()
            yield bottom, left


def lower_raised(pieces: Sequence[Piece]) -> Iterator[Piece]:
    """Yield the pieces without footnotes' marks, other raised ones on the line of their word."""
    previous: Piece | None = None
    for piece in pieces:
        if previous is not None and _is_raised(piece, previous):
            if FOOTNOTE_MARK.fullmatch(piece.text) and not POWER.search(previous.text):
                continue
            piece = replace(piece, y=previous.y)
        yield piece
        previous = piece


def _is_raised(piece: Piece, previous: Piece) -> bool:
    rise = piece.y - previous.y
    return (
        piece.turn == previous.turn
        and piece.size <= SMALL * previous.size
        and 0.1 * previous.size < rise < 0.8 * previous.size
        and -0.2 * previous.size < piece.x - previous.end < 0.5 * previous.size
    )


def add_bullets(pieces: Sequence[Piece], page: pdfium.PdfPage) -> list[Piece]:
    """Return the pieces with a bullet before each line that has one drawn before it.

    The bullets are artifacts: tags say by themselves what is an item.
    """
    drawn = list(itertools.islice(_find_drawn(page), MAX_DRAWN + 1)) if pieces else []
    if not 0 < len(drawn) <= MAX_DRAWN:
        return list(pieces)
    lines: dict[int, list[int]] = defaultdict(list)
    for number, piece in enumerate(pieces):
        if not piece.turn:
            lines[round(piece.y)].append(number)
    bullets: dict[int, Piece] = {}
    for right, middle in drawn:
        item = _find_item(pieces, lines, right, middle)
        if item is not None:
            piece = pieces[item]
            bullets[item] = replace(
                piece, text=BULLET, x=right - 1, end=right, is_word=True, is_symbol=True, mcid=-1,
                is_artifact=True,
            )  # fmt: skip
    found: list[Piece] = []
    for number, piece in enumerate(pieces):
        if number in bullets:
            found += [bullets[number], replace(piece, is_word=True)]
        else:
            found.append(piece)
    return found


def _find_drawn(page: pdfium.PdfPage) -> Iterator[tuple[float, float]]:
    """Yield right edge and middle height of drawings in the shape of a bullet."""
    low, high = BULLET_SIZES
    kinds = [pdfium_c.FPDF_PAGEOBJ_PATH, pdfium_c.FPDF_PAGEOBJ_IMAGE]
    for drawn in page.get_objects(kinds, max_depth=2):
        left, bottom, right, top = drawn.get_bounds()
        width, height = right - left, top - bottom
        if low <= width <= high and low <= height <= high and width < 2 * height < 4 * width:
            yield right, (bottom + top) / 2


def _find_item(
    pieces: Sequence[Piece], lines: dict[int, list[int]], right: float, middle: float
) -> int | None:
    """Return the number of the piece that is the first of its line, right of a drawing."""
    row = [
        number
        for dy in range(-9, 3)
        for number in lines.get(round(middle) + dy, ())
        if 0 <= middle - pieces[number].y <= 0.8 * pieces[number].size
        and abs(pieces[number].x - right) < 40 * pieces[number].size
    ]
    after = [number for number in row if pieces[number].x >= right - 1]
    if not after:
        return None
    first = min(after, key=lambda number: pieces[number].x)
    piece = pieces[first]
    is_near = piece.x - right <= MAX_BULLET_GAP * piece.size
    is_inside = any(
        number not in after and right - pieces[number].end < WORD_GAP * piece.size for number in row
    )
    return first if is_near and not is_inside else None
