"""Full-text search over arrays, read once from the index's own FTS5 table.

FTS5 walks the whole list of every word for every query, which takes 17 ms for a long message over
10,000 passages. The same figures from arrays take a fraction of one.
"""

import math
import sqlite3
import threading
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from knowledge.search.words import content_words
from spelling import common_form

TABLE = "passages_fts"
# How much a word counts by the column it stands in (docs/decisions/0003 has the measurement).
COLUMN_WEIGHTS = {"heading": 3.0, "title": 1.0, "text": 1.0, "questions": 3.0}
# BM25's constants, as FTS5 has them (sqlite.org/fts5.html#the_bm25_function).
K1, B = 1.2, 0.75
RAREST_IDF = 1e-6
# Occurrences of words that are read together: some 40 MB.
BLOCK = 4_000_000

# One string a block, read by NumPy, is six times as fast as one tuple an occurrence. The names of
# the columns have different lengths, which SQLite counts faster than it compares names.
_READ = """
SELECT group_concat(doc * 16 + length(col))
FROM temp.occurrences WHERE term >= ? AND term <= ?
"""


class Stemmer:
    """Cuts words as the index does: their common forms, by SQLite's own tokenizer, in a table."""

    def __init__(self) -> None:
        """Open an empty database in memory."""
        self._lock = threading.Lock()
        self._connection = sqlite3.connect(":memory:", check_same_thread=False)
        self._connection.executescript(
            """
            CREATE VIRTUAL TABLE query USING fts5(x, content='', tokenize='porter unicode61');
            CREATE VIRTUAL TABLE stems USING fts5vocab(query, row);
            """
        )

    def stems(self, words: Sequence[str]) -> list[str]:
        """Return the different stems of `words`, in the order of the alphabet."""
        with self._lock:
            self._connection.execute(
                "INSERT INTO query(rowid, x) VALUES (1, ?)", (common_form(" ".join(words)),)
            )
            stems = [stem for (stem,) in self._connection.execute("SELECT term FROM stems")]
            # Nothing a user said is kept.
            self._connection.execute("INSERT INTO query(query) VALUES ('delete-all')")
        return stems


