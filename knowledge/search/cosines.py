"""Cosines of a query with every row of a matrix: exact, or in a large library first approximate.

A product with 100,000 rows of 384 numbers takes 10 ms, as long as reading them from memory takes.
A large matrix is therefore also kept as a sketch: its rows along the directions in which they
differ most. The sketch says which rows may be the best; those alone are compared in full.
`python -m benchmarks scale` times it; docs/retrieval.md says what it costs and what it
loses.
"""

import numpy as np
from numpy.typing import NDArray

from knowledge.vectors import Vectors

# Rows from which a sketch pays: a search of 10,000 takes 4 ms, one by a sketch 3 ms.
LARGE = 5_000
# Directions of a sketch: of MiniLM's 384, these hold five sixths of the vectors.
AXES = 96
# Rows from which the directions are found: more of them find the same ones.
SAMPLE = 20_000
# Rows at either end that are compared in full at once: scores are scaled to the ends.
N_ENDS = 250


class Cosines:
    """Compares queries with the rows of a matrix; safe to use from several threads.

    Attributes:
        is_sketched: Whether the rows are so many that `of` is approximate.
    """

    def __init__(self, matrix: Vectors, *, large: int = LARGE) -> None:
        """Take the rows, and make their sketch where they are many.

        For 100,000 rows of 384 numbers that takes 0.3 s, and 38 MB of memory.

        Args:
            matrix: Unit vectors, `(n, dim)`.
            large: Rows from which there is a sketch.
        """
        self.is_sketched = len(matrix) >= large
        self._matrix = matrix
        if self.is_sketched:
            self._axes = find_principal_axes(matrix, AXES)
            self._sketch = matrix @ self._axes

    def of(self, embedding: Vectors) -> Vectors:
        """Return the cosine of each row with an embedding, `(n,)`.

        By a sketch the highest and the lowest are exact, and most others too low.
        """
        if not self.is_sketched:
            return self._matrix @ embedding
        cosines = self._sketch @ (embedding @ self._axes)
        self.correct(cosines, embedding, end_rows(cosines, N_ENDS))
        return cosines

    def correct(self, cosines: Vectors, embedding: Vectors, rows: NDArray[np.int64]) -> None:
        """Put the exact cosines of some rows into what `of` returned for the embedding."""
        cosines[rows] = self._matrix[rows] @ embedding


def find_principal_axes(matrix: Vectors, n: int) -> Vectors:
    """Return the directions that hold most of the rows, `(dim, n)`: unit vectors, at right angles.

    They are the leading eigenvectors of the rows' uncentred second moment, so that a product along
    them is the nearest to the whole one that `n` numbers a row allow.
    """
    sample = matrix[:: max(len(matrix) // SAMPLE, 1)]
    _, vectors = np.linalg.eigh(sample.T @ sample)
    # The largest come last.
    return np.ascontiguousarray(vectors[:, -n:])


def best_rows(scores: Vectors, n: int) -> NDArray[np.int64]:
    """Return the rows of the `n` highest scores, in no order."""
    if len(scores) <= n:
        return np.arange(len(scores))
    best: NDArray[np.int64] = np.argpartition(-scores, n)[:n]
    return best


def end_rows(scores: Vectors, n: int) -> NDArray[np.int64]:
    """Return the rows of the `n` lowest and the `n` highest scores, in no order."""
    if len(scores) <= 2 * n:
        return np.arange(len(scores))
    # One call for both ends takes three times as long.
    lowest, highest = np.argpartition(scores, n)[:n], np.argpartition(scores, -n)[-n:]
    return np.concatenate([lowest, highest])


def first_rows(scores: Vectors, n: int) -> list[int]:
    """Return the rows of the `n` highest scores, best first; equal ones in the order of the rows.

    That is a stable sort's start, without the 8 ms of sorting 100,000.
    """
    rows = np.arange(len(scores))
    if 0 < n < len(scores):
        lowest = np.partition(scores, len(scores) - n)[len(scores) - n]
        rows = np.flatnonzero(scores >= lowest)
    order = np.argsort(-scores[rows], kind="stable")[:n]
    return [int(row) for row in rows[order]]
