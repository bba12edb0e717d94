"""Vectors by passage: all in memory, or left in the index file until they are asked for."""

import sqlite3
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from knowledge.errors import IndexNotFound

Vectors = NDArray[np.float32]
Floats = NDArray[np.float32] | NDArray[np.float16]
# A sentence is stored at half the size: no cosine of unit vectors moves by more than 0.001.
SENTENCE_TYPE = np.float16


@dataclass(frozen=True, slots=True)
class GroupedVectors:
    """Several vectors for each passage, in one matrix.

    Attributes:
        matrix: All vectors, passage by passage, `(n_rows, dim)`.
        starts: For each passage the row at which its vectors start; it has at least one.
    """

    matrix: Vectors
    starts: NDArray[np.int64]

    def of(self, passage: int) -> Vectors:
        """Return the vectors of one passage."""
        end = self.starts[passage + 1] if passage + 1 < len(self.starts) else len(self.matrix)
        return self.matrix[self.starts[passage] : end]


class StoredVectors:
    """The sentences' vectors of each passage, read when they are asked for.

    A library of 100,000 passages has near a million sentences; a search reads those of the few
    passages that it shows. Safe to use from several threads.
    """

    def __init__(
        self,
        connection: sqlite3.Connection,
        lock: threading.Lock,
        path: Path,
        n_rows: Sequence[int],
        dim: int,
    ) -> None:
        """Read from the table `sentence_vectors`.

        Args:
            connection: The index file.
            lock: Guards the connection.
            path: The file, for messages.
            n_rows: How many vectors each passage has.
            dim: Their length.
        """
        self._n_rows = n_rows
        self._connection = connection
        self._lock = lock
        self._path = path
        self._dim = dim

    def of(self, passage: int) -> Vectors:
        """Return the vectors of one passage.

        Raises:
            IndexNotFound: If the file has become unreadable.
        """
        try:
            with self._lock:
                found = self._connection.execute(
                    "SELECT data FROM sentence_vectors WHERE row = ?", (int(passage),)
                ).fetchall()
            blob = b"".join(data for (data,) in found)
            rows = np.frombuffer(blob, dtype=SENTENCE_TYPE)
            return rows.reshape(self._n_rows[passage], self._dim).astype(np.float32)
        except (sqlite3.DatabaseError, ValueError) as err:
            raise IndexNotFound(self._path, f"it is damaged: {err}") from err
