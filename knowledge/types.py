"""The types that the library passes around: documents, passages, hits and threads."""

from dataclasses import dataclass, field

# Publishers that are named in a phrase; the document's page lists all.
MAX_NAMED = 4


@dataclass(frozen=True, slots=True)
class Source:
    """Where a document's facts come from.

    Attributes:
        is_closed: The page at `url` is there no more.
        note: How it was read, where that is not at `url`; may be empty.
    """

    publisher: str
    url: str
    title: str = ""
    is_closed: bool = False
    note: str = ""


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
        topic: What its answers are counted under; empty where nobody named one.
        url: Where the document itself is published; empty where that is this library alone.
        checked: ISO date on which the text was last checked against its sources; empty when
            unknown.
        reviewed_by: The clinician who reviewed it; empty where none is known.
        review_due: ISO date by which it is to be checked again; empty where none is set.
    """

    id: str
    title: str
    topic: str = ""
    publisher: str = ""
    url: str = ""
    checked: str = ""
    reviewed_by: str = ""
    review_due: str = ""
    licence: str = ""
    sources: tuple[Source, ...] = ()
    sections: tuple[Section, ...] = field(default=(), repr=False)

    @property
    def is_published(self) -> bool:
        """Whether somebody published these words, and not only the facts in them."""
        return bool(self.publisher and (self.url or not self.sources))

    @property
    def origin(self) -> str:
        """Who published it, or whose facts it gives in the library's own words: one phrase."""
        if self.is_published:
            return f"published by {self.publisher}"
        names = list(dict.fromkeys(source.publisher for source in self.sources))
        if not names:
            return ""
        if len(names) > MAX_NAMED:
            names[MAX_NAMED - 1 :] = ["others"]
        listed = " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))
        return f"in our own words, from facts of {listed}"


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

    @property
    def anchor(self) -> str:
        """What names it on its document's page: its id without the document's and blanks."""
        return "_".join(self.id.removeprefix(f"{self.document_id}#").split())


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
class SearchResult:
    """The passages that a search found for a message of a conversation.

    Attributes:
        hits: The passages, best first.
        is_follow_up: The message was searched together with its thread.
    """

    hits: list[Hit]
    is_follow_up: bool = False


@dataclass(frozen=True, slots=True)
class Thread:
    """The questions and passages of a conversation since its subject last changed.

    Attributes:
        questions: What was asked, the oldest first, as it was searched.
        shown: Ids of the passages shown for it, the oldest first.
        is_answered: The last of `shown` was shown for the last of `questions`.
    """

    questions: tuple[str, ...] = ()
    shown: tuple[str, ...] = ()
    is_answered: bool = True

    def __bool__(self) -> bool:
        """Say whether anything was asked or shown."""
        return bool(self.questions or self.shown)
