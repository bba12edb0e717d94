"""Find the passages that answer a query."""

import logging
import re
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from knowledge.cosines import LARGE, Cosines, best_rows, first_rows, multiply
from knowledge.embed import Encoder, load_encoder
from knowledge.errors import IndexMismatch
from knowledge.extract import extract
from knowledge.index import Index
from knowledge.lexical import Lexicon
from knowledge.settings import Settings
from knowledge.types import Hit
from knowledge.words import focus_question, has_content
from spelling import Spelling, count_words

logger = logging.getLogger(__name__)

Scores = NDArray[np.float32]

# Each signal is scaled to 0..1 over the library; docs/decisions/0003 has the measurement.
BM25_WEIGHT = 0.25
TEXT_WEIGHT = 0.3
HEADING_WEIGHT = 0.15
NAMES_WEIGHT = 0.3
# Most that a fully trusted intent adds to the score of its own topic's passages.
TOPIC_WEIGHT = 0.15
# Passages whose names are compared: the best by all else. 50 to 200 give the same figures.
CANDIDATES = 100
# Passages of a large library that are compared in full: the best by a sketch of the vectors.
EXACT = 1000
# Words of a query that are looked up; a whole life story has fewer different ones that matter.
MAX_TERMS = 64
# Length of a quotation, in words: enough to answer, short enough for a phone.
MAX_EXTRACT_WORDS = 70
MIN_EXTRACT_WORDS = 18

# Embed the two readings of a question.
_cores = ThreadPoolExecutor(2, thread_name_prefix="reading")


@dataclass(frozen=True, slots=True)
class Topic:
    """What the words before retrieval were understood as.

    Attributes:
        name: A document's topic.
        confidence: How sure that is, 0 to 1.
    """

    name: str
    confidence: float


@dataclass(frozen=True, slots=True)
class _Query:
    """A query, read.

    Attributes:
        terms: Its stems' numbers in the lexicon.
        content: The same without words that mean nothing of their own.
        embeddings: Of the query as it stands, and of its question with its subject, `(n, dim)`.
    """

    terms: list[int]
    content: list[int]
    embeddings: NDArray[np.float32]


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
        self._is_alone = threading.Lock()
        with index.lock:
            self._lexicon = Lexicon.read(index.connection, len(index.passages))
        self._spelling = learn_spelling(index, self._lexicon)
        self._texts = Cosines(index.texts, large=large)
        self._headings = Cosines(index.questions.matrix[index.questions.starts], large=large)
        self._names = find_names(index)
        self._topics = _group_by_topic(index)

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

    def search(
        self,
        query: str,
        *,
        topic: Topic | None = None,
        subject: str = "",
        top_k: int = 4,
    ) -> list[Hit]:
        """Return the passages that answer `query`, best first.

        Args:
            query: One question in plain language; a blank query finds nothing.
            topic: Raises the passages of its documents; never hides others.
            subject: What the question is about where its own sentence does not say.
            top_k: Most hits returned.

        Returns:
            At most `top_k` hits, however far from the query; whether one answers it is for
            `knowledge.refusal` to judge.
        """
        if not re.search(r"\w", query) or not self.index.passages:
            return []
        started = time.perf_counter()
        read = self._read(query, subject)
        scores = self._score(read, topic)
        hits = [
            self._hit(read, row, rank=rank, score=float(scores[row]))
            for rank, row in enumerate(first_rows(scores, top_k), start=1)
        ]
        ms = (time.perf_counter() - started) * 1000
        best = hits[0].similarity if hits else float("nan")
        logger.info("search hits=%d best=%.3f ms=%.0f", len(hits), best, ms)
        return hits

    def score(self, query: str, *, topic: Topic | None = None, subject: str = "") -> Scores:
        """Return every passage's rank score for `query`, 0 to 1, in the order of the index.

        In a large library those of the passages far from the query are approximate.
        """
        return self._score(self._read(query, subject), topic)

    def _read(self, query: str, subject: str) -> _Query:
        query = self._spelling.mend(query)
        # Read a second time where that adds a subject: the whole message is else its best reading.
        focus = focus_question(query, subject=subject) if subject else query
        texts = [query] if focus == query else [query, focus]
        terms = self._lexicon.find(query, max_terms=MAX_TERMS)
        return _Query(
            terms=terms,
            content=terms if has_content(query) else [],
            embeddings=self._embed(texts),
        )

    def _embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return the embedding of each reading, `(n_readings, dim)`."""
        # Each by itself: padded to one length, a pair takes longer than two. At the same time where
        # no other search does so, whose embeddings would only wait for these.
        if len(texts) == 1 or not self._is_alone.acquire(blocking=False):
            return np.concatenate([self.encoder.encode([text]) for text in texts])
        try:
            return np.concatenate(list(_cores.map(self.encoder.encode, zip(texts))))
        finally:
            self._is_alone.release()

    def _score(self, query: _Query, topic: Topic | None) -> Scores:
        """Return each passage's rank score, 0 to 1."""
        embeddings = query.embeddings
        bm25 = self._lexicon.bm25(query.terms)[np.newaxis]
        texts, headings = self._texts.of(embeddings), self._headings.of(embeddings)
        scores = self._add_up(bm25, texts, headings, topic)
        if self._texts.is_sketched:
            rows = best_rows(scores, EXACT)
            self._texts.correct(texts, embeddings, rows)
            self._headings.correct(headings, embeddings, rows)
            scores = self._add_up(bm25, texts, headings, topic)
        # Where nothing else is known the heading stands in for a passage's names.
        names = headings.copy()
        candidates = best_rows(scores, CANDIDATES)
        names[:, candidates] = self._compare_names(embeddings, candidates)
        scores += NAMES_WEIGHT * _scale(names)
        return scores / (1 + TOPIC_WEIGHT)

    def _add_up(self, bm25: Scores, texts: Scores, headings: Scores, topic: Topic | None) -> Scores:
        """Return each passage's score by all but its names."""
        scores = BM25_WEIGHT * _scale(bm25)
        scores += TEXT_WEIGHT * _scale(texts)
        scores += HEADING_WEIGHT * _scale(headings)
        if topic is not None and topic.name in self._topics:
            scores[self._topics[topic.name]] += TOPIC_WEIGHT * topic.confidence
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

    def _hit(self, query: _Query, row: int, *, rank: int, score: float) -> Hit:
        passage = self.index.passages[row]
        # Hits are judged by the message as it stands: a subject that is added would bring
        # everything closer.
        embedding = query.embeddings[0]
        return Hit(
            passage=passage,
            document=self.index.documents[passage.document_id],
            rank=rank,
            score=score,
            similarity=float(self.index.texts[row] @ embedding),
            question_similarity=float((self.index.questions.of(row) @ embedding).max()),
            coverage=self._lexicon.coverage(query.content, row),
            extract=extract(
                passage,
                self.index.sentences.of(row),
                embedding,
                max_words=MAX_EXTRACT_WORDS,
                min_words=MIN_EXTRACT_WORDS,
            ),
        )


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


def _group_by_topic(index: Index) -> dict[str, NDArray[np.int64]]:
    """Return the rows of the passages of each topic."""
    rows: dict[str, list[int]] = {}
    for row, passage in enumerate(index.passages):
        rows.setdefault(index.documents[passage.document_id].topic, []).append(row)
    return {topic: np.array(found) for topic, found in rows.items()}


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
