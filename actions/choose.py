"""Which of the offers of the turn before a message picks."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from actions.form import read_form, straighten
from actions.memory import Offers
from knowledge.words import FUNCTION_WORDS

_NUMBERS = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]
_ORDINALS = [
    *("first", "second", "third", "fourth", "fifth"),
    *("sixth", "seventh", "eighth", "ninth", "tenth"),
]
# "Could you show me … please": politeness around a choice says nothing about it.
_BEFORE = re.compile(
    r"^(?:(?:yes|yeah|ok|okay|please|maybe|well|hm+|and|so|then|the|now|just|"
    r"(?:can|could|would) (?:you|i)|(?:please )?(?:tell|show|give|read) me(?: more)?(?: about)?|"
    r"i(?:'d| would|'ll)? (?:like|want|take|choose|pick|prefer|meant?|see|have|go with)"
    r"(?: to (?:see|read|know|have))?(?: about)?|let(?:'s|s)? (?:take|see|have|go with|do)|"
    r"go (?:with|for)|open|pick|choose|take|show|read|what about|how about|about)\b[\s,.:!]*)+",
    re.IGNORECASE,
)
_AFTER = re.compile(
    r"[\s,.:!?)]*(?:(?:please|thanks|thank you|then|for me|on the list|of (?:those|these|them)|"
    r"sounds (?:good|right)|instead)[\s.!?]*)*$",
    re.IGNORECASE,
)
_NOUN = r"(?:\s+(?:one|option|choice|question|suggestion|topic|answer|link|item|point))?"
_COUNTED = re.compile(
    rf"(?:(?:option|number|choice|question|suggestion|answer|item|no|nr|n)\b[.:\s]*|#\s*)?"
    rf"(\d{{1,3}}|{'|'.join(_NUMBERS)})",
    re.IGNORECASE,
)
_PLACED = re.compile(rf"(\d{{1,2}}(?=st|nd|rd|th)|{'|'.join(_ORDINALS)})(?:st|nd|rd|th)?{_NOUN}")
_FROM_END = re.compile(rf"(last but one|second last|second to last|last|bottom|final){_NOUN}")
_TOP = re.compile(rf"(top){_NOUN}")
# Share of a title's words that names it.
MOST = 0.6
# Words of a message that may name an offer by a part of its title.
MAX_WORDS = 4


@dataclass(frozen=True, slots=True)
class Pick:
    """A choice by number or place.

    Attributes:
        place: Counted from 1; negative from the end, where -1 is the last.
    """

    place: int

    def of(self, offers: Offers) -> dict[str, str] | None:
        """Return the offer chosen; none when there are not that many."""
        if not 1 <= abs(self.place) <= len(offers):
            return None
        return offers[self.place - 1 if self.place > 0 else self.place]


def read_pick(text: str) -> Pick | None:
    """Return the place that a message names: "2", "number three", "the last one please".

    A message that says anything beside the place picks nothing: "2 years" is no choice.
    """
    bare = _AFTER.sub("", _BEFORE.sub("", straighten(text).strip().lower())).strip()
    if counted := _COUNTED.fullmatch(bare):
        word = counted[1]
        # "one" alone stands for anything; "number one" is a choice.
        if word == "one" and bare == word:
            return None
        return Pick(int(word) if word.isdigit() else _NUMBERS.index(word) + 1)
    if placed := _PLACED.fullmatch(bare):
        word = placed[1]
        return Pick(int(word) if word.isdigit() else _ORDINALS.index(word) + 1)
    if from_end := _FROM_END.fullmatch(bare):
        return Pick(-2 if "one" in from_end[1] or "second" in from_end[1] else -1)
    return Pick(1) if _TOP.fullmatch(bare) else None


def match_title(text: str, offers: Offers, *, is_open: bool) -> dict[str, str] | None:
    """Return the one offer that a message names by its title, or by most of its words.

    Args:
        text: What the user said.
        offers: What was offered.
        is_open: The bot asked which; then any words that only one title has are enough.
    """
    said = _words(text)
    exact = [
        o for o in offers if text.strip().lower() in (o["title"].lower(), o["payload"].lower())
    ]
    # A question of its own is asked, whatever words of it an offer has too.
    if exact or not said or read_form(text).has_verb:
        return exact[0] if exact else None
    named = [o for o in offers if _names(said, _words(o["title"]), is_open=is_open)]
    return named[0] if len(named) == 1 else None


def _names(said: Sequence[str], title: Sequence[str], *, is_open: bool) -> bool:
    common = [word for word in said if word in title]
    if len(common) < len(said):
        return False
    if is_open and len(said) <= MAX_WORDS:
        return True
    return len(common) >= MOST * len(title)


def _words(text: str) -> list[str]:
    """Return the stems, roughly, of the words that mean something."""
    words = re.findall(r"[^\W_]+", text.lower())
    kept = [word for word in words if word not in FUNCTION_WORDS]
    return list(dict.fromkeys(_stem(word) for word in kept))


def _stem(word: str) -> str:
    for ending in ("ies", "s"):
        if word.endswith(ending) and len(word) > len(ending) + 2:
            return word[: -len(ending)] + ("y" if ending == "ies" else "")
    return word
