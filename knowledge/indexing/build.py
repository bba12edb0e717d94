"""Make an index from a folder of documents: embed what is new, keep what is not."""

import errno
import logging
import os
import time
from collections import ChainMap
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from filelock import FileLock, Timeout

from knowledge.disk_faults import explain_disk_faults
from knowledge.embed import Encoder, PassageTexts
from knowledge.errors import DocumentUnreadable
from knowledge.index import Index
from knowledge.indexing import ingest
from knowledge.indexing.embedding_cache import EmbeddingCache, VectorsByText, collect_vectors
from knowledge.indexing.file_reader import FileReader, open_reader
from knowledge.indexing.plan import BuildPlan
from knowledge.indexing.sources import SourceFile, make_no_documents_error, read_sources
from knowledge.settings import Settings
from knowledge.store import EmbeddedPassages, Manifest, hash_corpus
from knowledge.types import Document, Passage
from knowledge.vectors import SENTENCE_TYPE, Floats, Vectors

logger = logging.getLogger(__name__)

# Passages, with some hundred sentences, that are embedded and then kept on disk together.
WINDOW = 32

# Those of a passage: of its text, its questions and its sentences.
PassageVectors = tuple[Vectors, Vectors, Floats]


@dataclass(frozen=True, slots=True)
class BuildReport:
    """The outcome of a build.

    Attributes:
        unreadable: Files that were left out, in whole or in part, and folders that could not be
            looked into, with the reason.
        ignored: Details at the top of a file that are not understood; it is in the index without.
        passed_over: Files of a kind that is not read, by their suffix.
        n_added: Documents that the old index had not.
        n_changed: Documents that it had with other words or attribution.
        n_removed: Documents that it had and the folder has not.
        n_embedded: Passages of which some text went to the encoder or came from a build that was
            broken off.
        seconds: How long it took.
    """

    unreadable: tuple[DocumentUnreadable, ...]
    ignored: tuple[DocumentUnreadable, ...]
    passed_over: Mapping[str, Sequence[Path]]
    n_added: int
    n_changed: int
    n_removed: int
    n_embedded: int
    seconds: float

    @property
    def is_unchanged(self) -> bool:
        """Whether the old index was right as it was."""
        return not (self.n_added or self.n_changed or self.n_removed or self.n_embedded)


def log_report(report: BuildReport) -> None:
    """Log what a build left out."""
    for err in (*report.unreadable, *report.ignored):
        logger.warning("%s", err)


def build_index(
    settings: Settings,
    encoder: Encoder,
    *,
    on_read: Callable[[int, int], None] = lambda done, total: None,
    on_progress: Callable[[int, int], None] = lambda done, total: None,
    on_wait: Callable[[], None] = lambda: None,
    on_report: Callable[[BuildReport], None] = log_report,
) -> Index:
    """Read the documents, embed what the old index has not, write the new one and return it.

    Args:
        settings: Where the documents are and where the index goes.
        encoder: Makes the vectors; it is called from several threads.
        on_read: Called with files read and files to read.
        on_progress: Called with passages embedded and passages to embed.
        on_wait: Called when another build of this index has to end first.
        on_report: Called once at the end.

    Raises:
        DocumentUnreadable: If a folder is missing, or not one document can be read; the old index
            stays.
        IndexInaccessible: If the system does not let the index be written; the old one stays.
    """
    started = time.perf_counter()
    with _lock_index(settings.index, on_wait):
        reader = open_reader(settings.read_timeout_s, settings.read_memory_mb)
        sources = read_sources(
            settings.documents,
            partial(_read_in_child, reader),
            max_file_mb=settings.max_file_mb,
            on_progress=on_read,
        )
        plan = BuildPlan.make(settings, encoder, sources)
        passages, faults = _chunk_sources(sources.files, plan, reader, settings.max_words)
        unreadable = (*sources.failures, *faults)
        plan = plan.keep(passages).name_left_out(unreadable)
        if not plan.documents:
            raise make_no_documents_error(settings.documents, unreadable, sources.passed_over)
        if plan.old is not None and plan.is_done:
            index, n_embedded = plan.old, 0
        else:
            index, n_embedded = _write_index(
                settings, encoder, plan, plan.list_passages(passages), on_progress
            )
        seconds = time.perf_counter() - started
        counts = plan.count()
        on_report(
            BuildReport(
                unreadable,
                tuple(sources.ignored),
                sources.passed_over,
                *counts,
                n_embedded,
                seconds,
            )
        )
    return index


