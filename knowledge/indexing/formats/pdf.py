"""PDF: the text of its pages, with headings told by their size and weight."""

import io
import itertools
import logging
import re
from collections import Counter
from collections.abc import Iterator, Sequence

import pypdf
from pypdf.errors import DependencyError

from knowledge.indexing.formats.outline import FormatError, Outline, ParsedDocument, clean
from knowledge.indexing.formats.pdf_lines import Line, drop_running_lines, read_lines
from knowledge.indexing.formats.text import ITEM, MAX_HEADING_WORDS

# A gap between lines larger than the usual one by this factor parts two paragraphs.
PARAGRAPH_GAP = 1.35
# Letters larger than the text's by this factor are a heading's.
HEADING_SIZE = 1.12
# Where a sentence ends within a line, and at the end of one; \u2019 and \u201d close quotations.
SENTENCE_END = re.compile(r"[.!?][\"'\u2019\u201d)]*\s+(?=[^\Wa-z\d_])")
LINE_END = re.compile(r"[.!?][\"'\u2019\u201d)]*$")
# Titles that programs write by themselves.
NO_TITLE = re.compile(r"microsoft word|untitled|\.(docx?|indd|pdf|pages|odt|qxd)\b", re.IGNORECASE)


def read(data: bytes) -> ParsedDocument:
    """Return the text of a PDF; each section knows its page.

    Raises:
        FormatError: If it is encrypted, or holds no text, as a scan does.
    """
    # What is odd about the file but can be read is no news to anyone.
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    reader = pypdf.PdfReader(io.BytesIO(data))
    if reader.is_encrypted:
        _unlock(reader)
    pages = [list(read_lines(page, number)) for number, page in enumerate(reader.pages, start=1)]
    if not any(pages):
        raise FormatError(
            "its pages hold no text. If it is a scan, run it through text recognition (OCR) first.",
        )
    lines = drop_running_lines(pages)
    levels = _find_heading_levels(lines)
    named = clean(str((reader.metadata and reader.metadata.title) or ""))
    title = "" if NO_TITLE.search(named) else named
    title = title or _find_headline(lines, levels)
    outline = Outline(title)
    _fill_outline(outline, lines, levels)
    return ParsedDocument(outline.sections(), {"title": title} if title else {})


def _unlock(reader: pypdf.PdfReader) -> None:
    """Open a file that is protected against changes but not against reading."""
    locked = FormatError("it is encrypted. Save it without a password.")
    try:
        if not reader.decrypt(""):
            raise locked
    except DependencyError as err:
        raise locked from err


def _find_heading_levels(lines: Sequence[Line]) -> dict[tuple[float, bool], int]:
    """Return for each look (size, weight) of a heading its level, 1 for the largest."""
    letters: Counter[tuple[float, bool]] = Counter()
    for line in lines:
        letters[line.look] += len(line.text)
    (size, _), _ = letters.most_common(1)[0]
    body_bold = sum(n for (_, bold), n in letters.items() if bold) * 2 > letters.total()
    looks = [
        look
        for look in letters
        if look[0] >= HEADING_SIZE * size or (look[1] and not body_bold and look[0] >= size)
    ]
    return {look: level for level, look in enumerate(sorted(looks, reverse=True)[:6], start=1)}


def _find_headline(lines: Sequence[Line], levels: dict[tuple[float, bool], int]) -> str:
    """Return the first heading, if the largest letters of the first page are its."""
    for _, level, text in _find_headings(lines, levels):
        return text if level == 1 else ""
    return ""


def _find_headings(
    lines: Sequence[Line], levels: dict[tuple[float, bool], int]
) -> Iterator[tuple[range, int, str]]:
    """Yield where headings stand, their level and their words; one can take several lines."""
    start = 0
    while start < len(lines):
        look, end = lines[start].look, start + 1
        while end < len(lines) and _goes_on(lines[end - 1], lines[end]):
            end += 1
        text = clean(" ".join(line.text for line in lines[start:end]))
        if look in levels and _can_be_heading(text):
            yield range(start, end), levels[look], text
        start = end


