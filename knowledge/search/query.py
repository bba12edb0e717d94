"""A query as the search takes it: corrected, looked up and embedded, with its thread or alone."""

from dataclasses import dataclass, replace

import numpy as np

from knowledge.embed import Encoder
from knowledge.index import Index
from knowledge.search.follow_ups import (
    MAX_QUESTIONS,
    QUESTION_WEIGHT,
    measure_dependence,
    predict_dependence,
    sum_shown,
)
from knowledge.search.lexical import Lexicon
from knowledge.search.passage_names import PassageNames
from knowledge.search.ranking import Ranking, Rows
from knowledge.search.signals import Signals, Word, weight_words
from knowledge.types import Thread
from knowledge.vectors import Vectors
from spelling import Corrector, count_words

# Words of a query that are looked up; a whole life story has fewer different ones that matter.
MAX_TERMS = 64
# From here on a message is taken to hang on its thread, as a probability.
DEPENDENCE_THRESHOLD = 0.25


@dataclass(frozen=True, slots=True)
class Query:
    """A query, read.

    Attributes:
        text: What is asked, its typos corrected.
        terms: Its stems' numbers in the lexicon.
        words: Those of its words that mean something.
        embedding: Of the whole, `(dim,)`; of a follow-up with its thread.
        alone: Of its own words, `(dim,)`.
        carried: The stems of its thread that it has not itself.
        shown: Rows of the passages of its thread, the oldest first.
        is_follow_up: It depends on its thread.
    """

    text: str
    terms: list[int]
    words: list[Word]
    embedding: Vectors
    alone: Vectors
    carried: tuple[int, ...] = ()
    shown: tuple[int, ...] = ()
    is_follow_up: bool = False


class QueryReader:
    """Reads what people ask a library; safe to use from several threads.

    Attributes:
        encoder: Makes the vectors of queries.
    """

    def __init__(
        self,
        encoder: Encoder,
        index: Index,
        lexicon: Lexicon,
        names: PassageNames,
        ranking: Ranking,
    ) -> None:
        """Wire together what is known of a library."""
        self.encoder = encoder
        self._texts = index.texts
        self._lexicon = lexicon
        self._names = names
        self._ranking = ranking
        self._corrector = make_corrector(index, lexicon)

    def read(self, text: str) -> Query:
        """Return a query of its own."""
        text = self._corrector.correct(text)
        embedding, pieces = self.encoder.encode_with_pieces(text)
        return Query(
            text=text,
            terms=self._lexicon.find(text, max_terms=MAX_TERMS),
            words=weight_words(text, pieces, self._lexicon, max_words=MAX_TERMS),
            embedding=embedding,
            alone=embedding,
        )

    def read_in_thread(self, text: str, thread: Thread) -> Query:
        """Return a message of a conversation, with its thread if it depends on it."""
        query = self.read(text)
        if not thread:
            return query
        follow_up = self.add_thread(query, thread)
        dependence = predict_dependence(self.measure_dependence(query, follow_up))
        return follow_up if dependence >= DEPENDENCE_THRESHOLD else query

    def add_thread(self, query: Query, thread: Thread) -> Query:
        """Return a query with what its thread adds to it."""
        found = (self._names.find(name) for name in thread.shown)
        shown = tuple(row for row in found if row is not None)
        embedding = query.alone.copy()
        if shown:
            embedding += sum_shown(self._texts[list(shown)])
        if thread.questions and not (shown and thread.is_answered):
            embedding += QUESTION_WEIGHT * self.encoder.encode_with_pieces(thread.questions[-1])[0]
        asked = " ".join(thread.questions[-MAX_QUESTIONS:])
        carried = self._lexicon.find(asked, max_terms=MAX_TERMS) if asked else []
        return replace(
            query,
            embedding=embedding / np.linalg.norm(embedding),
            carried=tuple(term for term in carried if term not in query.terms),
            shown=shown,
            is_follow_up=True,
        )

    def measure_dependence(self, query: Query, follow_up: Query) -> Signals:
        """Return the signals of whether a message depends on its thread, `(n_signals,)`.

        Args:
            query: The message alone.
            follow_up: The message with its thread.
        """
        texts = self._ranking.compare_texts(query.alone)
        # Of all names only those of the library's first passage, and of the passage just shown: the
        # weights were fitted on these (python -m benchmarks follow-ups --fit).
        rows: Rows = np.array([0, *follow_up.shown[-1:]])
        names = self._ranking.compare_names(query.alone, rows)
        return measure_dependence(
            query.text,
            content=sum(word.weight for word in query.words),
            unknown=sum(word.weight for word in query.words if word.term < 0),
            rarity=sum(word.rarity for word in query.words),
            best_text=float(texts.max()),
            best_name=float(names.max()),
            # Who asks on is answered near the passage just shown; a new subject, elsewhere.
            gap=float(names.max() - names[-1]) if follow_up.shown else 0.0,
            likeness=float(query.alone @ follow_up.embedding),
        )


def make_corrector(index: Index, lexicon: Lexicon) -> Corrector:
    """Return what corrects queries on an index: its own words, as `lexicon` knows them."""
    titles = [document.title for document in index.documents.values()]
    names = [name for p in index.passages for name in (p.heading, *p.questions)]
    texts = (passage.text for passage in index.passages)
    return Corrector(count_words([*titles, *names]), count_words(texts), is_known=lexicon.has)
