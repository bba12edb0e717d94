"""Plain text: paragraphs between empty lines, and short lines of their own as headings."""

import codecs
import re

from knowledge.indexing.formats.outline import FormatError, Outline, ParsedDocument, clean
from knowledge.indexing.titles import names_document

# Bullets as word processors make them; \u2013 is a dash.
ITEM = re.compile(r"\s*(?:[-*•‣▪●◦·\u2013]|(\d{1,3})[.)])\s+(?=\S)")
MAX_HEADING_WORDS = 12
# A line that is filled to less than this share of its paragraph's width was ended on purpose.
MAX_FILLED = 0.8
_EMPTY_LINES = re.compile(r"\n[^\S\n]*(?:\n[^\S\n]*)+")
_UNDERLINE = re.compile(r"\s*([-=~*_])(?:[ \t]*\1){2,}\s*")
_SENTENCE_END = re.compile(r"[.!?:]")


def decode(data: bytes) -> str:
    """Return the text of a file in UTF-8, or in UTF-16 with a byte-order mark.

    Nothing else is guessed: a wrong guess would misquote a document.

    Raises:
        FormatError: If it is in another encoding.
    """
    marks = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
    encoding = "utf-16" if data.startswith(marks) else "utf-8-sig"
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as err:
        reason = f'it is not UTF-8 text (byte {err.start}). Save it with the encoding "UTF-8".'
        raise FormatError(reason) from err


def read(data: bytes) -> ParsedDocument:
    """Return what a plain text file holds.

    A line is a heading that is short, does not end like a sentence, and stands alone before text,
    is underlined, or stands on a paragraph that the line above it could have held more of. One that
    opens the file and is followed by another is the title.

    Raises:
        FormatError: If it is not UTF-8.
    """
    content = decode(data).replace("\r\n", "\n").strip()
    raw = [part for part in _EMPTY_LINES.split(content) if not _UNDERLINE.fullmatch(part)]
    parts = [part for each in raw for part in _split_heading(each)]
    title = ""
    if len(parts) > 2 and names_document(parts[0]) and all(map(_is_heading, parts[:2])):
        title, *parts = parts
    outline = Outline(clean(title))
    for part, following in zip(parts, [*parts[1:], ""], strict=True):
        if _is_heading(part) and following and not _is_heading(following):
            outline.heading(1, part)
        else:
            for block in split_blocks(part):
                outline.block(block)
    return ParsedDocument(outline.sections(), {"title": clean(title)} if title else {})


def _split_heading(part: str) -> list[str]:
    """Return lines that belong together, with a heading among the first ones by itself."""
    first, _, rest = part.partition("\n")
    second, _, below = rest.partition("\n")
    if _UNDERLINE.fullmatch(second) and _is_heading(first):
        return list(filter(None, [first, below]))
    return [first, rest] if _is_heading(first) and _stands_on(first, rest) else [part]


def _stands_on(line: str, text: str) -> bool:
    """Say whether a line is a heading of the lines below it, and not the first of them.

    Text starts with a capital and ends like a sentence, as an address does not. A line that is
    broken by its width leaves no room for the next word; a heading does, or it is in capitals.
    """
    words = text.split()
    if not words or not words[0][0].isupper() or not _SENTENCE_END.search(text.rstrip()[-3:]):
        return False
    width = max(map(len, text.split("\n")))
    has_room = len(line.rstrip()) + 1 + len(words[0]) <= MAX_FILLED * width
    return line.isupper() or has_room


def split_blocks(part: str) -> list[str]:
    """Return the paragraphs and lists of lines that belong together.

    A line that starts like an item starts one, a line after it goes on with it; lists come with
    the marks `-` and `1.`, as everywhere in the library.
    """
    paragraph: list[str] = []
    items: list[str] = []
    blocks: list[str] = []
    for line in filter(str.strip, part.splitlines()):
        item = ITEM.match(line)
        if item:
            mark = f"{item[1]}." if item[1] else "-"
            items.append(f"{mark} {line[item.end() :]}")
        elif items and line[0].isspace():
            items[-1] += f" {line.strip()}"
        else:
            if items:
                blocks += [" ".join(paragraph), "\n".join(items)]
                paragraph, items = [], []
            paragraph.append(line)
    return [block for block in (*blocks, " ".join(paragraph), "\n".join(items)) if block]


def _is_heading(part: str) -> bool:
    if "\n" in part or ITEM.match(part) or len(part.split()) > MAX_HEADING_WORDS:
        return False
    return re.search(r"\w", part) is not None and part.rstrip()[-1] not in ".,:;!…\"'”\u2019)"
