"""TF-IDF: the terms of a text, weighted by how rare they are."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TypeVar

import numpy as np
from scipy.sparse import csr_matrix  # type: ignore[import-untyped]
from sklearn.feature_extraction.text import TfidfVectorizer

# Words in a row that are read as one term, and messages that must hold a term for it to count.
LONGEST_TERM = 3
FEWEST_MESSAGES = 2
# A message's sentences as `AdvicePatterns.split_sentences` gives them.
Sentences = Sequence[str]
_Weights = TypeVar("_Weights", bound="Tfidf")


class Tfidf:
    """The weights of a `TfidfVectorizer`, looked up in a dictionary.

    Its checks and sparse arrays take ten times as long as to look up the few terms of a message.
    """

    def __init__(self, terms: Sequence[str], idf: np.ndarray) -> None:
        """Keep the terms that count and the inverse document frequency of each."""
        self.terms, self.idf = list(terms), idf
        self._columns = {term: column for column, term in enumerate(self.terms)}

    @classmethod
    def learn(
        cls: type[_Weights], texts: Iterable[object], **options: object
    ) -> tuple[_Weights, csr_matrix]:
        """Return what was learned from texts, and their weights, one row each.

        Args:
            texts: What the vectorizer's analyzer takes.
            options: Those of `TfidfVectorizer`.
        """
        vectorizer = TfidfVectorizer(sublinear_tf=True, **options)
        weights = vectorizer.fit_transform(texts)
        return cls(vectorizer.get_feature_names_out().tolist(), vectorizer.idf_), weights

    def look_up(self, terms: Iterable[str]) -> tuple[np.ndarray, np.ndarray]:
        """Return columns and weights of the known ones among the terms of a text.

        The weights have length 1; there are none where no term is known.
        """
        counts = Counter(map(self._columns.get, terms))
        del counts[None]
        columns = np.array(list(counts), dtype=np.int64)
        weights = (1.0 + np.log(list(counts.values()))) * self.idf[columns]
        return columns, weights / (np.sqrt(weights @ weights) or 1.0)


class WordTerms(Tfidf):
    """Weights of runs of up to three words.

    None is left out as a mere function word: "should i" and "is it" carry what a message wants.
    """

    @classmethod
    def fit(cls, messages: Sequence[Sentences]) -> tuple["WordTerms", csr_matrix]:
        """Return what was learned from messages, and their weights, one row each."""
        return cls.learn(messages, analyzer=_find_terms, min_df=FEWEST_MESSAGES)

    def weight_terms(self, sentences: Sentences) -> tuple[np.ndarray, np.ndarray]:
        """Return columns and weights of the terms in a message; the weights have length 1."""
        return self.look_up(_find_terms(sentences))


def _find_terms(sentences: Sentences) -> list[str]:
    words = ["^"]
    for sentence in sentences:
        words += [*sentence.split(), "."]
    return [
        " ".join(words[start : start + length])
        for length in range(1, LONGEST_TERM + 1)
        for start in range(len(words) - length + 1)
    ]
