"""Headers, footers and page numbers of a PDF."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from knowledge.indexing.formats.pdf_lines import (
    HEADING_SIZE,
    Line,
    make_line,
    make_rows,
    usual_size,
)
from knowledge.indexing.formats.pdf_pieces import Page, Piece, turn_back

# They stand within this part of a page's height, from its edges.
EDGE = 0.12
# On so many pages at one place, one is a chapter's.
MIN_PAGES = 4
# Words of a sentence.
MIN_WORDS = 3
_ROMAN = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100}
_NUMBER = re.compile(r"\b(?:\d{1,9}|[ivxlc]{1,9})\b")
_AROUND = r"[-\s|\u2013\u2014()]*"
_PAGE_NUMBER = re.compile(
    rf"{_AROUND}(?:page |pg?\. ?)?#(?: ?(?:of|/|\|) ?(?:#|p ?a ?g ?e))?{_AROUND}"
)

Spot = tuple[Line, list[Piece]]


def find_running(pages: Sequence[Page]) -> set[Piece]:
    """Return the pieces of what stands at the top or the bottom of the pages only to frame them.

    That is what has the same words and height on half of the pages, or of those on the left or the
    right, and page numbers with what stands beside them. A number in it has to count with the
    pages; one in a heading's size ("Exercise 1") is none. A sentence is kept where it comes first.
    """
    spots = [spot for page in pages for spot in _find_spots(page)]
    large = HEADING_SIZE * usual_size(piece for page in pages for piece in page.pieces)
    same: dict[tuple[str, int], list[Spot]] = defaultdict(list)
    alike: dict[tuple[str, int], list[Spot]] = defaultdict(list)
    numbers = []
    for spot in spots:
        line = spot[0]
        masked = _NUMBER.sub("#", line.text.lower())
        place = round(line.y / 2)
        same[line.text, place].append(spot)
        if _PAGE_NUMBER.fullmatch(masked) and _NUMBER.search(line.text.lower()):
            numbers.append(spot)
        elif masked != line.text.lower() and line.size < large:
            alike[masked, place].append(spot)
    outer = _find_outer(spots)
    found = [
        _without_sentence(group)
        for group in same.values()
        if _is_often(group, len(pages)) or _is_of_chapter(group, outer, large)
    ]
    found += [group for group in alike.values() if _is_often(group, len(pages)) and _counts(group)]
    framed = _find_page_numbers(numbers)
    rows = {(line.page, round(line.y)) for line, _ in framed}
    found += [framed, [spot for spot in spots if (spot[0].page, round(spot[0].y)) in rows]]
    return {piece for group in found for _, pieces in group for piece in pieces}


def _find_spots(page: Page) -> Iterator[Spot]:
    """Yield the lines near the upper and the lower edge of a page."""
    left, bottom, right, top = page.box
    for turn in {piece.turn for piece in page.pieces}:
        heights = [turn_back(x, y, turn)[1] for x in (left, right) for y in (bottom, top)]
        margin = EDGE * (max(heights) - min(heights))
        edge = [
            piece
            for piece in page.pieces
            if piece.turn == turn and not min(heights) + margin < piece.y < max(heights) - margin
        ]
        for row in make_rows(edge):
            yield from ((make_line(part), part) for part in row)


def _is_often(group: Sequence[Spot], n_pages: int) -> bool:
    numbers = {line.page for line, _ in group}
    # Left and right pages have their own.
    is_one_sided = len({number % 2 for number in numbers}) == 1
    return len(numbers) > 1 and len(numbers) >= n_pages / (4 if is_one_sided else 2)


def _find_outer(spots: Sequence[Spot]) -> set[tuple[int, int]]:
    """Return page and height of what stands highest and lowest on each page."""
    heights: dict[int, list[float]] = defaultdict(list)
    for line, _ in spots:
        heights[line.page].append(line.y)
    return {(page, round(y)) for page, ys in heights.items() for y in (min(ys), max(ys))}


def _is_of_chapter(group: Sequence[Spot], outer: set[tuple[int, int]], large: float) -> bool:
    """Say whether lines at the very edge, on fewer pages than half, are the header of a chapter."""
    numbers = {line.page for line, _ in group if (line.page, round(line.y)) in outer}
    return len(numbers) >= MIN_PAGES and group[0][0].size < large


def _without_sentence(group: list[Spot]) -> list[Spot]:
    text = group[0][0].text
    starts_sentence = text[0].isupper() or text[0].isdecimal()
    is_sentence = starts_sentence and text[-1] in ".!?" and len(text.split()) >= MIN_WORDS
    return group[1:] if is_sentence else group


def _counts(group: Sequence[Spot]) -> bool:
    """Say whether a number in lines that are alike grows by one with each page."""
    found: Counter[tuple[int, int]] = Counter()
    for line, _ in group:
        for place, number in enumerate(_NUMBER.findall(line.text.lower())):
            found[place, _value(number) - line.page] += 1
    return max(found.values()) > 0.8 * len(group)


def _find_page_numbers(spots: list[Spot]) -> list[Spot]:
    """Return what is only a number and counts with the pages, or says that it is a page's."""
    offsets = [_value(_NUMBER.findall(line.text.lower())[0]) - line.page for line, _ in spots]
    often = {offset for offset, n in Counter(offsets).items() if n > 1}
    return [
        spot
        for spot, offset in zip(spots, offsets, strict=True)
        if offset in often or re.search(r"p|of|/", spot[0].text.lower())
    ]


def _value(number: str) -> int:
    if number.isdecimal():
        return int(number)
    values = [_ROMAN[letter] for letter in number]
    return sum(
        -value if value < following else value
        for value, following in zip(values, [*values[1:], 0], strict=True)
    )
