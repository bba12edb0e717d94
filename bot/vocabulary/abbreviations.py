"""The filter of plain words that look like abbreviations: "as i said" names no disease (AS).

People type on phones, where "AS" comes out as "as". What stands beside a name, and what beside the
word, is learned from the texts that the assistant is trained on.
"""

import json
import math
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from spacy.language import Language
from spacy.tokens import Doc

from spelling.words import FUNCTION_WORDS

NAME = "abbreviations"
_FILE = "neighbours.json"
_START, _END, _NUMBER = "<start>", "<end>", "<number>"
# So many of a word's neighbours count as those of any word.
PRIOR = 100
# What one neighbour says at most, as log odds, and what both must say together. Chosen on the
# development part of tests/data/abbreviations.jsonl. The start of a message speaks for no name: "as
# usual".
LEAST, MOST = -3.0, 2.0
THRESHOLD = 0.5
# More is asked of a function word: in the training texts "as" is more than four times as
# frequent as "AS".
FUNCTION_WORD_THRESHOLD = THRESHOLD + math.log(4)
# Around a comparison there is no name: "as soon as".
_COMPARISON = "as"

# How often which word stands before, and which after.
Neighbours = tuple["Counter[str]", "Counter[str]"]
# The words of a text, names as their label, each with its token's number; -1 for the ends.
_Units = list[tuple[str, int]]


@Language.factory(NAME)
def _create(nlp: Language, name: str) -> "AbbreviationFilter":
    return AbbreviationFilter()


class AbbreviationFilter:
    """Drops entities that are words of English where they stand; comes after the entity ruler."""

    def __init__(self) -> None:
        """Start without words that could be names; `learn` or `from_disk` brings them."""
        self._words: Counter[str] = Counter()
        self._of_names: Neighbours = (Counter(), Counter())
        self._of_word: dict[str, Neighbours] = {}
        self._n_words = 0
        # How many neighbours are known, by whose (a word's; names': "") and their side.
        self._n_beside: dict[tuple[str, int], int] = {}

    def learn(self, ambiguous: Iterable[str], docs: Iterable[Doc]) -> None:
        """Learn what stands beside names, and beside the words that look like some.

        Args:
            ambiguous: Abbreviations that are words too, in lower case.
            docs: Texts with the entities that they may have.
        """
        self._of_word = {word: (Counter(), Counter()) for word in ambiguous}
        for doc in docs:
            unsure = self._find_unsure(doc)
            units = _read(doc, unsure)
            self._words.update(unit for unit, _ in units)
            names = {entity.start for entity in doc.ents} - unsure
            for (before, _), (unit, place), (after, _) in zip(
                units, units[1:], units[2:], strict=False
            ):
                seen = self._of_names if place in names else self._of_word.get(unit)
                if seen:
                    seen[0][before] += 1
                    seen[1][after] += 1
        self._add_up()

    def __call__(self, doc: Doc) -> Doc:
        """Drop what is not meant as a name."""
        if unsure := self._find_unsure(doc):
            dropped = self._find_words(doc, unsure)
            doc.set_ents([entity for entity in doc.ents if entity.start not in dropped])
        return doc

    def to_disk(self, path: Path, exclude: Iterable[str] = ()) -> None:
        """Write what was learned to a folder."""
        path.mkdir(parents=True, exist_ok=True)
        learned = [self._words, self._of_names, self._of_word]
        (path / _FILE).write_text(json.dumps(learned, sort_keys=True), encoding="utf-8")

    def from_disk(self, path: Path, exclude: Iterable[str] = ()) -> "AbbreviationFilter":
        """Read what was learned from a folder."""
        words, names, by_word = json.loads((path / _FILE).read_text(encoding="utf-8"))
        self._words = Counter(words)
        self._of_names = _count(names)
        self._of_word = {word: _count(seen) for word, seen in by_word.items()}
        self._add_up()
        return self

    def _add_up(self) -> None:
        self._n_words = sum(self._words.values())
        self._n_beside = {
            (word, side): sum(seen[side].values())
            for word, seen in (("", self._of_names), *self._of_word.items())
            for side in (0, 1)
        }

    def _find_unsure(self, doc: Doc) -> set[int]:
        """Return where entities start that may be words: in capitals among small letters none."""
        starts = [e.start for e in doc.ents if doc[e.start].lower_ in self._of_word]
        if not starts:
            return set()
        letters = [token for token in doc if token.is_alpha]
        is_shouted = len(letters) > 1 and all(token.is_upper for token in letters)
        return {start for start in starts if is_shouted or not doc[start].is_upper}

    def _find_words(self, doc: Doc, unsure: set[int]) -> set[int]:
        """Return the places of the unsure names of a text that are words."""
        units = _read(doc, unsure)
        words = [unit for unit, _ in units]
        return {
            place
            for at, (unit, place) in enumerate(units)
            if unit in self._of_word and not self._is_name(words, at)
        }

    def _is_name(self, words: list[str], at: int) -> bool:
        """Say whether one of the words of a text is a name where it stands."""
        near = words[max(0, at - 2) : at] + words[at + 1 : at + 3]
        score = self._score(words[at], words[at - 1], words[at + 1])
        least = FUNCTION_WORD_THRESHOLD if words[at] in FUNCTION_WORDS else THRESHOLD
        return _COMPARISON not in near and score >= least

    def _score(self, word: str, before: str, after: str) -> float:
        """Return how much rather a name stands between two words than `word` does."""
        score = 0.0
        for side, beside in enumerate((before, after)):
            of_name = self._share("", side, beside)
            of_word = self._share(word, side, beside)
            most = 0.0 if beside == _START else MOST
            score += max(LEAST, min(most, math.log(of_name / of_word)))
        return score

    def _share(self, word: str, side: int, beside: str) -> float:
        """Return how often `beside` stands on a side of a word; of names for an empty one."""
        seen = self._of_word[word] if word else self._of_names
        anywhere = (self._words[beside] + 1) / (self._n_words + len(self._words))
        return (seen[side][beside] + PRIOR * anywhere) / (self._n_beside[word, side] + PRIOR)


def _read(doc: Doc, unsure: set[int]) -> _Units:
    """Return the words of a text, each name that is sure as one."""
    units: _Units = [(_START, -1)]
    inside = {
        token.i: entity for entity in doc.ents if entity.start not in unsure for token in entity
    }
    for token in doc:
        entity = inside.get(token.i)
        if entity is None and not token.is_space:
            units.append((_NUMBER if token.like_num else token.lower_, token.i))
        elif entity is not None and entity.start == token.i:
            units.append((f"<{entity.label_}>", token.i))
    return [*units, (_END, -1)]


def _count(seen: list[dict[str, int]]) -> Neighbours:
    before, after = seen
    return Counter(before), Counter(after)