def _goes_on(line: Line, following: Line) -> bool:
    is_near = 0 <= line.y - following.y <= 2 * line.size
    return line.look == following.look and line.page == following.page and is_near


def _can_be_heading(text: str) -> bool:
    if len(text.split()) > 2 * MAX_HEADING_WORDS or not re.search(r"[^\W\d]", text):
        return False
    return not ITEM.match(text + " x") and text[-1] not in ".,;:"


def _fill_outline(
    outline: Outline, lines: Sequence[Line], levels: dict[tuple[float, bool], int]
) -> None:
    headings = {
        span.start: (span, level, text) for span, level, text in _find_headings(lines, levels)
    }
    in_heading = {row for span, _, _ in headings.values() for row in span}
    gap = _usual_gap(lines)
    words = {word for line in lines for word in re.findall(r"[\w-]+", line.text.lower())}
    paragraph: list[Line] = []
    for row, line in enumerate(lines):
        if paragraph and (row in in_heading or _starts_block(paragraph, line, gap)):
            _add_block(outline, paragraph, words)
            paragraph = []
        if row in headings:
            _, level, text = headings[row]
            outline.heading(level, text)
        elif row not in in_heading:
            paragraph = _carry_over(outline, paragraph, line, words)
    _add_block(outline, paragraph, words)


def _carry_over(outline: Outline, paragraph: list[Line], line: Line, words: set[str]) -> list[Line]:
    """Return the paragraph with a line more.

    A paragraph that goes over to the next page is cut behind its first sentence there: a sentence
    stays whole, on the page on which it starts.
    """
    if not paragraph or paragraph[0].page == line.page:
        return [*paragraph, line]
    if paragraph[-1].page == line.page and LINE_END.search(paragraph[-1].text):
        _add_block(outline, paragraph, words)
        return [line]
    end = SENTENCE_END.search(line.text)
    if end is None:
        return [*paragraph, line]
    _add_block(outline, [*paragraph, line.cut(0, end.end())], words)
    return [line.cut(end.end(), None)]


def _usual_gap(lines: Sequence[Line]) -> float:
    gaps = Counter(
        round(line.y - following.y, 1)
        for line, following in itertools.pairwise(lines)
        if line.page == following.page and 0 < line.y - following.y < 4 * line.size
    )
    return gaps.most_common(1)[0][0] if gaps else 0.0


def _starts_block(paragraph: Sequence[Line], line: Line, gap: float) -> bool:
    last = paragraph[-1]
    if ITEM.match(line.text):
        return not ITEM.match(paragraph[0].text)
    if line.page != last.page or line.y > last.y:
        # A page or a column that ends with a sentence ends a paragraph, as far as can be seen.
        return LINE_END.search(last.text) is not None
    item = next((item for item in reversed(paragraph) if ITEM.match(item.text)), None)
    if item is not None and line.x <= item.x + 1 and not line.text[0].islower():
        return True  # under the bullet, not beside it
    return last.y - line.y > PARAGRAPH_GAP * max(gap, line.size)


def _add_block(outline: Outline, paragraph: Sequence[Line], words: set[str]) -> None:
    """Add the lines of a paragraph or a list."""
    if not paragraph:
        return
    text = ""
    for line in paragraph:
        item = ITEM.match(line.text)
        if item:
            mark = f"{item[1]}." if item[1] else "-"
            text += f"\n{mark} {line.text[item.end() :]}"
        else:
            text = _join_lines(text, line.text, words)
    outline.block(text, page=paragraph[0].page)


def _join_lines(text: str, line: str, words: set[str]) -> str:
    """Return a text with a further line, without the hyphen of a word cut in two.

    The hyphen goes only where the file has the word without one elsewhere: else it may be part of
    the word, and a quotation must not lose it.
    """
    cut = re.search(r"(?<!\w)(\w+)[-\u00ad\u2010]$", text)
    rest = re.match(r"\w+", line)
    if cut is None or rest is None:
        return f"{text} {line}"
    is_one_word = (cut[1] + rest[0]).lower() in words
    return text[:-1] + line if is_one_word or text.endswith("\u00ad") else text + line
