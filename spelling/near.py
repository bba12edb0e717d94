"""Which right words a wrong one can stand for."""

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
# From this many letters on, a name may be meant with two slips where both sound alike, or with a
# letter too many: "losec" is not "lose".
CLEAR_WORD = 6
# From this many letters on, two slips are forgiven where both have the same consonants.
LONG_WORD = 8
# Most slips forgiven.
MOST = 2
# Two slips apart, and the opposite: "hypocalcaemia" is no slip for "hypercalcaemia".
_OPPOSITES = re.compile(r"hyper|hypo|inter|intra|macro|micro|pre|post|non|un|i[mn]")


@dataclass(frozen=True, slots=True)
class Wrong:
    """A wrong word.

    Attributes:
        word: The word, in lower case.
        sound: How it sounds.
        neighbours: All that is one slip away and starts with the same letter, words or not.
    """

    word: str
    sound: str
    neighbours: frozenset[str]

    @classmethod
    def read(cls, word: str) -> "Wrong":
        """Return what right words are found by."""
        return cls(word, metaphone(word), frozenset(one_slip(word)))


@dataclass(frozen=True, slots=True)
class Near:
    """A word that may be meant.

    Attributes:
        wrong: The word as it is written.
        word: The word that may be meant.
        distance: Slips between both.
        count: How frequent it is.
        is_alike: Both sound alike.
    """

    wrong: str
    word: str
    distance: int
    count: int
    is_alike: bool

    @classmethod
    def compare(cls, wrong: Wrong, word: str, count: int) -> "Near":
        """Return how near `word` is to a wrong one."""
        is_neighbour = word in wrong.neighbours
        distance = 1 if is_neighbour else damerau_levenshtein_distance(wrong.word, word)
        return cls(wrong.word, word, distance, count, metaphone(word) == wrong.sound)

    def order(self) -> tuple[int, bool, int, str]:
        """Return what likelier words have less of."""
        return self.distance, not self.is_alike, -self.count, self.word


def one_slip(word: str) -> Iterator[str]:
    """Yield all that a word becomes by one slip behind its first letter; some more than once.

    Slips are a letter left out, added, changed, or two that changed places. To try the few hundred
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


def choose(found: Iterable[Near], is_meant: Callable[[Near], bool]) -> Near | None:
    """Return the likeliest of the words near a wrong one that can be meant, or nothing."""
    return min(filter(is_meant, found), key=Near.order, default=None)


def is_slip(near: Near) -> bool:
    """Say whether a name can be meant, rather than another word like it."""
    wrong, meant = near.wrong, near.word
    if near.distance > _most(wrong) or _prefix(wrong) != _prefix(meant):
        return False
    if len(wrong) == MIN_LETTERS:
        # A silent letter left out: "rist", "brok", "cach". But "mins" is not "minus".
        is_silent = wrong in meant or _vowels(wrong) == _vowels(meant)
        return near.is_alike and len(wrong) < len(meant) and is_silent
    if near.is_alike:
        # "folate" is not "flat".
        return abs(len(wrong) - len(meant)) < MOST
    if wrong[0] != meant[0]:
        return False
    if near.distance > 1:
        return len(wrong) >= LONG_WORD and consonants(wrong) == consonants(meant)
    return len(wrong) >= CLEAR_WORD or len(wrong) == len(meant) or _is_typical(near)


def is_typo(near: Near) -> bool:
    """Say whether a common word can be meant, rather than a name that is no common word."""
    wrong, meant = near.wrong, near.word
    if near.distance > _most(wrong) or wrong[0] != meant[0]:
        return False
    if len(wrong) == MIN_LETTERS:
        return meant in FUNCTION_WORDS and _is_typical(near)
    if near.distance > 1:
        return len(wrong) >= LONG_WORD and near.is_alike
    if _is_typical(near):
        # "hallo" is not "halo".
        return len(wrong) >= CLEAR_WORD or len(wrong) <= len(meant)
    # Not another ending: "equina" is not "equine". Nor fewer sounds: "loopus" is not "loops".
    is_near = len(wrong) == len(meant) or wrong.replace("e", "") == meant.replace("e", "")
    return len(wrong) >= CLEAR_WORD and near.is_alike and is_near and wrong[-1] == meant[-1]


def is_rare_typo(near: Near) -> bool:
    """Say whether a rarer word can be meant: names are near to many, but seldom sound alike."""
    return near.is_alike and _is_typical(near) and is_typo(near)


def consonants(word: str) -> str:
    """Return the consonants of a word in the order of the alphabet, double ones once.

    An h often makes no sound: "rumatoid".
    """
    return "".join(sorted(_single(re.sub("[aeiouyh]", "", word))))


def _is_typical(near: Near) -> bool:
    """Say whether letters changed places, one was left out, or one was written twice."""
    wrong, meant = near.wrong, near.word
    if len(wrong) < len(meant) or sorted(wrong) == sorted(meant):
        return True
    return len(wrong) > len(meant) and _single(wrong) == _single(meant)


def _most(wrong: str) -> int:
    return MOST if len(wrong) >= CLEAR_WORD else 1


def _prefix(word: str) -> str:
    """Return what turns a word into its opposite, "im" as "in": "imflammation"."""
    found = _OPPOSITES.match(word)
    return found[0].replace("im", "in") if found else ""


def _vowels(word: str) -> str:
    return re.sub("[^aeiouy]", "", word)


def _single(word: str) -> str:
    """Return a word with each double letter once."""
    return re.sub(r"(.)\1+", r"\1", word)
