"""Folded parts of a page: the question or tab that opens each becomes its heading."""

import re
from collections.abc import Iterable, Iterator

from selectolax.lexbor import LexborNode

from knowledge.indexing.formats.html_evidence import is_toggle
from knowledge.indexing.formats.html_flow import HEADING_TAGS, Panel, text_of, walk

HEADINGS = ", ".join(HEADING_TAGS)
_OPENERS = "button, [aria-expanded], [role=tab], [data-toggle=collapse], [data-bs-toggle=collapse]"
# What stands in an opener that is more than a line to press.
_MORE_THAN_WORDS = f"p, ul, ol, table, section, article, form, {HEADINGS}"
# A button with fewer words does something; one with more, or a question mark, asks something.
MIN_BUTTON_WORDS = 4
# A button that says only this folds parts open, but is no heading of theirs.
_FOLDING_WORDS = frozenset(
    # One string is what a person can read and change.
    """
    all close collapse content contents details expand filter full hide learn less menu more
    navigation open page read search section sections see show the this toggle view
    """.split()  # noqa: SIM905
)
# Blocks that hold one text: what follows them may belong to the same answer.
_TEXTS = ("p", "pre", "table", "blockquote")
# So many elements may stand around a button that is alone in them.
_MAX_WRAPPERS = 3
# So many empty elements may stand between a button and what it opens.
_MAX_EMPTY = 10


def take_openers(body: LexborNode) -> dict[int, Panel]:
    """Take buttons and what else folds parts open out of a page.

    Parts that are hidden from all are taken out, too, but for folded answers.

    Args:
        body: The page; it is changed.

    Returns:
        The parts that are folded, or that a question stands before, by memory id.
    """
    for heading in body.css(HEADINGS):
        heading.unwrap_tags(["button"])
    by_id = {node.attributes["id"] or "": node for node in body.css("[id]")}
    by_id.pop("", None)
    by_tab = _pair_tabs(body)
    panels: dict[int, Panel] = {}
    openers = [node for node in body.css(_OPENERS) if _is_opener(node)]
    for opener in openers:
        words = _words_of(opener)
        if not _is_question(opener, words):
            continue
        target = by_tab.get(opener.mem_id) or _find_target(opener, by_id)
        if target is not None and target.mem_id not in panels and _has_text(target):
            panels[target.mem_id] = Panel(words, is_folded=target.tag not in _TEXTS)
    _remove_hidden(body, panels)
    _remove_spent(openers, panels)
    return panels


def _pair_tabs(body: LexborNode) -> dict[int, LexborNode]:
    """Return the part that each tab shows, where a page has one for each."""
    tabs, parts = body.css("[role=tab]"), body.css("[role=tabpanel]")
    if len(tabs) != len(parts):
        return {}
    return {tab.mem_id: part for tab, part in zip(tabs, parts, strict=True)}


def _is_opener(node: LexborNode) -> bool:
    inside = (part for part in node.css(_MORE_THAN_WORDS) if part.mem_id != node.mem_id)
    if node.tag in HEADING_TAGS or next(inside, None) is not None:
        return False
    return not is_in_heading(node)


def is_in_heading(node: LexborNode) -> bool:
    """Return whether an element is part of a heading."""
    parent, n_left = node.parent, _MAX_WRAPPERS
    while parent is not None and n_left and parent.tag not in HEADING_TAGS:
        parent, n_left = parent.parent, n_left - 1
    return parent is not None and parent.tag in HEADING_TAGS


def _words_of(opener: LexborNode) -> str:
    """Return an opener's words, without a sign after them that shows whether it is open."""
    words, _, last = text_of(opener).rpartition(" ")
    return f"{words} {last}" if words and re.search(r"[\w?!.)]", last) else words or last


def _is_question(opener: LexborNode, words: str) -> bool:
    if not set(re.findall(r"\w+", words.lower())) - _FOLDING_WORDS:
        return False
    if opener.tag != "button" or is_toggle(opener) or opener.attributes.get("role") == "tab":
        return True
    if "aria-controls" in opener.attributes or words.endswith("?"):
        return True
    return len(words.split()) >= MIN_BUTTON_WORDS


def _find_target(opener: LexborNode, by_id: dict[str, LexborNode]) -> LexborNode | None:
    """Return what an opener opens: what it names, or what follows it."""
    for name in ("aria-controls", "data-target", "data-bs-target", "href"):
        target = by_id.get((opener.attributes.get(name) or "").removeprefix("#"))
        if target is not None:
            return target
    node = opener
    for _ in range(_MAX_WRAPPERS):
        following = next(_with_text(node, "next"), None)
        if following is not None:
            is_part = following.tag not in ("-text", "button", *HEADING_TAGS)
            return following if is_part and not is_toggle(following) else None
        parent = node.parent
        if parent is None or next(_with_text(node, "prev"), None) is not None:
            return None
        node = parent
    return None


def _with_text(node: LexborNode, direction: str) -> Iterator[LexborNode]:
    """Yield what stands beside an element and holds text, the nearest first."""
    beside: LexborNode | None = getattr(node, direction)
    for _ in range(_MAX_EMPTY):
        if beside is not None and _has_text(beside):
            yield beside
        beside = getattr(beside, direction, None)


def _has_text(root: LexborNode) -> bool:
    return any(node.tag == "-text" and (node.text_content or "").strip() for _, node in walk(root))


def _remove_hidden(body: LexborNode, panels: dict[int, Panel]) -> None:
    for node in body.css("[aria-hidden=true]"):
        before = next(_with_text(node, "prev"), None)
        heading = before.css_first(HEADINGS) if before is not None else None
        is_answer = (
            before is not None
            and heading is not None
            and len(before.text().strip()) == len(heading.text().strip())
        )
        if node.mem_id not in panels and not is_answer and node.parent is not None:
            node.remove()


def _remove_spent(openers: Iterable[LexborNode], panels: dict[int, Panel]) -> None:
    """Take out openers whose words are a heading now, and buttons that ask nothing."""
    headings = {panel.words for panel in panels.values()}
    for opener in openers:
        if opener.parent is None or opener.mem_id in panels:
            continue
        words = _words_of(opener)
        if words in headings or (opener.tag == "button" and not words.endswith("?")):
            opener.remove()
