"""The words that a misspelt one can stand for."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from string import ascii_lowercase

from jellyfish import damerau_levenshtein_distance, metaphone

from spelling.words import FUNCTION_WORDS

# Shorter words have too many neighbours; words of four letters have many.
MIN_LETTERS = 4
# Longer ones are no words.
MAX_LETTERS = 30
# From this many letters on, a name may be meant with two edits where both sound alike, or with a
# letter too many: "losec" is not "lose".
CLEAR_WORD = 6
# From this many letters on, two edits are forgiven where both have the same consonants.
LONG_WORD = 8
# Most edits forgiven.
MAX_EDITS = 2
# Two edits apart, and the opposite: "hypocalcaemia" is no typo for "hypercalcaemia".
_OPPOSITES = re.compile(r"hyper|hypo|inter|intra|macro|micro|pre|post|non|un|i[mn]")


@dataclass(frozen=True, slots=True)
class Misspelling:
    """A misspelt word, and what right ones are found by.

    Attributes:
        word: The word, in lower case.
        sound: How it sounds.
        neighbours: All that is one edit away and starts with the same letter, words or not.
    """

    word: str
    sound: str
    neighbours: frozenset[str]

    @classmethod
    def of(cls, word: str) -> "Misspelling":
        """Return a word in lower case as a misspelt one."""
        return cls(word, metaphone(word), frozenset(one_edit(word)))


@dataclass(frozen=True, slots=True)
class Candidate:
    """A word that may be meant.

    Attributes:
        misspelt: The word as it is written.
        word: The word that may be meant.
        distance: Edits between both.
        count: How frequent it is.
        is_alike: Both sound alike.
    """

    misspelt: str
    word: str
    distance: int
    count: int
    is_alike: bool

    @classmethod
    def compare(cls, misspelling: Misspelling, word: str, count: int) -> "Candidate":
        """Return `word` as what a misspelt one may mean, with the distance of both."""
        is_neighbour = word in misspelling.neighbours
        distance = 1 if is_neighbour else damerau_levenshtein_distance(misspelling.word, word)
        return cls(misspelling.word, word, distance, count, metaphone(word) == misspelling.sound)

    def sort_key(self) -> tuple[int, bool, int, str]:
        """Return the key that sorts the likeliest word first."""
        return self.distance, not self.is_alike, -self.count, self.word


def one_edit(word: str) -> Iterator[str]:
    """Yield all that a word becomes by one edit behind its first letter; some more than once.

    Edits are a letter left out, added, changed, or two that changed places. To try the few hundred
    is as fast as an index of the words, and takes neither memory nor time to build.
    """
    for place in range(1, len(word) + 1):
        before, letter, rest = word[:place], word[place : place + 1], word[place + 1 :]
        for other in ascii_lowercase:
            yield before + other + letter + rest
            if letter and other != letter:
                yield before + other + rest
        if letter:
            yield before + rest
        if rest and rest[0] != letter:
            yield before + rest[0] + letter + rest[1:]


def choose_candidate(
    candidates: Iterable[Candidate], may_be_meant: Callable[[Candidate], bool]
) -> Candidate | None:
    """Return the likeliest candidate that may be meant; None if there is none."""
    return min(filter(may_be_meant, candidates), key=Candidate.sort_key, default=None)


def may_be_name(candidate: Candidate) -> bool:
    """Say whether a name may be meant, rather than another word like it."""
    misspelt, meant = candidate.misspelt, candidate.word
    if candidate.distance > _max_edits(misspelt) or _prefix(misspelt) != _prefix(meant):
        return False
    if len(misspelt) == MIN_LETTERS:
        # A silent letter left out: "rist", "brok", "cach". But "mins" is not "minus".
        is_silent = misspelt in meant or _vowels(misspelt) == _vowels(meant)
        return candidate.is_alike and len(misspelt) < len(meant) and is_silent
    if candidate.is_alike:
        # "folate" is not "flat".
        return abs(len(misspelt) - len(meant)) < MAX_EDITS
    if misspelt[0] != meant[0]:
        return False
    if candidate.distance > 1:
        return len(misspelt) >= LONG_WORD and consonants(misspelt) == consonants(meant)
    return len(misspelt) >= CLEAR_WORD or len(misspelt) == len(meant) or _is_typical(candidate)


def may_be_common_word(candidate: Candidate) -> bool:
    """Say whether a common word may be meant, rather than a name that is no common word."""
    misspelt, meant = candidate.misspelt, candidate.word
    if candidate.distance > _max_edits(misspelt) or misspelt[0] != meant[0]:
        return False
    if len(misspelt) == MIN_LETTERS:
        return meant in FUNCTION_WORDS and _is_typical(candidate)
    if candidate.distance > 1:
        return len(misspelt) >= LONG_WORD and candidate.is_alike
    if _is_typical(candidate):
        # "hallo" is not "halo".
        return len(misspelt) >= CLEAR_WORD or len(misspelt) <= len(meant)
    # Not another ending: "equina" is not "equine". Nor fewer sounds: "loopus" is not "loops".
    is_near = len(misspelt) == len(meant) or misspelt.replace("e", "") == meant.replace("e", "")
    has_same_end = misspelt[-1] == meant[-1]
    return len(misspelt) >= CLEAR_WORD and candidate.is_alike and is_near and has_same_end


def may_be_rarer_word(candidate: Candidate) -> bool:
    """Say whether a rarer word may be meant: names are near to many, but seldom sound alike."""
    return candidate.is_alike and _is_typical(candidate) and may_be_common_word(candidate)


def consonants(word: str) -> str:
    """Return the consonants of a word in the order of the alphabet, double ones once.

    An h often makes no sound: "rumatoid".
    """
    return "".join(sorted(_single(re.sub("[aeiouyh]", "", word))))


def _is_typical(candidate: Candidate) -> bool:
    """Say whether letters changed places, one was left out, or one was written twice."""
    misspelt, meant = candidate.misspelt, candidate.word
    if len(misspelt) < len(meant) or sorted(misspelt) == sorted(meant):
        return True
    return len(misspelt) > len(meant) and _single(misspelt) == _single(meant)


def _max_edits(misspelt: str) -> int:
    return MAX_EDITS if len(misspelt) >= CLEAR_WORD else 1


def _prefix(word: str) -> str:
    """Return what turns a word into its opposite, "im" as "in": "imflammation"."""
    found = _OPPOSITES.match(word)
    return found[0].replace("im", "in") if found else ""


def _vowels(word: str) -> str:
    return re.sub("[^aeiouy]", "", word)


def _single(word: str) -> str:
    """Return a word with each double letter once."""
    return re.sub(r"(.)\1+", r"\1", word)
