"""Passages and their vectors in one SQLite file: full text in FTS5, exact dense search in NumPy."""

import os
import sqlite3
import threading
import weakref
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from knowledge import store
from knowledge.disk_faults import LOCKED, delete_database, explain_disk_faults, is_locked
from knowledge.errors import IndexInaccessible, IndexMismatch, IndexNotFound
from knowledge.store import BuildRecord, EmbeddedPassages, IndexContents, Manifest
from knowledge.types import Document
from knowledge.vectors import StoredVectors


class Index:
    """A built library on disk with its vectors in memory; safe to use from several threads.

    It stays what it was when it was loaded: a new build makes a new file and leaves this one to
    those who have it open.

    Attributes:
        manifest: What made it.
        documents: By id, in the order of the folder.
        record: What its build leaves for the next one.
        passages: All passages; their position here is their row everywhere else.
        texts: Their texts' embeddings, `(n, dim)`.
        questions: The embeddings of heading, other ways to ask, and title of each.
        sentences: The embeddings of each passage's sentences.
        connection: The file, for reading.
        lock: Guards the connection.
    """

    def __init__(
        self,
        manifest: Manifest,
        connection: sqlite3.Connection,
        path: Path,
        contents: IndexContents,
    ) -> None:
        """Wire loaded parts together; `build` and `load` are the ways in."""
        self.manifest = manifest
        self.documents = contents.documents
        self.record = contents.record
        self.passages = contents.passages
        self.texts = contents.texts
        self.questions = contents.questions
        self.connection = connection
        self.lock = threading.Lock()
        n_sentences = [len(passage.sentences) for passage in contents.passages]
        self.sentences = StoredVectors(connection, self.lock, path, n_sentences, manifest.dim)
        # A server drops an old index while searches may still use it: the last one closes it.
        weakref.finalize(self, connection.close)

    @classmethod
    def build(
        cls,
        path: Path,
        manifest: Manifest,
        documents: Sequence[Document],
        embedded: EmbeddedPassages,
        *,
        record: BuildRecord | None = None,
    ) -> "Index":
        """Write an index to `path` and return it; the old file stays until the new one is whole.

        Args:
            path: The file; those who have the old one open keep it.
            manifest: What makes it.
            documents: The documents in order.
            embedded: Their passages in order.
            record: What a later build compares.

        Raises:
            IndexInaccessible: If the system does not let it be written; nothing of it is left then.
        """
        made = path.with_name(path.name + ".new")
        with explain_disk_faults(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            try:
                delete_database(made)  # left by a crash
                with closing(sqlite3.connect(made, isolation_level=None)) as connection:
                    connection.execute("BEGIN")
                    record = record or BuildRecord({}, {})
                    store.write(connection, manifest, documents, record, embedded)
                    connection.execute("COMMIT")
                os.replace(made, path)
            finally:
                delete_database(made)
        return cls.load(path)

    @classmethod
    def load(cls, path: Path) -> "Index":
        """Return the index at `path`.

        Raises:
            IndexInaccessible: If another program has locked it.
            IndexNotFound: If there is no file, or it is damaged or not an index.
            IndexMismatch: If the file has another layout, or is not what its manifest says.
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
            if is_locked(err):
                raise IndexInaccessible(path, LOCKED) from err
            raise IndexNotFound(path, f"it is damaged or not an index: {err}") from err
        return cls(manifest, connection, path, contents)

    def close(self) -> None:
        """Close the file."""
        self.connection.close()


def identify(path: Path) -> tuple[int, ...]:
    """Return what tells one build's file from the next one's, in some 2 µs; empty without a file.

    Each build makes a new file. The other two figures notice one that was copied over.
    """
    try:
        stat = path.stat()
    except OSError:
        return ()
    return stat.st_ino, stat.st_mtime_ns, stat.st_size
