"""Paragraphs and lists to sentences, the smallest parts of a text that are quoted."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import spacy
from spacy.language import Language
from spacy.pipeline import Sentencizer
from spacy.util import compile_suffix_regex

# spaCy's time grows with the square of such a run. It is an address at best, and no sentence ends
# within it.
_LONG_RUN = re.compile(r"\S{200,}")
# What spaCy ends sentences at; a text without any within it needs no spaCy.
_SENTENCE_END = re.compile(f"[{re.escape(''.join(Sentencizer.default_punct_chars))}]")
# Characters that spaCy looks at together: its memory grows with them.
MAX_PARAGRAPH = 200_000
# Words without an end of a sentence, or of a list with its lead-in, that nobody reads as one.
MAX_WORDS = 500
# Words of the parts into which such a sentence is cut, about.
PART_WORDS = 100
_PAUSE = (",", ";", ":", "|", ")", "\u2013", "-")


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence, or a sentence with the list it introduces.

    Attributes:
        text: As it stands in the document.
        opens_block: It starts on a new line.
        page: Where it starts; None in a format without pages.
        is_open: It introduces what follows: it ends in a colon, or is a list with its lead-in.
    """

    text: str
    opens_block: bool
    page: int | None = None
    is_open: bool = False

    @property
    def n_words(self) -> int:
        """Words, as a reader counts them."""
        return len(self.text.split())


def split_sentences(blocks: Iterable[tuple[str, int | None]]) -> Iterator[Sentence]:
    """Yield the sentences of paragraphs and lists; what ends in a colon has more than that.

    A list stays with its lead-in, and so do paragraphs that go on in small letters: items without
    a mark. Of anything else that stands under a lead-in its first sentence does.

    Args:
        blocks: Each paragraph or list, with its page.
    """
    pending: Sentence | None = None
    for block, page in blocks:
        parts = _list_parts(block, page)
        if pending is not None and pending.is_open:
            pending, parts = _go_on(pending, parts)
        for part in parts:
            if pending is not None:
                yield pending
            pending = part
    if pending is not None:
        yield pending


def _list_parts(block: str, page: int | None) -> list[Sentence]:
    """Return the items of a list or the sentences of a paragraph."""
    is_list = _is_item(block)
    texts = block.split("\n") if is_list else _cut(block)
    pieces = [piece for text in texts for piece in _cut_long(text)]
    return [
        Sentence(piece, number == 0 or _is_item(piece), page, piece.endswith(":"))
        for number, piece in enumerate(filter(None, pieces))
    ]


def _go_on(lead: Sentence, parts: list[Sentence]) -> tuple[Sentence, list[Sentence]]:
    """Return a lead-in with the parts of the next block that belong to it, and the other parts."""
    is_list = _is_item(parts[0].text)
    ends_in_colon = lead.text.endswith(":")
    is_item = is_list or parts[0].text[:1].islower()
    if not (is_item or ends_in_colon):
        return replace(lead, is_open=False), parts
    n_taken = len(parts) if is_item else 1
    n_words = lead.n_words
    for number, part in enumerate(parts[:n_taken]):
        n_words += part.n_words
        if n_words > MAX_WORDS and (number or not ends_in_colon):
            n_taken = number
            break
    taken = "".join(("\n" if p.opens_block else " ") + p.text for p in parts[:n_taken])
    is_open = is_item and n_taken == len(parts)
    return replace(lead, text=lead.text + taken, is_open=is_open), parts[n_taken:]


def _cut(paragraph: str) -> list[str]:
    """Return the sentences: each starts after a blank, and none with a small letter."""
    if not _SENTENCE_END.search(paragraph, 0, len(paragraph) - 1):
        return [paragraph]
    readable = _LONG_RUN.sub(_break_up, paragraph)
    found = [
        offset + sentence.start_char
        for offset, text in _slice(readable)
        for sentence in _sentencizer()(text).sents
    ]
    starts = [
        start
        for start in found
        if start == 0 or (paragraph[start - 1].isspace() and not paragraph[start].islower())
    ]
    ends = [*starts[1:], len(paragraph)]
    return [paragraph[start:end].strip() for start, end in zip(starts, ends, strict=True)]


def _slice(text: str) -> Iterator[tuple[int, str]]:
    """Yield a text in pieces that end at a blank, each with its offset."""
    start = 0
    while start < len(text):
        end = text.rfind(" ", start, start + MAX_PARAGRAPH) + 1
        if not end or len(text) - start <= MAX_PARAGRAPH:
            end = len(text)
        yield start, text[start:end]
        start = end


def _cut_long(sentence: str) -> list[str]:
    """Return a sentence, in parts where nobody could read it as one."""
    words = sentence.split(" ")
    if len(words) <= MAX_WORDS:
        return [sentence]
    parts: list[str] = []
    while len(words) > PART_WORDS * 3 // 2:
        # Where the text pauses last before a part is full; else where it is full.
        ends = range(PART_WORDS, PART_WORDS // 2, -1)
        end = next((n for n in ends if words[n - 1].endswith(_PAUSE)), PART_WORDS)
        parts.append(" ".join(words[:end]))
        words = words[end:]
    return [*parts, " ".join(words)]


def _break_up(run: re.Match[str]) -> str:
    """Return short words as long as a run without blanks, with its end: that may end a sentence."""
    return ("x" * 9 + " ") * (len(run[0]) // 10 - 1) + "x" * (len(run[0]) % 10 + 5) + run[0][-5:]


def _is_item(block: str) -> bool:
    return re.match(r"(-|\d+\.) ", block) is not None


@cache
def _sentencizer() -> Language:
    nlp = spacy.blank("en")
    # The point of "vitamin D." ends a sentence; spaCy takes it as that of an initial.
    suffixes = [*(nlp.Defaults.suffixes or ()), r"(?<=^[A-Z])\."]
    tokenizer: Any = nlp.tokenizer  # spaCy calls its type a plain callable
    tokenizer.suffix_search = compile_suffix_regex(suffixes).search
    nlp.add_pipe("sentencizer")
    return nlp
