"""The words of a message as red-flag rules read them: mended, spelt out, with lemmas."""

import gzip
import json
import re
import unicodedata
from importlib.util import find_spec
from pathlib import Path
from typing import Dict, FrozenSet, Iterable, Iterator, List, NamedTuple, Set, Tuple

# Shorter words have too many neighbours to be mended.
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
_APOSTROPHES = "\u2019\u2018`\u00b4"
_IS = frozenset(["he", "she", "it", "that", "what", "there", "who", "where", "how", "here"])
_ENDINGS = {"'m": "am", "'re": "are", "'ve": "have", "'ll": "will", "'d": "would"}


class Word(NamedTuple):
    """One word of a message.

    Attributes:
        text: As typed, in lower case, mended.
        lemma: Its dictionary form.
        sentence: Number of the sentence it stands in.
        clause: Number of the clause it stands in; clauses are counted through the message.
    """

    text: str
    lemma: str
    sentence: int
    clause: int


class Reader:
    """Turns messages into words, the same for what people type and for what rules say."""

    def __init__(
        self, spelt_out: Dict[str, str], skipped: Iterable[str], lemmas: Dict[str, str]
    ) -> None:
        """Load the tables of English words.

        Args:
            spelt_out: Short and wrong forms and what they stand for, of one word or more.
            skipped: Words that change nothing ("really").
            lemmas: Dictionary forms that go before those of the table.
        """
        self._spelt_out = {key: value.split() for key, value in spelt_out.items()}
        self._skipped = frozenset(skipped)
        self._lemmas: Dict[str, str] = {**_table("en_lemma_lookup"), **lemmas}
        self._known = _known_words(self._lemmas)
        self._targets: Dict[str, Set[str]] = {}

    def teach(self, words: Iterable[str]) -> None:
        """Let misspelt words be mended to these."""
        for word in words:
            if len(word) >= MIN_LETTERS and word.isalpha():
                for key in (word, *_deletions(word)):
                    self._targets.setdefault(key, set()).add(word)

    def lemma(self, word: str) -> str:
        """Return the dictionary form of `word`, itself when the table has none."""
        return self._lemmas.get(word, word)

    def read(self, text: str) -> List[Word]:
        """Return the words of `text`, of its first `MAX_WORDS` and its last when it is longer."""
        pieces = self._pieces(text)
        if len(pieces) > MAX_WORDS:
            half = MAX_WORDS // 2
            pieces = [*pieces[:half], "\n", *pieces[-half:]]
        words: List[Word] = []
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

    def _pieces(self, text: str) -> List[str]:
        plain = unicodedata.normalize("NFKC", text)
        for apostrophe in _APOSTROPHES:  # `str.translate` asks its table for each character
            plain = plain.replace(apostrophe, "'")
        pieces: List[str] = []
        for piece in _PIECES.findall(plain.lower()):
            pieces.extend(self._spell_out(piece) if piece[0].isalnum() else [piece])
        return pieces

    def _spell_out(self, piece: str) -> List[str]:
        if piece in self._spelt_out:
            return self._spelt_out[piece]
        if piece.isalpha():  # most are: neither a year nor a contraction
            word = self._mend(piece)
            return [] if word in self._skipped else [word]
        if _YEAR.fullmatch(piece):
            return [ANY_YEAR]
        stem, ending = _split(piece)
        words = self._spelt_out.get(stem) or [self._mend(stem)]
        return [word for word in (*words, *ending) if word not in self._skipped]

    def _mend(self, word: str) -> str:
        if not MIN_LETTERS <= len(word) <= MAX_LETTERS or word in self._known:
            return word
        if word in self._targets.get(word, ()):
            return word
        near: Set[str] = set()
        for key in (word, *_deletions(word)):
            near |= self._targets.get(key, set())
        near = {other for other in near if other[0] == word[0] and _is_one_slip(word, other)}
        return min(near) if near else word


def _opens_clause(pieces: List[str], place: int) -> bool:
    if pieces[place] in {"but", "however", "although", "except"}:
        return True
    following = pieces[place + 1] if place + 1 < len(pieces) else ""
    return pieces[place] == "and" and following in {"i", "my", "now", "he", "she", "his", "her"}


def _split(piece: str) -> Tuple[str, List[str]]:
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


def _is_one_slip(one: str, other: str) -> bool:
    """Say whether a letter was left out, added or changed, or two neighbours changed places."""
    if abs(len(one) - len(other)) == 1:
        short, long = sorted((one, other), key=len)
        return short in _deletions(long)
    differing = [i for i in range(len(one)) if one[i] != other[i]]
    if len(differing) == 1:
        return True
    return (
        len(differing) == 2
        and differing[1] == differing[0] + 1
        and sorted(one[differing[0] : differing[1] + 1])
        == sorted(other[differing[0] : differing[1] + 1])
    )


def _known_words(lemmas: Dict[str, str]) -> FrozenSet[str]:
    index = _table("en_lemma_index")
    words = {word for group in index.values() for word in group}
    return frozenset(words.union(lemmas, lemmas.values()))


def _table(name: str) -> Dict[str, str]:
    """Return a table of the package that the spaCy pipeline's lemmas come from."""
    spec = find_spec("spacy_lookups_data")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("spacy-lookups-data is not installed (bot/requirements.txt).")
    path = Path(spec.origin).parent / "data" / f"{name}.json.gz"
    with gzip.open(path, "rt", encoding="utf-8") as file:
        table: Dict[str, str] = json.load(file)
    return table
