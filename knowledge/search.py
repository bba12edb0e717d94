"""Find the passages that answer a query."""

import logging
import re
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from knowledge.cosines import LARGE, Cosines, best_rows, first_rows, multiply
from knowledge.embed import Encoder, load_encoder
from knowledge.errors import IndexMismatch
from knowledge.index import Index
from knowledge.judge import judge
from knowledge.lexical import Lexicon
from knowledge.names import Names
from knowledge.settings import Settings
from knowledge.signals import Signals, Word, measure, measure_following, weigh_words
from knowledge.thread import (
    MAX_QUESTIONS,
    QUESTION_WEIGHT,
    TERM_WEIGHT,
    Thread,
    add_up,
    depends,
    measure_tie,
)
from knowledge.types import Found, Hit
from spelling import Spelling, count_words

logger = logging.getLogger(__name__)

Scores = NDArray[np.float32]

# Each signal is scaled to 0..1 over the library; docs/decisions/0003 has the measurement.
BM25_WEIGHT = 0.25
TEXT_WEIGHT = 0.3
HEADING_WEIGHT = 0.15
NAMES_WEIGHT = 0.3
# Passages whose names are compared: the best by all else. 50 to 200 give the same figures.
CANDIDATES = 100
# Passages of a large library that are compared in full: the best by a sketch of the vectors.
EXACT = 1000
# Words of a query that are looked up; a whole life story has fewer different ones that matter.
MAX_TERMS = 64
# Passages that are judged together and ranked a second time.
N_JUDGED = 8
# From here on a message is taken to hang on its thread, as a probability.
DEPENDS = 0.25
# Sentences of a passage that are marked as the nearest to a query, and how much less near than the
# best one they may be, as a cosine.
MAX_MARKS, MARK_MARGIN = 2, 0.05


Sureness = NDArray[np.float64]
Rows = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class _Query:
    """A query, read.

    Attributes:
        text: What is asked, its slips mended.
        terms: Its stems' numbers in the lexicon.
        words: Those of its words that mean something.
        embedding: Of the whole, `(dim,)`; of a follow-up with its thread.
        alone: Of its own words, `(dim,)`.
        carried: The stems of its thread that it has not itself.
        shown: Rows of the passages of its thread, the oldest first.
        is_follow_up: It hangs on its thread.
    """

    text: str
    terms: list[int]
    words: list[Word]
    embedding: NDArray[np.float32]
    alone: NDArray[np.float32]
    carried: tuple[int, ...] = ()
    shown: tuple[int, ...] = ()
    is_follow_up: bool = False


