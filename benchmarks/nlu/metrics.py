"""Figures of intent classification: scores of each label, and what a threshold does."""

import statistics
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from benchmarks.nlu.data import Prediction, Utterance

# Share of the sentences understood rightly that a threshold lets pass (docs/decisions/0006).
KEEP = 0.97
Json = dict[str, Any]
# What was typed and what was made of it.
Outcome = tuple[Utterance, Prediction]


def choose_threshold(held_out: Iterable[Outcome], oos_label: str, *, keep: float = KEEP) -> float:
    """Return the highest threshold that lets `keep` of the rightly understood sentences pass.

    Args:
        held_out: Training sentences, each predicted by a model that never saw it.
        oos_label: The label of sentences out of scope; they do not count.
        keep: 0 to 1.

    Returns:
        A confidence, 0 to 1; 0 when no sentence was understood rightly.
    """
    right = sorted(
        prediction.confidence
        for utterance, prediction in held_out
        if prediction.label == utterance.label != oos_label
    )
    return right[min(int((1 - keep) * len(right)), len(right) - 1)] if right else 0.0


def decide(prediction: Prediction, threshold: float, oos_label: str) -> str:
    """Return the label, or `oos_label` when the classifier is not sure enough."""
    if prediction.label is None or prediction.confidence < threshold:
        return oos_label
    return prediction.label


def measure_scope(outcomes: Sequence[Outcome], threshold: float, oos_label: str) -> Json:
    """Return what a threshold does to sentences in and out of scope.

    Returns:
        `in_scope_accuracy`: share of the sentences in scope that are not rejected and get their
        label. `oos_recall`: share of the others that are rejected. Both 0 to 1.
    """
    right = [
        (utterance.label, decide(prediction, threshold, oos_label) == utterance.label)
        for utterance, prediction in outcomes
    ]
    return {
        "threshold": round(threshold, 4),
        "in_scope_accuracy": _share(ok for label, ok in right if label != oos_label),
        "oos_recall": _share(ok for label, ok in right if label == oos_label),
    }


def trade_off(outcomes: Sequence[Outcome], oos_label: str) -> list[Json]:
    """Return `measure_scope` at every hundredth from 0 to 1."""
    return [measure_scope(outcomes, step / 100, oos_label) for step in range(101)]


def score_labels(pairs: Sequence[tuple[str, str]]) -> dict[str, Json]:
    """Return precision, recall, F1 (each 0 to 1) and `n` of every label that is expected.

    Args:
        pairs: The label expected, and the one predicted.
    """
    expected, predicted = (Counter(pair[i] for pair in pairs) for i in (0, 1))
    hits = Counter(pair[0] for pair in pairs if pair[0] == pair[1])
    return {
        label: {
            "precision": round(hits[label] / predicted[label], 4) if predicted[label] else 0.0,
            "recall": round(hits[label] / n, 4),
            "f1": round(2 * hits[label] / (n + predicted[label]), 4),
            "n": n,
        }
        for label, n in sorted(expected.items())
    }


def macro_f1(scores: dict[str, Json]) -> float:
    """Return the mean F1 of the labels, 0 to 1, each counting the same."""
    return round(statistics.fmean(float(score["f1"]) for score in scores.values()), 4)


def share_in(pairs: Sequence[tuple[str, str]], labels: Collection[str]) -> float:
    """Return the share of what was predicted that is one of `labels`, whichever."""
    return _share(predicted in labels for _, predicted in pairs)


def confusion(pairs: Sequence[tuple[str, str]]) -> Json:
    """Return `labels` and `matrix`: a row for each label expected, a column for each predicted."""
    labels = sorted({label for pair in pairs for label in pair})
    counts = Counter(pairs)
    return {"labels": labels, "matrix": [[counts[row, col] for col in labels] for row in labels]}


def confused_pairs(matrix: Json, *, most: int = 15) -> list[Json]:
    """Return the pairs taken for each other most often, both ways counted together."""
    labels, counts = matrix["labels"], matrix["matrix"]
    pairs = [
        {
            "one": labels[i],
            "other": labels[j],
            "one_as_other": counts[i][j],
            "other_as_one": counts[j][i],
        }
        for i in range(len(labels))
        for j in range(i + 1, len(labels))
        if counts[i][j] + counts[j][i]
    ]
    return sorted(pairs, key=lambda pair: -(pair["one_as_other"] + pair["other_as_one"]))[:most]


def _share(values: Iterable[bool]) -> float:
    counted = Counter(values)
    return round(counted[True] / counted.total(), 4) if counted else 0.0
