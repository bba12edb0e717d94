"""The score of a message: what it is like, which signs it has, and how they are meant."""

from pathlib import Path
from typing import Dict, List, Sequence, Tuple

import numpy as np
from sklearn.svm import SVC

from bot.safety.gate import Gate, Reading
from bot.safety.phrases import FOLDER, SafetyFaulty, lists_of, read_yaml

CALM = "calm"
# Of the support vector machine, and how much a fact counts beside the embedding's numbers
# (docs/safety.md has what was tried).
C = 5.0
GAMMA = 1.0
FACT = 0.2
# Exemplars of a kind that vote for it.
NEAREST = 3


def read_exemplars(folder: Path = FOLDER) -> List[Tuple[str, str]]:
    """Return (kind, sentence) of every exemplar; the kind of a calm one is `CALM`.

    Raises:
        SafetyFaulty: The file is damaged, or has no calm exemplars, or nothing else.
    """
    path = folder / "exemplars.yml"
    content: Dict[str, List[str]] = lists_of(read_yaml(path.name, folder), path)
    if CALM not in content or len(content) < 2:
        raise SafetyFaulty(path, "needs calm exemplars and those of a kind at least.")
    return [(kind, sentence) for kind, lines in content.items() for sentence in lines]


class Similarity:
    """A support vector machine over embedding and facts, and the kind of the nearest exemplars."""

    def __init__(
        self,
        facts: Sequence[str],
        vectors: np.ndarray,
        weights: np.ndarray,
        bias: float,
        exemplars: np.ndarray,
        kinds: Sequence[str],
    ) -> None:
        """Wire stored parts together; `train` makes them.

        Args:
            facts: Names of the facts that have a weight (`Reading.facts`).
            vectors: Support vectors, embedding and facts side by side, array `(m, dim + facts)`.
            weights: One for each of them.
            bias: What is added to their sum.
            exemplars: Embeddings of the exemplars of flags, array `(n, dim)`.
            kinds: Kind of each of these.
        """
        self.facts = list(facts)
        self.vectors, self.weights, self.bias = vectors, weights, bias
        self._squares = (vectors**2).sum(axis=1)
        self.exemplars, self.kinds = exemplars, list(kinds)
        self._rows = {
            kind: np.flatnonzero(np.array(self.kinds) == kind) for kind in sorted(set(kinds))
        }

    @classmethod
    def train(
        cls,
        gate: Gate,
        exemplars: Sequence[Tuple[str, str]],
        embeddings: np.ndarray,
        others: Sequence[str],
        others_embeddings: np.ndarray,
    ) -> "Similarity":
        """Fit the score.

        Args:
            gate: Reads the facts.
            exemplars: Kind and sentence of each exemplar.
            embeddings: Their embeddings, array `(len(exemplars), dim)`.
            others: More calm sentences.
            others_embeddings: Their embeddings, array `(len(others), dim)`.
        """
        kinds = [kind for kind, _ in exemplars]
        is_flag = np.array([kind != CALM for kind in kinds])
        readings = [gate.read(text) for text in (*(text for _, text in exemplars), *others)]
        facts = sorted({fact for reading in readings for fact in reading.facts()})
        columns = np.vstack([_columns(reading, facts) for reading in readings])
        rows = np.hstack([np.vstack([embeddings, others_embeddings]), columns])
        machine = SVC(C=C, gamma=GAMMA, class_weight="balanced")
        machine.fit(rows, np.concatenate([is_flag, np.zeros(len(others), dtype=bool)]))
        return cls(
            facts,
            machine.support_vectors_.astype(np.float32),
            machine.dual_coef_[0].astype(np.float32),
            float(machine.intercept_[0]),
            embeddings[is_flag],
            [kind for kind in kinds if kind != CALM],
        )

    def score(self, reading: Reading, embedding: np.ndarray) -> float:
        """Return how far a message is on the side of the flags: about -1.5 to 1.5, 0 between.

        Args:
            reading: What the gate read in it.
            embedding: Its embedding `(dim,)`.
        """
        row = np.concatenate([embedding, _columns(reading, self.facts)]).astype(np.float32)
        distances = self._squares - 2.0 * (self.vectors @ row) + row @ row
        return float(self.weights @ np.exp(-GAMMA * distances) + self.bias)

    def kind(self, embedding: np.ndarray) -> str:
        """Return the kind whose nearest exemplars are nearest, `NEAREST` of each."""
        cosines = self.exemplars @ embedding
        nearest = {
            kind: float(np.sort(cosines[rows])[-NEAREST:].sum())
            for kind, rows in self._rows.items()
        }
        return max(nearest, key=lambda kind: nearest[kind])

    def save(self, path: Path) -> None:
        """Write everything to one .npz file."""
        np.savez(
            path,
            facts=np.array(self.facts),
            vectors=self.vectors,
            weights=self.weights,
            bias=self.bias,
            exemplars=self.exemplars,
            kinds=np.array(self.kinds),
        )

    @classmethod
    def load(cls, path: Path) -> "Similarity":
        """Return what `save` wrote."""
        with np.load(path, allow_pickle=False) as arrays:
            return cls(
                [str(fact) for fact in arrays["facts"]],
                arrays["vectors"],
                arrays["weights"],
                float(arrays["bias"]),
                arrays["exemplars"],
                [str(kind) for kind in arrays["kinds"]],
            )


def _columns(reading: Reading, facts: Sequence[str]) -> np.ndarray:
    found = reading.facts()
    return np.array([FACT * found.get(fact, 0.0) for fact in facts], dtype=np.float32)
