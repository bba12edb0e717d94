"""The classifier of requests for advice on one person's health, learned from exemplars."""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from scipy.sparse import csr_matrix, hstack  # type: ignore[import-untyped]
from sklearn.linear_model import LogisticRegression

from bot.matching.tfidf import Sentences, WordTerms
from bot.matching.yaml_files import PhrasesInvalid, read_lists

GENERAL = "general"
PRELUDES = "preludes"
# Inverse of the regularisation strength. 3 to 30 differ by less than the sample can tell on the
# development part of tests/data/advice.jsonl; so do weights from 0.7 to 1.5 of words to meaning.
C = 10.0
# Every so many messages are learned a second time, after a prelude.
PRELUDE_EVERY = 2
# Steps from one prelude to the next; shares no divisor with their number (50).
_STRIDE = 7
_ARRAYS = "advice.npz"
_NAMES = "advice.json"


def read_exemplars(folder: Path = Path(__file__).parent) -> list[tuple[str, str]]:
    """Return (matter, message) of every exemplar, those after a prelude included.

    The matter of one that asks for no advice is `GENERAL`.

    Raises:
        PhrasesInvalid: If the file is damaged, or lacks preludes, `GENERAL` or two matters.
    """
    path = folder / "exemplars.yml"
    content: dict[str, list[str]] = read_lists(path)
    preludes = content.pop(PRELUDES, [])
    if not preludes or not content.get(GENERAL) or len(content) < 3:
        raise PhrasesInvalid(path, f"needs {PRELUDES}, {GENERAL} and two matters at least.")
    plain = [(matter, text) for matter, lines in content.items() for text in lines]
    told = [
        (matter, f"{preludes[place * _STRIDE % len(preludes)]} {text}")
        for place, (matter, text) in enumerate(plain[::PRELUDE_EVERY])
    ]
    return plain + told


class AdviceClassifier:
    """Two logistic regressions on meaning and words: is advice asked, and on what matter."""

    def __init__(
        self, terms: WordTerms, weights: np.ndarray, biases: np.ndarray, matters: Sequence[str]
    ) -> None:
        """Wire stored parts together; `train` makes them.

        Args:
            terms: What words count.
            weights: Array `(1 + matters, dim + terms)`: whether advice is asked, then each matter.
            biases: What is added to the products.
            matters: What advice can be about, two at least.
        """
        self._terms, self._matters = terms, list(matters)
        self._weights, self._biases = weights, biases
        self._dim = weights.shape[1] - len(terms.terms)

    @classmethod
    def train(
        cls, matters: Sequence[str | None], messages: Sequence[Sentences], embeddings: np.ndarray
    ) -> "AdviceClassifier":
        """Learn from messages.

        Args:
            matters: What each is about; `GENERAL` if it asks for no advice, None if it asks
                for advice on a matter that is not known.
            messages: Their sentences.
            embeddings: Their embeddings, array `(n, dim)`.
        """
        terms, words = WordTerms.fit(messages)
        inputs = hstack([csr_matrix(embeddings), words]).tocsr()
        labels = np.array([matter or "" for matter in matters])
        asked = _regression().fit(inputs, labels != GENERAL)
        named = (labels != GENERAL) & (labels != "")
        matter = _regression().fit(inputs[named], labels[named])
        rows, biases = matter.coef_, matter.intercept_
        if len(rows) == 1:  # scikit-learn keeps one row for two classes
            rows, biases = np.vstack([-rows, rows]), np.concatenate([-biases, biases])
        return cls(
            terms,
            np.vstack([asked.coef_, rows]),
            np.concatenate([asked.intercept_, biases]),
            [str(name) for name in matter.classes_],
        )

    def judge(self, sentences: Sentences, embedding: np.ndarray) -> tuple[float, str]:
        """Return how likely a message asks for advice, 0 to 1, and the likeliest matter.

        Args:
            sentences: The message's sentences.
            embedding: Its embedding `(dim,)`.
        """
        columns, weights = self._terms.weight_terms(sentences)
        logits = (
            self._weights[:, : self._dim] @ embedding
            + self._weights[:, self._dim + columns] @ weights
            + self._biases
        )
        matter = self._matters[int(np.argmax(logits[1:]))]
        return float(1.0 / (1.0 + np.exp(-logits[0]))), matter

    def save(self, folder: Path) -> None:
        """Write everything to two files in `folder`."""
        np.savez(folder / _ARRAYS, weights=self._weights, biases=self._biases, idf=self._terms.idf)
        names = {"matters": self._matters, "terms": self._terms.terms}
        (folder / _NAMES).write_text(json.dumps(names), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> "AdviceClassifier":
        """Return what `save` wrote."""
        names = json.loads((folder / _NAMES).read_text(encoding="utf-8"))
        with np.load(folder / _ARRAYS, allow_pickle=False) as arrays:
            terms = WordTerms(names["terms"], arrays["idf"])
            return cls(terms, arrays["weights"], arrays["biases"], names["matters"])


def _regression() -> LogisticRegression:
    # A quarter of the time of scikit-learn's default solver, and as good here.
    return LogisticRegression(
        C=C, solver="liblinear", max_iter=2000, class_weight="balanced", random_state=0
    )
