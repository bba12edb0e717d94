"""The layout of an index file: what is written to SQLite, and how it is read back and checked."""

import hashlib
import itertools
import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np

from knowledge.errors import IndexMismatch
from knowledge.types import Document, Passage, Source
from knowledge.vectors import SENTENCE_TYPE, Floats, GroupedVectors, Vectors
from spelling import common_form

# Raised with the layout, with what is embedded of a passage (knowledge/embed.py), and with the
# common forms of words (spelling/atlantic.py).
FORMAT = 6
# Vectors are stored by the thousand: read one by one, 100,000 take seconds.
BLOCK_ROWS = 4096
HASHED_ROWS = 1000

_SCHEMA = """
CREATE TABLE manifest (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE documents (
    id TEXT PRIMARY KEY, title TEXT, topic TEXT, publisher TEXT, url TEXT, checked TEXT,
    reviewed_by TEXT, review_due TEXT, licence TEXT, sources TEXT NOT NULL, file TEXT NOT NULL,
    digest TEXT NOT NULL
);
CREATE TABLE left_out (file TEXT NOT NULL, reason TEXT NOT NULL);
CREATE TABLE passages (
    row INTEGER PRIMARY KEY, id TEXT UNIQUE NOT NULL, document_id TEXT NOT NULL,
    position INTEGER NOT NULL, heading TEXT NOT NULL, text TEXT NOT NULL, sentences TEXT NOT NULL,
    questions TEXT NOT NULL, page INTEGER
);
CREATE TABLE vectors (kind TEXT, block INTEGER, data BLOB NOT NULL, PRIMARY KEY (kind, block));
CREATE TABLE sentence_vectors (row INTEGER PRIMARY KEY, data BLOB NOT NULL);
CREATE VIRTUAL TABLE passages_fts USING fts5(
    heading, title, text, questions, content='', tokenize='porter unicode61'
);
"""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What made an index; every field is checked when it is loaded.

    Attributes:
        encoder: Name of the encoder.
        revision: Digest of the encoder's weights.
        dim: Length of its embeddings.
        max_words: Most words of a passage.
        corpus: SHA-256 over all passages.
        n_documents: Documents in the index.
        n_passages: Passages in the index.
        format: Version of the file's layout.
    """

    encoder: str
    revision: str
    dim: int
    max_words: int
    corpus: str
    n_documents: int
    n_passages: int
    format: int = FORMAT


@dataclass(frozen=True, slots=True)
class EmbeddedPassages:
    """Passages with their vectors, row by row.

    Attributes:
        passages: The passages.
        texts: The embeddings of their texts under title and heading, `(n, dim)`.
        questions: For each passage the embeddings of its heading, of the other ways to ask what
            it answers and of the document's title, `(2 + n_questions, dim)`.
        sentences: For each passage its sentences' embeddings, `(n_sentences, dim)`.
    """

    passages: Sequence[Passage]
    texts: Vectors
    questions: Sequence[Vectors]
    sentences: Sequence[Floats]


@dataclass(frozen=True, slots=True)
class BuildRecord:
    """What a build leaves for the next one, and for the owner of the library.

    Attributes:
        files: By id of a document, the file that it was read from.
        digests: By id, what it looked like.
        left_out: Files and folders that could not be read, each with the reason.
    """

    files: Mapping[str, str]
    digests: Mapping[str, str]
    left_out: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class IndexContents:
    """What a file holds, but for the full text and the sentences' vectors."""

    documents: dict[str, Document]
    record: BuildRecord
    passages: list[Passage]
    texts: Vectors
    questions: GroupedVectors


def hash_corpus(documents: Iterable[Document], passages: Iterable[Passage]) -> str:
    """Return a SHA-256 that changes with any word or attribution of the library."""
    return _hash_rows(map(_document_row, documents), map(_passage_row, passages))


