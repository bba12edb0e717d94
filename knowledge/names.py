"""What each passage is called where it is offered, and which passage a name means."""

import re
from collections import Counter

from knowledge.index import Index
from knowledge.types import Passage


class Names:
    """The names of a library's passages, no two alike."""

    def __init__(self, index: Index) -> None:
        """Name every passage of `index`.

        A name is the passage's heading, with its document's title where two headings are alike,
        and with the place of the part where one section has several.
        """
        self._names: list[str] = []
        self._rows: dict[str, int] = {}
        # In how many documents each heading stands.
        spread = Counter(
            _fold(name) for _, name in {(p.document_id, _last(p)) for p in index.passages}
        )
        given: Counter[str] = Counter()
        for row, passage in enumerate(index.passages):
            name = _last(passage)
            if spread[_fold(name)] > 1:
                name = f"{name} ({index.documents[passage.document_id].title})"
            given[_fold(name)] += 1
            if given[_fold(name)] > 1:
                name = f"{name}, part {given[_fold(name)]}"
            self._names.append(name)
            self._rows.setdefault(_fold(name), row)
            self._rows[passage.id] = row

    def of(self, row: int) -> str:
        """Return the name of a passage."""
        return self._names[row]

    def find(self, name: str) -> int | None:
        """Return the row of the passage with this id or name; None if no passage has it.

        Case, blanks and the mark at the end do not count.
        """
        return self._rows.get(name, self._rows.get(_fold(name)))


def _last(passage: Passage) -> str:
    return passage.heading.split(" > ")[-1]


def _fold(name: str) -> str:
    return re.sub(r"\s+", " ", name.casefold()).strip(" ?!.")
