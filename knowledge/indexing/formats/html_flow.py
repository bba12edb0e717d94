"""Elements of HTML, in reading order, to headings and blocks."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from selectolax.lexbor import LexborNode

from knowledge.indexing.formats.outline import BULLETS, Outline

# Elements that start and end a block; all others run on in the line.
BLOCKS = frozenset(
    # One string is what a person can read and change.
    """
    address article aside blockquote body caption center dd details div dl dt fieldset figcaption
    figure footer form h1 h2 h3 h4 h5 h6 header hr html legend li main menu nav ol p pre section
    summary table tbody td tfoot th thead tr ul
    """.split()  # noqa: SIM905
)
LISTS = ("ul", "ol", "menu")
HEADING_TAGS = ("h1", "h2", "h3", "h4", "h5", "h6", "summary")
# What makes a table one that only places things on the page.
LAYOUT = "h1, h2, h3, h4, h5, h6, ul, ol, table, dl"
# Text that its author struck out.
STRUCK = "del, s, strike"
# Bullets that were typed; the outline makes lists of lines that start with one.
_BULLETS = frozenset(BULLETS)
# Two line breaks in a row are how older pages part their paragraphs.
_PARTING = re.compile(rf"\n\s*\n|\n(?=\s*[{BULLETS}])")
# Folded parts stand under all headings.
_FOLDED_LEVEL = 6


@dataclass(frozen=True, slots=True)
class Panel:
    """A part of a page that a button or tab opens.

    Attributes:
        words: Those of the button: the heading of the part.
        is_folded: Whether the heading ends with the part; else with the next heading.
    """

    words: str
    is_folded: bool


def read_flow(
    root: LexborNode, outline: Outline, panels: Mapping[int, Panel] | None = None
) -> None:
    """Add the headings, paragraphs, lists and tables of an element to `outline`.

    Args:
        root: The element; what is struck out is removed from it.
        outline: What is added to.
        panels: Folded parts in it, by memory id.
    """
    for struck in root.css(STRUCK):
        if struck.parent is not None:
            struck.remove()
    flow = _Flow(outline, panels or {})
    skip = 0
    for is_start, node in walk(root):
        if skip:
            skip += (1 if is_start else -1) if node.tag in ("pre", "table", *HEADING_TAGS) else 0
            continue
        if is_start:
            flow.unfold(node)
        if is_start and flow.take_whole(node):
            skip = 1
        elif is_start:
            flow.start(node)
        else:
            flow.end(node)
    flow.flush()


def walk(root: LexborNode) -> Iterator[tuple[bool, LexborNode]]:
    """Yield each node of a tree as it starts (true) and ends (false), in reading order.

    It keeps its place by itself: elements can be nested deeper than Python may recurse.
    """
    node, depth = root, 0
    while True:
        yield True, node
        child = node.child
        if child is not None:
            node, depth = child, depth + 1
            continue
        while True:
            yield False, node
            if depth == 0:
                return
            following = node.next
            if following is not None:
                node = following
                break
            parent = node.parent
            if parent is None:
                return
            node, depth = parent, depth - 1


def text_of(root: LexborNode) -> str:
    """Return the text of an element in one line."""
    parts = []
    for is_start, node in walk(root):
        if node.tag == "-text":
            parts.append(node.text_content or "" if is_start else "")
        elif node.tag in BLOCKS or node.tag == "br":
            parts.append(" ")
    return " ".join("".join(parts).split())


class _Flow:
    """Where a walk is: the line that it collects, and the lists that are open."""

    def __init__(self, outline: Outline, panels: Mapping[int, Panel]) -> None:
        self._outline = outline
        self._panels = panels
        self._line: list[str] = []
        self._items: list[str] = []
        self._lists: list[int | None] = []  # the next number, none for bullets
        self._mark = ""
        self._folded: list[list[str]] = []

    def unfold(self, node: LexborNode) -> None:
        """Add the heading of a part that is folded, if an element is one."""
        panel = self._panels.get(node.mem_id)
        if panel is None:
            return
        self._end_list()
        self._mark = ""
        if panel.is_folded:
            self._folded.append(self._outline.path)
        self._outline.heading(_FOLDED_LEVEL, panel.words)

    def take_whole(self, node: LexborNode) -> bool:
        """Add an element that is one block whatever it holds; false if it is not."""
        if node.tag in HEADING_TAGS:
            self._end_list()
            self._mark = ""
            level = _FOLDED_LEVEL if node.tag == "summary" else int((node.tag or "h1")[1])
            self._outline.heading(level, text_of(node))
        elif node.tag == "pre":
            self._end_list()
            self._outline.block(node.text())
        elif node.tag == "table" and _is_data(node):
            self._end_list()
            for row in node.css("caption, tr"):
                cells = [text_of(cell) for cell in row.css("td, th")] or [text_of(row)]
                between = " " if cells[0] in _BULLETS else " | "
                self._outline.block(between.join(filter(None, cells)))
        else:
            return False
        return True

    def start(self, node: LexborNode) -> None:
        """Take an element that starts, or a text."""
        tag = node.tag
        if tag == "-text":
            self._line.append(re.sub(r"\s+", " ", node.text_content or ""))
        elif tag == "br":
            self._line.append("\n")
        elif tag in BLOCKS:
            self._end_line()
        if tag in LISTS:
            start = node.attributes.get("start") or "1"
            number = int(start) if re.fullmatch(r"\d{1,6}", start) else 1
            self._lists.append(number if tag == "ol" else None)
        elif tag == "li":
            self._mark = self._next_mark()
        elif tag == "details" and node.mem_id not in self._panels:
            self._folded.append(self._outline.path)

    def end(self, node: LexborNode) -> None:
        """Take an element that ends."""
        if node.tag in BLOCKS:
            self._end_line()
        if node.tag in LISTS and self._lists:
            self._lists.pop()
            if not self._lists:
                self._end_list()
        elif node.tag == "li":
            self._mark = ""
        if self._folded and self._is_folded(node):
            self._end_list()
            self._outline.resume(self._folded.pop())

    def _is_folded(self, node: LexborNode) -> bool:
        panel = self._panels.get(node.mem_id)
        return node.tag == "details" if panel is None else panel.is_folded

    def flush(self) -> None:
        """Add what is left."""
        self._end_list()

    def _next_mark(self) -> str:
        number = self._lists[-1] if self._lists else None
        if number is None:
            return "-"
        self._lists[-1] = number + 1
        return f"{number}."

    def _end_line(self) -> None:
        text = "".join(self._line)
        self._line = []
        for part in _PARTING.split(text):
            line = " ".join(part.split())
            if line and self._lists and (self._mark or self._items):
                self._items.append(f"{self._mark} {line}".strip())
                self._mark = ""
            elif line:
                self._outline.block(line)

    def _end_list(self) -> None:
        self._end_line()
        self._outline.block("\n".join(self._items))
        self._items = []


def _is_data(table: LexborNode) -> bool:
    if any(inner.mem_id != table.mem_id for inner in table.css(LAYOUT)):
        return False
    return any(len(row.css("td, th")) > 1 for row in table.css("tr"))
