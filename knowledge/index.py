"""Passages and their vectors in one SQLite file: full text in FTS5, exact dense search in NumPy."""

import os
import sqlite3
import threading
import weakref
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from knowledge import store
from knowledge.errors import IndexMismatch, IndexNotFound
from knowledge.store import FORMAT, Contents, Embedded, Manifest, hash_corpus
from knowledge.types import Document
from knowledge.vectors import Rows, StoredRows, Vectors
from knowledge.words import content_words

__all__ = [
    "FORMAT",
    "Embedded",
    "Index",
    "Manifest",
    "Rows",
    "Vectors",
    "hash_corpus",
    "quote_query",
]


class Index:
    """A built library on disk with its vectors in memory; safe to use from several threads.

    It stays what it was when it was loaded: a new build makes a new file and leaves this one to
    those who have it open.

    Attributes:
        manifest: What made it.
        documents: By id, in the order of the folder.
        digests: By id, what a document looked like when it was built.
        passages: All passages; their position here is their row everywhere else.
        texts: Their texts' embeddings, `(n, dim)`.
        questions: The embeddings of heading, other ways to ask, and title of each.
        sentences: The embeddings of each passage's sentences.
        connection: The file, for reading.
        lock: Guards the connection.
    """

    def __init__(
        self, manifest: Manifest, connection: sqlite3.Connection, path: Path, contents: Contents
    ) -> None:
        """Wire loaded parts together; `build` and `load` are the ways in."""
        self.manifest = manifest
        self.documents = contents.documents
        self.digests = contents.digests
        self.passages = contents.passages
        self.texts = contents.texts
        self.questions = contents.questions
        self.connection = connection
        self.lock = threading.Lock()
        n_sentences = [len(passage.sentences) for passage in contents.passages]
        self.sentences = StoredRows(connection, self.lock, path, n_sentences, manifest.dim)
        # A server drops an old index while searches may still use it: the last one closes it.
        weakref.finalize(self, connection.close)

    @classmethod
    def build(
        cls,
        path: Path,
        manifest: Manifest,
        documents: Sequence[Document],
        embedded: Embedded,
        *,
        digests: Sequence[str] | None = None,
    ) -> "Index":
        """Write an index to `path` and return it; the old file stays until the new one is whole.

        Args:
            path: The file; those who have the old one open keep it.
            manifest: What makes it.
            documents: The documents in order.
            embedded: Their passages in order.
            digests: What each document looks like, for a later build to compare.
        """
        path.parent.mkdir(parents=True, exist_ok=True)
        made = path.with_name(path.name + ".new")
        # After a crash its journal may be left too, and would be played back into the new file.
        for left in (made, made.with_name(made.name + "-journal")):
            left.unlink(missing_ok=True)
        connection = sqlite3.connect(made, isolation_level=None)
        try:
            connection.execute("BEGIN")
            digests = [""] * len(documents) if digests is None else digests
            store.write(connection, manifest, documents, digests, embedded)
            connection.execute("COMMIT")
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
        while True:
            found = identify(path)
            try:
                return cls._load(path)
            except (IndexNotFound, IndexMismatch):
                # Half of the old file and half of the new one is neither: read the new one.
                if identify(path) == found:
                    raise

    @classmethod
    def _load(cls, path: Path) -> "Index":
        if not path.is_file():
            raise IndexNotFound(path)
        connection = sqlite3.connect(
            f"{path.resolve().as_uri()}?mode=ro", uri=True, check_same_thread=False
        )
        try:
            manifest = store.read_manifest(connection)
            store.check_size(connection, path)
            contents = store.read(connection, manifest)
        except IndexMismatch:
            connection.close()
            raise
        except (sqlite3.DatabaseError, TypeError, ValueError) as err:
            connection.close()
            raise IndexNotFound(path, f"it is damaged or not an index: {err}") from err
        return cls(manifest, connection, path, contents)

    def close(self) -> None:
        """Close the file."""
        self.connection.close()

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
        with self.lock:
            rows = self.connection.execute(
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
        with self.lock:
            rows = self.connection.execute(
                "SELECT rowid FROM passages_fts WHERE passages_fts MATCH ?", (quote_query([word]),)
            ).fetchall()
        return {row for (row,) in rows}


def identify(path: Path) -> tuple[int, ...]:
    """Return what tells one build's file from the next one's, in some 2 µs; empty without a file.

    Each build makes a new file. The other two figures notice one that was copied over.
    """
    try:
        stat = path.stat()
    except OSError:
        return ()
    return stat.st_ino, stat.st_mtime_ns, stat.st_size


def quote_query(words: Sequence[str]) -> str:
    """Return an FTS5 expression that finds any of `words`; empty when there is none."""
    return " OR ".join(f'"{word}"' for word in words)
