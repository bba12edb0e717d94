"""Decide whether the passages found answer the question at all."""

from collections.abc import Sequence

from actions.resolve import Question
from knowledge.refusal import estimate
from knowledge.types import Hit


def keep_answers(hits: Sequence[Hit], question: Question, *, threshold: float) -> list[Hit]:
    """Return the hits that answer the question, best first; none means refuse.

    The best hit decides: if it does not answer, a less good one is not offered in its place.

    Args:
        hits: What was found, best first.
        question: What was asked.
        threshold: Lowest probability that counts as an answer, 0 to 1.
    """
    kept = [hit for hit in hits if estimate(hit, question.understanding(hit)) >= threshold]
    return kept if kept and kept[0] is hits[0] else []