class Retriever:
    """Finds passages: BM25 and dense vectors together."""

    def __init__(self, encoder: Encoder, index: Index, *, large: int = LARGE) -> None:
        """Pair an encoder with an index.

        Args:
            encoder: The one that made the index.
            index: What is searched.
            large: Passages from which a sketch of the vectors is searched first.

        Raises:
            IndexMismatch: Another encoder made the index.
        """
        for field, expected, found in (
            ("encoder", encoder.manifest.name, index.manifest.encoder),
            ("revision", encoder.manifest.revision, index.manifest.revision),
            ("dim", encoder.dim, index.manifest.dim),
        ):
            if expected != found:
                raise IndexMismatch(field, expected, found)
        self.encoder = encoder
        self.index = index
        with index.lock:
            self._lexicon = Lexicon.read(index.connection, len(index.passages))
        self._spelling = learn_spelling(index, self._lexicon)
        self._texts = Cosines(index.texts, large=large)
        self._headings = Cosines(index.questions.matrix[index.questions.starts], large=large)
        self._names = find_names(index)
        self._called = Names(index)

    @classmethod
    def open(cls, settings: Settings, *, encoder: Encoder | None = None) -> "Retriever":
        """Load the encoder and the index that `settings` name.

        Args:
            settings: Where both are.
            encoder: The encoder of messages, where it is loaded already.

        Raises:
            EncoderUnavailable: The encoder cannot be loaded.
            IndexNotFound: There is no index.
            IndexMismatch: The index is of another version, another encoder or other settings.
        """
        retriever = cls(encoder or load_encoder(settings, quick=True), Index.load(settings.index))
        max_words = retriever.index.manifest.max_words
        if max_words != settings.max_words:
            raise IndexMismatch("max_words", settings.max_words, max_words)
        return retriever

    def search(self, query: str, *, top_k: int = 4) -> list[Hit]:
        """Return the passages nearest to `query`, best first, each with how surely it answers.

        Args:
            query: One question in plain language; a blank query finds nothing.
            top_k: Most hits returned.
        """
        return self.follow(query, Thread(), top_k=top_k).hits

    def follow(
        self, query: str, thread: Thread, *, top_k: int = 4, without: Collection[str] = ()
    ) -> Found:
        """Return the passages nearest to a message of a conversation, best first.

        Args:
            query: The message; a blank one finds nothing.
            thread: What was asked and shown before. It counts where the message hangs on it.
            top_k: Most hits returned.
            without: Ids of passages that are left out, so that the others are judged by themselves.
        """
        if not re.search(r"\w", query) or not self.index.passages:
            return Found([])
        started = time.perf_counter()
        read = self._read_in(query, thread)
        left_out = [row for name in without if (row := self._called.find(name)) is not None]
        if len(left_out) == len(self.index.passages):
            return Found([])
        rows, sure = self._judge(read, n=max(N_JUDGED, top_k), without=left_out)
        hits = [
            self._hit(int(row), rank=rank, score=float(sure), embedding=read.embedding)
            for rank, (row, sure) in enumerate(zip(rows[:top_k], sure[:top_k], strict=True), 1)
        ]
        ms = (time.perf_counter() - started) * 1000
        logger.info("search hits=%d best=%.3f ms=%.0f", len(hits), float(sure[0]), ms)
        return Found(hits, is_follow_up=read.is_follow_up)

    def look_up(self, name: str) -> Hit | None:
        """Return the passage that has this id, or bears this name; None if there is none."""
        row = self._called.find(name)
        return None if row is None else self._hit(row, rank=1, score=1.0)

    def go_on(self, hit: Hit) -> Hit | None:
        """Return the passage with which the section of `hit` goes on; None if it ends there."""
        row = self._called.find(hit.passage.id)
        if row is None or row + 1 == len(self.index.passages):
            return None
        here, after = self.index.passages[row], self.index.passages[row + 1]
        is_same = (here.document_id, here.heading) == (after.document_id, after.heading)
        return self._hit(row + 1, rank=1, score=1.0) if is_same else None

    def mark(self, query: str, hit: Hit) -> tuple[str, ...]:
        """Return the sentences of a passage nearest to a query, in their order."""
        row = self._called.find(hit.passage.id)
        return () if row is None else self._mark(row, self._read(query).embedding)

    def order(self, query: str, thread: Thread | None = None) -> list[int]:
        """Return the rows of all passages, best first, those judged together in their new order.

        In a large library the order of those far from the query is approximate.
        """
        read = self._read_in(query, thread or Thread())
        scores = self._score(read)
        judged, _ = self._judge(read, n=N_JUDGED)
        rest = np.argsort(-scores, kind="stable")
        return [*judged.tolist(), *rest[~np.isin(rest, judged)].tolist()]

    def signals(
        self, query: str, *, rows: Sequence[int] | None = None, thread: Thread | None = None
    ) -> tuple[list[int], Signals]:
        """Return the rows of the passages that are judged for a query, and their signals.

        Args:
            query: One question.
            rows: Passages to look at; by default the first of the first ranking.
            thread: What it hangs on; None for a question of its own.

        Returns:
            The rows, and `(n, n_signals)` in the order of `knowledge.signals.SIGNALS`.
        """
        read = self._read(query)
        if thread:
            read = self._hang(read, thread)
        found, signals = self._measure(read, n=N_JUDGED, rows=rows)
        return found.tolist(), signals

    def ties(self, query: str, thread: Thread) -> NDArray[np.float64]:
        """Return what speaks for and against a message hanging on a thread, `(n_ties,)`."""
        read = self._read(query)
        return self._measure_tie(read, self._hang(read, thread))

    def _read(self, query: str) -> _Query:
        query = self._spelling.mend(query)
        embedding, pieces = self.encoder.weigh(query)
        return _Query(
            text=query,
            terms=self._lexicon.find(query, max_terms=MAX_TERMS),
            words=weigh_words(query, pieces, self._lexicon, max_words=MAX_TERMS),
            embedding=embedding,
            alone=embedding,
        )

    def _read_in(self, query: str, thread: Thread) -> _Query:
        """Return a message of a conversation, with its thread where it hangs on it."""
        read = self._read(query)
        if not thread:
            return read
        hung = self._hang(read, thread)
        return hung if depends(self._measure_tie(read, hung)) >= DEPENDS else read

    def _hang(self, query: _Query, thread: Thread) -> _Query:
        """Return a query with what its thread adds to it."""
        found = (self._called.find(name) for name in thread.shown)
        shown = tuple(row for row in found if row is not None)
        embedding = query.alone.copy()
        if shown:
            embedding += add_up(self.index.texts[list(shown)])
        if thread.questions and not (shown and thread.is_answered):
            embedding += QUESTION_WEIGHT * self.encoder.weigh(thread.questions[-1])[0]
        asked = " ".join(thread.questions[-MAX_QUESTIONS:])
        carried = self._lexicon.find(asked, max_terms=MAX_TERMS) if asked else []
        return replace(
            query,
            embedding=embedding / np.linalg.norm(embedding),
            carried=tuple(term for term in carried if term not in query.terms),
            shown=shown,
            is_follow_up=True,
        )

    def _measure_tie(self, query: _Query, hung: _Query) -> NDArray[np.float64]:
        alone = query.alone[np.newaxis]
        texts, headings = self._texts.of(alone), self._headings.of(alone)
        near = np.append(best_rows(headings, CANDIDATES), hung.shown[-1:]).astype(np.int64)
        names = self._compare_names(alone, near)[0]
        return measure_tie(
            query.text,
            content=sum(word.weight for word in query.words),
            unknown=sum(word.weight for word in query.words if word.term < 0),
            rarity=sum(word.rarity for word in query.words),
            best_text=float(texts.max()),
            best_name=float(names.max()),
            # Who asks on is answered near the passage just shown; a new subject, elsewhere.
            gap=float(names.max() - names[-1]) if hung.shown else 0.0,
            likeness=float(query.alone @ hung.embedding),
        )

    def _judge(
        self, query: _Query, *, n: int, without: Sequence[int] = ()
    ) -> tuple[Rows, Sureness]:
        """Return the first passages by how surely they answer, and how sure each is, 0 to 1."""
        rows, signals = self._measure(query, n=n, without=without)
        sure = judge(signals, is_follow_up=query.is_follow_up)
        order = np.argsort(-sure, kind="stable")
        return rows[order], sure[order]

    def _measure(
        self,
        query: _Query,
        *,
        n: int,
        rows: Sequence[int] | None = None,
        without: Sequence[int] = (),
    ) -> tuple[Rows, Signals]:
        bm25 = self._bm25(query)
        scores = self._score(query)
        first = scores.copy()
        first[list(without)] = -np.inf
        at = np.array(
            first_rows(first, min(n, len(first) - len(without))) if rows is None else rows
        )
        found = measure(self.index, self._lexicon, query.words, query.embedding, at, bm25, scores)
        if query.is_follow_up:
            more = measure_following(self.index, query.alone, at, query.shown)
            found = np.hstack([found, more])
        return at, found

    def _bm25(self, query: _Query) -> Scores:
        scores = self._lexicon.bm25(query.terms)
        if query.carried:
            scores += TERM_WEIGHT * self._lexicon.bm25(query.carried)
        return scores

    def _score(self, query: _Query) -> Scores:
        """Return each passage's score by the first ranking, 0 to 1."""
        embeddings = query.embedding[np.newaxis]
        bm25 = self._bm25(query)[np.newaxis]
        texts, headings = self._texts.of(embeddings), self._headings.of(embeddings)
        scores = _add_up(bm25, texts, headings)
        if self._texts.is_sketched:
            rows = best_rows(scores, EXACT)
            self._texts.correct(texts, embeddings, rows)
            self._headings.correct(headings, embeddings, rows)
            scores = _add_up(bm25, texts, headings)
        # Where nothing else is known the heading stands in for a passage's names.
        names = headings.copy()
        candidates = best_rows(scores, CANDIDATES)
        names[:, candidates] = self._compare_names(embeddings, candidates)
        scores += NAMES_WEIGHT * _scale(names)
        return scores

    def _compare_names(
        self, embeddings: NDArray[np.float32], candidates: NDArray[np.int64]
    ) -> NDArray[np.float32]:
        """Return for each candidate the highest cosine of its names, `(n_readings, n)`."""
        firsts, lengths = self._names[0][candidates], self._names[1][candidates]
        starts = np.cumsum(lengths) - lengths
        rows = np.repeat(firsts - starts, lengths) + np.arange(lengths.sum())
        matrix = self.index.questions.matrix[rows]
        cosines = multiply(matrix, embeddings)
        best: NDArray[np.float32] = np.maximum.reduceat(cosines, starts, axis=1)
        return best

    def _hit(
        self, row: int, *, rank: int, score: float, embedding: NDArray[np.float32] | None = None
    ) -> Hit:
        passage = self.index.passages[row]
        return Hit(
            passage=passage,
            document=self.index.documents[passage.document_id],
            name=self._called.of(row),
            rank=rank,
            score=score,
            marks=() if embedding is None else self._mark(row, embedding),
        )

    def _mark(self, row: int, embedding: NDArray[np.float32]) -> tuple[str, ...]:
        """Return the sentences of a passage nearest to a query, in their order."""
        near = self.index.sentences.of(row) @ embedding
        best = [at for at in first_rows(near, MAX_MARKS) if near[at] >= near.max() - MARK_MARGIN]
        passage = self.index.passages[row]
        return tuple(passage.text[slice(*passage.sentences[at])] for at in sorted(best))


