"""English words, from the most frequent to the rarest."""

from collections.abc import Iterator
from functools import cache
from importlib import resources

from spelling.candidates import MIN_LETTERS, Candidate, Misspelling

# The 82,834 words of symspellpy's list, mostly British, the most frequent first.
DICTIONARY = "frequency_dictionary_en_82_765.txt"


def is_english(word: str) -> bool:
    """Say whether a word in lower case is in the dictionary."""
    return word in _ranks()


def read_english() -> Iterator[str]:
    """Yield every word of the dictionary."""
    yield from _ranks()


def find_english(misspelling: Misspelling, *, n_words: int) -> Iterator[Candidate]:
    """Yield those of the `n_words` most frequent words that are one edit from a misspelt one."""
    ranks = _ranks()
    for word in misspelling.neighbours:
        rank = ranks.get(word, n_words)
        if rank < n_words and len(word) >= MIN_LETTERS:
            yield Candidate.compare(misspelling, word, -rank)


@cache
def _ranks() -> dict[str, int]:
    text = resources.files("symspellpy").joinpath(DICTIONARY).read_text(encoding="utf-8-sig")
    # Each line is a word, a space, and how often it was counted.
    return {line.partition(" ")[0]: row for row, line in enumerate(text.splitlines())}
