"""English words, from the most frequent to the rarest."""

from collections.abc import Iterator
from functools import cache
from importlib import resources

from spelling.near import MIN_LETTERS, Near, Wrong

# The 82,834 words of symspellpy's list, mostly British, the most frequent first.
DICTIONARY = "frequency_dictionary_en_82_765.txt"


def is_english(word: str) -> bool:
    """Say whether a word in lower case is in the dictionary."""
    return word in _ranks()


def read_english() -> Iterator[str]:
    """Yield every word of the dictionary."""
    yield from _ranks()


def find_english(wrong: Wrong, *, n_words: int) -> Iterator[Near]:
    """Yield those of the `n_words` most frequent words that are one slip from a wrong one."""
    ranks = _ranks()
    for word in wrong.neighbours:
        rank = ranks.get(word, n_words)
        if rank < n_words and len(word) >= MIN_LETTERS:
            yield Near.compare(wrong, word, -rank)


@cache
def _ranks() -> dict[str, int]:
    text = resources.files("symspellpy").joinpath(DICTIONARY).read_text(encoding="utf-8-sig")
    # Each line is a word, a space, and how often it was counted.
    return {line.partition(" ")[0]: row for row, line in enumerate(text.splitlines())}
