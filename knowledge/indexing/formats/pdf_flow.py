"""The structure of a tagged PDF to blocks, in the order that the file gives."""

import itertools
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from knowledge.indexing.formats.pdf_blocks import (
    Block,
    Joiner,
    can_be_heading,
    drop_contents,
    find_levels,
    make_blocks,
)
from knowledge.indexing.formats.pdf_layout import order_lines
from knowledge.indexing.formats.pdf_lines import SAME_LINE, Line, make_line
from knowledge.indexing.formats.pdf_pieces import BULLET, Page, Piece
from knowledge.indexing.formats.pdf_tags import (
    Element,
    Mark,
    find_rows,
    is_data,
    is_inline,
    own_marks,
    split_list,
)
from knowledge.indexing.formats.text import ITEM

# Tags that say less of a file are not used: at least so much of its letters ...
MIN_COVERED = 0.9
# ... without what is said to be none of the text, which is at most so much ...
MAX_ARTIFACTS = 1 / 3
# ... and headings are no more than this.
MAX_HEADINGS = 0.5
# Elements that stand within a paragraph and are read after it.
ASIDE = ("note", "figure", "footnote", "endnote")

# The number of content before all that is marked.
NO_MARK = -1


def read_blocks(
    structure: Element, pages: Sequence[Page], running: set[Piece], joiner: Joiner
) -> list[Block]:
    """Return the blocks of a tagged file; none if its tags cover too little of it."""
    named = {mark for part in _parts(structure) for mark in part.marks()}
    headings = {mark for part in structure.walk() if part.level for mark in part.marks()}
    n_all, n_named, n_artifacts, n_headings = 0, 0, 0, 0
    for piece in (piece for page in pages for piece in page.pieces if piece not in running):
        mark, n_letters = (piece.page, piece.mcid), len(piece.text)
        n_all += n_letters
        n_artifacts += n_letters * piece.is_artifact
        n_named += n_letters * (mark in named and not piece.is_artifact)
        n_headings += n_letters * (mark in headings and not piece.is_artifact)
    if (
        n_named == 0
        or n_named < MIN_COVERED * (n_all - n_artifacts)
        or n_artifacts > MAX_ARTIFACTS * n_all
        or n_headings > MAX_HEADINGS * n_named
    ):
        return []
    kept = running - _pieces_of(headings, pages)
    has_title = any(part.role == "title" for part in structure.walk())
    flow = _Flow(pages, kept, named, joiner, has_title=has_title)
    flow.add(structure)
    return flow.finish()


def _pieces_of(marks: set[Mark], pages: Sequence[Page]) -> set[Piece]:
    return {p for page in pages for p in page.pieces if (p.page, p.mcid) in marks}


def _parts(structure: Element) -> Iterator[Element]:
    """Yield the elements at the top that are part of the text."""
    for kid in structure.kids:
        if isinstance(kid, Element) and kid.role != "artifact":
            yield kid


