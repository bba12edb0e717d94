"""The numbers of a Word document's lists, counted as Word counts them."""

import re
from collections import defaultdict
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from knowledge.indexing.formats.docx_xml import Styles, child, local_name, value_of


@dataclass(frozen=True, slots=True)
class _Level:
    """A level of a kind of list: its first number, and whether it has numbers at all."""

    start: int
    is_numbered: bool


class Numbering:
    """Counts the paragraphs of a document; lists of one kind go on where another one ended."""

    def __init__(self, root: Element | None, styles: Styles) -> None:
        """Read `word/numbering.xml`."""
        self._styles = styles
        elements = list(root) if root is not None else []
        kinds = [each for each in elements if local_name(each) == "abstractNum"]
        self._kinds = {value_of(each, "abstractNumId"): each for each in kinds}
        lists = [each for each in elements if local_name(each) == "num"]
        self._lists = {value_of(each, "numId"): each for each in lists}
        self._counts: dict[str, dict[int, int]] = defaultdict(dict)
        self._started: set[tuple[str, int]] = set()

    def count(self, properties: Element | None, style: str) -> str | None:
        """Return the number of the next paragraph, "3."; None if it has none.

        Args:
            properties: Its own.
            style: The id of its style, which may number it, too.
        """
        own, styled = child(properties, "numPr"), self._styles.find(style, "pPr", "numPr")
        list_ = value_of(child(own, "numId")) or value_of(child(styled, "numId"))
        kind = self._find_kind(list_)
        if kind is None:
            return None
        level = self._find_level(own, styled, kind, style)
        found = self._read_level(kind, level)
        if found is None or not found.is_numbered:
            return None
        counts = self._counts[value_of(kind, "abstractNumId")]
        first = self._find_restart(list_, level)
        number = first if first is not None else counts.get(level, found.start - 1) + 1
        counts[level] = number
        for deeper in [each for each in counts if each > level]:
            del counts[deeper]
        return f"{number}."

    def _find_kind(self, list_: str) -> Element | None:
        """Return the kind of a list; where a style stands for it, that of the style's list."""
        seen: set[str] = set()
        while list_ in self._lists and list_ not in seen:
            seen.add(list_)
            kind = self._kinds.get(value_of(child(self._lists[list_], "abstractNumId")))
            link = value_of(child(kind, "numStyleLink"))
            if not link:
                return kind
            list_ = value_of(child(self._styles.find(link, "pPr", "numPr"), "numId"))
        return None

    def _find_level(
        self, own: Element | None, styled: Element | None, kind: Element, style: str
    ) -> int:
        named = value_of(child(own, "ilvl")) or value_of(child(styled, "ilvl"))
        if not named:
            levels = [each for each in kind if value_of(child(each, "pStyle")) == style]
            named = value_of(levels[0], "ilvl") if style and levels else "0"
        return _read_number(named, 0)

    def _read_level(self, kind: Element, level: int) -> _Level | None:
        for each in kind:
            if local_name(each) == "lvl" and _read_number(value_of(each, "ilvl"), 0) == level:
                start = _read_number(value_of(child(each, "start")), 1)
                is_numbered = value_of(child(each, "numFmt")) not in ("bullet", "none")
                return _Level(start, is_numbered)
        return None

    def _find_restart(self, list_: str, level: int) -> int | None:
        """Return the number that a list starts with, once, where it says so."""
        if (list_, level) in self._started:
            return None
        self._started.add((list_, level))
        for each in self._lists[list_]:
            if local_name(each) == "lvlOverride" and value_of(each, "ilvl") == str(level):
                first = value_of(child(each, "startOverride"))
                return _read_number(first, 1) if first else None
        return None


def _read_number(text: str, default: int) -> int:
    return int(text) if re.fullmatch(r"\d{1,6}", text) else default
