"""Judge whether a hit answers the query at all, from several signals together."""

import math
from dataclasses import dataclass

from knowledge.types import Hit


@dataclass(frozen=True, slots=True)
class Understanding:
    """What the words before retrieval were understood as; zeros when nothing is known.

    Attributes:
        agreement: Confidence that the query is about the hit's own topic, 0 to 1.
        objection: Confidence that it is about none of the library's topics, 0 to 1.
    """

    agreement: float = 0.0
    objection: float = 0.0


# Logistic regression on the development questions of tests/data; "python -m benchmarks.refusal"
# fits and measures it.
INTERCEPT = -5.67
SIMILARITY = 2.54
QUESTION_SIMILARITY = 3.27
COVERAGE = 4.05
AGREEMENT = 2.27
OBJECTION = -1.86


def estimate(hit: Hit, understanding: Understanding) -> float:
    """Return the probability that `hit` answers the query it was found for, 0 to 1."""
    logit = (
        INTERCEPT
        + SIMILARITY * hit.similarity
        + QUESTION_SIMILARITY * hit.question_similarity
        + COVERAGE * hit.coverage
        + AGREEMENT * understanding.agreement
        + OBJECTION * understanding.objection
    )
    return 1 / (1 + math.exp(-logit))
