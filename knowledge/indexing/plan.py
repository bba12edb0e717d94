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
from knowledge.errors import DocumentUnreadable, IndexMismatch, IndexNotFound, name_path
from knowledge.index import Index
from knowledge.indexing.sources import Sources
from knowledge.settings import Settings
from knowledge.store import BuildRecord
from knowledge.types import Document, Passage

logger = logging.getLogger(__name__)

# The modules that say how a document is cut.
RULES = tuple(f"knowledge.indexing.{name}" for name in ("chunk", "sentences", "titles"))


@dataclass(frozen=True, slots=True)
class BuildPlan:
    """The documents to index, beside the old index.

    Attributes:
        documents: All that could be read, in order, and then those of the old index whose files
            are out of reach.
        files: By id, the file of each.
        digests: By id, what each looks like (`hash_document`).
        old: The old index, where its vectors are of use.
        left_out: What the index is to name as left out, with the reason.
    """

    documents: Sequence[Document]
    files: Mapping[str, str]
    digests: Mapping[str, str]
    old: Index | None
    left_out: tuple[tuple[str, str], ...] = ()

    @classmethod
    def make(cls, settings: Settings, encoder: Encoder, sources: Sources) -> "BuildPlan":
        """Compare what `sources` hold with the index that `settings` name."""
        rules = describe_rules(settings.max_words)
        documents = sources.documents
        files = {d.id: name_path(file.path) for file in sources.files for d in file.documents}
        digests = {document.id: hash_document(document, rules) for document in documents}
        old = _load_old(settings.index, encoder)
        if old is not None:
            for id_ in _find_out_of_reach(old, sources.failures):
                if id_ not in digests:
                    documents.append(old.documents[id_])
                    files[id_] = old.record.files[id_]
                    digests[id_] = old.record.digests[id_]
        return cls(documents, files, digests, old)

    @property
    def is_done(self) -> bool:
        """Whether the old index holds and names just this, in this order."""
        if self.old is None:
            return False
        old, new = self.old.record, self.record
        return old == new and [*old.digests] == [*new.digests]

    @property
    def record(self) -> BuildRecord:
        """What the new index says of this build."""
        return BuildRecord(self.files, self.digests, self.left_out)

    def name_left_out(self, failures: Sequence[DocumentUnreadable]) -> "BuildPlan":
        """Return the plan of an index that names these."""
        left_out = tuple((name_path(err.path), err.reason) for err in failures)
        return replace(self, left_out=left_out)

    def is_kept(self, document_id: str) -> bool:
        """Whether the old index has a document just as it is now."""
        digest = self.digests.get(document_id)
        return self.old is not None and digest == self.old.record.digests.get(document_id, "")

    def count(self) -> tuple[int, int, int]:
        """Return how many documents are new, changed and gone."""
        old = {} if self.old is None else self.old.record.digests
        n_both = len(old.keys() & self.digests.keys())
        n_kept = sum(map(self.is_kept, self.digests))
        return len(self.digests) - n_both, n_both - n_kept, len(old) - n_both

    def keep(self, document_ids: Container[str]) -> "BuildPlan":
        """Return the plan of these documents, and of those that the old index has as they are."""
        documents = [d for d in self.documents if d.id in document_ids or self.is_kept(d.id)]
        return replace(
            self,
            documents=documents,
            files={d.id: self.files[d.id] for d in documents},
            digests={d.id: self.digests[d.id] for d in documents},
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
    code = hashlib.sha256()
    for name in RULES:
        spec = find_spec(name)  # found, not imported: that would import spaCy
        if spec is None or spec.origin is None:
            raise ModuleNotFoundError(name)
        code.update(Path(spec.origin).read_bytes())
    return f"{max_words} {version('spacy')} {code.hexdigest()}"


def _read_fields(value: Any) -> list[object]:
    return [getattr(value, field.name) for field in fields(value)]


def _find_out_of_reach(old: Index, failures: Sequence[DocumentUnreadable]) -> list[str]:
    """Return the ids of the old documents whose files the system does not let us look at now."""
    closed = {Path(name_path(err.path)) for err in failures if err.is_out_of_reach}
    if not closed:
        return []
    paths = ((id_, Path(file)) for id_, file in old.record.files.items())
    return [id_ for id_, path in paths if not closed.isdisjoint((path, *path.parents))]


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
