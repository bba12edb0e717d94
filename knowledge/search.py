"""Find the passages that answer a query."""

import logging
import re
import time
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from knowledge.embed import Encoder, load_encoder
from knowledge.errors import IndexMismatch
from knowledge.extract import extract
from knowledge.index import Index
from knowledge.settings import Settings
from knowledge.types import Hit
from knowledge.words import focus_question

logger = logging.getLogger(__name__)

# Each signal is scaled to 0..1 over the library; docs/decisions/0003 has the measurement.
BM25_WEIGHT = 0.2
TEXT_WEIGHT = 0.2
SENTENCE_WEIGHT = 0.2
QUESTION_WEIGHT = 0.4
# Most that a fully trusted intent adds to the score of its own topic's passages.
TOPIC_WEIGHT = 0.15
# Words of a query that are looked up; a whole life story has fewer different ones that matter.
MAX_TERMS = 64
# Length of a quotation, in words: enough to answer, short enough for a phone.
MAX_EXTRACT_WORDS = 70
MIN_EXTRACT_WORDS = 18


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
class _Reading:
    """A query's embedding and its cosine with each passage's text and nearest question."""

    embedding: NDArray[np.float32]
    texts: NDArray[np.float32]
    questions: NDArray[np.float32]


class Retriever:
    """Finds passages: BM25 and dense vectors together."""

    def __init__(self, encoder: Encoder, index: Index) -> None:
        """Pair an encoder with an index.

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

    @classmethod
    def open(cls, settings: Settings) -> "Retriever":
        """Load the encoder and the index that `settings` name.

        Raises:
            EncoderUnavailable: The encoder cannot be loaded.
            IndexNotFound: There is no index.
            IndexMismatch: The index is of another version, another encoder or other settings.
        """
        retriever = cls(load_encoder(settings), Index.load(settings.index))
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
        scores, reading = self._score(query, topic, subject)
        order = np.argsort(-scores, kind="stable").tolist()[:top_k]
        hits = [
            self._hit(query, reading, int(row), rank=rank, score=float(scores[row]))
            for rank, row in enumerate(order, start=1)
        ]
        ms = (time.perf_counter() - started) * 1000
        best = hits[0].similarity if hits else float("nan")
        logger.info("search hits=%d best=%.3f ms=%.0f", len(hits), best, ms)
        return hits

    def _score(
        self, query: str, topic: Topic | None, subject: str
    ) -> tuple[NDArray[np.float32], "_Reading"]:
        """Return each passage's rank score, and the query as it was read."""
        focus = focus_question(query, subject=subject)
        # One by one: padded to one length, a pair takes longer than two calls.
        texts_read = [query] if focus == query else [query, focus]
        readings = [self.encoder.encode([text])[0] for text in texts_read]
        texts = np.stack([self.index.texts @ reading for reading in readings])
        sentences = np.stack([self.index.sentences.best(reading) for reading in readings])
        questions = np.stack([self.index.questions.best(reading) for reading in readings])
        scores = self._topic_scores(topic)
        scores += BM25_WEIGHT * _scale(self.index.bm25(query, max_terms=MAX_TERMS))
        for weight, signals in (
            (TEXT_WEIGHT, texts),
            (SENTENCE_WEIGHT, sentences),
            (QUESTION_WEIGHT, questions),
        ):
            for signal in signals:
                scores += weight / len(signals) * _scale(signal)
        # Hits are judged by the message as it stands: the subject added above would bring
        # everything closer.
        return scores / (1 + TOPIC_WEIGHT), _Reading(readings[0], texts[0], questions[0])

    def _hit(self, query: str, reading: "_Reading", row: int, *, rank: int, score: float) -> Hit:
        passage = self.index.passages[row]
        return Hit(
            passage=passage,
            document=self.index.documents[passage.document_id],
            rank=rank,
            score=score,
            similarity=float(reading.texts[row]),
            question_similarity=float(reading.questions[row]),
            coverage=self.index.coverage(query, row, max_terms=MAX_TERMS),
            extract=extract(
                passage,
                self.index.sentences.of(row),
                reading.embedding,
                max_words=MAX_EXTRACT_WORDS,
                min_words=MIN_EXTRACT_WORDS,
            ),
        )

    def _topic_scores(self, topic: Topic | None) -> NDArray[np.float32]:
        boosts = np.zeros(len(self.index.passages), dtype=np.float32)
        if topic is not None:
            for row, passage in enumerate(self.index.passages):
                if self.index.documents[passage.document_id].topic == topic.name:
                    boosts[row] = TOPIC_WEIGHT * topic.confidence
        return boosts


def _scale(scores: NDArray[np.float32]) -> NDArray[np.float32]:
    """Map the lowest score to 0 and the highest to 1; equal scores all to 0."""
    low, high = scores.min(), scores.max()
    if high <= low:
        return np.zeros_like(scores)
    scaled: NDArray[np.float32] = (scores - low) / (high - low)
    return scaled
