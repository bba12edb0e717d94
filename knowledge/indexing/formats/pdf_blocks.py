"""Lines of a PDF to blocks: headings told by their look, paragraphs, lists."""

import itertools
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from knowledge.indexing.formats.outline import clean
from knowledge.indexing.formats.pdf_lines import HEADING_SIZE, Line
from knowledge.indexing.formats.text import ITEM, MAX_HEADING_WORDS
from spelling.english import is_english

# A gap between lines larger than the usual one by this factor parts two paragraphs.
PARAGRAPH_GAP = 1.35
# No lines of one paragraph are farther apart, by the size of their letters.
MAX_LEADING = 2.0
# Where a sentence ends within a line, and at the end of one; \u2019 and \u201d close quotations.
SENTENCE_END = re.compile(r"[.!?][\"'\u2019\u201d)]*\s+(?=[^\Wa-z\d_])")
LINE_END = re.compile(r"[.!?][\"'\u2019\u201d)]*$")

# A line of a contents page: dots that lead to a number.
CONTENTS_ROW = re.compile(r"(?:[.\u2026\u00b7_]\s?){4}\s{0,3}(?:\d{1,4}|[ivxlc]{1,7})$")
CONTENTS = re.compile(
    r"(?:table of )?contents:?|in this (?:leaflet|booklet|guide|document):?", re.I
)
_NUMBERED = re.compile(r"\D.*\s\d{1,4}")
MIN_CONTENTS = 3
# Dots, or a line to write on, hold no words.
_FILLER = re.compile(r"(?:[.\u2026\u00b7_]\s?){5,}")

Look = tuple[float, bool]


@dataclass(frozen=True, slots=True)
class Block:
    """A heading, a paragraph, a list or the row of a table.

    Attributes:
        text: A line for each item of a list.
        page: Where it starts, from 1.
        level: Of a heading, 1 for the outermost; 0 for text.
    """

    text: str
    page: int
    level: int = 0


class Joiner:
    """Joins lines to a text, without the hyphens of words that are cut in two.

    A hyphen goes only where the file, or a list of English words, has the word without one: else it
    may be part of the word, and a quotation must not lose it.
    """

    def __init__(self, lines: Iterable[str]) -> None:
        """Collect the words of a file from its lines."""
        self._words: set[str] = set()
        for line in lines:
            self._words.update(re.findall(r"\w+(?:-\w+)*", line.lower()))

    def join(self, text: str, line: str) -> str:
        """Return a text with a further line."""
        cut = re.search(r"(?<!\w)(\w+)([-\u00ad\u2010])$", text)
        rest = re.match(r"\w+", line)
        if cut is None or rest is None:
            return f"{text} {line}"
        is_whole = cut[2] == "\u00ad" or self._is_word(cut[1].lower(), rest[0].lower())
        return text[:-1] + line if is_whole else text + line

    def _is_word(self, start: str, end: str) -> bool:
        if start + end in self._words:
            return True
        return f"{start}-{end}" not in self._words and is_english(start + end)

    def join_lines(self, lines: Iterable[Line]) -> str:
        """Return the text of the lines of a paragraph or a list, a line for each item."""
        text = ""
        for line in lines:
            item = ITEM.match(line.text)
            if item:
                mark = f"{item[1]}." if item[1] else "-"
                text += f"\n{mark} {line.text[item.end() :]}"
            else:
                text = self.join(text, line.text)
        return text.strip()


def make_blocks(lines: Sequence[Line], joiner: Joiner) -> Iterator[Block]:
    """Yield the blocks of lines in reading order."""
    levels = find_levels(lines)
    gap = _usual_gap(lines)
    headings = {span.start: (span, level) for span, level in _find_headings(lines, levels, gap)}
    in_heading = {row for span, _ in headings.values() for row in span}
    paragraph: list[Line] = []
    for row, line in enumerate(lines):
        if paragraph and (row in in_heading or _starts_block(paragraph, line, gap)):
            yield _make_block(paragraph, joiner)
            paragraph = []
        if row in headings:
            span, level = headings[row]
            heading = lines[span.start : span.stop]
            yield replace(_make_block(heading, joiner), level=level)
        elif row not in in_heading:
            done, paragraph = _carry_over(paragraph, line)
            if done:
                yield _make_block(done, joiner)
    if paragraph:
        yield _make_block(paragraph, joiner)


def drop_contents(lines: Sequence[Line]) -> list[Line]:
    """Return lines without those that say what is on which page, and without rows of dots."""
    dropped: set[int] = set()
    for row, line in enumerate(lines):
        if CONTENTS_ROW.search(line.text):
            dropped.add(row)
        elif CONTENTS.fullmatch(line.text):
            entries = list(
                itertools.takewhile(
                    lambda at: _NUMBERED.fullmatch(lines[at].text), range(row + 1, len(lines))
                )
            )
            dropped.update(entries if len(entries) >= MIN_CONTENTS else ())
    kept = [line for row, line in enumerate(lines) if row not in dropped]
    cleared = [replace(line, text=_FILLER.sub(" ", line.text).strip()) for line in kept]
    return [line for line in cleared if re.search(r"\w", line.text)]


def _make_block(lines: Sequence[Line], joiner: Joiner) -> Block:
    return Block(joiner.join_lines(lines), lines[0].page)


