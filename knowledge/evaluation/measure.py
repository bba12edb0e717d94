"""Measure the search on questions whose answers somebody has graded."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from knowledge.evaluation.collection import Collection

# Ranks that count.
DEPTH = 10

Grades = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Measurement:
    """How well and how fast the questions were answered; means over the judged questions.

    Attributes:
        n_queries: Questions with at least one relevant passage; others are not counted.
        n_passages: Passages searched.
        ndcg_at_10: Order of the first ten by grade, 0 to 1: gain 2^grade - 1, discount log2.
        mrr_at_10: One over the rank of the first relevant passage, 0 where none is among ten.
        recall_at_10: Share of the relevant passages among the first ten.
        coverage: Share of questions whose first hit is judged to answer.
        queries_per_s: Questions answered a second, one after the other.
        p50_ms: Median time of one, encoder included, in milliseconds.
    """

    n_queries: int
    n_passages: int
    ndcg_at_10: float
    mrr_at_10: float
    recall_at_10: float
    coverage: float
    queries_per_s: float
    p50_ms: float


def evaluate(
    collection: Collection,
    queries: Mapping[str, str],
    grades: Mapping[str, Grades],
    *,
    threshold: float,
) -> Measurement:
    """Return the measurement of every query that has a relevant passage.

    Args:
        collection: What is searched.
        queries: Text by query id.
        grades: By query id and passage id, 0 for not relevant; a pair that is missing is 0 too.
        threshold: Lowest probability that counts as an answer, 0 to 1.

    Raises:
        ValueError: If no query has a relevant passage.
    """
    judged = [id_ for id_ in queries if any(grade > 0 for grade in grades.get(id_, {}).values())]
    if not judged:
        raise ValueError("No query has a judgment above 0.")
    scores, seconds, answered = [], [], []
    for id_ in judged:
        started = time.perf_counter()
        hits = collection.retriever.search(queries[id_])
        seconds.append(time.perf_counter() - started)
        answered.append(bool(hits) and hits[0].score >= threshold)
        found = collection.rank(queries[id_])[:DEPTH] if hits else []
        scores.append(measure_ranking(found, grades[id_]))
    ndcg, mrr, recall = np.mean(scores, axis=0).tolist()
    return Measurement(
        n_queries=len(judged),
        n_passages=len(collection.ids),
        ndcg_at_10=ndcg,
        mrr_at_10=mrr,
        recall_at_10=recall,
        coverage=float(np.mean(answered)),
        queries_per_s=len(seconds) / sum(seconds),
        p50_ms=float(np.median(seconds)) * 1000,
    )


def measure_ranking(found: Sequence[str], grades: Grades) -> tuple[float, float, float]:
    """Return nDCG, reciprocal rank of the first relevant passage, and recall, at `DEPTH`.

    Args:
        found: Passage ids, best first.
        grades: By passage id; at least one is above 0.
    """
    gains = [2 ** grades.get(id_, 0) - 1 for id_ in found[:DEPTH]]
    ideal = sorted((2**grade - 1 for grade in grades.values()), reverse=True)[:DEPTH]
    ranks = [rank for rank, gain in enumerate(gains, start=1) if gain]
    reciprocal = 1 / ranks[0] if ranks else 0.0
    n_relevant = sum(grade > 0 for grade in grades.values())
    return _discount(gains) / _discount(ideal), reciprocal, len(ranks) / n_relevant


def _discount(gains: Sequence[int]) -> float:
    return float(sum(gain / np.log2(rank + 1) for rank, gain in enumerate(gains, start=1)))
