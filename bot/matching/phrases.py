"""Phrases in YAML, found in a message."""

import re
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from bot.matching.tokenizer import Tokenizer, Word

# Phrases word by word: what can follow a word, and under `_NAMES` what the phrases that end there
# belong to. spaCy's PhraseMatcher finds the same, but needs a document of each of the phrases
# (66,000) and of each message: three times the start, and twice the memory.
_Tree = dict[str | None, Any]
_NAMES = None
# An innermost group.
_GROUP = re.compile(r"\(([^()\[\]]*)\)|\[([^()\[\]]*)\]")


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
        self, tokenizer: Tokenizer, phrases: dict[str, list[str]], *, left_out: Container[str] = ()
    ) -> None:
        """Compile `phrases`, by name; the words in them become known to `tokenizer`.

        Words `left_out` are taken from every phrase; whoever searches leaves them out too.
        """
        self._tokenizer = tokenizer
        self._by_lemma: _Tree = {}
        self._by_text: _Tree = {}
        read: dict[str, list[Word]] = {}
        compiled: dict[tuple[str, bool, tuple[str, ...]], list[Word]] = {}
        for name, lines in phrases.items():
            for phrase in lines:
                is_exact = phrase.startswith("=")
                for text in expand(phrase.lstrip("=")):
                    words = self._words(text, left_out, read)
                    forms = tuple(word.text if is_exact else word.lemma for word in words)
                    compiled[name, is_exact, forms] = words
        tokenizer.teach(
            {form for ws in compiled.values() for w in ws for form in (w.text, w.lemma)}
        )
        for name, is_exact, forms in compiled:
            if forms:
                _grow(self._by_text if is_exact else self._by_lemma, forms, name)

    def find(self, words: Sequence[Word]) -> list[Mention]:
        """Return the mentions in `words`, in order; the longest of a name where several begin."""
        found = [
            *_search(self._by_lemma, words, [word.lemma for word in words]),
            *_search(self._by_text, words, [word.text for word in words]),
        ]
        found.sort(key=lambda mention: (mention.start, -mention.end))
        mentions: list[Mention] = []
        ends: dict[str, int] = {}
        for mention in found:
            if mention.end > ends.get(mention.name, 0):
                mentions.append(mention)
                ends[mention.name] = mention.end
        return mentions

    def _words(
        self, text: str, left_out: Container[str], read: dict[str, list[Word]]
    ) -> list[Word]:
        """Read a phrase word by word; the same few thousand words stand in all of them."""
        words: list[Word] = []
        for piece in text.split():
            if piece not in read:
                read[piece] = [w for w in self._tokenizer.tokenize(piece) if w.text not in left_out]
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


def expand(phrase: str) -> list[str]:
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
