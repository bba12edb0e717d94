"""Judge what was found: whether it answers, what a vague message may mean, and who else knows."""

from collections.abc import Sequence

from actions.question import Question
from knowledge import POINTING_WORDS, Hit

# From this confidence on, 0 to 1, a question that names nothing is no matter of health: on the
# development questions of tests/data that are refused, 60 of 60 on health and 47 of 60 others are
# then told apart.
NO_HEALTH = 0.05
# Parts of the body whose matters have a profession of their own.
SPECIALISTS = {"teeth": "utter_abstain_teeth", "eyes": "utter_abstain_eyes"}
MIN_CHOICES, MAX_CHOICES = 2, 4
# Words of a message that may name a field instead of asking something.
MAX_VAGUE_WORDS = 3
# A passage that answers so surely shows that a few words asked for it ("height loss").
CLEAR = 0.7


def keep_answers(hits: Sequence[Hit], *, threshold: float) -> list[Hit]:
    """Return the hits that answer, best first; empty if not even the best one does.

    Args:
        hits: What was found, best first.
        threshold: Lowest probability that counts as an answer, 0 to 1.
    """
    return [hit for hit in hits if hit.score >= threshold]


def find_choices(
    question: Question, hits: Sequence[Hit], seen: Sequence[str], *, unsure: float
) -> list[Hit]:
    """Return what a message could mean, the likeliest first; empty when it is clear enough.

    Args:
        question: What was asked, with nothing before it that it hangs on.
        hits: What was found, best first.
        seen: Ids of the passages that were shown before: none of them is a choice.
        unsure: Lowest probability at which a passage may be near; below it nothing is meant.
    """
    if not hits or not unsure <= hits[0].score < CLEAR or not is_vague(question):
        return []
    best: dict[str, Hit] = {}
    for hit in hits:
        if hit.passage.id not in seen:
            best.setdefault(hit.document.id, hit)
    choices = list(best.values())[:MAX_CHOICES]
    return choices if len(choices) >= MIN_CHOICES else []


def is_vague(question: Question) -> bool:
    """Say whether a message could be a word or two that ask nothing in particular: "tests".

    "How is it treated?" is one as well, where nothing was spoken of before.
    """
    if question.names_subject:
        return False
    said = question.utterance
    if said.has_verb:
        return len(said.content_words) == 1 and not POINTING_WORDS.isdisjoint(said.words)
    return 0 < len(said.content_words) <= MAX_VAGUE_WORDS


def choose_refusal(question: Question) -> str:
    """Return the response that refuses a question: who could answer depends on the matter."""
    for part, response in SPECIALISTS.items():
        if part in question.things.get("body_part", ()):
            return response
    is_health = bool(question.things) or question.out_of_scope < NO_HEALTH
    return "utter_abstain" if is_health else "utter_abstain_other"
