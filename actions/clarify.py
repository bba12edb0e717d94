"""When a message is better asked back than answered, and between what."""

from collections.abc import Sequence

from actions import render
from actions.resolve import Question
from actions.substitute import THINGS
from actions.wording import content_of, has_verb, words_of
from knowledge.thread import POINTING
from knowledge.types import Hit

MIN_CHOICES, MAX_CHOICES = 2, 4
# Words of a message that may name a field instead of asking something.
MAX_VAGUE_WORDS = 3
# A passage that answers so surely shows that a few words asked for it ("height loss").
CLEAR = 0.7


def is_vague(question: Question) -> bool:
    """Say whether a message could be a word or two that ask nothing in particular: "tests".

    "How is it treated?" is one as well, where nothing was spoken of before.
    """
    if any(question.things.get(label) for label in THINGS):
        return False
    content = content_of(question.text)
    if has_verb(question.text):
        return len(content) == 1 and _points_back(question)
    return 0 < len(content) <= MAX_VAGUE_WORDS


def _points_back(question: Question) -> bool:
    return not POINTING.isdisjoint(words_of(question.text))


def find_choices(
    question: Question, hits: Sequence[Hit], seen: Sequence[str], *, unsure: float
) -> list[render.Payload]:
    """Return what a message could mean, the likeliest first; empty when it is clear enough.

    Args:
        question: What was asked, with nothing before it that it hangs on.
        hits: What was found, best first.
        seen: Ids of the passages that were shown before: none of them is a choice.
        unsure: Lowest probability at which a passage may be near; below it nothing is meant.
    """
    if not hits or hits[0].score < unsure or not is_vague(question):
        return []
    if hits[0].score >= CLEAR:
        return []
    best: dict[str, Hit] = {}
    for hit in hits:
        if hit.passage.id not in seen:
            best.setdefault(hit.document.id, hit)
    choices = render.suggest(best.values(), without=(), limit=MAX_CHOICES)
    return choices if len(choices) >= MIN_CHOICES else []
