"""Phrases in YAML, found in a message."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Container, Dict, Iterator, List, Sequence, Tuple

import yaml

from bot.safety.words import Reader, Word

FOLDER = Path(__file__).parent
# Phrases word by word: what can follow a word, and under `_NAMES` what the phrases that end there
# belong to. spaCy's PhraseMatcher finds the same, but needs a document of each of the phrases
# (66,000) and of each message: three times the start, and twice the memory.
_Tree = Dict[Any, Any]
_NAMES = None
# libyaml reads the same ten times as fast, where PyYAML was built with it.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
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
        self._by_lemma: _Tree = {}
        self._by_text: _Tree = {}
        read: Dict[str, List[Word]] = {}
        compiled: Dict[Tuple[str, bool, Tuple[str, ...]], List[Word]] = {}
        for name, lines in phrases.items():
            for phrase in lines:
                is_exact = phrase.startswith("=")
                for text in expand(phrase.lstrip("=")):
                    words = self._words(text, left_out, read)
                    forms = tuple(word.text if is_exact else word.lemma for word in words)
                    compiled[name, is_exact, forms] = words
        reader.teach({form for ws in compiled.values() for w in ws for form in (w.text, w.lemma)})
        for name, is_exact, forms in compiled:
            if forms:
                _grow(self._by_text if is_exact else self._by_lemma, forms, name)

    def find(self, words: Sequence[Word]) -> List[Mention]:
        """Return the mentions in `words`, in order; the longest of a name where several begin."""
        found = [
            *_search(self._by_lemma, words, [word.lemma for word in words]),
            *_search(self._by_text, words, [word.text for word in words]),
        ]
        found.sort(key=lambda mention: (mention.start, -mention.end))
        mentions: List[Mention] = []
        ends: Dict[str, int] = {}
        for mention in found:
            if mention.end > ends.get(mention.name, 0):
                mentions.append(mention)
                ends[mention.name] = mention.end
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


def _grow(tree: _Tree, forms: Sequence[str], name: str) -> None:
    for form in forms:
        tree = tree.setdefault(form, {})
    tree.setdefault(_NAMES, []).append(name)


def _search(tree: _Tree, words: Sequence[Word], forms: Sequence[str]) -> Iterator[Mention]:
    """Yield every phrase of `tree` that stands in one sentence of `words`."""
    for start, first in enumerate(words):
        node = tree
        for end in range(start, len(words)):
            if forms[end] not in node or words[end].sentence != first.sentence:
                break
            node = node[forms[end]]
            for name in node.get(_NAMES, ()):
                yield Mention(name, start, end + 1)


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
        content = yaml.load(path.read_text(encoding="utf-8"), Loader=_LOADER)
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
