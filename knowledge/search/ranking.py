"""The first ranking of a library: BM25 and three cosines of each passage, scaled and added up."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from knowledge.index import Index
from knowledge.search.cosines import LARGE, Cosines, best_rows
from knowledge.search.follow_ups import TERM_WEIGHT
from knowledge.search.lexical import Lexicon
from knowledge.vectors import Vectors

# Each signal is scaled to 0..1 over the library; docs/decisions/0003 has the measurement.
BM25_WEIGHT = 0.25
TEXT_WEIGHT = 0.3
HEADING_WEIGHT = 0.15
NAMES_WEIGHT = 0.3
# Passages whose names are compared: the best by all else. 50 to 200 give the same figures.
CANDIDATES = 100
# Passages of a large library that are compared in full: the best by a sketch of the vectors.
EXACT = 1000

Scores = NDArray[np.float32]
Rows = NDArray[np.int64]


class Ranking:
    """Scores every passage of a library; safe to use from several threads."""

    def __init__(self, index: Index, lexicon: Lexicon, *, large: int = LARGE) -> None:
        """Take the passages and their words.

        Args:
            index: Where the passages are.
            lexicon: Their words.
            large: Passages from which a sketch of the vectors is compared first.
        """
        self._lexicon = lexicon
        self._questions = index.questions.matrix
        self._texts = Cosines(index.texts, large=large)
        self._headings = Cosines(self._questions[index.questions.starts], large=large)
        self._names = locate_names(index)

    def bm25(self, terms: Sequence[int], carried: Sequence[int] = ()) -> Scores:
        """Return the BM25 score of each passage; what a follow-up carries over counts less.

        Args:
            terms: Numbers of the stems of a message.
            carried: Those of what was asked before.
        """
        scores = self._lexicon.bm25(terms)
        if carried:
            scores += TERM_WEIGHT * self._lexicon.bm25(carried)
        return scores

    def score(self, embedding: Vectors, bm25: Scores) -> Scores:
        """Return the score of each passage, 0 to 1.

        Args:
            embedding: Of the query, `(dim,)`.
            bm25: The BM25 score of each passage.
        """
        texts, headings = self.compare_texts(embedding), self._headings.of(embedding)
        scores = _add_up(bm25, texts, headings)
        if self._texts.is_sketched:
            rows = best_rows(scores, EXACT)
            self._texts.correct(texts, embedding, rows)
            self._headings.correct(headings, embedding, rows)
            scores = _add_up(bm25, texts, headings)
        candidates = best_rows(scores, CANDIDATES)
        # Where nothing else is known the heading stands in for a passage's names.
        headings[candidates] = self.compare_names(embedding, candidates)
        scores += NAMES_WEIGHT * _scale(headings)
        return scores

    def compare_texts(self, embedding: Vectors) -> Scores:
        """Return the cosine of each passage's text with an embedding."""
        return self._texts.of(embedding)

    def compare_names(self, embedding: Vectors, rows: Rows) -> Scores:
        """Return for each of some passages the highest cosine of its names."""
        firsts, lengths = self._names[0][rows], self._names[1][rows]
        starts = np.cumsum(lengths) - lengths
        of_names = np.repeat(firsts - starts, lengths) + np.arange(lengths.sum())
        best: Scores = np.maximum.reduceat(self._questions[of_names] @ embedding, starts)
        return best


def locate_names(index: Index) -> tuple[Rows, Rows]:
    """Return where each passage's names start among the vectors of its questions, and how many.

    They are its heading, the other ways to ask, and its document's title. A passage without a
    heading of its own bears the title instead: where it has other names, those alone count.
    """
    firsts = index.questions.starts.copy()
    lengths = np.diff(np.append(firsts, len(index.questions.matrix)))
    for row, passage in enumerate(index.passages):
        if passage.questions and passage.heading == index.documents[passage.document_id].title:
            firsts[row] += 1
            lengths[row] -= 2
    return firsts, lengths


def _add_up(bm25: Scores, texts: Scores, headings: Scores) -> Scores:
    """Return each passage's score by all but its names."""
    scores = BM25_WEIGHT * _scale(bm25)
    scores += TEXT_WEIGHT * _scale(texts)
    scores += HEADING_WEIGHT * _scale(headings)
    return scores


def _scale(signal: Scores) -> Scores:
    """Map the lowest value to 0 and the highest to 1; equal ones all to 0."""
    scaled: Scores = signal - signal.min()
    scaled /= scaled.max() or 1
    return scaled
