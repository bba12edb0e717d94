"""Which of the offers of the turn before a message picks."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from actions.memory import Offers
from actions.wording import has_verb, words_of
from knowledge.words import FUNCTION_WORDS

_NUMBERS = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]
_ORDINALS = [
    *("first", "second", "third", "fourth", "fifth"),
    *("sixth", "seventh", "eighth", "ninth", "tenth"),
]
# Politeness and nouns around a choice say nothing about it.
_NOUNS = "one option choice number nr n question suggestion topic answer link item point"
_BEFORE = frozenset(
    f"""
    yes yeah ok okay please maybe well hm hmm and so then the now just can could would you tell show
    give read me more about i i'd i'll id like want take choose pick prefer mean meant see have go
    with to know let's lets let us do for open what how no {_NOUNS}
    """.split()
)
_AFTER = frozenset(
    f"please thanks thank you then for me on the list of those these them instead {_NOUNS}".split()
)
_ENDS = frozenset({"last", "bottom", "final"})
# Share of a title's words that names it.
MOST = 0.6


@dataclass(frozen=True, slots=True)
class Pick:
    """A choice by number or place.

    Attributes:
        place: Counted from 1; negative from the end, where -1 is the last.
    """

    place: int

    def of(self, offers: Offers) -> dict[str, str] | None:
        """Return the offer chosen; None if there are not that many."""
        if not 1 <= abs(self.place) <= len(offers):
            return None
        return offers[self.place - 1 if self.place > 0 else self.place]


def read_pick(text: str) -> Pick | None:
    """Return the place that a message names: "2", "number three", "the last one please".

    None if it says anything beside the place: "2 years" is no choice. "One" alone stands for
    anything; "number one" is a choice.
    """
    words = re.findall(r"[^\W_]+(?:'\w+)?", text.lower().replace("\u2019", "'"))
    joined = " ".join(words)
    for last_but_one in ("last but one", "second last", "second to last"):
        joined = joined.replace(last_but_one, "penultimate")
    words = joined.removeprefix("what about ").removeprefix("how about ").split()
    # "What comes first?" asks.
    if words and words[0] in ("what", "how"):
        return None
    places = [
        (at, place) for at, word in enumerate(words) if (place := _read_place(word)) is not None
    ]
    if len(places) > 1:
        places = [(at, place) for at, place in places if words[at] != "one"]
    if len(places) != 1 or words == ["one"]:
        return None
    at, place = places[0]
    is_bare = all(w in _BEFORE for w in words[:at]) and all(w in _AFTER for w in words[at + 1 :])
    # "That one", "the one": only a noun before it makes it a number.
    if words[at] == "one" and not (at and words[at - 1] in _NOUNS.split()):
        return None
    return Pick(place) if is_bare else None


def _read_place(word: str) -> int | None:
    """Return the place that a word names; None if it names none."""
    if re.fullmatch(r"\d{1,3}(st|nd|rd|th)?", word):
        return int(re.sub(r"\D", "", word))
    if word in _NUMBERS:
        return _NUMBERS.index(word) + 1
    if word in _ORDINALS:
        return _ORDINALS.index(word) + 1
    if word == "penultimate":
        return -2
    return -1 if word in _ENDS else 1 if word == "top" else None


def match_title(text: str, offers: Offers) -> dict[str, str] | None:
    """Return the one offer that a message names by its title, or by most of its words.

    None if it names none or several, or is a question of its own: that is asked, whatever words
    of it an offer has too.
    """
    exact = [
        o for o in offers if text.strip().lower() in (o["title"].lower(), o["payload"].lower())
    ]
    said = _stems(text)
    if exact or not said or has_verb(text):
        return exact[0] if exact else None
    # "The lupus one" speaks of what was offered: any words that a single title has are enough.
    most = 0.0 if words_of(text)[-1:] == ["one"] else MOST
    named = [offer for offer in offers if _names(said, _stems(offer["title"]), most=most)]
    return named[0] if len(named) == 1 else None


def _names(said: Sequence[str], title: Sequence[str], *, most: float) -> bool:
    return set(said) <= set(title) and len(said) >= most * len(title)


def _stems(text: str) -> list[str]:
    """Return the words of a text that mean something, roughly without their endings."""
    # "Causes" and "gets" count here: they tell one title from another.
    words = (word for word in words_of(text) if word not in FUNCTION_WORDS)
    return list(dict.fromkeys(re.sub(r"(?<=\w{3})s$", "", word) for word in words))
