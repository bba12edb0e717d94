"""What a message does that asks nothing of its own: accept, acknowledge, decline, want more."""

import enum
from typing import Any

from actions.resolve import Question
from actions.substitute import THINGS
from actions.wording import QUESTION_WORDS, has_verb, words_of
from knowledge.words import FUNCTION_WORDS


class Act(enum.Enum):
    """What is done instead of asking."""

    ACCEPT = "accept"
    ACKNOWLEDGE = "acknowledge"
    DECLINE = "decline"
    MORE = "more"
    ASK = "ask"


_ACCEPTING = frozenset(
    "yes yeah yep yup yea yeh ye yess y aye sure please absolutely definitely certainly".split()  # noqa: SIM905
)
# "Go ahead", "show me": with an accepting word or alone.
_URGING = frozenset("go ahead show course please do that then ok okay love".split())  # noqa: SIM905
_DENYING = frozenset(
    """
    no nope nah n nay noo never not none neither wrong incorrect right correct that's thats it's its
    don't dont didn't didnt isn't isnt rather i'd id want need needed asked ask meant mean mind
    thanks thank cheers forget it way really now today moment looking think so thing like disagree
    misunderstood said enough all fine good okay ok one ones these those this bother stop leave
    absolutely definitely certainly above another
    """.split()  # noqa: SIM905
)
_MORE = frozenset(
    """
    more on continue carry keep going further next rest details detail detailed elaborate expand
    explain passages passage part bit reading read information info say says show see tell give
    there is subject topic same short comes comes what after let longer deeper depth additional
    extra what's whats
    """.split()  # noqa: SIM905
)
_MORE_SIGNALS = frozenset("more continue further rest next on going elaborate expand".split())  # noqa: SIM905


# They begin a question; "that's all" and "don't bother" ask nothing.
_ASKING = frozenset(
    "am is are was were does did can could will would shall should may might must has have".split()  # noqa: SIM905
)


def read_act(message: dict[str, Any], question: Question) -> Act:
    """Return what a message does; anything with words of its own asks.

    Args:
        message: What Rasa understood.
        question: The same message, resolved by itself.
    """
    intent = (message.get("intent") or {}).get("name")
    words = words_of(question.text)
    if any(question.things.get(label) for label in THINGS):
        return Act.ASK
    if _all_in(words, _MORE) and (intent == "ask_more" or _MORE_SIGNALS.intersection(words)):
        return Act.MORE
    # "Why not", "can it be wrong", "how do they know for sure": these ask.
    if not words or QUESTION_WORDS.intersection(words) or words[0] in _ASKING:
        return Act.ASK
    if _all_in(words, _ACCEPTING | _URGING) and (
        intent == "affirm" or _ACCEPTING.intersection(words)
    ):
        return Act.ACCEPT if _is_eager(words) else Act.ACKNOWLEDGE
    if _all_in(words, _DENYING) and (intent == "deny" or words[0] in ("no", "nope", "nah")):
        return Act.DECLINE
    return Act.ACKNOWLEDGE if intent == "affirm" and not has_verb(question.text) else Act.ASK


def _is_eager(words: list[str]) -> bool:
    """Say whether an agreement wants to see something: "ok" and "for sure" only agree."""
    is_willing = _ACCEPTING.intersection(words) and "for" not in words
    return bool(is_willing) or "ahead" in words or "show" in words


def _all_in(words: list[str], known: frozenset[str]) -> bool:
    return bool(words) and all(word in known or word in FUNCTION_WORDS for word in words)
