"""The retriever: a query to the passages that answer it."""

import logging
import re
import time
from collections.abc import Collection, Sequence

import numpy as np

from knowledge.embed import Encoder, load_encoder
from knowledge.errors import IndexMismatch
from knowledge.index import Index
from knowledge.search.cosines import LARGE, first_rows
from knowledge.search.judge import judge_passages
from knowledge.search.lexical import Lexicon
from knowledge.search.passage_names import PassageNames
from knowledge.search.query import Query, QueryReader
from knowledge.search.ranking import Ranking, Rows
from knowledge.search.signals import Signals, measure_follow_up_signals, measure_signals
from knowledge.settings import Settings
from knowledge.types import Hit, SearchResult, Thread
from knowledge.vectors import Vectors

logger = logging.getLogger(__name__)

# Passages that are judged together and ranked a second time.
N_JUDGED = 8
# Sentences of a passage that are marked as the nearest to a query, and how much less near than the
# best one they may be, as a cosine.
MAX_MARKS, MARK_MARGIN = 2, 0.05
# Words of a name that are looked up.
MAX_NAME_WORDS = 8


class Retriever:
    """Finds passages: BM25 and dense vectors together.

    Attributes:
        index: What is searched.
        queries: Reads what is asked.
    """

    def __init__(self, encoder: Encoder, index: Index, *, large: int = LARGE) -> None:
        """Pair an encoder with an index.

        Args:
            encoder: The one that made the index.
            index: What is searched.
            large: Passages from which a sketch of the vectors is searched first.

        Raises:
            IndexMismatch: If another encoder made the index.
        """
        for field, expected, found in (
            ("encoder", encoder.manifest.name, index.manifest.encoder),
            ("revision", encoder.manifest.revision, index.manifest.revision),
            ("dim", encoder.dim, index.manifest.dim),
        ):
            if expected != found:
                raise IndexMismatch(field, expected, found)
        self.index = index
        with index.lock:
            self._lexicon = Lexicon.read(index.connection, len(index.passages))
        self._names = PassageNames(index)
        self._ranking = Ranking(index, self._lexicon, large=large)
        self.queries = QueryReader(encoder, index, self._lexicon, self._names, self._ranking)

    @property
    def encoder(self) -> Encoder:
        """The encoder of queries."""
        return self.queries.encoder

    @classmethod
    def open(cls, settings: Settings, *, encoder: Encoder | None = None) -> "Retriever":
        """Load the encoder and the index that `settings` name.

        Args:
            settings: Where both are.
            encoder: The encoder of messages, where it is loaded already.

        Raises:
            EncoderUnavailable: If the encoder cannot be loaded.
            IndexNotFound: If there is no index.
            IndexMismatch: If the index is of another version, another encoder or other settings.
        """
        retriever = cls(
            encoder or load_encoder(settings, quantized=True), Index.load(settings.index)
        )
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
    ) -> SearchResult:
        """Return the passages nearest to a message of a conversation, best first.

        Args:
            query: The message; a blank one finds nothing.
            thread: What was asked and shown before. It counts where the message depends on it.
            top_k: Most hits returned.
            without: Ids of passages that are left out, so that the others are judged by themselves.
        """
        if not re.search(r"\w", query) or not self.index.passages:
            return SearchResult([])
        started = time.perf_counter()
        read = self.queries.read_in_thread(query, thread)
        left_out = [row for name in without if (row := self._names.find(name)) is not None]
        if len(left_out) == len(self.index.passages):
            return SearchResult([])
        rows, sure = self._judge(read, n=max(N_JUDGED, top_k), without=left_out)
        hits = [
            self._hit(int(row), rank=rank, score=float(sure), embedding=read.embedding)
            for rank, (row, sure) in enumerate(zip(rows[:top_k], sure[:top_k], strict=True), 1)
        ]
        ms = (time.perf_counter() - started) * 1000
        logger.info("search hits=%d best=%.3f ms=%.0f", len(hits), float(sure[0]), ms)
        return SearchResult(hits, is_follow_up=read.is_follow_up)

    def look_up(self, name: str) -> Hit | None:
        """Return the passage that has this id, or bears this name; None if there is none."""
        row = self._names.find(name)
        return None if row is None else self._hit(row, rank=1, score=1.0)

    def has_words(self, text: str) -> bool:
        """Say whether a form of each word of `text` that means something occurs in the library."""
        return -1 not in self._lexicon.find(text, max_terms=MAX_NAME_WORDS)

    def next_part(self, hit: Hit) -> Hit | None:
        """Return the next passage of the section of `hit`; None if the section ends there."""
        row = self._names.find(hit.passage.id)
        if row is None or row + 1 == len(self.index.passages):
            return None
        here, after = self.index.passages[row], self.index.passages[row + 1]
        is_same = (here.document_id, here.heading) == (after.document_id, after.heading)
        return self._hit(row + 1, rank=1, score=1.0) if is_same else None

    def mark(self, query: str, hit: Hit) -> tuple[str, ...]:
        """Return the sentences of a passage nearest to a query, in their order."""
        row = self._names.find(hit.passage.id)
        return () if row is None else self._mark(row, self.queries.read(query).embedding)

    def order(self, query: str, thread: Thread | None = None) -> list[int]:
        """Return the rows of all passages, best first, those judged together in their new order.

        In a large library the order of those far from the query is approximate.
        """
        read = self.queries.read_in_thread(query, thread or Thread())
        bm25 = self._ranking.bm25(read.terms, read.carried)
        scores = self._ranking.score(read.embedding, bm25)
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
            thread: What it depends on; None for a question that stands alone.

        Returns:
            The rows, and `(n, n_signals)` in the order of `knowledge.search.signals.SIGNALS`.
        """
        read = self.queries.read(query)
        if thread:
            read = self.queries.add_thread(read, thread)
        found, signals = self._measure(read, n=N_JUDGED, rows=rows)
        return found.tolist(), signals

    def measure_dependence(self, query: str, thread: Thread) -> Signals:
        """Return the signals of whether a message depends on a thread, `(n_signals,)`."""
        read = self.queries.read(query)
        return self.queries.measure_dependence(read, self.queries.add_thread(read, thread))

    def _judge(self, query: Query, *, n: int, without: Sequence[int] = ()) -> tuple[Rows, Signals]:
        """Return the first passages by how surely they answer, and how sure each is, 0 to 1."""
        rows, signals = self._measure(query, n=n, without=without)
        sure = judge_passages(signals, is_follow_up=query.is_follow_up)
        order = np.argsort(-sure, kind="stable")
        return rows[order], sure[order]

    def _measure(
        self,
        query: Query,
        *,
        n: int,
        rows: Sequence[int] | None = None,
        without: Sequence[int] = (),
    ) -> tuple[Rows, Signals]:
        """Return the first passages of the first ranking, or `rows`, and their signals."""
        bm25 = self._ranking.bm25(query.terms, query.carried)
        scores = self._ranking.score(query.embedding, bm25)
        if rows is None:
            first = scores.copy()
            first[list(without)] = -np.inf
            rows = first_rows(first, min(n, len(first) - len(without)))
        at = np.array(rows)
        embedding = query.embedding
        found = measure_signals(self.index, self._lexicon, query.words, embedding, at, bm25, scores)
        if query.is_follow_up:
            more = measure_follow_up_signals(self.index, query.alone, at, query.shown)
            found = np.hstack([found, more])
        return at, found

    def _hit(self, row: int, *, rank: int, score: float, embedding: Vectors | None = None) -> Hit:
        passage = self.index.passages[row]
        return Hit(
            passage=passage,
            document=self.index.documents[passage.document_id],
            name=self._names.name_of(row),
            rank=rank,
            score=score,
            marks=() if embedding is None else self._mark(row, embedding),
        )

    def _mark(self, row: int, embedding: Vectors) -> tuple[str, ...]:
        """Return the sentences of a passage nearest to a query, in their order."""
        near = self.index.sentences.of(row) @ embedding
        best = [at for at in first_rows(near, MAX_MARKS) if near[at] >= near.max() - MARK_MARGIN]
        passage = self.index.passages[row]
        return tuple(passage.text[slice(*passage.sentences[at])] for at in sorted(best))
