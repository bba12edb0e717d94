"""The plan of a build: which documents are new, changed, gone, or as they were."""

import hashlib
import json
import logging
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from knowledge.embed import Encoder
from knowledge.errors import IndexMismatch, IndexNotFound
from knowledge.index import Index
from knowledge.settings import Settings
from knowledge.types import Document, Passage

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class BuildPlan:
    """The documents to index, beside the old index.

    Attributes:
        documents: All that could be read, in order.
        digests: By id, what each looks like (`hash_document`).
        old: The old index, where its vectors are of use.
    """

    documents: Sequence[Document]
    digests: Mapping[str, str]
    old: Index | None

    @classmethod
    def make(
        cls, settings: Settings, encoder: Encoder, documents: Sequence[Document]
    ) -> "BuildPlan":
        """Compare `documents` with the index that `settings` name."""
        rules = describe_rules(settings.max_words)
        digests = {document.id: hash_document(document, rules) for document in documents}
        return cls(documents, digests, _load_old(settings.index, encoder))

    @property
    def is_done(self) -> bool:
        """Whether the old index holds just these documents, in this order."""
        return self.old is not None and [*self.old.digests.items()] == [*self.digests.items()]

    def is_kept(self, document_id: str) -> bool:
        """Whether the old index has a document just as it is now."""
        digest = self.digests.get(document_id)
        return self.old is not None and digest == self.old.digests.get(document_id, "")

    def count(self) -> tuple[int, int, int]:
        """Return how many documents are new, changed and gone."""
        old = {} if self.old is None else self.old.digests
        n_both = len(old.keys() & self.digests.keys())
        n_kept = sum(map(self.is_kept, self.digests))
        return len(self.digests) - n_both, n_both - n_kept, len(old) - n_both

    def keep(self, document_ids: Container[str]) -> "BuildPlan":
        """Return the plan of these documents, and of those that the old index has as they are."""
        documents = [d for d in self.documents if d.id in document_ids or self.is_kept(d.id)]
        return replace(
            self, documents=documents, digests={d.id: self.digests[d.id] for d in documents}
        )

    def list_passages(self, passages: Mapping[str, Sequence[Passage]]) -> list[Passage]:
        """Return all passages in order, those of unchanged documents from the old index.

        Args:
            passages: Those of each document that is not kept, by its id.
        """
        kept: dict[str, list[Passage]] = {}
        for passage in self.old.passages if self.old is not None else ():
            if self.is_kept(passage.document_id):
                kept.setdefault(passage.document_id, []).append(passage)
        return [
            passage
            for document in self.documents
            for passage in kept.get(document.id) or passages.get(document.id, ())
        ]


def hash_document(document: Document, rules: str) -> str:
    """Return a digest that changes with anything in a document, and with how it is cut."""
    text = json.dumps([rules, document], default=_read_fields)
    return hashlib.sha256(text.encode()).hexdigest()


def describe_rules(max_words: int) -> str:
    """Return a text that changes whenever the same document may be cut into other passages."""
    spec = find_spec("knowledge.indexing.chunk")  # found, not imported: that would import spaCy
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("knowledge.indexing.chunk")
    code = hashlib.sha256(Path(spec.origin).read_bytes()).hexdigest()
    return f"{max_words} {version('spacy')} {code}"


def _read_fields(value: Any) -> list[object]:
    return [getattr(value, field.name) for field in fields(value)]


def _load_old(path: Path, encoder: Encoder) -> Index | None:
    try:
        index = Index.load(path)
    except (IndexNotFound, IndexMismatch) as err:
        if path.exists():
            logger.warning("The old index cannot be used; everything is embedded again.")
            logger.debug("%s", err)
        return None
    made_by = index.manifest.encoder, index.manifest.revision, index.manifest.dim
    if made_by == (encoder.manifest.name, encoder.manifest.revision, encoder.dim):
        return index
    index.close()
    return None
