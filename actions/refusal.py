"""Decide whether the passages found answer the question at all."""

from collections.abc import Sequence

from actions.resolve import OUT_OF_SCOPE
from knowledge.search import Topic
from knowledge.types import Hit

# How far an understanding moves the threshold, in cosine. docs/decisions/0003 has the measurement.
AGREEMENT = 0.10
OBJECTION = 0.20


def keep_answers(hits: Sequence[Hit], *, topic: Topic | None, threshold: float) -> list[Hit]:
    """Return the hits that answer the question, best first; none means refuse.

    The best hit decides: if it does not answer, a less good one is not offered in its place.

    Args:
        hits: What was found, best first.
        topic: What the message was understood as. One that agrees with a hit lowers the bar by
            its confidence; one that says "out of scope" raises it.
        threshold: Lowest similarity that counts as an answer: cosine, -1 to 1.
    """
    kept = [hit for hit in hits if hit.similarity >= _bar(hit, topic, threshold)]
    return kept if kept and kept[0] is hits[0] else []


def _bar(hit: Hit, topic: Topic | None, threshold: float) -> float:
    if topic is None:
        return threshold
    if topic.name == OUT_OF_SCOPE:
        return threshold + OBJECTION * topic.confidence
    if topic.name == hit.document.topic:
        return threshold - AGREEMENT * topic.confidence
    return threshold