def write(
    connection: sqlite3.Connection,
    manifest: Manifest,
    documents: Sequence[Document],
    record: BuildRecord,
    embedded: EmbeddedPassages,
) -> None:
    """Fill an empty file; the caller commits."""
    # Not executescript: that would commit what it made.
    for statement in filter(str.strip, _SCHEMA.split(";")):
        connection.execute(statement)
    connection.executemany(
        "INSERT INTO manifest VALUES (?, ?)",
        [(key, json.dumps(value)) for key, value in asdict(manifest).items()],
    )
    connection.executemany(
        "INSERT INTO documents VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            (*_document_row(d), record.files.get(d.id, ""), record.digests.get(d.id, ""))
            for d in documents
        ),
    )
    connection.executemany("INSERT INTO left_out VALUES (?, ?)", record.left_out)
    connection.executemany(
        "INSERT INTO passages VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        ((row, *_passage_row(passage)) for row, passage in enumerate(embedded.passages)),
    )
    titles = {document.id: document.title for document in documents}
    connection.executemany(
        "INSERT INTO passages_fts (rowid, heading, title, text, questions) VALUES (?, ?, ?, ?, ?)",
        (
            (row, *map(common_form, (p.heading, titles[p.document_id], p.text, _join(p.questions))))
            for row, p in enumerate(embedded.passages)
        ),
    )
    texts = (embedded.texts[row : row + 1] for row in range(len(embedded.texts)))
    for kind, groups in (("text", texts), ("question", embedded.questions)):
        connection.executemany(
            "INSERT INTO vectors VALUES (?, ?, ?)",
            ((kind, block, rows.tobytes()) for block, rows in enumerate(_in_blocks(groups))),
        )
    connection.executemany(
        "INSERT INTO sentence_vectors VALUES (?, ?)",
        (
            (row, rows.astype(SENTENCE_TYPE).tobytes())
            for row, rows in enumerate(embedded.sentences)
        ),
    )


def _join(questions: Iterable[str]) -> str:
    return "\n".join(questions)


def read_manifest(connection: sqlite3.Connection) -> Manifest:
    """Return the manifest of a file.

    Raises:
        IndexMismatch: If it is of another format, or lacks a field.
    """
    stored = {
        key: json.loads(value)
        for key, value in connection.execute("SELECT key, value FROM manifest")
    }
    if stored.get("format") != FORMAT:
        raise IndexMismatch("format", FORMAT, stored.get("format"))
    for field in fields(Manifest):
        if field.name not in stored:
            raise IndexMismatch(field.name, "a value", None)
    return Manifest(**{field.name: stored[field.name] for field in fields(Manifest)})


