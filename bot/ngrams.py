"""Vectors of how a text is spelt: what a sentence embedding sees through, a classifier can use."""

import itertools
import operator
from collections import Counter
from typing import Dict, Iterator, Sequence

import numpy as np
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfVectorizer


class CharacterNgrams:
    """TF-IDF of the runs of two and three characters within words, in a few dimensions.

    Latent semantic analysis (Deerwester et al. 1990) of the training texts gives the dimensions:
    dense vectors are several times faster to learn from than the sparse counts and measured as good
    (docs/decisions/0006).
    """

    def __init__(self, terms: Sequence[str], idf: np.ndarray, directions: np.ndarray) -> None:
        """Keep what was learned; `fit` and `from_arrays` make it.

        Args:
            terms: The runs that count.
            idf: The inverse document frequency of each.
            directions: What each adds to a vector, float32 array `(terms, dimensions)`.
        """
        self._rows = {term: row for row, term in enumerate(terms)}
        self._idf = idf
        self._directions = directions

    @classmethod
    def fit(cls, texts: Sequence[str], *, dimensions: int) -> "CharacterNgrams":
        """Learn from texts, each with a letter or digit at least.

        Args:
            texts: What people typed.
            dimensions: Most dimensions of a vector; few or short texts leave fewer.
        """
        vectorizer = TfidfVectorizer(
            analyzer="char_wb", ngram_range=(2, 3), sublinear_tf=True, dtype=np.float32
        )
        weights = vectorizer.fit_transform(texts)
        n_components = min(dimensions, weights.shape[0], weights.shape[1] - 1)
        model = TruncatedSVD(n_components, random_state=0).fit(weights)
        # Row by row in memory, as `transform` reads it.
        directions = np.ascontiguousarray(model.components_.T, dtype=np.float32)
        idf = vectorizer.idf_.astype(np.float32)
        return cls(vectorizer.get_feature_names_out().tolist(), idf, directions)

    def transform(self, texts: Sequence[str]) -> np.ndarray:
        """Return one float32 row a text, none longer than 1; zeros when nothing in it is known."""
        vectors = np.zeros((len(texts), self._directions.shape[1]), dtype=np.float32)
        for vector, text in zip(vectors, texts, strict=True):
            # As `TfidfVectorizer` weighs them. Its checks and sparse arrays take ten times as long
            # as the sum of the few rows that a message touches.
            counts = Counter(map(self._rows.get, _find_ngrams(text)))
            del counts[None]
            if counts:
                rows = np.array(list(counts))
                weights = (1.0 + np.log(list(counts.values()))) * self._idf[rows]
                weights = (weights / np.sqrt(weights @ weights)).astype(np.float32)
                vector[:] = weights @ self._directions[rows]
        return vectors

    def to_arrays(self) -> Dict[str, np.ndarray]:
        """Return all that was learned, for `np.savez`; no pickle is needed to read it."""
        return {
            "ngrams": np.array(list(self._rows)),
            "ngram_idf": self._idf,
            "ngram_directions": self._directions,
        }

    @classmethod
    def from_arrays(cls, arrays: Dict[str, np.ndarray]) -> "CharacterNgrams":
        """Return what `to_arrays` was made from."""
        return cls(arrays["ngrams"].tolist(), arrays["ngram_idf"], arrays["ngram_directions"])


def _find_ngrams(text: str) -> Iterator[str]:
    """Return the runs of two and three characters; those over two words are none that counts."""
    padded = f" {' '.join(text.lower().split())} "
    pairs = list(map(operator.add, padded, padded[1:]))
    return itertools.chain(pairs, map(operator.add, pairs, padded[2:]))
