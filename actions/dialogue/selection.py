"""Which of the offers of the turn before a message selects."""

import re
from collections.abc import Sequence

from actions.dialogue.state import Offers
from actions.lexicon import AFTER_CHOICE, BEFORE_CHOICE, CHOICE_NOUNS, PLACES
from actions.question import Utterance, split_words
from contract.turn import Suggestion
from spelling.words import FUNCTION_WORDS

# Share of a title's words that names it.
MOST = 0.6


def find_place(said: Utterance) -> int | None:
    """Return the place that a message names: "2", "number three", "the last one please".

    Counted from 1; negative from the end, where -1 is the last. None if the message says anything
    beside the place: "2 years" is no choice. "One" alone stands for anything; "number one" is a
    choice.
    """
    joined = " ".join(said.words)
    for last_but_one in ("last but one", "second last", "second to last"):
        joined = joined.replace(last_but_one, "penultimate")
    words = joined.removeprefix("what about ").removeprefix("how about ").split()
    # "What comes first?" asks.
    if words and words[0] in ("what", "how"):
        return None
    places = [
        (at, place) for at, word in enumerate(words) if (place := _parse_place(word)) is not None
    ]
    if len(places) > 1:
        places = [(at, place) for at, place in places if words[at] != "one"]
    if len(places) != 1 or words == ["one"]:
        return None
    at, place = places[0]
    # "That one", "the one": only a noun before it makes it a number.
    if words[at] == "one" and not (at and words[at - 1] in CHOICE_NOUNS):
        return None
    is_bare = BEFORE_CHOICE.issuperset(words[:at]) and AFTER_CHOICE.issuperset(words[at + 1 :])
    return place if is_bare else None


def _parse_place(word: str) -> int | None:
    """Return the place that a word names; None if it names none."""
    if re.fullmatch(r"\d{1,3}(st|nd|rd|th)?", word):
        return int(re.sub(r"\D", "", word))
    return PLACES.get(word)


def select_offer(offers: Offers, place: int) -> Suggestion | None:
    """Return the offer in a place, counted from 1 or back from -1; None if there is none."""
    if not 1 <= abs(place) <= len(offers):
        return None
    return offers[place - 1 if place > 0 else place]


def match_title(said: Utterance, offers: Offers) -> Suggestion | None:
    """Return the one offer that a message names by its title, or by most of its words.

    None if it names none or several, or is a question of its own: that is asked, whatever words
    of it an offer has too.
    """
    text = said.text.strip().lower()
    exact = [o for o in offers if text in (o["title"].lower(), o["payload"].lower())]
    if exact:
        return exact[0]
    stems = _stem(said.words)
    if not stems or said.has_verb:
        return None
    # "The lupus one" speaks of what was offered: any words that a single title has are enough.
    most = 0.0 if said.words[-1] == "one" else MOST
    named = [o for o in offers if _names(stems, _stem(split_words(o["title"])), most=most)]
    return named[0] if len(named) == 1 else None


def _names(said: Sequence[str], title: Sequence[str], *, most: float) -> bool:
    return set(said) <= set(title) and len(said) >= most * len(title)


def _stem(words: Sequence[str]) -> list[str]:
    """Return the different words that mean something, roughly without their endings."""
    # "Causes" and "gets" count here: they tell one title from another.
    meant = (word for word in words if word not in FUNCTION_WORDS)
    return list(dict.fromkeys(re.sub(r"(?<=\w{3})s$", "", word) for word in meant))
