"""Ids of documents, each of which is taken once."""

import logging
from collections import Counter
from dataclasses import replace
from pathlib import Path

from knowledge.types import Document

logger = logging.getLogger(__name__)


class UniqueIds:
    """The ids of a library: given ones may come twice, in a file or in two."""

    def __init__(self) -> None:
        """Start with no id taken."""
        self._ids: set[str] = set()
        self._heads: set[str] = set()
        # How often each was numbered: thousands of the same are not counted through each time.
        self._numbers: Counter[str] = Counter()

    def deduplicate(self, documents: list[Document], path: Path, prefix: str) -> list[Document]:
        """Return the documents of a file, with an id after `prefix` where theirs is taken."""
        renamed = [self._deduplicate(document, prefix) for document in documents]
        n_renamed = sum(new is not old for new, old in zip(renamed, documents, strict=True))
        if n_renamed:
            logger.warning('%s: %d ids were taken, read as "%s/<id>"', path, n_renamed, prefix)
        return renamed

    def _deduplicate(self, document: Document, prefix: str) -> Document:
        id_ = document.id
        own = f"{prefix}/{document.id}"
        while self._is_taken(id_):
            self._numbers[own] += 1
            id_ = own if self._numbers[own] == 1 else f"{own}-{self._numbers[own]}"
        self._ids.add(id_)
        if "#" in id_:
            self._heads.add(id_.partition("#")[0])
        if id_ == document.id:
            return document
        sections = tuple(replace(s, id=id_) if s.id else s for s in document.sections)
        return replace(document, id=id_, sections=sections)

    def _is_taken(self, id_: str) -> bool:
        # The passages of a document are "<id>#<heading>", and a given id is a passage's too.
        head, mark, _ = id_.partition("#")
        return id_ in self._ids or id_ in self._heads or (bool(mark) and head in self._ids)
