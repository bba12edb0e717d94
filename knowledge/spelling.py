"""Mend the words of a query that no document and no dictionary has."""

import re
from collections import Counter
from collections.abc import Callable, Iterable
from functools import cache
from importlib import resources

from symspellpy import SymSpell, Verbosity

from knowledge.words import FUNCTION_WORDS

# Shorter words have too many neighbours.
MIN_LETTERS = 5
# From this many letters on, two slips are forgiven instead of one.
LONG_WORD = 8
# The 82,765 English words of symspellpy's list, British and American.
DICTIONARY = "frequency_dictionary_en_82_765.txt"
# Two slips apart, and the opposite: "hypocalcaemia" is no slip for "hypercalcaemia".
_OPPOSITES = re.compile(r"hyper|hypo|inter|intra|macro|micro|pre|post|non|un|in|im")


class Spelling:
    """Knows the words of a library's headings; a word that is right is never changed."""

    def __init__(self, headings: Iterable[str], *, is_known: Callable[[str], bool]) -> None:
        """Read the words that a wrong one can be mended to.

        Args:
            headings: Titles, headings: what passages are called.
            is_known: Says whether a form of a word occurs in the library.
        """
        self._is_known = is_known
        counts = Counter(
            word for heading in headings for word in set(re.findall(r"[a-z]+", heading.lower()))
        )
        self._words = SymSpell(max_dictionary_edit_distance=2)
        for word, count in counts.items():
            if len(word) >= MIN_LETTERS and word not in FUNCTION_WORDS:
                self._words.create_dictionary_entry(word, count)

    def mend(self, text: str) -> str:
        """Return `text` with each wrong word replaced by the nearest word of the headings.

        The nearest has the same first letter and is one slip away (a letter left out, added,
        changed, or two that changed places). In a long word it may be two slips, as long as both
        have the same consonants: "osteopetrosis" is another disease. A word without such a
        neighbour stays as it is.
        """
        return re.sub(r"[^\W\d_]+", lambda match: self._mend(match.group()), text)

    def _mend(self, word: str) -> str:
        lower = word.lower()
        if len(word) < MIN_LETTERS or lower in FUNCTION_WORDS or lower in _dictionary():
            return word
        if self._is_known(lower):
            return word
        most = 1 if len(word) < LONG_WORD else 2
        near = [
            (found.distance, -found.count, found.term)
            for found in self._words.lookup(lower, Verbosity.ALL, max_edit_distance=most)
            if _is_slip(lower, found.term, found.distance)
        ]
        return min(near)[2] if near else word


def _is_slip(word: str, meant: str, distance: int) -> bool:
    """Say whether `word` can be `meant` misspelt, rather than another word like it."""
    prefix, other = _OPPOSITES.match(word), _OPPOSITES.match(meant)
    if word[0] != meant[0] or (prefix and prefix[0]) != (other and other[0]):
        return False
    return distance < 2 or _consonants(word) == _consonants(meant)


def _consonants(word: str) -> list[str]:
    """Return the consonants of a word in the order of the alphabet, double ones once."""
    return sorted(re.sub(r"(.)\1", r"\1", re.sub("[aeiouy]", "", word)))


@cache
def _dictionary() -> frozenset[str]:
    text = resources.files("symspellpy").joinpath(DICTIONARY).read_text(encoding="utf-8-sig")
    return frozenset(line.split(" ", 1)[0] for line in text.splitlines())
