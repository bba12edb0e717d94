"""Passages and their vectors in one SQLite file: full text in FTS5, exact dense search in NumPy."""

import hashlib
import json
import os
import sqlite3
import threading
from collections.abc import Iterable, Sequence
from dataclasses import asdict, astuple, dataclass, fields
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from knowledge.errors import IndexMismatch, IndexNotFound
from knowledge.types import Document, Passage, Source
from knowledge.words import content_words

FORMAT = 2
Vectors = NDArray[np.float32]

_SCHEMA = """
CREATE TABLE manifest (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE documents (
    id TEXT PRIMARY KEY, title TEXT, topic TEXT, publisher TEXT, url TEXT, reviewed TEXT,
    licence TEXT, sources TEXT NOT NULL
);
CREATE TABLE passages (
    row INTEGER PRIMARY KEY, id TEXT UNIQUE NOT NULL, document_id TEXT NOT NULL,
    position INTEGER NOT NULL, heading TEXT NOT NULL, text TEXT NOT NULL, sentences TEXT NOT NULL,
    questions TEXT NOT NULL, text_embedding BLOB NOT NULL, question_embeddings BLOB NOT NULL,
    sentence_embeddings BLOB NOT NULL
);
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
class Embedded:
    """Passages with their vectors, row by row.

    Attributes:
        passages: The passages.
        texts: Their texts' embeddings, `(n, dim)`.
        questions: For each passage the embeddings of its heading and of the other ways to ask
            what it answers, `(1 + n_questions, dim)`.
        sentences: For each passage its sentences' embeddings, `(n_sentences, dim)`.
    """

    passages: Sequence[Passage]
    texts: Vectors
    questions: Sequence[Vectors]
    sentences: Sequence[Vectors]


@dataclass(frozen=True, slots=True)
class Rows:
    """Several vectors for each passage, in one matrix.

    Attributes:
        matrix: All vectors, passage by passage, `(n_rows, dim)`.
        starts: For each passage the row at which its vectors start; it has at least one.
    """

    matrix: Vectors
    starts: NDArray[np.int64]

    @classmethod
    def stack(cls, groups: Sequence[Vectors], dim: int) -> "Rows":
        """Return the groups of vectors as one matrix."""
        if not groups:
            return cls(np.empty((0, dim), dtype=np.float32), np.empty(0, dtype=np.int64))
        lengths = [len(group) for group in groups]
        starts = np.concatenate([[0], np.cumsum(lengths)[:-1]]).astype(np.int64)
        return cls(np.vstack(groups), starts)

    def best(self, embedding: Vectors) -> Vectors:
        """Return for each passage the highest cosine of its vectors with `embedding`."""
        best: Vectors = np.maximum.reduceat(self.matrix @ embedding, self.starts)
        return best

    def of(self, passage: int) -> Vectors:
        """Return the vectors of one passage."""
        end = self.starts[passage + 1] if passage + 1 < len(self.starts) else len(self.matrix)
        return self.matrix[self.starts[passage] : end]


def hash_corpus(documents: Iterable[Document], passages: Iterable[Passage]) -> str:
    """Return a SHA-256 that changes with any word or attribution of the library."""
    sha256 = hashlib.sha256()
    for document in documents:
        sha256.update(json.dumps(_document_row(document)).encode())
    for passage in passages:
        sha256.update(json.dumps(astuple(passage)).encode())
    return sha256.hexdigest()


class Index:
    """A built library on disk with its vectors in memory; safe to use from several threads."""

    def __init__(
        self,
        manifest: Manifest,
        connection: sqlite3.Connection,
        documents: dict[str, Document],
        embedded: Embedded,
    ) -> None:
        """Wire loaded parts together; `build` and `load` are the ways in."""
        self.manifest = manifest
        self.documents = documents
        self.passages = embedded.passages
        self.texts = embedded.texts
        self.questions = Rows.stack(embedded.questions, manifest.dim)
        self.sentences = Rows.stack(embedded.sentences, manifest.dim)
        self._connection = connection
        self._lock = threading.Lock()

    @classmethod
    def build(
        cls, path: Path, manifest: Manifest, documents: Sequence[Document], embedded: Embedded
    ) -> "Index":
        """Write an index to `path` and return it; the old file stays until the new one is whole."""
        path.parent.mkdir(parents=True, exist_ok=True)
        made = path.with_name(path.name + ".new")
        made.unlink(missing_ok=True)
        connection = sqlite3.connect(made)
        try:
            with connection:
                connection.executescript(_SCHEMA)
                _write(connection, manifest, documents, embedded)
        finally:
            connection.close()
        os.replace(made, path)
        return cls.load(path)

    @classmethod
    def load(cls, path: Path) -> "Index":
        """Return the index at `path`.

        Raises:
            IndexNotFound: There is no file, or it is damaged or not an index.
            IndexMismatch: The file has another layout, or is not what its manifest says.
        """
        if not path.is_file():
            raise IndexNotFound(path)
        connection = sqlite3.connect(
            f"{path.resolve().as_uri()}?mode=ro", uri=True, check_same_thread=False
        )
        try:
            manifest = _read_manifest(connection)
            _check_size(connection, path)
            documents = _read_documents(connection)
            embedded = _read_passages(connection, manifest.dim)
            _check(manifest, documents, embedded)
        except IndexMismatch:
            connection.close()
            raise
        except (sqlite3.DatabaseError, TypeError, ValueError) as err:
            connection.close()
            raise IndexNotFound(path, f"it is damaged or not an index: {err}") from err
        return cls(manifest, connection, documents, embedded)

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def bm25(self, query: str, *, max_terms: int) -> NDArray[np.float32]:
        """Return the BM25 score of every passage, 0 where no word of `query` occurs.

        Args:
            query: Any text; nothing in it is read as query syntax.
            max_terms: Most different words looked up, the first ones of the query that mean
                something.
        """
        scores = np.zeros(len(self.passages), dtype=np.float32)
        match = quote_query(content_words(query)[:max_terms])
        if not match:
            return scores
        with self._lock:
            rows = self._connection.execute(
                "SELECT rowid, bm25(passages_fts) FROM passages_fts WHERE passages_fts MATCH ?",
                (match,),
            ).fetchall()
        for row, score in rows:
            scores[row] = -score  # FTS5 counts downwards: the best match is the most negative
        return scores

    def coverage(self, query: str, row: int, *, max_terms: int) -> float:
        """Return the share of the query's words that occur in a passage, weighted by rarity.

        Args:
            query: Any text.
            row: Position of the passage in `passages`.
            max_terms: Most different words looked up.

        Returns:
            0 to 1; a word counts with its inverse document frequency ln((N + 1) / (n + 0.5)).
        """
        total = covered = 0.0
        for word in content_words(query)[:max_terms]:
            rows = self._find(word)
            rarity = float(np.log((len(self.passages) + 1) / (len(rows) + 0.5)))
            total += rarity
            if row in rows:
                covered += rarity
        return covered / total if total else 0.0

    def _find(self, word: str) -> set[int]:
        # Looked up anew each time, in some 20 µs: kept, the words of all users would pile up.
        with self._lock:
            rows = self._connection.execute(
                "SELECT rowid FROM passages_fts WHERE passages_fts MATCH ?", (quote_query([word]),)
            ).fetchall()
        return {row for (row,) in rows}


def quote_query(words: Sequence[str]) -> str:
    """Return an FTS5 expression that finds any of `words`; empty when there is none."""
    return " OR ".join(f'"{word}"' for word in words)


def _document_row(document: Document) -> tuple[str, ...]:
    return (
        document.id, document.title, document.topic, document.publisher, document.url,
        document.reviewed, document.licence, json.dumps([asdict(s) for s in document.sources]),
    )  # fmt: skip


def _write(
    connection: sqlite3.Connection,
    manifest: Manifest,
    documents: Sequence[Document],
    embedded: Embedded,
) -> None:
    connection.executemany(
        "INSERT INTO manifest VALUES (?, ?)",
        [(key, json.dumps(value)) for key, value in asdict(manifest).items()],
    )
    connection.executemany(
        "INSERT INTO documents VALUES (?, ?, ?, ?, ?, ?, ?, ?)", map(_document_row, documents)
    )
    titles = {document.id: document.title for document in documents}
    for row, passage in enumerate(embedded.passages):
        connection.execute(
            "INSERT INTO passages VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                row, passage.id, passage.document_id, passage.position, passage.heading,
                passage.text, json.dumps(passage.sentences), json.dumps(passage.questions),
                embedded.texts[row].tobytes(), embedded.questions[row].tobytes(),
                embedded.sentences[row].tobytes(),
            ),
        )  # fmt: skip
        connection.execute(
            "INSERT INTO passages_fts (rowid, heading, title, text, questions) "
            "VALUES (?, ?, ?, ?, ?)",
            (
                row,
                passage.heading,
                titles[passage.document_id],
                passage.text,
                "\n".join(passage.questions),
            ),
        )


def _read_manifest(connection: sqlite3.Connection) -> Manifest:
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


def _read_documents(connection: sqlite3.Connection) -> dict[str, Document]:
    documents = {}
    for row in connection.execute("SELECT * FROM documents ORDER BY rowid"):
        sources = tuple(Source(**source) for source in json.loads(row[7]))
        id_, title, topic, publisher, url, reviewed, licence, _ = row
        documents[id_] = Document(id_, title, topic, publisher, url, reviewed, licence, sources)
    return documents


def _read_passages(connection: sqlite3.Connection, dim: int) -> Embedded:
    passages, texts, questions, sentences = [], [], [], []
    for row in connection.execute("SELECT * FROM passages ORDER BY row"):
        spans = tuple((start, end) for start, end in json.loads(row[6]))
        id_, document_id, position, heading, text = row[1:6]
        asked = tuple(json.loads(row[7]))
        passages.append(Passage(id_, document_id, position, heading, text, spans, asked))
        texts.append(np.frombuffer(row[8], dtype=np.float32))
        questions.append(np.frombuffer(row[9], dtype=np.float32).reshape(1 + len(asked), -1))
        sentences.append(np.frombuffer(row[10], dtype=np.float32).reshape(len(spans), -1))
    empty = np.empty((0, dim), dtype=np.float32)
    return Embedded(
        passages=passages,
        texts=np.vstack(texts) if texts else empty,
        questions=questions,
        sentences=sentences,
    )


def _check_size(connection: sqlite3.Connection, path: Path) -> None:
    # A file copied in part can hold every passage and fail only in a full-text search.
    n_pages, page_bytes = connection.execute(
        "SELECT page_count, page_size FROM pragma_page_count, pragma_page_size"
    ).fetchone()
    if path.stat().st_size != n_pages * page_bytes:
        raise ValueError("it is cut short")


def _check(manifest: Manifest, documents: dict[str, Document], embedded: Embedded) -> None:
    vectors = (embedded.texts, *embedded.questions, *embedded.sentences)
    dims = sorted({rows.shape[1] for rows in vectors} - {manifest.dim})
    for field, found in (
        ("n_documents", len(documents)),
        ("n_passages", len(embedded.passages)),
        ("corpus", hash_corpus(documents.values(), embedded.passages)),
        ("dim", dims[0] if dims else manifest.dim),
    ):
        if getattr(manifest, field) != found:
            raise IndexMismatch(field, getattr(manifest, field), found)
