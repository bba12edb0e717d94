"""Vectors of the letters of a text: how it is spelt, which sentence embeddings hardly show."""

import itertools
import operator
from collections.abc import Iterator, Sequence

import numpy as np
from sklearn.decomposition import TruncatedSVD

from bot.matching.tfidf import Tfidf


class CharacterNgrams:
    """TF-IDF of the runs of two and three characters within words, in a few dimensions.

    Latent semantic analysis (Deerwester et al. 1990) of the training texts gives the dimensions:
    dense vectors are several times faster to learn from than the sparse counts and measured as good
    (docs/decisions/0006).
    """

    def __init__(self, tfidf: Tfidf, directions: np.ndarray) -> None:
        """Keep what was learned; `fit` and `from_arrays` make it.

        Args:
            tfidf: The weights of the runs that count.
            directions: What each adds to a vector, float32 array `(terms, dimensions)`.
        """
        self._tfidf, self._directions = tfidf, directions

    @classmethod
    def fit(cls, texts: Sequence[str], *, dimensions: int) -> "CharacterNgrams":
        """Learn from texts, each with a letter or digit at least.

        Args:
            texts: What people typed.
            dimensions: Most dimensions of a vector; few or short texts leave fewer.
        """
        tfidf, weights = Tfidf.learn(
            texts, analyzer="char_wb", ngram_range=(2, 3), dtype=np.float32
        )
        n_components = min(dimensions, weights.shape[0], weights.shape[1] - 1)
        model = TruncatedSVD(n_components, random_state=0).fit(weights)
        # Row by row in memory, as `transform` reads it.
        directions = np.ascontiguousarray(model.components_.T, dtype=np.float32)
        return cls(tfidf, directions)

    def transform(self, texts: Sequence[str]) -> np.ndarray:
        """Return one float32 row a text, none longer than 1; zeros when nothing in it is known."""
        vectors = np.zeros((len(texts), self._directions.shape[1]), dtype=np.float32)
        for vector, text in zip(vectors, texts, strict=True):
            rows, weights = self._tfidf.look_up(_find_ngrams(text))
            vector[:] = weights.astype(np.float32) @ self._directions[rows]
        return vectors

    def to_arrays(self) -> dict[str, np.ndarray]:
        """Return all that was learned, for `np.savez`; no pickle is needed to read it."""
        return {
            "ngrams": np.array(self._tfidf.terms),
            "ngram_idf": self._tfidf.idf,
            "ngram_directions": self._directions,
        }

    @classmethod
    def from_arrays(cls, arrays: dict[str, np.ndarray]) -> "CharacterNgrams":
        """Return what `to_arrays` was made from."""
        tfidf = Tfidf(arrays["ngrams"].tolist(), arrays["ngram_idf"])
        return cls(tfidf, arrays["ngram_directions"])


def _find_ngrams(text: str) -> Iterator[str]:
    """Return the runs of two and three characters; those across two words are never known ones."""
    padded = f" {' '.join(text.lower().split())} "
    pairs = list(map(operator.add, padded, padded[1:]))
    return itertools.chain(pairs, map(operator.add, pairs, padded[2:]))
