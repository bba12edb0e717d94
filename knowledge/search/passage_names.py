"""The names of passages: one for each, shown where it is offered, and by which it is found."""

import re
from collections import Counter

from knowledge.index import Index


class PassageNames:
    """The names of a library's passages, no two alike."""

    def __init__(self, index: Index) -> None:
        """Name every passage of `index`.

        A name is the passage's heading: with those above it where another section of its document
        is called alike, with the document's title where another document has the same, and with
        its place where one section has several parts.
        """
        self._names: list[str] = []
        self._rows: dict[str, int] = {}
        sections = {(p.document_id, p.heading) for p in index.passages}
        alike = Counter((document, _fold(_last(heading))) for document, heading in sections)
        spread = Counter(name for _, name in alike)
        parts: Counter[tuple[str, str]] = Counter()
        for row, passage in enumerate(index.passages):
            section, name = (passage.document_id, passage.heading), _last(passage.heading)
            is_spread = spread[_fold(name)] > 1
            if alike[passage.document_id, _fold(name)] > 1:
                name = passage.heading
            if is_spread:
                name = f"{name} ({index.documents[passage.document_id].title})"
            parts[section] += 1
            if parts[section] > 1:
                name = f"{name}, part {parts[section]}"
            while _fold(name) in self._rows:
                name = f"{name} *"
            self._names.append(name)
            self._rows[_fold(name)] = row
            self._rows[passage.id] = row

    def name_of(self, row: int) -> str:
        """Return the name of a passage."""
        return self._names[row]

    def find(self, name: str) -> int | None:
        """Return the row of the passage with this id or name; None if no passage has it.

        Case, blanks and the mark at the end do not count.
        """
        return self._rows.get(name, self._rows.get(_fold(name)))


def _last(heading: str) -> str:
    return heading.split(" > ")[-1]


def _fold(name: str) -> str:
    return re.sub(r"\s+", " ", name.casefold()).strip(" ?!.")
