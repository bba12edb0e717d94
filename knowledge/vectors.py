"""Vectors by passage: all in memory, or left in the index file until a passage is looked at."""

import sqlite3
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from knowledge.errors import IndexNotFound

Vectors = NDArray[np.float32]
Floats = NDArray[np.float32] | NDArray[np.float16]
# A sentence is stored at half the size: no cosine of unit vectors moves by more than 0.001.
SENTENCE_TYPE = np.float16


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
        matrix = np.vstack(groups) if groups else np.empty((0, dim), dtype=np.float32)
        return cls(matrix, add_up([len(group) for group in groups])[:-1])

    def best(self, embedding: Vectors) -> Vectors:
        """Return for each passage the highest cosine of its vectors with `embedding`."""
        best: Vectors = np.maximum.reduceat(self.matrix @ embedding, self.starts)
        return best

    def of(self, passage: int) -> Vectors:
        """Return the vectors of one passage."""
        end = self.starts[passage + 1] if passage + 1 < len(self.starts) else len(self.matrix)
        return self.matrix[self.starts[passage] : end]


class StoredRows:
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
        self._bounds = add_up(n_rows)
        self._connection = connection
        self._lock = lock
        self._path = path
        self._dim = dim

    @property
    def starts(self) -> NDArray[np.int64]:
        """For each passage the row of `matrix` at which its vectors start."""
        return self._bounds[:-1]

    @cached_property
    def matrix(self) -> Vectors:
        """All vectors, passage by passage, `(n_rows, dim)`; read at once and kept."""
        return self._read("SELECT data FROM sentence_vectors ORDER BY row", (), self._bounds[-1])

    def best(self, embedding: Vectors) -> Vectors:
        """Return for each passage the highest cosine of its vectors with `embedding`."""
        best: Vectors = np.maximum.reduceat(self.matrix @ embedding, self.starts)
        return best

    def of(self, passage: int) -> Vectors:
        """Return the vectors of one passage.

        Raises:
            IndexNotFound: The file has become unreadable.
        """
        return self._read(
            "SELECT data FROM sentence_vectors WHERE row = ?",
            (int(passage),),
            self._bounds[passage + 1] - self._bounds[passage],
        )

    def _read(self, sql: str, values: tuple[int, ...], n_rows: int) -> Vectors:
        try:
            with self._lock:
                found = self._connection.execute(sql, values).fetchall()
            blob = b"".join(data for (data,) in found)
            rows = np.frombuffer(blob, dtype=SENTENCE_TYPE).reshape(int(n_rows), self._dim)
        except (sqlite3.DatabaseError, ValueError) as err:
            raise IndexNotFound(self._path, f"it is damaged: {err}") from err
        return rows.astype(np.float32)


def add_up(lengths: Sequence[int]) -> NDArray[np.int64]:
    """Return where each of several runs starts, and where the last one ends."""
    return np.concatenate([[0], np.cumsum(lengths, dtype=np.int64)]).astype(np.int64)
