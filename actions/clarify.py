"""When a message is better asked back than answered, and between what."""

import re
from collections.abc import Sequence

from actions import render
from actions.form import Form, read_form
from actions.merge import THINGS
from actions.resolve import Question, is_out_of_scope
from knowledge.types import Hit

MIN_CHOICES, MAX_CHOICES = 2, 4
# Passages looked at for choices.
N_HITS = 16
# Words of a message that may name a field instead of asking something.
MAX_VAGUE_WORDS = 3
# A topic surer than this, or a heading nearer than this (cosine), is no vague message. These and
# the shares below: development rows of tests/data, "python -m benchmarks.follow_ups".
MAX_CONFIDENCE = 0.5
MAX_SIMILARITY = 0.7
# Lowest score of a choice, as a share of the best.
NEAR = 0.65
# Two topics are about equally likely when the second comes this near the first, both as
# understood and as found.
TORN_CONFIDENCE, TORN_SCORE = 0.8, 0.95

_OWN = frozenset({"i", "me", "my", "we", "us", "our"})


def may_be_vague(question: Question) -> bool:
    """Say whether a message could be one or two words that ask nothing in particular: "tests".

    "How is it treated?" is one as well, where nothing was spoken of before.
    """
    form = read_form(question.text)
    if any(question.things.get(label) for label in THINGS):
        return False
    if not 0 < len(form.content) <= MAX_VAGUE_WORDS:
        return False
    return not form.has_verb or _lacks_subject(form, question)


def find_choices(question: Question, hits: Sequence[Hit]) -> list[render.Payload]:
    """Return what a message could mean, the likeliest first; empty when it is clear enough.

    Args:
        question: What was asked.
        hits: What was found, best first, at least one.
    """
    if may_be_vague(question):
        form = read_form(question.text)
        is_sure = max(_topics(question).values(), default=0.0) > MAX_CONFIDENCE
        is_near = hits[0].question_similarity > MAX_SIMILARITY
        if not (is_sure or is_near) or _lacks_subject(form, question):
            return _by_document(hits, near=NEAR)
    elif _is_torn(question, hits):
        return _by_document(hits, near=TORN_SCORE)
    return []


def _lacks_subject(form: Form, question: Question) -> bool:
    """Say whether a side of something is asked about, and not of what.

    Who asks what happens to them ("what tests will I get?") asks about what the library is about.
    """
    is_own = _OWN.intersection(re.findall(r"\w+", question.text.lower()))
    return form.is_aspect and not (question.things or form.is_bare_wh or is_own)


def _is_torn(question: Question, hits: Sequence[Hit]) -> bool:
    """Say whether the two likeliest topics are about equally likely, and so are their passages."""
    first, second = [*sorted(_topics(question).items(), key=lambda t: -t[1]), ("", 0.0), ("", 0.0)][
        :2
    ]
    if not question.is_understood or second[1] < TORN_CONFIDENCE * first[1]:
        return False
    found = [hit.document.topic for hit in hits if hit.score >= TORN_SCORE * hits[0].score]
    return {first[0], second[0]} <= set(found) and hits[0].question_similarity < MAX_SIMILARITY


def _topics(question: Question) -> dict[str, float]:
    return {name: c for name, c in question.confidences.items() if not is_out_of_scope(name)}


def _by_document(hits: Sequence[Hit], *, near: float) -> list[render.Payload]:
    """Return the best passage of each document that is near the best; empty for one document."""
    best: dict[str, Hit] = {}
    for hit in hits:
        if hit.score >= near * hits[0].score:
            best.setdefault(hit.document.id, hit)
    choices = render.suggest_sections(list(best.values())[:MAX_CHOICES])
    return choices if len(choices) >= MIN_CHOICES else []
