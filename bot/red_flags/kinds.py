"""The classifier of a red flag's kind, and what is said where none is sure."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from scipy.sparse import csr_matrix, hstack  # type: ignore[import-untyped]
from sklearn.linear_model import LogisticRegression

from bot.matching.tfidf import WordTerms
from bot.red_flags.rules import ParsedMessage

SELF_HARM = "self_harm"
OVERDOSE = "overdose"
# The words that are said of it fit every emergency.
OTHER = "other"
# Least share of the likeliest kind for its words to be said: where a sign is named, and where none
# is. Of messages from other fields of medicine between the two nearly half were of another kind, of
# those above none (docs/decisions/0026).
SURE = 0.5
SURE_ALONE = 0.8
# Share of self-harm and overdose together from which the words of another kind are not said: they
# name no crisis line.
DOUBT = 0.15
# How much facts and words in common count beside the embedding, and the inverse of the strength of
# regularisation.
FACT = 0.2
WORDS = 0.7
C = 10.0


class KindClassifier:
    """A logistic regression over embedding, facts, the kind of the rule that holds, and words."""

    def __init__(
        self,
        kinds: Sequence[str],
        facts: Sequence[str],
        terms: WordTerms,
        weights: np.ndarray,
        biases: np.ndarray,
    ) -> None:
        """Wire stored parts together; `train` makes them.

        Args:
            kinds: What the rows of `weights` are, two at least.
            facts: Names of the facts that count (`_facts`).
            terms: The words that count.
            weights: Array `(kinds, dim + facts + terms)`.
            biases: One for each kind.
        """
        self.kinds, self.facts, self.terms = list(kinds), list(facts), terms
        self._places = {fact: place for place, fact in enumerate(self.facts)}
        self.weights, self.biases = weights, biases

    @classmethod
    def train(
        cls, kinds: Sequence[str], parsed_messages: Sequence[ParsedMessage], embeddings: np.ndarray
    ) -> "KindClassifier":
        """Learn from messages that are flags.

        Args:
            kinds: Kind of each.
            parsed_messages: Each, as the rule matcher parsed it.
            embeddings: Their embeddings, array `(len(kinds), dim)`.
        """
        found = [_facts(parsed) for parsed in parsed_messages]
        facts = sorted(set().union(*found))
        messages = [parsed.sentences() for parsed in parsed_messages]
        terms, words = WordTerms.fit(messages)
        places = {fact: place for place, fact in enumerate(facts)}
        columns = np.vstack([_columns(each, places) for each in found])
        rows = hstack([csr_matrix(embeddings), csr_matrix(columns), WORDS * words]).tocsr()
        machine = LogisticRegression(C=C, max_iter=400).fit(rows, kinds)
        names = [str(name) for name in machine.classes_]
        weights, biases = machine.coef_, machine.intercept_
        if len(weights) == 1:  # scikit-learn keeps one row for two classes
            weights, biases = np.vstack([-weights, weights]), np.concatenate([-biases, biases])
            weights, biases = weights / 2, biases / 2
        return cls(names, facts, terms, weights.astype(np.float32), biases.astype(np.float32))

    def shares(self, parsed: ParsedMessage, embedding: np.ndarray) -> dict[str, float]:
        """Return how likely a flag is of each kind; the sum is 1.

        Args:
            parsed: The message, as the rule matcher parsed it.
            embedding: Its embedding `(dim,)`.
        """
        n_dense = len(embedding) + len(self.facts)
        row = np.concatenate([embedding, _columns(_facts(parsed), self._places)])
        columns, weights = self.terms.weight_terms(parsed.sentences())
        logits = self.weights[:, :n_dense] @ row + self.biases
        logits = logits + WORDS * (self.weights[:, n_dense + columns] @ weights)
        powers = np.exp(logits - logits.max())
        return dict(zip(self.kinds, (powers / powers.sum()).tolist(), strict=True))

    def kind(self, parsed: ParsedMessage, embedding: np.ndarray) -> str:
        """Return the kind whose words are right to say: the likeliest, or that of the rule.

        Where the likeliest is not sure and no sign is named, and where another kind is likeliest
        but self-harm or an overdose may be meant, it is `OTHER`.
        """
        shares = self.shares(parsed, embedding)
        kind = max(shares, key=lambda each: shares[each])
        is_backed = bool(parsed.context.signs) or kind in {SELF_HARM, OVERDOSE}
        if shares[kind] < (SURE if is_backed else SURE_ALONE):
            kind = parsed.kind or OTHER
        return OTHER if self.may_be_harm(shares) and kind not in {SELF_HARM, OVERDOSE} else kind

    @staticmethod
    def may_be_harm(shares: Mapping[str, float]) -> bool:
        """Say whether self-harm or an overdose may be meant, by what `shares` returns."""
        return shares.get(SELF_HARM, 0.0) + shares.get(OVERDOSE, 0.0) >= DOUBT

    def save(self, path: Path) -> None:
        """Write everything to one .npz file."""
        np.savez(
            path,
            kinds=np.array(self.kinds),
            facts=np.array(self.facts),
            terms=np.array(self.terms.terms, dtype=str),
            idf=self.terms.idf,
            weights=self.weights,
            biases=self.biases,
        )

    @classmethod
    def load(cls, path: Path) -> "KindClassifier":
        """Return what `save` wrote."""
        with np.load(path, allow_pickle=False) as arrays:
            return cls(
                arrays["kinds"].tolist(),
                arrays["facts"].tolist(),
                WordTerms(arrays["terms"].tolist(), arrays["idf"]),
                arrays["weights"],
                arrays["biases"],
            )


def _facts(parsed: ParsedMessage) -> dict[str, float]:
    """Return the facts of a message by name; a rule's kind counts as much as an embedding."""
    facts = {name: FACT * value for name, value in parsed.facts().items()}
    if parsed.kind is not None:
        facts[f"rule of {parsed.kind}"] = 1.0
    return facts


def _columns(facts: dict[str, float], places: dict[str, int]) -> np.ndarray:
    columns: list[float] = [0.0] * len(places)
    for fact in facts.keys() & places.keys():
        columns[places[fact]] = facts[fact]
    return np.array(columns, dtype=np.float32)
