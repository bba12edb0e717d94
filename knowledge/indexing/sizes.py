"""Limits of size: words and lists far too long to be read, searched or shown."""

from collections.abc import Iterator, Sequence

from knowledge.types import Document, Passage

# Characters of a title, a heading, an address, a question; of a paragraph; of a sentence.
MAX_NAME = 1_000
MAX_BLOCK = 1_000_000
MAX_SENTENCE = 50_000
# Other ways to ask what one section answers: each passage of it is found by all of them.
MAX_QUESTIONS = 200
MAX_SOURCES = 100


def find_excess(document: Document) -> str:
    """Return what in a document is too long, in words that go on from "it has"; empty for none."""
    return next(_find_excesses(document), "")


def find_long_sentence(passages: Sequence[Passage]) -> str:
    """Return the same for passages: a sentence is never cut, so a long one is a passage."""
    longest = max((len(passage.text) for passage in passages), default=0)
    return _describe_excess("a sentence", longest, MAX_SENTENCE) if longest > MAX_SENTENCE else ""


def _find_excesses(document: Document) -> Iterator[str]:
    for what, length, most in _list_lengths(document):
        if length > most:
            yield _describe_excess(what, length, most)
    for section in document.sections:
        if len(section.questions) > MAX_QUESTIONS:
            n_asked = f"{len(section.questions):,}"
            yield f'a section with {n_asked} "also asked" lines; {MAX_QUESTIONS} are allowed'
    if len(document.sources) > MAX_SOURCES:
        yield f"{len(document.sources):,} sources; {MAX_SOURCES} are allowed"


def _list_lengths(document: Document) -> Iterator[tuple[str, int, int]]:
    for name in ("id", "title", "topic", "publisher", "url", "licence", "reviewed_by"):
        yield f"a field `{name}`", len(getattr(document, name)), MAX_NAME
    for source in document.sources:
        texts = (source.publisher, source.url, source.title, source.note)
        yield "a source", max(map(len, texts)), MAX_NAME
    for section in document.sections:
        for heading in section.headings:
            yield "a heading", len(heading), MAX_NAME
        for question in section.questions:
            yield 'an "also asked" line', len(question), MAX_NAME
        for block in section.blocks:
            yield "a paragraph or list", len(block), MAX_BLOCK


def _describe_excess(what: str, length: int, most: int) -> str:
    return f"{what} of {length:,} characters; {most:,} are allowed"
