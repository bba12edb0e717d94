"""The words of one field, a library's or a vocabulary's, found by misspelt ones."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping

from jellyfish import metaphone

from spelling.candidates import MIN_LETTERS, Candidate, Misspelling, consonants

# Different words of a field that a misspelt one can become: those in most of its texts.
MAX_WORDS = 20_000
_LONG = re.compile(rf"[a-z]{{{MIN_LETTERS},}}")


def count_words(texts: Iterable[str]) -> Counter[str]:
    """Return how many texts have each of their words, in lower case, without the shortest."""
    return Counter(word for text in texts for word in set(_LONG.findall(text.lower())))


class KnownWords:
    """Words that are right, found by misspelt ones."""

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

    def find_candidates(self, misspelling: Misspelling) -> Iterator[Candidate]:
        """Yield the words one edit from a misspelt one, or with its sound or its consonants.

        Other words two edits away are never meant.
        """
        found = misspelling.neighbours & self._counts.keys()
        found |= {
            word
            for key in _keys(misspelling.word, misspelling.sound)
            for word in self._alike.get(key, ())
        }
        return (Candidate.compare(misspelling, word, self._counts[word]) for word in found)


def _keys(word: str, sound: str) -> tuple[str, str]:
    """Return what words have in common that sound alike, or have the same consonants."""
    return f"sound {sound}", f"consonants {consonants(word)}"
