"""Decide whether the passages found answer the question, and how to say that none does."""

from collections.abc import Sequence

from actions.resolve import OUT_OF_SCOPE, OUT_OF_SCOPE_HEALTH, Question
from knowledge.types import Hit

# What a covered topic says for a matter of health: on the development questions of tests/data that
# are refused, 47 of 47 on health and 47 of 60 others are then told apart.
TOPIC_SHARE = 0.5
# Parts of the body whose matters have a profession of their own.
SPECIALISTS = {"teeth": "utter_abstain_teeth", "eyes": "utter_abstain_eyes"}


def keep_answers(hits: Sequence[Hit], *, threshold: float) -> list[Hit]:
    """Return the hits that answer, best first; none where not even the best one does.

    Args:
        hits: What was found, best first.
        threshold: Lowest probability that counts as an answer, 0 to 1.
    """
    return [hit for hit in hits if hit.score >= threshold]


def find_wording(question: Question) -> str:
    """Return the response that refuses a question: who could answer depends on the matter."""
    for part, response in SPECIALISTS.items():
        if part in question.things.get("body_part", ()):
            return response
    other = question.confidences.get(OUT_OF_SCOPE, 0.0)
    health = question.confidences.get(OUT_OF_SCOPE_HEALTH, 0.0)
    topics = sum(question.confidences.values()) - other - health
    is_health = bool(question.things) or health + TOPIC_SHARE * topics >= other
    return "utter_abstain" if is_health else "utter_abstain_other"
