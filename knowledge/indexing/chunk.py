"""Cut documents into passages along their own sections, never inside a sentence."""

import bisect
import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import spacy
from spacy.language import Language
from spacy.util import compile_suffix_regex

from knowledge.types import Document, Passage, Section

# Words that point back at the sentence before: a passage should not begin with one.
_POINTS_BACK = re.compile(
    r"(it|its|they|them|their|this|these|those|that|he|she|such|but|also|and|so|however|then|"
    r"still|instead|both|because of this|as a result|for example|in this case|other)\b",
    re.IGNORECASE,
)

# spaCy's time grows with the square of such a run. It is an address at best, and no sentence ends
# within it.
_LONG_RUN = re.compile(r"\S{200,}")


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence, or a sentence with the list it introduces.

    Attributes:
        text: As it stands in the document.
        opens_block: It starts on a new line.
    """

    text: str
    opens_block: bool

    @property
    def n_words(self) -> int:
        """Words, as a reader counts them."""
        return len(self.text.split())


def chunk(document: Document, *, max_words: int) -> list[Passage]:
    """Return the passages of `document` in order.

    A section is one passage. A section longer than `max_words` becomes several of about equal
    length. Only a single sentence that is longer by itself goes over the limit.
    """
    passages: list[Passage] = []
    taken: dict[str, int] = {}
    for section in document.sections:
        heading = " > ".join(section.headings) or document.title
        sentences = list(split_sentences(section.blocks))
        for group in _balance(sentences, max_words):
            text, spans = _join(group)
            id_ = _name(document, section, heading, taken)
            passages.append(
                Passage(
                    id=id_,
                    document_id=document.id,
                    position=len(passages),
                    heading=heading,
                    text=text,
                    sentences=spans,
                    questions=section.questions,
                    page=section.page,
                )
            )
    return passages


def split_sentences(blocks: tuple[str, ...]) -> Iterator[Sentence]:
    """Yield the sentences of paragraphs and lists; a list stays with its introduction."""
    pending: Sentence | None = None
    for block in blocks:
        if _is_list(block):
            if pending is not None and pending.text.endswith(":"):
                pending = Sentence(f"{pending.text}\n{block}", pending.opens_block)
                continue
            parts = block.split("\n")
        else:
            parts = _cut(block)
        for number, part in enumerate(filter(None, parts)):
            if pending is not None:
                yield pending
            pending = Sentence(part, opens_block=number == 0 or _is_list(part))
    if pending is not None:
        yield pending


def _cut(paragraph: str) -> list[str]:
    """Return the sentences: each starts after a blank, and none with a small letter."""
    readable = _LONG_RUN.sub(_break_up, paragraph)
    found = [sentence.start_char for sentence in _sentencizer()(readable).sents]
    starts = [
        start
        for start in found
        if start == 0 or (paragraph[start - 1].isspace() and not paragraph[start].islower())
    ]
    ends = [*starts[1:], len(paragraph)]
    return [paragraph[start:end].strip() for start, end in zip(starts, ends, strict=True)]


def _break_up(run: re.Match[str]) -> str:
    """Return short words as long as a run without blanks, with its end: that may end a sentence."""
    return ("x" * 9 + " ") * (len(run[0]) // 10 - 1) + "x" * (len(run[0]) % 10 + 5) + run[0][-5:]


def _is_list(block: str) -> bool:
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


def _balance(sentences: list[Sentence], max_words: int) -> Iterator[list[Sentence]]:
    """Yield groups of about equal length, each of which starts where a reader can start.

    Of all ways to cut the sentences it is the one that costs least: how much each length differs
    from the mean of the fewest groups possible, and each start that points back.
    """
    n, words = len(sentences), [0, *itertools.accumulate(s.n_words for s in sentences)]
    target = words[-1] / max(-(-words[-1] // max_words), 1)
    # The cheapest way to cut the first sentences: what it costs, and where its last group starts.
    best: list[tuple[float, int]] = [(0.0, 0)]
    for end in range(1, n + 1):
        # A sentence that is too long by itself is a group of its own.
        first = bisect.bisect_left(words, words[end] - max_words, 0, end - 1)
        starts = range(first, end)
        costs = [
            best[start][0]
            + ((words[end] - words[start]) / target - 1) ** 2
            + (_cost_of_start(sentences[start]) if start else 0.0)
            for start in starts
        ]
        cheapest = min(range(len(starts)), key=costs.__getitem__)
        best.append((costs[cheapest], starts[cheapest]))
    groups: list[list[Sentence]] = []
    end = n
    while end:
        start = best[end][1]
        groups.append(sentences[start:end])
        end = start
    yield from reversed(groups)


def _cost_of_start(sentence: Sentence) -> float:
    """Return what it costs to start a passage with a sentence; 1 is a whole passage's length."""
    if _POINTS_BACK.match(sentence.text):
        return 0.5
    return 0.0 if sentence.opens_block else 0.05


def _name(document: Document, section: Section, heading: str, taken: dict[str, int]) -> str:
    """Return the id that a section was given, or one of its heading; numbered where taken.

    Args:
        document: The whole.
        section: What is named.
        heading: Its heading path.
        taken: The highest number of each id so far; the new one is added.
    """
    slug = re.sub(r"\W+", "-", heading.lower()).strip("-") or "text"
    # A given id is numbered behind a "#", so that "a-2" stays free for another passage's own id.
    id_, mark = (section.id, "#") if section.id else (f"{document.id}#{slug}", "-")
    name = id_
    while name in taken:
        taken[id_] += 1
        name = f"{id_}{mark}{taken[id_]}"
    taken[name] = 1
    return name


def _join(sentences: list[Sentence]) -> tuple[str, tuple[tuple[int, int], ...]]:
    text = ""
    spans = []
    for sentence in sentences:
        if text:
            text += "\n" if sentence.opens_block else " "
        spans.append((len(text), len(text) + len(sentence.text)))
        text += sentence.text
    return text, tuple(spans)
