"""The library's pages: what the action server tells of it, and their addresses.

The action server has the index, the Rasa server shows the pages.
"""

from urllib.parse import quote

from typing_extensions import TypedDict

LIBRARY = "/library"
# Documents of one list.
PER_LIST = 200


def make_path(document_id: str, anchor: str = "") -> str:
    """Return the path of a document's page, and of a place on it.

    Args:
        document_id: Its id; slashes stay.
        anchor: The place; empty for the top.
    """
    place = f"#{quote(anchor, safe='')}" if anchor else ""
    return f"{LIBRARY}/{quote(document_id)}{place}"


class Source(TypedDict):
    """Where facts of a document come from.

    Attributes:
        publisher: Who published them.
        title: Of the page; may be empty.
        url: Its address, http or https.
        is_closed: The page is there no more.
        note: How it was read, where that is not at `url`; may be empty.
    """

    publisher: str
    title: str
    url: str
    is_closed: bool
    note: str


class PassageText(TypedDict):
    """A passage as it stands on its document's page.

    Attributes:
        anchor: What names it there.
        text: Lines; those of a list begin with "- " or "1. ".
        page: Page of the document on which it starts, from 1; null where it has none.
    """

    anchor: str
    text: str
    page: int | None


class Section(TypedDict):
    """A heading and what stands under it.

    Attributes:
        heading: Its heading path, joined by " > "; empty where it is the document's title.
        passages: The words, in order; at least one.
    """

    heading: str
    passages: list[PassageText]


class LibraryDocument(TypedDict):
    """A whole document: what its page shows. The fields are those of `knowledge.Document`."""

    id: str
    title: str
    publisher: str
    origin: str
    url: str
    checked: str
    reviewed_by: str
    review_due: str
    licence: str
    sources: list[Source]
    sections: list[Section]


class SectionName(TypedDict):
    """A section in a list.

    Attributes:
        heading: Its heading path, joined by " > "; empty where it is the document's title.
        anchor: What names its first passage on the document's page.
    """

    heading: str
    anchor: str


class ListedDocument(TypedDict):
    """A document in a list."""

    id: str
    title: str
    sections: list[SectionName]


class DocumentList(TypedDict):
    """Some of the documents, in order of their titles.

    Attributes:
        n_documents: How many there are.
        documents: Those of one page.
    """

    n_documents: int
    documents: list[ListedDocument]


class Found(TypedDict):
    """A passage that a search found.

    Attributes:
        document_id: Its document.
        title: The document's title.
        heading: The passage's heading.
        anchor: What names it on the document's page.
        text: How it begins.
    """

    document_id: str
    title: str
    heading: str
    anchor: str
    text: str


class SearchResults(TypedDict):
    """What a search found, best first."""

    found: list[Found]
