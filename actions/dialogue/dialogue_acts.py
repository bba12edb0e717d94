"""The dialogue act of a message that asks nothing of its own: accept, decline, want more."""

import enum
from collections.abc import Sequence

from actions.lexicon import (
    ACCEPTING,
    DENYING,
    QUESTION_VERBS,
    QUESTION_WORDS,
    SURELY_WANTING_MORE,
    URGING,
    WANTING_MORE,
)
from actions.question import Message
from spelling.words import FUNCTION_WORDS


class DialogueAct(enum.Enum):
    """A function of a message that asks nothing of its own."""

    ACCEPT = "accept"
    ACKNOWLEDGE = "acknowledge"
    DECLINE = "decline"
    MORE = "more"
    ASK = "ask"


def classify_act(message: Message) -> DialogueAct:
    """Return what a message does; anything with words of its own asks."""
    words, intent = message.question.utterance.words, message.intent
    if message.question.names_subject:
        return DialogueAct.ASK
    if _are_all_in(words, WANTING_MORE) and (
        intent == "ask_more" or SURELY_WANTING_MORE.intersection(words)
    ):
        return DialogueAct.MORE
    # "Why not", "can it be wrong", "how do they know for sure": these ask.
    if not words or QUESTION_WORDS.intersection(words) or words[0] in QUESTION_VERBS:
        return DialogueAct.ASK
    if _are_all_in(words, ACCEPTING | URGING) and (
        intent == "affirm" or ACCEPTING.intersection(words)
    ):
        return DialogueAct.ACCEPT if _is_eager(words) else DialogueAct.ACKNOWLEDGE
    if _are_all_in(words, DENYING) and (intent == "deny" or words[0] in ("no", "nope", "nah")):
        return DialogueAct.DECLINE
    is_agreed = intent == "affirm" and not message.question.utterance.has_verb
    return DialogueAct.ACKNOWLEDGE if is_agreed else DialogueAct.ASK


def _is_eager(words: Sequence[str]) -> bool:
    """Say whether an agreement wants to see something: "ok" and "for sure" only agree."""
    is_willing = ACCEPTING.intersection(words) and "for" not in words
    return bool(is_willing) or "ahead" in words or "show" in words


def _are_all_in(words: Sequence[str], known: frozenset[str]) -> bool:
    return bool(words) and all(word in known or word in FUNCTION_WORDS for word in words)
