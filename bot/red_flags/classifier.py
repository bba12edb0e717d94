"""The score of a message as a red flag, learned from exemplars."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from scipy.sparse import csr_matrix  # type: ignore[import-untyped]
from sklearn.svm import SVC

from bot.matching.tfidf import WordTerms
from bot.matching.yaml_files import PhrasesInvalid, read_lists
from bot.red_flags.rules import ParsedMessage, RuleMatcher

CALM = "calm"
# Of the support vector machine: how much a fact counts beside the embedding's numbers, and how much
# words in common count beside likeness (docs/safety.md has what was tried).
C = 5.0
GAMMA = 1.0
FACT = 0.2
WORDS = 0.5
# Rows of the kernel that are worked out at once.
_BLOCK = 500
# Blocks that are worked out side by side; each takes 0.1 GB beside the kernel.
_THREADS = 2


def read_exemplars(folder: Path = Path(__file__).parent) -> list[tuple[str, str]]:
    """Return (kind, sentence) of every exemplar; the kind of a calm one is `CALM`.

    Raises:
        PhrasesInvalid: If the file is damaged, or has no calm exemplars, or nothing else.
    """
    path = folder / "exemplars.yml"
    content: dict[str, list[str]] = read_lists(path)
    if CALM not in content or len(content) < 2:
        raise PhrasesInvalid(path, "needs calm exemplars and those of a kind at least.")
    return [(kind, sentence) for kind, lines in content.items() for sentence in lines]


class RedFlagClassifier:
    """A support vector machine.

    Its kernel is the sum of two: how near embedding and facts are (radial), and which words two
    messages share (linear). The first sees what is meant, the second the wording that an embedding
    sees through: "I had", "can not", "years ago".
    """

    def __init__(
        self,
        facts: Sequence[str],
        vectors: np.ndarray,
        weights: np.ndarray,
        bias: float,
        terms: WordTerms,
        term_weights: np.ndarray,
    ) -> None:
        """Wire stored parts together; `train` makes them.

        Args:
            facts: Names of the facts that have a weight (`ParsedMessage.facts`).
            vectors: Support vectors, embedding and facts side by side, array `(m, dim + facts)`.
            weights: One for each of them.
            bias: What is added to their sum.
            terms: The words that count.
            term_weights: One for each of them: the sum of the support vectors' linear kernel.
        """
        self.facts = list(facts)
        self._places = {fact: place for place, fact in enumerate(self.facts)}
        self.vectors, self.weights, self.bias = vectors, weights, bias
        self._squares = (vectors**2).sum(axis=1)
        self.terms, self.term_weights = terms, term_weights

    @classmethod
    def train(
        cls,
        matcher: RuleMatcher,
        exemplars: Sequence[tuple[str, str]],
        embeddings: np.ndarray,
        others: Sequence[str],
        others_embeddings: np.ndarray,
    ) -> "RedFlagClassifier":
        """Fit the score.

        Args:
            matcher: Finds the facts.
            exemplars: Kind and sentence of each exemplar.
            embeddings: Their embeddings, array `(len(exemplars), dim)`.
            others: More calm sentences.
            others_embeddings: Their embeddings, array `(len(others), dim)`.
        """
        is_flag = np.array([kind != CALM for kind, _ in exemplars])
        texts = (*(text for _, text in exemplars), *others)
        parsed_messages = [matcher.match(text) for text in texts]
        found = [parsed.facts() for parsed in parsed_messages]
        facts = sorted(set().union(*found))
        places = {fact: place for place, fact in enumerate(facts)}
        columns = np.vstack([_columns(each, places) for each in found])
        rows = np.hstack([np.vstack([embeddings, others_embeddings]), columns])
        messages = [parsed.sentences() for parsed in parsed_messages]
        terms, words = WordTerms.fit(messages)
        machine = SVC(C=C, kernel="precomputed", class_weight="balanced")
        labels = np.concatenate([is_flag, np.zeros(len(others), dtype=bool)])
        machine.fit(_kernel(rows.astype(np.float64), words), labels)
        support, weights = machine.support_, machine.dual_coef_[0]
        return cls(
            facts,
            rows[support].astype(np.float32),
            weights.astype(np.float32),
            float(machine.intercept_[0]),
            terms,
            (WORDS * (words[support].T @ weights)).astype(np.float32),
        )

    def score(self, parsed: ParsedMessage, embedding: np.ndarray) -> float:
        """Return how far a message is on the side of the flags: about -2 to 2, 0 between.

        Args:
            parsed: The message, as the rule matcher parsed it.
            embedding: Its embedding `(dim,)`.
        """
        row = np.concatenate([embedding, _columns(parsed.facts(), self._places)]).astype(np.float32)
        distances = self._squares - 2.0 * (self.vectors @ row) + row @ row
        columns, weights = self.terms.weight_terms(parsed.sentences())
        return float(
            self.weights @ np.exp(-GAMMA * distances)
            + self.term_weights[columns] @ weights
            + self.bias
        )

    def save(self, path: Path) -> None:
        """Write everything to one .npz file."""
        np.savez(
            path,
            facts=np.array(self.facts),
            vectors=self.vectors,
            weights=self.weights,
            bias=self.bias,
            terms=np.array(self.terms.terms),
            idf=self.terms.idf,
            term_weights=self.term_weights,
        )

    @classmethod
    def load(cls, path: Path) -> "RedFlagClassifier":
        """Return what `save` wrote."""
        with np.load(path, allow_pickle=False) as arrays:
            return cls(
                [str(fact) for fact in arrays["facts"]],
                arrays["vectors"],
                arrays["weights"],
                float(arrays["bias"]),
                WordTerms(arrays["terms"].tolist(), arrays["idf"]),
                arrays["term_weights"],
            )


def _columns(facts: dict[str, float], places: dict[str, int]) -> np.ndarray:
    """Return what the machine sees of a message's facts; those it never learned say nothing."""
    columns = np.zeros(len(places), dtype=np.float32)
    for fact in facts.keys() & places.keys():
        columns[places[fact]] = FACT * facts[fact]
    return columns


def _kernel(rows: np.ndarray, words: csr_matrix) -> np.ndarray:
    """Return how alike any two messages are, array `(n, n)`; 0.6 GB for 9,000 messages."""
    squares = (rows**2).sum(axis=1)
    kernel = np.empty((len(rows), len(rows)))

    def fill(start: int) -> None:
        """Compare a block of messages with themselves and those before them."""
        end = start + _BLOCK
        block = rows[start:end] @ rows[:end].T
        block *= 2.0
        block -= squares[start:end, None]
        block -= squares[:end]
        block *= GAMMA
        np.exp(block, out=block)
        block += WORDS * (words[start:end] @ words[:end].T).toarray()
        kernel[start:end, :end] = block
        kernel[:end, start:end] = block.T

    with ThreadPoolExecutor(_THREADS) as pool:  # NumPy itself has one core (bot/__main__.py)
        list(pool.map(fill, reversed(range(0, len(rows), _BLOCK))))
    return kernel
