"""The words of one field: a library's, or a vocabulary's."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping

from jellyfish import metaphone

from spelling.near import MIN_LETTERS, Near, Wrong, consonants

# Different words of a field that a wrong one can be mended to: those in most of its texts.
MAX_WORDS = 20_000
_LONG = re.compile(rf"[a-z]{{{MIN_LETTERS},}}")


def count_words(texts: Iterable[str]) -> Counter[str]:
    """Return how many texts have each of their words, in lower case, without the shortest."""
    return Counter(word for text in texts for word in set(_LONG.findall(text.lower())))


class Field:
    """Words that are right, found by wrong ones."""

    def __init__(self, counts: Mapping[str, int]) -> None:
        """Index words.

        Args:
            counts: Each word, and how frequent it is.
        """
        self._counts = dict(Counter(counts).most_common(MAX_WORDS))
        self._alike: dict[str, list[str]] = defaultdict(list)
        for word in self._counts:
            for key in _keys(word, metaphone(word)):
                self._alike[key].append(word)

    def __contains__(self, word: str) -> bool:
        return word in self._counts

    def find(self, wrong: Wrong) -> Iterator[Near]:
        """Yield the words that are one slip from a wrong one, sound like it, or are spelt like it.

        Other words two slips away are never meant.
        """
        found = wrong.neighbours & self._counts.keys()
        found |= {
            word for key in _keys(wrong.word, wrong.sound) for word in self._alike.get(key, ())
        }
        return (Near.compare(wrong, word, self._counts[word]) for word in found)


def _keys(word: str, sound: str) -> tuple[str, str]:
    """Return what words have in common that sound alike, or have the same consonants."""
    return f"sound {sound}", f"consonants {consonants(word)}"
