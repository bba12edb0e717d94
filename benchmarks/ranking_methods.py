"""Ways to rank, as functions of the signals that the shipped ranking has too."""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from functools import cache

import numpy as np
from numpy.typing import NDArray

from knowledge.cosines import best_rows, first_rows
from knowledge.evaluate import DEPTH, Collection
from knowledge.lexical import Lexicon
from knowledge.search import (
    BM25_WEIGHT,
    CANDIDATES,
    HEADING_WEIGHT,
    MAX_TERMS,
    NAMES_WEIGHT,
    TEXT_WEIGHT,
    find_names,
    learn_spelling,
)
from knowledge.words import content_words
from spelling import common_form

SHIPPED = {
    "bm25": BM25_WEIGHT,
    "text": TEXT_WEIGHT,
    "heading": HEADING_WEIGHT,
    "names": NAMES_WEIGHT,
}
Scores = NDArray[np.float32]


class Bench:
    """A graded collection, and what its passages can be ranked by.

    Attributes:
        ids: Of the passages, in order.
        index: Its rows are what is scored: each passage has one or more.
        lexicon: Its words.
        headings: The embedding of each row's heading.
        words: The different words of each row that mean something.
        n_having: In how many rows a word occurs.
        mend: Corrects a query's spelling.
    """

    def __init__(self, collection: Collection) -> None:
        """Read the collection's index."""
        index = collection.retriever.index
        self.ids = collection.ids
        self.index = index
        with index.lock:
            self.lexicon = Lexicon.read(index.connection, len(index.passages))
        spelling = learn_spelling(index, self.lexicon)
        self.headings = index.questions.matrix[index.questions.starts]
        self.words = [{*content_words(f"{p.heading} {p.text}")} for p in index.passages]
        self.n_having = Counter(word for words in self.words for word in words)
        self._encoder = collection.retriever.encoder
        self._owners = [int(passage.document_id) for passage in index.passages]
        self._is_name = np.zeros(len(index.questions.matrix), dtype=bool)
        for first, length in zip(*find_names(index), strict=True):
            self._is_name[first : first + length] = True
        self._embedded: dict[str, Scores] = {}
        self._compared: dict[tuple[str, str], dict[str, Scores]] = {}
        self.mend = cache(spelling.mend)

    def embed(self, text: str) -> Scores:
        """Return a text's embedding."""
        if text not in self._embedded:
            self._embedded[text] = self._encoder.encode([text])[0]
        return self._embedded[text]

    def signals(self, text: str, meant: str = "") -> dict[str, Scores]:
        """Return each signal of each row of the index; `meant` is embedded in place of `text`."""
        key = text, meant or text
        if key not in self._compared:
            self._compared[key] = self.compare(text, self.embed(meant or text))
        return self._compared[key]

    def compare(self, text: str, embedding: Scores) -> dict[str, Scores]:
        """Return each signal of a text's words and of an embedding."""
        questions = self.index.questions
        cosines = np.where(self._is_name, questions.matrix @ embedding, -1)
        signals = {
            "bm25": self.find(text),
            "fts5": self.find_by_fts5(text),
            "text": self.index.texts @ embedding,
            "heading": self.headings @ embedding,
            "sentence": self.index.sentences.best(embedding),
            "every_name": np.maximum.reduceat(cosines, questions.starts).astype(np.float32),
        }
        rest = {name: weight for name, weight in SHIPPED.items() if name != "names"}
        rows = best_rows(add_up(signals, rest), CANDIDATES)
        names = signals["heading"].copy()
        names[rows] = signals["every_name"][rows]
        return signals | {"names": names}

    def find_by_fts5(self, text: str) -> Scores:
        """Return what SQLite's own BM25 gives each row: a word counts the same wherever it is."""
        scores: Scores = np.zeros(len(self.index.passages), dtype=np.float32)
        words = [common_form(word) for word in content_words(text)[:MAX_TERMS]]
        with self.index.lock:
            found = self.index.connection.execute(
                "SELECT rowid, -bm25(passages_fts) FROM passages_fts WHERE passages_fts MATCH ?",
                (" OR ".join(f'"{word}"' for word in words) or '""',),
            ).fetchall()
        for row, score in found:
            scores[row] = score
        return scores

    def find(self, text: str) -> Scores:
        """Return the BM25 score of each row."""
        return self.lexicon.bm25(self.lexicon.find(text, max_terms=MAX_TERMS))

    def rank(self, scores: Scores) -> list[str]:
        """Return the ids of the first passages; each counts as its best row does."""
        best = np.full(len(self.ids), -np.inf, dtype=np.float32)
        np.maximum.at(best, self._owners, scores)
        return [self.ids[number] for number in first_rows(best, DEPTH)]


# A way to rank: the score of each row for a query, higher is better.
Method = Callable[[Bench, str], Scores]


def minmax(signal: Scores) -> Scores:
    """Map the lowest to 0 and the highest to 1."""
    low, span = signal.min(), np.ptp(signal)
    scaled: Scores = (signal - low) / (span if span > 0 else 1)
    return scaled


def standardise(signal: Scores) -> Scores:
    """Count in standard deviations from the mean."""
    scaled: Scores = (signal - signal.mean()) / max(float(signal.std()), 1e-9)
    return scaled