def read(connection: sqlite3.Connection, manifest: Manifest) -> IndexContents:
    """Return what a file holds, once it is what its manifest says.

    Raises:
        IndexMismatch: If it is not what its manifest says.
        ValueError: If it is damaged.
    """
    document_rows = connection.execute("SELECT * FROM documents ORDER BY rowid").fetchall()
    passage_rows = connection.execute(
        "SELECT id, document_id, position, heading, text, sentences, questions, page "
        "FROM passages ORDER BY row"
    ).fetchall()
    _check(manifest, "n_documents", len(document_rows))
    _check(manifest, "n_passages", len(passage_rows))
    _check(manifest, "corpus", _hash_rows((row[:-2] for row in document_rows), passage_rows))
    documents = {row[0]: _document(row) for row in document_rows}
    passages = _passages(passage_rows)
    n_questions = [2 + len(passage.questions) for passage in passages]
    n_sentences = sum(len(passage.sentences) for passage in passages)
    n_stored, n_bytes = connection.execute(
        "SELECT count(*), total(length(data)) FROM sentence_vectors"
    ).fetchone()
    if n_stored != len(passages):
        raise ValueError("its sentences are not complete")
    _check_dim(manifest, int(n_bytes) // np.dtype(SENTENCE_TYPE).itemsize, n_sentences)
    return IndexContents(
        documents=documents,
        record=BuildRecord(
            files={row[0]: row[-2] for row in document_rows},
            digests={row[0]: row[-1] for row in document_rows},
            left_out=tuple(connection.execute("SELECT file, reason FROM left_out ORDER BY rowid")),
        ),
        passages=passages,
        texts=_read_vectors(connection, "text", manifest, len(passages)),
        questions=GroupedVectors(
            _read_vectors(connection, "question", manifest, sum(n_questions)),
            np.cumsum([0, *n_questions], dtype=np.int64)[:-1],
        ),
    )


def check_size(connection: sqlite3.Connection, path: Path) -> None:
    """Refuse a file that was copied in part.

    It can hold every passage, and fail only in a full-text search.

    Raises:
        ValueError: If it is cut short.
    """
    n_pages, page_bytes = connection.execute(
        "SELECT page_count, page_size FROM pragma_page_count, pragma_page_size"
    ).fetchone()
    if path.stat().st_size != n_pages * page_bytes:
        raise ValueError("it is cut short")


def _document_row(document: Document) -> tuple[str, ...]:
    return (
        document.id, document.title, document.topic, document.publisher, document.url,
        document.checked, document.reviewed_by, document.review_due, document.licence,
        json.dumps([asdict(source) for source in document.sources]),
    )  # fmt: skip


def _document(row: Sequence[Any]) -> Document:
    id_, title, topic, publisher, url, checked, reviewed_by, review_due, licence, sources, *_ = row
    named = tuple(Source(**source) for source in json.loads(sources))
    return Document(
        id_, title, topic, publisher, url, checked, reviewed_by, review_due, licence, named
    )


def _passage_row(passage: Passage) -> tuple[object, ...]:
    return (
        passage.id, passage.document_id, passage.position, passage.heading, passage.text,
        json.dumps(passage.sentences), json.dumps(passage.questions), passage.page,
    )  # fmt: skip


def _passages(rows: Sequence[Sequence[Any]]) -> list[Passage]:
    # Parsed at once: each call of the parser costs more than what it reads here.
    sentences = json.loads(f"[{','.join(row[5] for row in rows)}]")
    questions = json.loads(f"[{','.join(row[6] for row in rows)}]")
    spans = [tuple([(start, end) for start, end in one]) for one in sentences]
    return [
        Passage(id_, document_id, position, heading, text, spans[row], tuple(questions[row]), page)
        for row, (id_, document_id, position, heading, text, _, _, page) in enumerate(rows)
    ]


def _hash_rows(documents: Iterable[Sequence[object]], passages: Iterable[Sequence[object]]) -> str:
    # The rows as they are stored, many at a time: one by one, 100,000 passages take seconds.
    sha256 = hashlib.sha256()
    for rows in map(iter, (documents, passages)):
        while some := [*itertools.islice(rows, HASHED_ROWS)]:
            sha256.update(json.dumps(some).encode())
    return sha256.hexdigest()


def _in_blocks(groups: Iterable[Vectors]) -> Iterator[Vectors]:
    """Yield the vectors of all groups, some thousand rows at a time."""
    block: list[Vectors] = []
    n_rows = 0
    for group in groups:
        block.append(group)
        n_rows += len(group)
        if n_rows >= BLOCK_ROWS:
            yield np.concatenate(block)
            block, n_rows = [], 0
    if block:
        yield np.concatenate(block)


def _read_vectors(
    connection: sqlite3.Connection, kind: str, manifest: Manifest, n_rows: int
) -> Vectors:
    buffer = bytearray()  # grows in place: all blocks and their sum would be twice as much
    for (data,) in connection.execute(
        "SELECT data FROM vectors WHERE kind = ? ORDER BY block", (kind,)
    ):
        buffer += data
    vectors = np.frombuffer(buffer, dtype=np.float32)
    _check_dim(manifest, vectors.size, n_rows)
    return vectors.reshape(n_rows, manifest.dim)


def _check_dim(manifest: Manifest, n_values: int, n_rows: int) -> None:
    if n_values != n_rows * manifest.dim:
        if not n_rows or n_values % n_rows or not n_values:
            raise ValueError("its vectors are not complete")
        _check(manifest, "dim", n_values // n_rows)


def _check(manifest: Manifest, field: str, found: object) -> None:
    if getattr(manifest, field) != found:
        raise IndexMismatch(field, getattr(manifest, field), found)
