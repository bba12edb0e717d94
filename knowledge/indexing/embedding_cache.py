"""Vectors that are not computed again: the old index's, and those of a build that was cut off."""

import hashlib
import logging
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import numpy as np

from knowledge.disk_faults import delete_database, describe_disk_fault
from knowledge.embed import Encoder, PassageTexts, encode_all
from knowledge.errors import IndexInaccessible
from knowledge.index import Index
from knowledge.vectors import Vectors

logger = logging.getLogger(__name__)

# Vectors by kind of text and text (`PassageTexts.labelled`).
VectorsByText = dict[tuple[str, str], Vectors]
# Most values of one SQL statement, in every SQLite there is.
MAX_VALUES = 900


class EmbeddingCache:
    """Vectors by text in a file of their own, kept until the index is whole.

    A key is a digest of encoder and text, so that no other encoder's vector is ever found.
    """

    @classmethod
    @contextmanager
    def open(cls, path: Path, encoder: Encoder) -> Iterator["EmbeddingCache"]:
        """Open the file at `path`; what breaks a build off leaves it, but for a disk that is full.

        The vectors that a disk refuses are worth less than the room they take on it.
        """
        try:
            cache = cls(path, encoder)
            try:
                yield cache
            finally:
                cache.close()
        except (OSError, sqlite3.OperationalError, IndexInaccessible):
            with suppress(OSError):  # told is what came first
                delete_database(path)
            raise

    def __init__(self, path: Path, encoder: Encoder) -> None:
        """Open or make the file at `path`; one that cannot be read is begun again."""
        self._path = path
        self._encoder = encoder
        self._salt = f"{encoder.manifest.name}\n{encoder.manifest.revision}\n".encode()
        try:
            self._connection = _open(path)
        except sqlite3.DatabaseError as err:
            if describe_disk_fault(err):
                raise
            logger.warning("%s cannot be read (%s) and is begun again", path, err)
            delete_database(path)
            self._connection = _open(path)

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return one row per text, `(n, dim)`; what had to be embedded is kept on disk."""
        keys = [hashlib.sha256(self._salt + _to_bytes(text)).digest() for text in texts]
        known = self._find(keys)
        missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in known}
        if missing:
            rows = encode_all(self._encoder, list(missing.values()))
            with self._connection:
                self._connection.executemany(
                    "INSERT OR REPLACE INTO vectors VALUES (?, ?)",
                    ((key, row.tobytes()) for key, row in zip(missing, rows, strict=True)),
                )
            known.update(zip(missing, rows, strict=True))
        found = np.empty((len(texts), self._encoder.dim), dtype=np.float32)
        for row, key in enumerate(keys):
            found[row] = known[key]
        return found

    def close(self) -> None:
        """Close the file and leave it to a later build."""
        self._connection.close()

    def delete(self) -> None:
        """Close and delete the file: the index holds its vectors now."""
        self.close()
        delete_database(self._path)

    def _find(self, keys: Sequence[bytes]) -> dict[bytes, Vectors]:
        known = {}
        for start in range(0, len(keys), MAX_VALUES):
            some = keys[start : start + MAX_VALUES]
            marks = ",".join("?" * len(some))
            for key, data in self._connection.execute(
                f"SELECT key, vector FROM vectors WHERE key IN ({marks})",  # noqa: S608 - only "?"s
                some,
            ):
                vector = np.frombuffer(data, dtype=np.float32)
                if len(vector) == self._encoder.dim:
                    known[key] = vector
        return known


def collect_vectors(index: Index, rows: Iterable[int]) -> VectorsByText:
    """Return the vectors of some passages by kind of text and text.

    The kinds are kept apart: a sentence's vector is rounded.
    """
    vectors: VectorsByText = {}
    for row in rows:
        passage = index.passages[row]
        parts = PassageTexts.of(passage, index.documents[passage.document_id].title)
        found = [index.texts[row], *index.questions.of(row), *index.sentences.of(row)]
        vectors.update(zip(parts.labelled(), found, strict=True))
    return vectors


def _open(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path)
    try:
        # What a power cut takes of it is embedded again.
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute(
            "CREATE TABLE IF NOT EXISTS vectors (key BLOB PRIMARY KEY, vector BLOB NOT NULL)"
        )
        connection.execute("SELECT key, vector FROM vectors LIMIT 1").fetchone()
    except sqlite3.DatabaseError:
        connection.close()
        raise
    return connection


def _to_bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
