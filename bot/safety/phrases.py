"""Phrases in YAML, found in a message by spaCy's PhraseMatcher."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Container, Dict, List, Sequence, Set, Tuple

import yaml
from spacy.matcher import PhraseMatcher
from spacy.tokens import Doc
from spacy.vocab import Vocab

from bot.safety.words import Reader, Word

FOLDER = Path(__file__).parent
# Stands for every word that no phrase holds: spaCy keeps each word it has seen for good.
_OTHER = "_"
# An innermost group.
_GROUP = re.compile(r"\(([^()\[\]]*)\)|\[([^()\[\]]*)\]")


class SafetyFaulty(Exception):
    """A file of bot/safety cannot be used.

    Attributes:
        path: The file.
    """

    def __init__(self, path: Path, reason: str) -> None:
        """Name the file and what is wrong with it."""
        super().__init__(f"{path}: {reason}")
        self.path = path


@dataclass(frozen=True)
class Mention:
    """A phrase found in a message.

    Attributes:
        name: What the phrase belongs to: a sign or a cue.
        start: Place of its first word.
        end: Place after its last word.
    """

    name: str
    start: int
    end: int


class Phrases:
    """Finds phrases by name.

    A phrase is matched by the lemmas of its words, so that "break hip" finds "broke hips"; with "="
    before it, by the words themselves. "(a|b c)" stands for one of several, "[a]" for a or nothing.
    """

    def __init__(
        self, reader: Reader, phrases: Dict[str, List[str]], *, left_out: Container[str] = ()
    ) -> None:
        """Compile `phrases`, by name; the words in them become known to `reader`.

        Words `left_out` are taken from every phrase; whoever searches leaves them out too.
        """
        self._reader = reader
        self._vocab = Vocab()
        self._matchers = (
            PhraseMatcher(self._vocab, attr="LEMMA"),
            PhraseMatcher(self._vocab, attr="ORTH"),
        )
        self._known: Set[str] = set()
        read: Dict[str, List[Word]] = {}
        compiled: Dict[Tuple[str, bool, Tuple[str, ...]], List[Word]] = {}
        for name, lines in phrases.items():
            for phrase in lines:
                is_exact = phrase.startswith("=")
                for text in expand(phrase.lstrip("=")):
                    words = self._words(text, left_out, read)
                    forms = tuple(word.text if is_exact else word.lemma for word in words)
                    compiled[name, is_exact, forms] = words
        for words in compiled.values():
            self._known.update(word.text for word in words)
            self._known.update(word.lemma for word in words)
        reader.teach(self._known)
        for (name, is_exact, forms), words in compiled.items():
            if forms:
                self._matchers[is_exact].add(name, [self._doc(words)])

    def find(self, words: Sequence[Word]) -> List[Mention]:
        """Return the mentions in `words`, in order; the longest of a name where several begin."""
        if not words:
            return []
        doc = self._doc(words)
        found = sorted(
            (
                (self._vocab.strings[key], start, end)
                for matcher in self._matchers
                for key, start, end in matcher(doc)
                if words[start].sentence == words[end - 1].sentence
            ),
            key=lambda item: (item[1], -item[2]),
        )
        mentions: List[Mention] = []
        ends: Dict[str, int] = {}
        for name, start, end in found:
            if end > ends.get(name, 0):
                mentions.append(Mention(name, start, end))
                ends[name] = end
        return mentions

    def _words(
        self, text: str, left_out: Container[str], read: Dict[str, List[Word]]
    ) -> List[Word]:
        """Read a phrase word by word; the same few thousand words stand in all of them."""
        words: List[Word] = []
        for piece in text.split():
            if piece not in read:
                read[piece] = [w for w in self._reader.read(piece) if w.text not in left_out]
            words.extend(read[piece])
        return words

    def _doc(self, words: Sequence[Word]) -> Doc:
        return Doc(
            self._vocab,
            words=[word.text if word.text in self._known else _OTHER for word in words],
            lemmas=[word.lemma if word.lemma in self._known else _OTHER for word in words],
        )


def expand(phrase: str) -> List[str]:
    """Return every text that a phrase with groups stands for; groups may stand in groups."""
    group = _GROUP.search(phrase)
    if group is None:
        return [" ".join(phrase.split())]
    one_of, optional = group.groups()
    choices = one_of.split("|") if one_of is not None else [*optional.split("|"), ""]
    texts = (
        text
        for choice in choices
        for text in expand(phrase[: group.start()] + choice + phrase[group.end() :])
    )
    return list(dict.fromkeys(texts))


def read_yaml(name: str, folder: Path = FOLDER) -> Dict[str, Any]:
    """Return the mapping in a file of this package.

    Raises:
        SafetyFaulty: The file is missing, not YAML, or no mapping.
    """
    path = folder / name
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as err:
        raise SafetyFaulty(path, f"cannot be read ({err}).") from err
    if not isinstance(content, dict):
        raise SafetyFaulty(path, "expected `name: [phrase, …]` lines.")
    return content


def lists_of(content: Dict[str, Any], path: Path) -> Dict[str, List[str]]:
    """Return `content` when it maps names to lists of texts.

    Raises:
        SafetyFaulty: It does not.
    """
    for name, lines in content.items():
        if not isinstance(lines, list) or not all(isinstance(line, str) for line in lines):
            raise SafetyFaulty(path, f"{name!r} needs a list of texts; quote yes, no and numbers.")
    return content