def find_levels(lines: Iterable[Line]) -> dict[Look, int]:
    """Return for each look (size, weight) of a heading its level, 1 for the largest."""
    letters = _count_looks(lines)
    if not letters:
        return {}
    (size, _), _ = letters.most_common(1)[0]
    body_bold = sum(n for (_, bold), n in letters.items() if bold) * 2 > letters.total()
    looks = [
        look
        for look in letters
        if look[0] >= HEADING_SIZE * size or (look[1] and not body_bold and look[0] >= size)
    ]
    return {look: level for level, look in enumerate(sorted(looks, reverse=True)[:6], start=1)}


def _count_looks(lines: Iterable[Line]) -> Counter[Look]:
    letters: Counter[Look] = Counter()
    for line in lines:
        letters[line.look] += len(line.text)
    return letters


def _find_headings(
    lines: Sequence[Line], levels: dict[Look, int], gap: float
) -> Iterator[tuple[range, int]]:
    """Yield where headings stand, and their level; one can take several lines."""
    if not levels:
        yield from _find_plain_headings(lines, gap)
        return
    body = _count_looks(lines).most_common(1)[0][0][0]
    start = 0
    while start < len(lines):
        look, end = lines[start].look, start + 1
        while end < len(lines) and _goes_on(lines[end - 1], lines[end]):
            end += 1
        text = clean(" ".join(line.text for line in lines[start:end]))
        following = lines[end] if end < len(lines) else None
        is_lead_in = following is not None and _runs_on(lines[end - 1], following, gap)
        is_large = look[0] >= HEADING_SIZE * body
        if look in levels and can_be_heading(text, is_large=is_large) and not is_lead_in:
            yield range(start, end), levels[look]
        start = end


def _find_plain_headings(lines: Sequence[Line], gap: float) -> Iterator[tuple[range, int]]:
    """Yield short lines that stand alone above others, where nothing is larger or bold."""
    alone = [
        _is_alone(before, line, after, gap)
        for before, line, after in zip([None, *lines], lines, [*lines[1:], None], strict=False)
    ]
    for row, line in enumerate(lines[:-1]):
        is_short = len(line.text.split()) <= MAX_HEADING_WORDS and not line.text[0].islower()
        is_above = lines[row + 1].page == line.page and not alone[row + 1]
        if alone[row] and is_short and is_above and can_be_heading(line.text):
            yield range(row, row + 1), 1


def _is_alone(before: Line | None, line: Line, after: Line | None, gap: float) -> bool:
    return not any(
        other is not None
        and other.page == line.page
        and abs(other.y - line.y) <= PARAGRAPH_GAP * max(gap, line.size)
        for other in (before, after)
    )


def _goes_on(line: Line, following: Line) -> bool:
    is_near = 0 <= line.y - following.y <= MAX_LEADING * line.size
    is_same = (line.look, line.page, line.turn) == (following.look, following.page, following.turn)
    return is_same and is_near


def _runs_on(line: Line, following: Line, gap: float) -> bool:
    """Say whether a line in another look goes on with the sentence: its start is only bold."""
    is_near = 0 <= line.y - following.y <= PARAGRAPH_GAP * max(gap, line.size)
    is_same_size = line.size <= HEADING_SIZE * following.size
    return line.page == following.page and is_near and is_same_size and following.text[0].islower()


def can_be_heading(text: str, *, is_large: bool = False) -> bool:
    """Say whether words in the look of a heading can be one.

    Args:
        text: The words.
        is_large: They are larger than the text: a number before them is a chapter's, no item's.
    """
    n_words = len(text.split())
    if n_words > 2 * MAX_HEADING_WORDS or not re.search(r"[^\W\d]", text):
        return False
    if n_words > MAX_HEADING_WORDS and re.search(r"\.\s+[A-Z]", text):
        return False
    item = ITEM.match(text + " x")
    is_item = item is not None and not (item[1] and is_large)
    return not is_item and text[-1] not in ".,;:"


def _carry_over(paragraph: list[Line], line: Line) -> tuple[list[Line], list[Line]]:
    """Return the lines of a paragraph that has ended, and those of the one that goes on.

    A paragraph that goes over to the next page is cut behind its first sentence there: a sentence
    stays whole, on the page on which it starts.
    """
    if not paragraph or paragraph[0].page == line.page:
        return [], [*paragraph, line]
    if paragraph[-1].page == line.page and LINE_END.search(paragraph[-1].text):
        return paragraph, [line]
    end = SENTENCE_END.search(line.text)
    if end is None:
        return [], [*paragraph, line]
    return [*paragraph, line.cut(0, end.end())], [line.cut(end.end(), None)]


def _usual_gap(lines: Sequence[Line]) -> float:
    gaps = Counter(
        round(line.y - following.y, 1)
        for line, following in itertools.pairwise(lines)
        if line.page == following.page
        and 0 < line.y - following.y <= MAX_LEADING * max(line.size, following.size)
    )
    return gaps.most_common(1)[0][0] if gaps else 0.0


def _starts_block(paragraph: Sequence[Line], line: Line, gap: float) -> bool:
    last = paragraph[-1]
    if ITEM.match(line.text):
        return not ITEM.match(paragraph[0].text)
    item = next((item for item in reversed(paragraph) if ITEM.match(item.text)), None)
    if line.page != last.page or line.turn != last.turn or line.y > last.y:
        # A page or a column that ends with a sentence ends a paragraph, as far as can be seen, and
        # an item ends there unless it goes on in small letters.
        is_done = LINE_END.search(last.text) is not None
        return is_done or (item is not None and not line.text[0].islower())
    if item is not None and line.x <= item.x + 1 and not line.text[0].islower():
        return True  # under the bullet, not beside it
    return last.y - line.y > PARAGRAPH_GAP * max(gap, line.size)