def reciprocal(k: int) -> Callable[[Scores], Scores]:
    """Return what counts 1 / (k + rank): reciprocal rank fusion (Cormack et al., 2009)."""

    def scale(signal: Scores) -> Scores:
        ranks = np.empty(len(signal), dtype=np.float32)
        ranks[np.argsort(-signal, kind="stable")] = np.arange(1, len(signal) + 1)
        scaled: Scores = np.reciprocal(ranks + np.float32(k))
        return scaled

    return scale


def bound(signal: Scores) -> Scores:
    """Leave a cosine as it is, and divide BM25 by its highest score."""
    return signal / max(float(signal.max()), 1.0)


def add_up(
    signals: Mapping[str, Scores],
    weights: Mapping[str, float],
    scale: Callable[[Scores], Scores] = minmax,
) -> Scores:
    """Return the weighted sum of the scaled signals."""
    total = np.zeros(len(signals["bm25"]), dtype=np.float32)
    for name, weight in weights.items():
        total += weight * scale(signals[name])
    return total


def mix(weights: Mapping[str, float], scale: Callable[[Scores], Scores] = minmax) -> Method:
    """Return the method that adds these signals up."""
    return lambda bench, query: add_up(bench.signals(bench.mend(query)), weights, scale)


def change(weights: Mapping[str, float]) -> Method:
    """Return the shipped ranking with some weights changed, or signals added."""
    return mix({**SHIPPED, **weights})


def swap(name: str, other: str) -> Method:
    """Return the shipped ranking with another signal in the place of one."""
    return change({name: 0, other: SHIPPED[name]})


def keep_spelling(bench: Bench, query: str) -> Scores:
    """Rank by the query as it was typed."""
    return add_up(bench.signals(query), SHIPPED)


def shorten(cut: Callable[[str], str]) -> Method:
    """Return the shipped ranking of something shorter than the query."""
    return lambda bench, query: add_up(bench.signals(cut(bench.mend(query))), SHIPPED)


def embed_only(cut: Callable[[str], str]) -> Method:
    """Return the shipped ranking of the query's words, with something shorter embedded."""

    def rank(bench: Bench, query: str) -> Scores:
        text = bench.mend(query)
        return add_up(bench.signals(text, cut(text)), SHIPPED)

    return rank


def read_twice(cut: Callable[[str], str]) -> Method:
    """Return the mean of the shipped ranking and of the one with something shorter embedded."""
    once, again = mix(SHIPPED), embed_only(cut)
    return lambda bench, query: once(bench, query) + again(bench, query)


def find_questions(query: str) -> str:
    """Return the sentences of a query that ask, or all where none does."""
    sentences = re.split(r"(?<=[.?!])\s+|\n+", query)
    return " ".join(s for s in sentences if s.strip().endswith("?")) or query


def find_last_question(query: str) -> str:
    """Return the last sentence that asks, or the last of all."""
    sentences = [s.strip() for s in re.split(r"(?<=[.?!])\s+|\n+", query) if re.search(r"\w", s)]
    questions = [sentence for sentence in sentences if sentence.endswith("?")]
    return (questions or sentences or [query])[-1]


def keep_content(query: str) -> str:
    """Return the words of a query that mean something."""
    return " ".join(content_words(query))


def keep_rarest(n: int) -> Method:
    """Return the shipped ranking with the `n` rarest words of the query alone for BM25."""

    def rank(bench: Bench, query: str) -> Scores:
        text = bench.mend(query)
        words = sorted(content_words(text), key=lambda word: bench.n_having[word] or len(bench.ids))
        signals = bench.signals(text) | {"bm25": bench.find(" ".join(words[:n]))}
        return add_up(signals, SHIPPED)

    return rank


def add_words(n_words: int, n_passages: int) -> Method:
    """Return the shipped ranking with words of the first passages added to the query.

    That is pseudo-relevance feedback: a word counts by the passages' scores and by how rare it is.
    """

    def rank(bench: Bench, query: str) -> Scores:
        text = bench.mend(query)
        signals = bench.signals(text)
        scores = add_up(signals, SHIPPED)
        found: dict[str, float] = defaultdict(float)
        for row in first_rows(scores, n_passages):
            for word in bench.words[row] - {*content_words(text)}:
                rarity = np.log(len(scores) / bench.n_having[word])
                found[word] += float(scores[row] * rarity)
        extra = bench.find(" ".join(sorted(found, key=lambda word: -found[word])[:n_words]))
        bm25 = minmax(signals["bm25"]) + 0.5 * minmax(extra)
        return add_up(signals | {"bm25": bm25}, SHIPPED)

    return rank


def move_query(n: int, amount: float) -> Method:
    """Return the shipped ranking with the query moved to the first headings (Rocchio, 1971)."""

    def rank(bench: Bench, query: str) -> Scores:
        text = bench.mend(query)
        rows = first_rows(add_up(bench.signals(text), SHIPPED), n)
        centre = bench.headings[rows].mean(axis=0)
        moved = bench.embed(text) + amount * centre / np.linalg.norm(centre)
        return add_up(bench.compare(text, moved / np.linalg.norm(moved)), SHIPPED)

    return rank
