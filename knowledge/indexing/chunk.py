"""Cut documents into passages along their own sections, never inside a sentence."""

import bisect
import itertools
import re
from collections.abc import Iterator, Sequence

from knowledge.indexing.sentences import Sentence, split_sentences
from knowledge.indexing.titles import says_nothing
from knowledge.types import Document, Passage, Section

# A passage with fewer words is a crumb: it answers nothing, and is joined to its neighbour.
MIN_WORDS = 20
# Where passages may be shorter than usual, so may crumbs: this part of the most words.
CRUMB_SHARE = 8
# What it costs that a passage goes on over the end of a page; 1 is a whole passage's length.
_COST_OF_PAGE = 0.3
# Words that point back at the sentence before: a passage should not begin with one.
_POINTS_BACK = re.compile(
    r"(it|its|they|them|their|this|these|those|that|he|she|such|but|also|and|so|however|then|"
    r"still|instead|both|because of this|as a result|for example|in this case|other)\b",
    re.IGNORECASE,
)


def chunk(document: Document, *, max_words: int) -> list[Passage]:
    """Return the passages of `document` in order.

    A section is one passage, over the end of a page, too. A section longer than `max_words` becomes
    several of about equal length. Only a single sentence that is longer by itself goes over the
    limit, and what would be left as a crumb.
    """
    passages: list[Passage] = []
    taken: dict[str, int] = {}
    for sections in _join_pages(document.sections):
        section = sections[0]
        heading = _make_heading(section.headings, document.title)
        blocks = [(block, part.page) for part in sections for block in part.blocks]
        sentences = list(split_sentences(blocks))
        for group in _join_crumbs(_balance(sentences, max_words), max_words):
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
                    page=group[0].page,
                )
            )
    return passages


def _join_pages(sections: Sequence[Section]) -> Iterator[list[Section]]:
    """Yield the parts of each section, which starts anew on each of its pages."""
    run: list[Section] = []
    for section in sections:
        if run and not _is_same(run[-1], section):
            yield run
            run = []
        run.append(section)
    if run:
        yield run


def _is_same(section: Section, following: Section) -> bool:
    alike = section.headings == following.headings and section.questions == following.questions
    return alike and section.page != following.page and not (section.id or following.id)


def _make_heading(headings: tuple[str, ...], title: str) -> str:
    """Return the heading path in one line; a heading that says nothing says of what it is one."""
    if headings and says_nothing(headings[-1]):
        *above, last = (title, *headings) if len(headings) == 1 else headings
        headings = (*above[:-1], f"{above[-1]}: {last}")
    return " > ".join(headings) or title


def _join_crumbs(groups: Iterator[list[Sentence]], max_words: int) -> list[list[Sentence]]:
    """Return the groups of a section, each that is too short joined to its shorter neighbour."""
    found = list(groups)
    least = min(MIN_WORDS, max_words // CRUMB_SHARE)
    sizes = [sum(sentence.n_words for sentence in group) for group in found]
    at = 0
    while at < len(found):
        if sizes[at] >= least or len(found) == 1:
            at += 1
            continue
        # The shorter neighbour; `left` is the first of the two that become one.
        is_last = at == len(found) - 1
        left = at - 1 if is_last or (at and sizes[at - 1] <= sizes[at + 1]) else at
        found[left : left + 2] = [[*found[left], *found[left + 1]]]
        sizes[left : left + 2] = [sizes[left] + sizes[left + 1]]
        at = left
    return found


def _balance(sentences: list[Sentence], max_words: int) -> Iterator[list[Sentence]]:
    """Yield groups of about equal length, each of which starts where a reader can start.

    Of all ways to cut the sentences it is the one that costs least: how much each length differs
    from the mean of the fewest groups possible, each start that points back, and each end of a page
    within a group.
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
            + (_COST_OF_PAGE if sentences[start].page != sentences[end - 1].page else 0.0)
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