class Lexicon:
    """The stems of a library, with the passages each occurs in; safe to use from several threads.

    A query is looked up once (`find`), then scored (`bm25`).
    """

    def __init__(
        self,
        stems: Sequence[str],
        starts: NDArray[np.int64],
        rows: NDArray[np.int32],
        values: NDArray[np.float32],
        n_passages: int,
    ) -> None:
        """Take the stems and, for each, a slice of `rows` and of their `values`.

        Args:
            stems: Every stem of the library.
            starts: Where each stem's slice starts, and where the last ends.
            rows: Passages, ascending within a stem.
            values: What a stem adds to the score of each.
            n_passages: Passages of the library.
        """
        self.n_passages = n_passages
        self._ids = {stem: number for number, stem in enumerate(stems)}
        self._starts = starts
        self._rows = rows
        self._values = values
        self._stemmer = Stemmer()

    @classmethod
    def read(cls, connection: sqlite3.Connection, n_passages: int) -> "Lexicon":
        """Return the lexicon of the FTS5 table of an index.

        Args:
            connection: Its file; nothing is written to it.
            n_passages: Passages in it, numbered from 0.
        """
        connection.execute(
            f"CREATE VIRTUAL TABLE temp.occurrences USING fts5vocab({_args('instance')})"
        )
        connection.execute(f"CREATE VIRTUAL TABLE temp.stems USING fts5vocab({_args('row')})")
        try:
            counted = connection.execute(
                "SELECT term, cnt FROM temp.stems ORDER BY term"
            ).fetchall()
            blocks = list(_read_blocks(connection, counted))
        finally:
            connection.execute("DROP TABLE temp.occurrences")
            connection.execute("DROP TABLE temp.stems")
        codes = np.concatenate(blocks) if blocks else np.empty(0, dtype=np.int64)
        terms = np.repeat(np.arange(len(counted)), [count for _, count in counted])
        starts, rows, values = _compute_bm25(terms, codes, n_passages, len(counted))
        return cls([stem for stem, _ in counted], starts, rows, values, n_passages)

    def find(self, query: str, *, max_terms: int) -> list[int]:
        """Return the numbers of the stems of a query, -1 for each that the library has not.

        Args:
            query: Any text; nothing in it is read as query syntax.
            max_terms: Most different words looked up, the first ones of the query that mean
                something.
        """
        stems = self._stemmer.stems(content_words(query)[:max_terms])
        return [self._ids.get(stem, -1) for stem in stems]

    def has(self, word: str) -> bool:
        """Say whether a form of `word` occurs in the library."""
        return any(stem in self._ids for stem in self._stemmer.stems([word]))

    def bm25(self, terms: Sequence[int]) -> NDArray[np.float32]:
        """Return the BM25 score of every passage, 0 where no term occurs."""
        scores = np.zeros(self.n_passages, dtype=np.float32)
        for term in terms:
            if term >= 0:
                here = slice(self._starts[term], self._starts[term + 1])
                scores[self._rows[here]] += self._values[here]
        return scores

    def number(self, word: str) -> int:
        """Return the number of the stem of a word, -1 where the library has none of its forms."""
        return next((self._ids.get(stem, -1) for stem in self._stemmer.stems([word])), -1)

    def rarity(self, term: int) -> float:
        """Return how rare a stem is: its inverse document frequency, ln((N + 1) / (n + 0.5))."""
        n_having = self._starts[term + 1] - self._starts[term] if term >= 0 else 0
        return math.log((self.n_passages + 1) / (n_having + 0.5))

    def occurs(self, term: int, rows: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Say of each of some passages whether a stem occurs in it."""
        if term < 0:
            return np.zeros(len(rows), dtype=bool)
        having = self._rows[self._starts[term] : self._starts[term + 1]]
        # Of the rows' own type: NumPy would else convert all of them.
        sought = rows.astype(having.dtype)
        at = having.searchsorted(sought)
        found: NDArray[np.bool_] = having[np.minimum(at, len(having) - 1)] == sought
        return found


def _args(kind: str) -> str:
    return f"'main', '{TABLE}', '{kind}'"


def _read_blocks(
    connection: sqlite3.Connection, counted: Sequence[tuple[str, int]]
) -> Iterator[NDArray[np.int64]]:
    """Yield for each occurrence of each stem 16 x its passage + its column."""
    first = n_read = 0
    for number, (_, count) in enumerate(counted):
        n_read += count
        if n_read >= BLOCK or number == len(counted) - 1:
            bounds = counted[first][0], counted[number][0]
            (text,) = connection.execute(_READ, bounds).fetchone()
            yield np.fromstring(text, dtype=np.int64, sep=",")
            first, n_read = number + 1, 0


def _compute_bm25(
    terms: NDArray[np.int64], codes: NDArray[np.int64], n_passages: int, n_terms: int
) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.float32]]:
    """Return the slices, the passages and the BM25 values of the occurrences."""
    if not len(codes):
        empty = np.zeros(n_terms + 1, dtype=np.int64)
        return empty, np.empty(0, dtype=np.int32), np.empty(0, dtype=np.float32)
    passages = codes >> 4
    lengths = np.bincount(passages, minlength=n_passages).astype(np.float64)
    # Occurrences come by stem, then by passage: equal pairs are neighbours.
    is_first = np.ones(len(codes), dtype=bool)
    is_first[1:] = (terms[1:] != terms[:-1]) | (passages[1:] != passages[:-1])
    firsts = np.flatnonzero(is_first)
    frequency = np.add.reduceat(_column_weights()[codes & 15], firsts)
    terms, rows = terms[firsts], passages[firsts]
    n_having = np.bincount(terms, minlength=n_terms)
    idf = np.log((n_passages - n_having + 0.5) / (n_having + 0.5))
    idf = np.where(idf > 0, idf, RAREST_IDF)
    norm = K1 * (1 - B + B * lengths[rows] / lengths.mean())
    values = idf[terms] * frequency * (K1 + 1) / (frequency + norm)
    starts = np.concatenate([[0], np.cumsum(n_having)]).astype(np.int64)
    return starts, rows.astype(np.int32), values.astype(np.float32)


def _column_weights() -> NDArray[np.float64]:
    """Return the weight of a column at the length of its name."""
    weights = np.zeros(16)
    for column, weight in COLUMN_WEIGHTS.items():
        weights[len(column)] = weight
    return weights
