"""Vectors of how a text is spelt: what a sentence embedding sees through, a classifier can use."""

from typing import Dict, List, Sequence

import numpy as np
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfVectorizer


class CharacterNgrams:
    """TF-IDF of the runs of two and three characters within words, in a few dimensions.

    Latent semantic analysis (Deerwester et al. 1990) of the training texts gives the dimensions:
    dense vectors are several times faster to learn from than the sparse counts and measured as good
    (docs/decisions/0006).
    """

    def __init__(self, terms: Sequence[str], idf: np.ndarray, components: np.ndarray) -> None:
        """Keep what was learned; `fit` and `from_arrays` make it."""
        self._terms = list(terms)
        self._idf = idf
        self._components = components
        # Row by row in memory, as the product with sparse weights reads it: else it is copied.
        self._directions = np.ascontiguousarray(components.T)
        self._vectorizer = _make_vectorizer(vocabulary=self._terms)
        self._vectorizer.idf_ = idf

    @classmethod
    def fit(cls, texts: Sequence[str], *, dimensions: int) -> "CharacterNgrams":
        """Learn from texts, each with a letter or digit at least.

        Args:
            texts: What people typed.
            dimensions: Most dimensions of a vector; few or short texts leave fewer.
        """
        vectorizer = _make_vectorizer()
        weights = vectorizer.fit_transform(texts)
        n_components = min(dimensions, weights.shape[0], weights.shape[1] - 1)
        model = TruncatedSVD(n_components, random_state=0).fit(weights)
        components = model.components_.astype(np.float32)
        return cls(list(vectorizer.get_feature_names_out()), vectorizer.idf_, components)

    def transform(self, texts: Sequence[str]) -> np.ndarray:
        """Return one float32 row a text, none longer than 1; zeros when nothing in it is known."""
        return np.asarray(self._vectorizer.transform(texts) @ self._directions, dtype=np.float32)

    def to_arrays(self) -> Dict[str, np.ndarray]:
        """Return all that was learned, for `np.savez`; no pickle is needed to read it."""
        return {
            "ngrams": np.array(self._terms),
            "ngram_idf": self._idf,
            "ngram_components": self._components,
        }

    @classmethod
    def from_arrays(cls, arrays: Dict[str, np.ndarray]) -> "CharacterNgrams":
        """Return what `to_arrays` was made from."""
        return cls(arrays["ngrams"].tolist(), arrays["ngram_idf"], arrays["ngram_components"])


def _make_vectorizer(vocabulary: "List[str] | None" = None) -> TfidfVectorizer:
    return TfidfVectorizer(
        analyzer="char_wb",
        ngram_range=(2, 3),
        sublinear_tf=True,
        vocabulary=vocabulary,
        dtype=np.float32,
    )
