"""The signals by which the first passages of a search are judged, alone and beside each other."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from knowledge.index import Index
from knowledge.search.lexical import Lexicon
from spelling.words import FUNCTION_WORDS

Signals = NDArray[np.float64]

# In the order of the columns of `measure_signals`.
SIGNALS = (
    "text",
    "heading",
    "names",
    "sentence",
    "two_sentences",
    "bm25",
    "coverage",
    "missing",
    "most_missing",
    "rare_missing",
    "unknown",
    "rarest",
    "length",
    "rank",
)

# Further ones for a follow-up, in the order of the columns of `measure_follow_up_signals`.
FOLLOW_UP_SIGNALS = ("own_text", "own_names", "own_sentence", "just_shown", "shown_before")


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a query that means something.

    Attributes:
        term: The number of its stem in the lexicon; -1 where the library does not have it.
        weight: Its part of the query's embedding; those of all words make 1 at most.
        rarity: How rare it is in the library: inverse document frequency.
    """

    term: int
    weight: float
    rarity: float


def weight_words(
    query: str, pieces: Sequence[tuple[int, int, float]], lexicon: Lexicon, *, max_words: int
) -> list[Word]:
    """Return the words of a query that mean something, each with its part of the meaning.

    Args:
        query: The text.
        pieces: Start, end and weight of its word pieces, as the encoder read them.
        lexicon: Knows the library's stems.
        max_words: Most words looked at, the first ones.
    """
    words: list[Word] = []
    for match in re.finditer(r"\w+", query):
        if match.group().lower() in FUNCTION_WORDS or len(words) == max_words:
            continue
        weight = sum(w for start, end, w in pieces if match.start() <= start and end <= match.end())
        term = lexicon.number(match.group())
        words.append(Word(term, weight, lexicon.rarity(term)))
    return words


def measure_signals(
    index: Index,
    lexicon: Lexicon,
    words: Sequence[Word],
    embedding: NDArray[np.float32],
    rows: NDArray[np.int64],
    bm25: NDArray[np.float32],
    scores: NDArray[np.float32],
) -> Signals:
    """Return the signals of some passages for a query, `(n_rows, n_signals)`.

    Args:
        index: Where the passages are.
        lexicon: Their words.
        words: Of the query.
        embedding: Of the query, `(dim,)`, unit length.
        rows: The passages.
        bm25: The BM25 score of every passage of the library.
        scores: The rank score of every passage of the library.
    """
    out = np.zeros((len(rows), len(SIGNALS)))
    for at, row in enumerate(rows.tolist()):
        names = index.questions.of(row) @ embedding
        near = np.sort(index.sentences.of(row) @ embedding)[::-1]
        out[at, :5] = (
            index.texts[row] @ embedding, names[0], names.max(), near[0], near[:2].mean(),
        )  # fmt: skip
        out[at, 12] = len(index.passages[row].text.split()) / 100
    out[:, 5] = bm25[rows]
    out[:, 13] = scores[rows]
    missing = np.array([~lexicon.occurs(word.term, rows) for word in words]).reshape(-1, len(rows))
    weights = np.array([word.weight for word in words])[:, None]
    rarities = np.array([word.rarity for word in words])[:, None]
    if len(words):
        total = rarities.sum() or 1.0
        out[:, 6] = 1 - (missing * rarities).sum(axis=0) / total
        out[:, 7] = (missing * weights).sum(axis=0)
        out[:, 8] = (missing * weights).max(axis=0)
        out[:, 9] = (missing * weights * rarities).max(axis=0)
        unknown = np.array([word.term < 0 for word in words])[:, None]
        out[:, 10] = (unknown * weights).sum()
        out[:, 11] = (missing * rarities).max(axis=0)
    return out


def measure_follow_up_signals(
    index: Index,
    alone: NDArray[np.float32],
    rows: NDArray[np.int64],
    shown: Sequence[int],
) -> Signals:
    """Return the further signals of some passages for a follow-up, `(n_rows, n_signals)`.

    Args:
        index: Where the passages are.
        alone: The embedding of its own words, `(dim,)`, unit length.
        rows: The passages.
        shown: Those shown before, the oldest first.
    """
    out = np.zeros((len(rows), len(FOLLOW_UP_SIGNALS)))
    for at, row in enumerate(rows.tolist()):
        names, near = index.questions.of(row) @ alone, index.sentences.of(row) @ alone
        out[at] = (
            index.texts[row] @ alone, names.max(), near.max(),
            row in shown[-1:], row in shown[:-1],
        )  # fmt: skip
    return out


def compare_signals(signals: Signals) -> Signals:
    """Return each signal with its distance from the best of the other passages, `(n, 2 m)`.

    The best passage of a signal is compared with the second, which says how far ahead it is.
    """
    best = signals.max(axis=0)
    second = np.sort(signals, axis=0)[-2] if len(signals) > 1 else best
    rivals = np.where(signals == best, second, best)
    return np.hstack([signals, signals - rivals])
