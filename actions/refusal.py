"""Decide whether the passages found answer the question, and how to say that none does."""

from collections.abc import Sequence

from actions.resolve import OUT_OF_SCOPE, OUT_OF_SCOPE_HEALTH, Question
from knowledge.refusal import estimate
from knowledge.types import Hit

# What a covered topic says for a matter of health: on the development questions of tests/data that
# are refused, 47 of 47 on health and 47 of 60 others are then told apart.
TOPIC_SHARE = 0.5
# Parts of the body whose matters have a profession of their own.
SPECIALISTS = {"teeth": "utter_abstain_teeth", "eyes": "utter_abstain_eyes"}


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
