"""PDF: the text of its pages, by the tags of the file or else by place and look."""

import io
import logging
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

import pypdf

from knowledge.indexing.formats.outline import FormatError, Outline, ParsedDocument, clean
from knowledge.indexing.formats.pdf_blocks import (
    CONTENTS,
    Block,
    Joiner,
    drop_contents,
    make_blocks,
)
from knowledge.indexing.formats.pdf_flow import read_blocks
from knowledge.indexing.formats.pdf_layout import order_lines
from knowledge.indexing.formats.pdf_pieces import UNKNOWN, Page, Piece
from knowledge.indexing.formats.pdf_running import find_running
from knowledge.indexing.formats.pdf_tags import Element, read_structure
from knowledge.indexing.formats.pdf_text import read_pages
from knowledge.indexing.formats.text import ITEM
from knowledge.indexing.titles import names_document
from spelling.english import is_english

logger = logging.getLogger(__name__)

# With more words than this whose letters no font names, a file is not read; unless it is English.
MAX_UNNAMED = 0.2
MIN_ENGLISH = 0.5
# Most words of an item that has no bullet.
MAX_ITEM_WORDS = 25
NO_TEXT = "its pages hold no text. If it is a scan, run it through text recognition (OCR) first."
UNNAMED = (
    "its letters cannot be told: its fonts do not say which they are. Save it anew from the "
    "program that it comes from, or run it through text recognition (OCR)."
)


def read(data: bytes) -> ParsedDocument:
    """Return the text of a PDF; each section knows its page.

    Raises:
        FormatError: If it is encrypted, holds no text, as a scan does, or none whose letters can
            be told.
    """
    pages, named = read_pages(data)
    _refuse_unnamed(pages)
    running = find_running(pages)
    _refuse_scan(pages, running)
    joiner = Joiner(_text_of(page.pieces) for page in pages)
    structure = _read_structure(data)
    blocks = read_blocks(structure, pages, running, joiner) if structure else []
    if not blocks:
        lines = [
            line
            for page in pages
            for line in order_lines([p for p in page.pieces if p not in running])
        ]
        blocks = list(make_blocks(drop_contents(lines), joiner))
    title = clean(named)
    title = title if names_document(title) else _find_headline(blocks)
    outline = Outline(title)
    for block in _demote_empty(list(_gather_items(blocks)), title):
        if block.level:
            outline.heading(block.level, block.text)
        else:
            outline.block(block.text, page=block.page)
    return ParsedDocument(outline.sections(), {"title": title} if title else {})


def _refuse_unnamed(pages: Sequence[Page]) -> None:
    n_words = sum(len(page.pieces) for page in pages)
    if sum(page.n_unnamed for page in pages) <= MAX_UNNAMED * n_words:
        return
    text = " ".join(_text_of(page.pieces) for page in pages).lower()
    words = re.findall(r"[a-z]{3,}", text)
    if sum(map(is_english, words)) <= MIN_ENGLISH * len(words) or UNKNOWN * 4 in text:
        raise FormatError(UNNAMED)


def _refuse_scan(pages: Sequence[Page], running: set[Piece]) -> None:
    has_words = any(
        letter.isalnum()
        for page in pages
        for piece in page.pieces
        if piece not in running
        for letter in piece.text
    )
    if not has_words or all(page.is_picture for page in pages):
        raise FormatError(NO_TEXT)


def _text_of(pieces: Sequence[Piece]) -> str:
    return "".join(f" {piece.text}" if piece.is_word else piece.text for piece in pieces)


def _read_structure(data: bytes) -> Element | None:
    """Return the tags of a file; None if it has none, or none that can be read."""
    # What is odd about the file but can be read is no news to anyone.
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    try:
        reader = pypdf.PdfReader(io.BytesIO(data))
        if reader.is_encrypted:
            reader.decrypt("")
        return read_structure(reader)
    except MemoryError:
        raise
    except Exception:  # whatever the damage leads it to: the pages have been read without it
        logger.debug("Cannot read the tags of a PDF", exc_info=True)
        return None


def _find_headline(blocks: Sequence[Block]) -> str:
    """Return the first heading, if it is the only one of the outermost level."""
    headings = [block for block in blocks if block.level]
    outermost = [block for block in headings if block.level == min(b.level for b in headings)]
    if len(outermost) != 1 or outermost[0] is not headings[0]:
        return ""
    title = clean(outermost[0].text)
    return title if names_document(title) else ""


def _gather_items(blocks: Sequence[Block]) -> Iterator[Block]:
    """Yield blocks, those after a colon that begin in small letters as the list that they are.

    Their bullets are pictures.
    """
    at = 0
    while at < len(blocks):
        block = blocks[at]
        yield block
        at += 1
        end = at
        while block.text.endswith(":") and end < len(blocks) and _is_item(blocks[end]):
            end += 1
        if end - at > 1:
            yield Block("\n".join(f"- {b.text}" for b in blocks[at:end]), blocks[at].page)
            at = end


def _is_item(block: Block) -> bool:
    is_short = len(block.text.split()) <= MAX_ITEM_WORDS
    return not block.level and is_short and block.text[0].islower() and not ITEM.match(block.text)


def _demote_empty(blocks: Sequence[Block], title: str) -> Iterator[Block]:
    """Yield blocks, headings with nothing under them as text: most are callouts.

    The title is none, and neither is that of a list of contents that is left out.
    """
    for row, block in enumerate(blocks):
        following = blocks[row + 1] if row + 1 < len(blocks) else None
        is_empty = following is None or 0 < following.level <= block.level
        if not block.level or not is_empty or clean(block.text) == title:
            yield block
        elif not CONTENTS.fullmatch(block.text):
            yield replace(block, level=0)
