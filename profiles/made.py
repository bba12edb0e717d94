"""Words that are made from the documents, where nobody wrote them."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

# Titles that a sentence names: of the subject, and of all that there is.
SUBJECT_TITLES, LISTED_TITLES = 3, 8
# What a button takes, in words and characters.
MIN_WORDS, MAX_WORDS, MAX_CHARS = 3, 14, 90
# A question that points at something said before it.
_POINTING = re.compile(r"\b(?:it|its|this|that|these|those|they|them|he|she|here)\b", re.IGNORECASE)
_LONG_WORD = re.compile(r"\w{4,}")


@dataclass(frozen=True)
class Part:
    """What a passage says of itself.

    Attributes:
        document: The title of its document.
        heading: Its heading path, joined by " > ".
        questions: Other ways to ask what it answers.
    """

    document: str
    heading: str
    questions: Sequence[str] = ()


@dataclass(frozen=True)
class MadeWords:
    """What the documents say of themselves.

    Attributes:
        titles: Of the documents, those with most to say first; as many as are ever named.
        n_documents: How many there are.
        starters: Questions that the documents answer.
    """

    titles: tuple[str, ...] = ()
    n_documents: int = 0
    starters: tuple[str, ...] = ()


def rank_titles(parts: Iterable[Part]) -> list[str]:
    """Return the titles of the documents, those with most passages first."""
    counts = Counter(part.document for part in parts)
    return sorted(counts, key=lambda title: (-counts[title], title.casefold()))


def list_questions(parts: Sequence[Part]) -> Iterator[str]:
    """Yield questions that the documents answer, the likeliest to be asked first.

    One of each document, those with most passages first; then, where that is not enough, the
    titles.
    """
    titles = rank_titles(parts)
    for title in titles:
        found = _choose_question([part for part in parts if part.document == title])
        if found:
            yield found
    yield from (title for title in titles if len(title) <= MAX_CHARS and "{" not in title)


def _choose_question(parts: Sequence[Part]) -> str:
    """Return the question of a document that says best by itself what it asks; empty if none."""
    candidates = []
    for part in parts:
        heading = part.heading.rpartition(" > ")[2]
        candidates += [each for each in (heading, *part.questions) if _is_question(each)]
    title = _long_words(parts[0].document)

    def rank(question: str) -> tuple[bool, bool]:
        return bool(_POINTING.search(question)), not title & _long_words(question)

    # Of equals the first: documents begin with what matters most.
    return min(candidates, key=rank, default="")


def _is_question(text: str) -> bool:
    n_words = len(text.split())
    if "{" in text or "}" in text:
        return False
    return text.endswith("?") and MIN_WORDS <= n_words <= MAX_WORDS and len(text) <= MAX_CHARS


def _long_words(text: str) -> set[str]:
    # Without its last letters: "bones" and "bone" are one word.
    return {word[:5] for word in _LONG_WORD.findall(text.casefold())}


def quote_titles(titles: Sequence[str], *, n_more: int = 0, more: str = "") -> str:
    """Return titles in quotation marks as part of a sentence.

    Args:
        titles: At least one.
        n_more: How many others there are.
        more: What is said of them, with `{}` for their number.
    """
    listed = [f"“{title}”" for title in titles] + ([more.format(n_more)] if n_more else [])
    joined = " and ".join(filter(None, [", ".join(listed[:-1]), listed[-1]]))
    # Braces would be taken for places to fill.
    return joined.replace("{", "(").replace("}", ")")
