"""What the library passes around: documents, passages and hits."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Source:
    """Where a document's facts come from."""

    publisher: str
    url: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """A heading of a document and the text under it.

    Attributes:
        headings: Heading path, outermost first; empty for text before the first heading.
        blocks: Paragraphs and lists in order; a list is one block with a line for each item.
        questions: Other ways to ask what this section answers; searched, never shown.
        page: Page on which it starts, from 1; none in a format without pages.
        id: The id that its source gives it, kept by its passage; empty where it gives none.
    """

    headings: tuple[str, ...]
    blocks: tuple[str, ...]
    questions: tuple[str, ...] = ()
    page: int | None = None
    id: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """A source file, read.

    Attributes:
        id: Path below the documents folder, without its suffix unless two files differ in nothing
            else; the given id of a passage that came ready.
        topic: Names the intent `ask_<topic>`; empty where no intent belongs to the document.
        url: Where a reader can check it; its first source's address where it has none of its own.
        reviewed: ISO date on which the text was last checked; empty when unknown.
    """

    id: str
    title: str
    topic: str = ""
    publisher: str = ""
    url: str = ""
    reviewed: str = ""
    licence: str = ""
    sources: tuple[Source, ...] = ()
    sections: tuple[Section, ...] = field(default=(), repr=False)

    @property
    def attribution(self) -> str:
        """Publisher, with those whose facts it used: what a citation shows."""
        names = list(dict.fromkeys(source.publisher for source in self.sources))
        if not names:
            return self.publisher
        facts = f"from {', '.join(names)}"
        return f"{self.publisher} (facts {facts})" if self.publisher else f"Facts {facts}"


@dataclass(frozen=True, slots=True)
class Passage:
    """A chunk of a document: the unit that is embedded and shown.

    Attributes:
        id: `<document id>#<heading>`, stable while the heading stays; its own where it came with
            one.
        heading: Heading path joined by " > "; the document's title where it has none.
        text: Plain text as shown; no blank lines.
        sentences: Start and end offsets in `text` of each sentence, in order. A list belongs to
            the sentence that introduces it.
        questions: Other ways to ask what its section answers; searched, never shown.
        page: Page of the document on which it starts, from 1; none where it has no pages.
    """

    id: str
    document_id: str
    position: int
    heading: str
    text: str
    sentences: tuple[tuple[int, int], ...]
    questions: tuple[str, ...] = ()
    page: int | None = None


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage found for a query.

    Attributes:
        name: What it is called where it is offered; no other passage has that name.
        score: How sure it is that the passage answers, 0 to 1; comparable between searches.
        marks: The sentences of `passage.text` nearest to the query, each a substring of it; empty
            where nothing was searched.
    """

    passage: Passage
    document: Document
    name: str
    rank: int
    score: float
    marks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found for a message of a conversation.

    Attributes:
        hits: The passages, best first.
        is_follow_up: The message was searched together with what was spoken of before.
    """

    hits: list[Hit]
    is_follow_up: bool = False