@contextmanager
def _lock_index(index: Path, on_wait: Callable[[], None]) -> Iterator[None]:
    """Let one build of an index run at a time; the lock of a process that died holds nobody up."""
    lock = FileLock(index.with_name(index.name + ".lock"))
    with explain_disk_faults(index):
        if index.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        index.parent.mkdir(parents=True, exist_ok=True)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            on_wait()
            lock.acquire()
    try:
        yield
    finally:
        lock.release()


def _read_in_child(
    reader: FileReader, path: Path, folder: Path, *, max_file_mb: float, keep_suffix: bool
) -> tuple[list[Document], list[str]]:
    """Read a file in the reader's process, like `ingest.read_file`."""
    function = partial(ingest.read_file, max_file_mb=max_file_mb, keep_suffix=keep_suffix)
    return reader.run(function, path, folder, path=path, size_bytes=_measure_file(path))


def _chunk_sources(
    files: Sequence[SourceFile], plan: BuildPlan, reader: FileReader, max_words: int
) -> tuple[dict[str, list[Passage]], list[DocumentUnreadable]]:
    """Return the passages of each document that the old index has not, and the files that fail."""
    passages: dict[str, list[Passage]] = {}
    faults = []
    for file in files:
        documents = [d for d in file.documents if not plan.is_kept(d.id)]
        if not documents:
            continue
        path = file.path
        try:
            found, reasons = reader.run(
                ingest.chunk_documents,
                documents,
                max_words,
                path=path,
                size_bytes=_measure_file(path),
            )
        except DocumentUnreadable as err:
            faults.append(err)
            continue
        passages |= found
        if reasons:
            reason = reasons[0] if len(documents) == 1 else ingest.describe_left_out(reasons)
            faults.append(DocumentUnreadable(path, reason, in_part=bool(found)))
    return passages, faults


def _measure_file(path: Path) -> int:
    """Return the size of a file in bytes; 0 where it cannot be told, which its reader will name."""
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _write_index(
    settings: Settings,
    encoder: Encoder,
    plan: BuildPlan,
    passages: Sequence[Passage],
    on_progress: Callable[[int, int], None],
) -> tuple[Index, int]:
    """Write the new index; return it and how many passages had to be embedded."""
    manifest = Manifest(
        encoder=encoder.manifest.name,
        revision=encoder.manifest.revision,
        dim=encoder.dim,
        max_words=settings.max_words,
        corpus=hash_corpus(plan.documents, passages),
        n_documents=len(plan.documents),
        n_passages=len(passages),
    )
    path = settings.index.with_name(settings.index.name + ".vectors")
    with explain_disk_faults(settings.index), EmbeddingCache.open(path, encoder) as cache:
        embedded, n_embedded = _embed_passages(plan, passages, cache, on_progress)
        index = Index.build(settings.index, manifest, plan.documents, embedded, record=plan.record)
        cache.delete()
    return index, n_embedded


def _embed_passages(
    plan: BuildPlan,
    passages: Sequence[Passage],
    cache: EmbeddingCache,
    on_progress: Callable[[int, int], None],
) -> tuple[EmbeddedPassages, int]:
    """Return the passages with their vectors, and how many of them had to be embedded."""
    titles = {document.id: document.title for document in plan.documents}
    rows, known = _take_over(plan)
    missing = []
    for passage in passages:
        if passage.id not in rows:
            parts = PassageTexts.of(passage, titles[passage.document_id])
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
    return EmbeddedPassages(passages, np.stack(texts), questions, sentences), len(missing)


def _take_over(plan: BuildPlan) -> tuple[dict[str, PassageVectors], VectorsByText]:
    """Return the old vectors: by passage where its document is unchanged, else by text."""
    rows: dict[str, PassageVectors] = {}
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


def _assemble(parts: PassageTexts, vectors: Mapping[tuple[str, str], Vectors]) -> PassageVectors:
    text, *rest = [vectors[key] for key in parts.labelled()]
    questions = np.stack(rest[: len(parts.questions)])
    # At the size at which they are stored: those of a large library are most of its memory.
    sentences = np.stack(rest[len(parts.questions) :]).astype(SENTENCE_TYPE)
    return text, questions, sentences
