"""How likely a message asks for advice on one person's health, learned from exemplars."""

import json
import math
from collections import Counter
from pathlib import Path
from typing import Dict, List, Optional, Sequence, Tuple

import numpy as np
from scipy.sparse import csr_matrix, hstack  # type: ignore[import-untyped]
from sklearn.linear_model import LogisticRegression

from bot.safety.phrases import FOLDER, SafetyFaulty, lists_of, read_yaml

GENERAL = "general"
PRELUDES = "preludes"
EXEMPLARS = "advice_exemplars.yml"
# Inverse of the regularisation strength. 3 to 30 differ by less than the sample can tell on the
# development part of tests/data/advice.jsonl; so do weights from 0.7 to 1.5 of words to meaning.
C = 10.0
# Words in a row that are read as one term, and messages that must hold a term for it to count.
LONGEST_TERM = 3
FEWEST_MESSAGES = 2
# Every so many messages are learned a second time, after a prelude.
PRELUDE_EVERY = 2
# Steps from one prelude to the next; shares no divisor with their number (50).
_STRIDE = 7
_ARRAYS = "advice.npz"
_NAMES = "advice.json"

# A message's sentences as `AdvicePatterns.read` gives them.
Sentences = Sequence[str]


def read_exemplars(folder: Path = FOLDER) -> List[Tuple[str, str]]:
    """Return (matter, message) of every exemplar, those after a prelude included.

    The matter of one that asks for no advice is `GENERAL`.

    Raises:
        SafetyFaulty: The file is damaged, or lacks preludes, `GENERAL` or two matters.
    """
    path = folder / EXEMPLARS
    content: Dict[str, List[str]] = lists_of(read_yaml(path.name, folder), path)
    preludes = content.pop(PRELUDES, [])
    if not preludes or not content.get(GENERAL) or len(content) < 3:
        raise SafetyFaulty(path, f"needs {PRELUDES}, {GENERAL} and two matters at least.")
    plain = [(matter, text) for matter, lines in content.items() for text in lines]
    told = [
        (matter, f"{preludes[place * _STRIDE % len(preludes)]} {text}")
        for place, (matter, text) in enumerate(plain[::PRELUDE_EVERY])
    ]
    return plain + told


class WordTerms:
    """The terms of a message, weighted by how rare they are.

    Terms are runs of up to three words. None is left out as a mere function word: "should i" and
    "is it" carry what a message wants.
    """

    def __init__(self, terms: Sequence[str], idf: np.ndarray) -> None:
        """Keep the known terms and the inverse document frequency of each; `fit` finds them."""
        self.terms, self.idf = list(terms), idf
        self._columns = {term: column for column, term in enumerate(self.terms)}

    @classmethod
    def fit(cls, messages: Sequence[Sentences]) -> "WordTerms":
        """Learn the terms of some messages."""
        counts = Counter(term for sentences in messages for term in set(_terms(sentences)))
        known = sorted(term for term, count in counts.items() if count >= FEWEST_MESSAGES)
        idf = [1.0 + math.log((1 + len(messages)) / (1 + counts[term])) for term in known]
        return cls(known, np.array(idf))

    def weigh(self, sentences: Sentences) -> Tuple[np.ndarray, np.ndarray]:
        """Return columns and weights of the terms in a message; the weights have length 1."""
        counts = Counter(self._columns[term] for term in _terms(sentences) if term in self._columns)
        columns = np.array(sorted(counts), dtype=np.int64)
        weights = (1.0 + np.log([counts[column] for column in columns])) * self.idf[columns]
        return columns, weights / (np.linalg.norm(weights) or 1.0)


class AdviceModel:
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
        cls, matters: Sequence[Optional[str]], messages: Sequence[Sentences], embeddings: np.ndarray
    ) -> "AdviceModel":
        """Learn from messages.

        Args:
            matters: What each is about; `GENERAL` where it asks for no advice, none where it asks
                for advice on a matter that is not known.
            messages: Their sentences.
            embeddings: Their embeddings, array `(n, dim)`.
        """
        terms = WordTerms.fit(messages)
        weighed = [terms.weigh(sentences) for sentences in messages]
        starts = np.cumsum([0, *(len(columns) for columns, _ in weighed)])
        words = csr_matrix(
            (
                np.concatenate([weights for _, weights in weighed]),
                np.concatenate([columns for columns, _ in weighed]),
                starts,
            ),
            shape=(len(messages), len(terms.terms)),
        )
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

    def judge(self, sentences: Sentences, embedding: np.ndarray) -> Tuple[float, str]:
        """Return how likely a message asks for advice, 0 to 1, and the likeliest matter.

        Args:
            sentences: The message's sentences.
            embedding: Its embedding `(dim,)`.
        """
        columns, weights = self._terms.weigh(sentences)
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
    def load(cls, folder: Path) -> "AdviceModel":
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


def _terms(sentences: Sentences) -> List[str]:
    words = ["^"]
    for sentence in sentences:
        words += [*sentence.split(), "."]
    return [
        " ".join(words[start : start + length])
        for length in range(1, LONGEST_TERM + 1)
        for start in range(len(words) - length + 1)
    ]