def _add_up(bm25: Scores, texts: Scores, headings: Scores) -> Scores:
    """Return each passage's score by all but its names."""
    scores = BM25_WEIGHT * _scale(bm25)
    scores += TEXT_WEIGHT * _scale(texts)
    scores += HEADING_WEIGHT * _scale(headings)
    return scores


def find_names(index: Index) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
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


def learn_spelling(index: Index, lexicon: Lexicon) -> Spelling:
    """Return what mends queries on an index: its own words, as `lexicon` knows them."""
    titles = [document.title for document in index.documents.values()]
    names = [name for p in index.passages for name in (p.heading, *p.questions)]
    texts = (passage.text for passage in index.passages)
    return Spelling(count_words([*titles, *names]), count_words(texts), is_known=lexicon.has)


def _scale(signals: NDArray[np.float32]) -> NDArray[np.float32]:
    """Map the lowest score of each reading to 0 and the highest to 1, and return the mean.

    Args:
        signals: `(n_readings, n)`; a reading whose scores are all equal counts as 0.
    """
    low = signals.min(axis=1, keepdims=True)
    span = signals.max(axis=1, keepdims=True) - low
    span[span == 0] = 1
    scaled = signals - low
    scaled /= span
    mean: NDArray[np.float32] = scaled.sum(axis=0)
    mean /= len(signals)
    return mean
