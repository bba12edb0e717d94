"""When a message is better asked back than answered, and between what."""

import re
from collections.abc import Sequence

from actions import render
from actions.form import Form, read_form
from actions.merge import THINGS
from actions.resolve import Question
from knowledge.types import Hit

MIN_CHOICES, MAX_CHOICES = 2, 4
# Passages looked at for choices.
N_HITS = 8
# Words of a message that may name a field instead of asking something.
MAX_VAGUE_WORDS = 3
# A passage that answers so surely shows that a few words asked for it ("height loss").
CLEAR = 0.7

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


def find_choices(
    question: Question, hits: Sequence[Hit], seen: Sequence[str], *, unsure: float
) -> list[render.Payload]:
    """Return what a message could mean, the likeliest first; empty when it is clear enough.

    Args:
        question: What was asked.
        hits: What was found, best first.
        seen: Ids of the passages that were just shown: none of them is a choice.
        unsure: Lowest probability at which a passage may be near; below it nothing is meant.
    """
    if not hits or hits[0].score < unsure or not may_be_vague(question):
        return []
    is_clear = hits[0].score >= CLEAR and not _lacks_subject(read_form(question.text), question)
    return [] if is_clear else _by_document(hits, seen)


def _lacks_subject(form: Form, question: Question) -> bool:
    """Say whether a side of something is asked about, and not of what.

    Who asks what happens to them ("what tests will I get?") asks about what the library is about.
    """
    is_own = _OWN.intersection(re.findall(r"\w+", question.text.lower()))
    return form.is_aspect and not (question.things or form.is_bare_wh or is_own)


def _by_document(hits: Sequence[Hit], seen: Sequence[str]) -> list[render.Payload]:
    """Return the best passage of each of the first documents; empty for one document."""
    best: dict[str, Hit] = {}
    for hit in hits:
        if hit.passage.id not in seen:
            best.setdefault(hit.document.id, hit)
    choices = render.suggest(best.values(), without=(), limit=MAX_CHOICES)
    return choices if len(choices) >= MIN_CHOICES else []