class _Flow:
    """Where a walk through the structure is, and what it made."""

    def __init__(
        self,
        pages: Sequence[Page],
        running: set[Piece],
        named: set[Mark],
        joiner: Joiner,
        *,
        has_title: bool,
    ) -> None:
        self._joiner = joiner
        self._has_title = has_title  # it stands above headings of the first level
        self._pieces: dict[Mark, list[Piece]] = defaultdict(list)
        # What no tag names, by the marked content that it is drawn after.
        self._untagged: dict[Mark, list[Piece]] = defaultdict(list)
        self._following: dict[Piece, Piece] = {}
        self._blocks: list[Block] = []
        self._lines: list[list[Line]] = []  # of each block
        for page in pages:
            last = (page.number, NO_MARK)
            kept = [p for p in page.pieces if p not in running and not p.is_artifact]
            self._following.update(itertools.pairwise(kept))
            for piece in kept:
                mark = (piece.page, piece.mcid)
                if mark in named:
                    last = mark
                    self._pieces[mark].append(piece)
                else:
                    self._untagged[last].append(piece)

    def finish(self) -> list[Block]:
        """Return the blocks, headings told by their look where no tag names one."""
        for mark in sorted({*self._pieces, *self._untagged}):  # what the walk has not met
            self._add_text([mark])
        if any(block.level for block in self._blocks):
            return self._blocks
        levels = find_levels(line for lines in self._lines for line in lines)
        return [
            replace(block, level=levels.get(lines[0].look, 0))
            if len({line.look for line in lines}) == 1 and can_be_heading(block.text)
            else block
            for block, lines in zip(self._blocks, self._lines, strict=True)
        ]

    def add(self, element: Element, depth: int = 0) -> None:
        """Add an element that is no part of a line."""
        role = element.role
        if role == "artifact":
            for mark in element.marks():
                self._pieces.pop(mark, None)
        elif element.level or role == "h":
            level = element.level + self._has_title if element.level else max(depth, 1)
            self._add_text(element.marks(), level=1 if role == "title" else min(level, 6))
        elif role in ("l", "li"):
            self._add_list([element])
        elif role == "table" and is_data(element):
            self._add_table(element)
        elif role != "toc" or not self._is_contents(element):
            self._add_kids(element, depth + (role in ("sect", "art", "part")))

    def _add_kids(self, element: Element, depth: int) -> None:
        """Add what an element holds: runs of marked content, and elements between them."""
        run: list[Mark] = []
        items: list[Element] = []
        later: list[Element] = []
        for kid in element.kids:
            is_item = isinstance(kid, Element) and kid.role == "li"
            if items and not is_item:
                self._add_list(items)
                items = []
            if not isinstance(kid, Element):
                run.append(kid)
            elif is_inline(kid):
                run += kid.marks()
            elif element.role == "p" and kid.role in ASIDE:
                later.append(kid)
            else:
                self._add_text(run)
                run = []
                if is_item:
                    items.append(kid)
                else:
                    self.add(kid, depth)
        self._add_list(items)
        self._add_text(run)
        for kid in later:
            self.add(kid, depth)

    def _add_text(self, marks: Iterable[Mark], *, level: int = 0) -> None:
        lines, untagged = self._take(marks)
        if any(line.text[0] == BULLET for line in lines):
            text = self._joiner.join_lines(lines)
        else:
            text = self._join(lines)
        self._add_block(text, lines, level=level)
        self._add_untagged(untagged)

    def _add_block(self, text: str, lines: list[Line], *, level: int = 0) -> None:
        if not text:
            return
        last = self._blocks[-1] if self._blocks else None
        if last and ITEM.match(text) and ITEM.match(last.text) and not level and not last.level:
            self._blocks[-1] = replace(last, text=f"{last.text}\n{text}")  # items in paragraphs
            return
        self._blocks.append(Block(text, lines[0].page, level))
        self._lines.append(lines)

    def _add_untagged(self, pieces: Sequence[Piece]) -> None:
        for block in make_blocks(drop_contents(list(order_lines(pieces))), self._joiner):
            self._blocks.append(replace(block, level=0))
            self._lines.append([])

    def _add_list(self, elements: Sequence[Element]) -> None:
        """Add items, with those of lists in them, as one list; what else is in it comes before."""
        items: list[str] = []
        lines: list[Line] = []
        untagged: list[Piece] = []
        for element in elements:
            for part in split_list(element):
                marks = [mark for kid in part for mark in own_marks(kid)]
                own, more = self._take(marks)
                untagged += more
                if own:
                    items.append(_mark_item(self._join(own), is_item=part[0].role != "caption"))
                    lines += own
        if items:
            self._blocks.append(Block("\n".join(items), lines[0].page))
            self._lines.append([])
        self._add_untagged(untagged)

    def _add_table(self, table: Element) -> None:
        for row in find_rows(table):
            cells = [kid for kid in row.kids if isinstance(kid, Element)] or [row]
            texts, lines, untagged = [], [], []
            for cell in cells:
                own, more = self._take(cell.marks())
                texts.append(self._join(own))
                lines += own
                untagged += more
            if lines:
                self._blocks.append(Block(" | ".join(filter(None, texts)), lines[0].page))
                self._lines.append([])
            self._add_untagged(untagged)

    def _is_contents(self, element: Element) -> bool:
        """Leave out a list of what stands on which page; false if an element is none."""
        entries = [part for part in element.walk() if part.role == "toci"]
        texts = [
            "".join(p.text for mark in e.marks() for p in self._pieces.get(mark, ()))
            for e in entries
        ]
        if not texts or sum(text[-1:].isdecimal() for text in texts) * 2 < len(texts):
            return False
        for mark in element.marks():
            self._pieces.pop(mark, None)
        return True

    def _take(self, marks: Iterable[Mark]) -> tuple[list[Line], list[Piece]]:
        """Return the lines of marked content, once, and the pieces drawn after it untagged."""
        taken: list[Piece] = []
        untagged: list[Piece] = []
        for mark in marks:
            # What is drawn before all that has a tag stands before it.
            self._add_untagged(self._untagged.pop((mark[0], NO_MARK), []))
            taken += self._pieces.pop(mark, [])
            untagged += self._untagged.pop(mark, [])
        lines: list[list[Piece]] = []
        for piece in taken:
            last = lines[-1][-1] if lines else None
            if last is None or not _is_on_line(last, piece):
                lines.append([piece])
            else:
                follows = self._following.get(last) == piece
                lines[-1].append(piece if follows else replace(piece, is_word=True))
        return drop_contents([make_line(line) for line in lines]), untagged

    def _join(self, lines: Iterable[Line]) -> str:
        text = ""
        for line in lines:
            text = self._joiner.join(text, line.text)
        return text.strip()


def _is_on_line(last: Piece, piece: Piece) -> bool:
    is_level = abs(last.y - piece.y) <= SAME_LINE * max(last.size, piece.size)
    is_same = (last.page, last.turn) == (piece.page, piece.turn)
    return is_same and is_level and piece.x >= last.x


def _mark_item(text: str, *, is_item: bool) -> str:
    if not is_item:
        return text
    item = ITEM.match(text)
    if item is None:
        return f"- {text}"
    return f"{item[1]}. {text[item.end() :]}" if item[1] else f"- {text[item.end() :]}"
