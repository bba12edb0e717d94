"""The tokenizer of red flags and advice: words corrected, expanded, with lemmas and clauses."""

import gzip
import json
import re
import unicodedata
from collections.abc import Iterable, Iterator
from copy import copy
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

from jellyfish import damerau_levenshtein_distance

# Short forms, skipped words and lemmas.
TABLES = Path(__file__).with_name("tokenizer.yml")
# Shorter words have too many neighbours to be corrected.
MIN_LETTERS = 5
# Longer ones are no words.
MAX_LETTERS = 20
# Longest part of a message that is read: a pasted document is no call for help, and reading it
# would hold up every other conversation.
MAX_WORDS = 600
_PIECES = re.compile(r"[0-9]+\.[0-9]+|[a-z0-9]+(?:'[a-z]+)*|[.?!\n]+|[,;:()\u2013\u2014-]+")
_YEAR = re.compile(r"(?:19|20)\d\d")
# What phrases say for a year: "in anyyear".
ANY_YEAR = "anyyear"
_APOSTROPHES = "\u2019\u2018\u201b\u2032\u02bc`\u00b4"
# Categories of characters that belong to others: accents, variants, joiners and other formats.
_UNSEEN = frozenset(["Mn", "Me", "Cf"])
_IS = frozenset(["he", "she", "it", "that", "what", "there", "who", "where", "how", "here"])
_ENDINGS = {"'m": "am", "'re": "are", "'ve": "have", "'ll": "will", "'d": "would"}


class Word(NamedTuple):
    """One word of a message.

    Attributes:
        text: As typed, in lower case, corrected.
        lemma: Its dictionary form.
        sentence: Number of the sentence it stands in.
        clause: Number of the clause it stands in; clauses are counted through the message.
    """

    text: str
    lemma: str
    sentence: int
    clause: int


class Tokenizer:
    """Splits texts into words, in the same way what people type and what rules say."""

    def __init__(
        self, expansions: dict[str, str], skipped: Iterable[str], lemmas: dict[str, str]
    ) -> None:
        """Load the tables of English words.

        Args:
            expansions: Short and wrong forms and what they stand for, of one word or more.
            skipped: Words that change nothing ("really").
            lemmas: Dictionary forms that go before those of the table.
        """
        self._expansions = {key: value.split() for key, value in expansions.items()}
        self._skipped = frozenset(skipped)
        self._lemmas: dict[str, str] = {**_table("en_lemma_lookup"), **lemmas}
        self._known = _known_words(self._lemmas)
        # Words by what they are with any one letter left out, and by themselves.
        self._targets: dict[str, set[str]] = {}

    def copy(self) -> "Tokenizer":
        """Return one that can be taught more while this one stays as it is."""
        other = copy(self)
        other._targets = {key: set(words) for key, words in self._targets.items()}
        return other

    def teach(self, words: Iterable[str]) -> None:
        """Let misspelt words be corrected to these."""
        for word in words:
            if len(word) >= MIN_LETTERS and word.isalpha():
                for key in (word, *_deletions(word)):
                    self._targets.setdefault(key, set()).add(word)

    def lemma(self, word: str) -> str:
        """Return the dictionary form of `word`; the word itself if the table has none."""
        return self._lemmas.get(word, word)

    def tokenize(self, text: str) -> list[Word]:
        """Return the words of `text`, the first and last when they are more than `MAX_WORDS`."""
        pieces = self._pieces(text)
        if len(pieces) > MAX_WORDS:
            half = MAX_WORDS // 2
            pieces = [*pieces[:half], "\n", *pieces[-half:]]
        words: list[Word] = []
        sentence = clause = 0
        for place, piece in enumerate(pieces):
            if piece[0] in ".?!\n":
                sentence, clause = sentence + 1, clause + 1
            elif not piece[0].isalnum():
                clause += 1
            else:
                clause += _opens_clause(pieces, place)
                words.append(Word(piece, self.lemma(piece), sentence, clause))
        return words

    def _pieces(self, text: str) -> list[str]:
        pieces: list[str] = []
        for piece in _PIECES.findall(_fold(text).lower()):
            pieces.extend(self._expand(piece) if piece[0].isalnum() else [piece])
        return pieces

    def _expand(self, piece: str) -> list[str]:
        if piece in self._expansions:
            return self._expansions[piece]
        if piece.isalpha():  # most are: neither a year nor a contraction
            word = self._correct(piece)
            return [] if word in self._skipped else [word]
        if _YEAR.fullmatch(piece):
            return [ANY_YEAR]
        stem, ending = _split(piece)
        words = self._expansions.get(stem) or [self._correct(stem)]
        # Nothing is left of "n't" alone but its ending.
        return [word for word in (*words, *ending) if word and word not in self._skipped]

    def _correct(self, word: str) -> str:
        if not MIN_LETTERS <= len(word) <= MAX_LETTERS or word in self._known:
            return word
        if word in self._targets.get(word, ()):
            return word
        near = set().union(*(self._targets.get(key, ()) for key in (word, *_deletions(word))))
        edited = (
            other
            for other in near
            if other[0] == word[0] and damerau_levenshtein_distance(word, other) == 1
        )
        return min(edited, default=word)


def _fold(text: str) -> str:
    """Return `text` in plain letters: without accents, joiners and whatever else is not a letter's.

    A keyboard set to another language, or a web page that was copied, puts them into English words.
    """
    if text.isascii():
        return text
    for apostrophe in _APOSTROPHES:  # one of them is a blank and an accent in plain letters
        text = text.replace(apostrophe, "'")
    plain = unicodedata.normalize("NFKD", text.replace("\u0131", "i"))
    return "".join(char for char in plain if unicodedata.category(char) not in _UNSEEN)


def _opens_clause(pieces: list[str], place: int) -> bool:
    if pieces[place] in {"but", "however", "although", "except"}:
        return True
    following = pieces[place + 1] if place + 1 < len(pieces) else ""
    return pieces[place] == "and" and following in {"i", "my", "now", "he", "she", "his", "her"}


def _split(piece: str) -> tuple[str, list[str]]:
    stem, apostrophe, rest = piece.partition("'")
    if not apostrophe:
        return piece, []
    if rest == "t" and stem.endswith("n"):
        return stem[:-1], ["not"]
    if rest == "s":
        return stem, ["is"] if stem in _IS else []
    return stem, [_ENDINGS["'" + rest]] if "'" + rest in _ENDINGS else []


def _deletions(word: str) -> Iterator[str]:
    return (word[:i] + word[i + 1 :] for i in range(len(word)))


def _known_words(lemmas: dict[str, str]) -> frozenset[str]:
    index = _table("en_lemma_index")
    words = {word for group in index.values() for word in group}
    return frozenset(words.union(lemmas, lemmas.values()))


def _table(name: str) -> dict[str, str]:
    """Return a table of the package that the spaCy pipeline's lemmas come from."""
    spec = find_spec("spacy_lookups_data")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("spacy-lookups-data is not installed (bot/requirements.txt).")
    path = Path(spec.origin).parent / "data" / f"{name}.json.gz"
    with gzip.open(path, "rt", encoding="utf-8") as file:
        table: dict[str, str] = json.load(file)
    return table
