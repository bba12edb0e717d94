"""Make an index from a folder of documents: embed what is new, keep what is not."""

import logging
import time
from collections import ChainMap
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from filelock import FileLock, Timeout

from knowledge import ingest
from knowledge.embed import Encoder, Parts
from knowledge.errors import DocumentUnreadable
from knowledge.index import Embedded, Index, Manifest, hash_corpus
from knowledge.plan import Plan
from knowledge.reuse import EmbeddingCache, Known, collect_vectors
from knowledge.settings import Settings
from knowledge.types import Passage
from knowledge.vectors import SENTENCE_TYPE, Floats, Vectors

logger = logging.getLogger(__name__)

# Passages, with some hundred sentences, that are embedded and then kept on disk together.
WINDOW = 32

# The vectors of a passage: of its text, its questions and its sentences.
Row = tuple[Vectors, Vectors, Floats]


@dataclass(frozen=True, slots=True)
class Report:
    """What a build did.

    Attributes:
        unreadable: Documents that were left out, with the reason.
        n_added: Documents that the old index had not.
        n_changed: Documents that it had with other words or attribution.
        n_removed: Documents that it had and the folder has not.
        n_embedded: Passages of which some text went to the encoder or came from a build that was
            broken off.
        seconds: How long it took.
    """

    unreadable: tuple[DocumentUnreadable, ...]
    n_added: int
    n_changed: int
    n_removed: int
    n_embedded: int
    seconds: float

    @property
    def is_unchanged(self) -> bool:
        """Whether the old index was right as it was."""
        return not (self.n_added or self.n_changed or self.n_removed or self.n_embedded)


def log_report(report: Report) -> None:
    """Log what a build left out."""
    for err in report.unreadable:
        logger.warning("%s", err)


def build(
    settings: Settings,
    encoder: Encoder,
    *,
    on_progress: Callable[[int, int], None] = lambda done, total: None,
    on_wait: Callable[[], None] = lambda: None,
    on_report: Callable[[Report], None] = log_report,
) -> Index:
    """Read the documents, embed what the old index has not, write the new one and return it.

    Args:
        settings: Where the documents are and where the index goes.
        encoder: Makes the vectors; it is called from several threads.
        on_progress: Called with passages embedded and passages to embed.
        on_wait: Called when another build of this index has to end first.
        on_report: Called once at the end.

    Raises:
        DocumentUnreadable: Not one document can be read; the old index stays.
    """
    started = time.perf_counter()
    settings.index.parent.mkdir(parents=True, exist_ok=True)
    with _lock(settings.index, on_wait):
        documents, unreadable = ingest.read_folder(
            settings.documents, max_file_mb=settings.max_file_mb
        )
        plan = Plan.make(settings, encoder, documents)
        if plan.old is not None and plan.is_done:
            index, n_embedded = plan.old, 0
        else:
            index, n_embedded = _update(settings, encoder, plan, on_progress)
        seconds = time.perf_counter() - started
        on_report(Report(tuple(unreadable), *plan.count(), n_embedded, seconds))
    return index


@contextmanager
def _lock(index: Path, on_wait: Callable[[], None]) -> Iterator[None]:
    """Let one build of an index run at a time; the lock of a process that died holds nobody up."""
    lock = FileLock(index.with_name(index.name + ".lock"))
    try:
        lock.acquire(timeout=0)
    except Timeout:
        on_wait()
        lock.acquire()
    try:
        yield
    finally:
        lock.release()


def _update(
    settings: Settings,
    encoder: Encoder,
    plan: Plan,
    on_progress: Callable[[int, int], None],
) -> tuple[Index, int]:
    """Write the new index; return it and how many passages had to be embedded."""
    passages = plan.chunk(settings.max_words)
    manifest = Manifest(
        encoder=encoder.manifest.name,
        revision=encoder.manifest.revision,
        dim=encoder.dim,
        max_words=settings.max_words,
        corpus=hash_corpus(plan.documents, passages),
        n_documents=len(plan.documents),
        n_passages=len(passages),
    )
    cache = EmbeddingCache(settings.index.with_name(settings.index.name + ".vectors"), encoder)
    try:
        embedded, n_embedded = _embed(plan, passages, cache, on_progress)
        digests = [*plan.digests.values()]
        index = Index.build(settings.index, manifest, plan.documents, embedded, digests=digests)
        cache.delete()
    finally:
        cache.close()
    return index, n_embedded


def _embed(
    plan: Plan,
    passages: Sequence[Passage],
    cache: EmbeddingCache,
    on_progress: Callable[[int, int], None],
) -> tuple[Embedded, int]:
    """Return the passages with their vectors, and how many of them had to be embedded."""
    titles = {document.id: document.title for document in plan.documents}
    rows, known = _take_over(plan)
    missing = []
    for passage in passages:
        if passage.id not in rows:
            parts = Parts.of(passage, titles[passage.document_id])
            if all(key in known for key in parts.labelled()):
                rows[passage.id] = _assemble(parts, known)
            else:
                missing.append((passage.id, parts))
    for start in range(0, len(missing), WINDOW):
        window = missing[start : start + WINDOW]
        keys = dict.fromkeys(key for _, parts in window for key in parts.labelled())
        wanted = [key for key in keys if key not in known]
        found = dict(zip(wanted, cache.encode([text for _, text in wanted]), strict=True))
        vectors = ChainMap(found, known)
        rows.update((id_, _assemble(parts, vectors)) for id_, parts in window)
        on_progress(start + len(window), len(missing))
    texts, questions, sentences = zip(*(rows[p.id] for p in passages), strict=True)
    return Embedded(passages, np.stack(texts), questions, sentences), len(missing)


def _take_over(plan: Plan) -> tuple[dict[str, Row], Known]:
    """Return the old vectors: by passage where its document is unchanged, else by text."""
    rows: dict[str, Row] = {}
    if plan.old is None:
        return rows, {}
    replaced = []
    for row, passage in enumerate(plan.old.passages):
        if plan.is_kept(passage.document_id):
            sentences = plan.old.sentences.of(row).astype(SENTENCE_TYPE)
            rows[passage.id] = plan.old.texts[row], plan.old.questions.of(row), sentences
        else:
            replaced.append(row)
    return rows, collect_vectors(plan.old, replaced)


def _assemble(parts: Parts, vectors: Mapping[tuple[str, str], Vectors]) -> Row:
    text, *rest = [vectors[key] for key in parts.labelled()]
    questions = np.stack(rest[: len(parts.questions)])
    # At the size at which they are stored: those of a large library are most of its memory.
    sentences = np.stack(rest[len(parts.questions) :]).astype(SENTENCE_TYPE)
    return text, questions, sentences
