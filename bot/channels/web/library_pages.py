"""The library as pages: all documents, and each of them whole, as the index has them now."""

import json
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from bot.channels.web.library_reply import Reply, as_document, as_list
from bot.channels.web.pages import Pages
from bot.channels.web.static_files import StaticFile
from bot.channels.web.text_blocks import split_blocks
from contract.library import PER_LIST, Found, LibraryDocument, PassageText, make_path
from contract.wording import format_date, format_page

# Pages that are kept ready.
MAX_KEPT = 200
# Sections that are named for those who type; more are found by asking.
MAX_HEADINGS = 2000
JSON = "application/json"
# Outermost headings of a document stand below its title, and HTML has six levels.
TOP_LEVEL, LOWEST_LEVEL = 2, 6


class LibraryPages:
    """Makes the pages of what the action server said; each is made once for an index."""

    def __init__(self, pages: Pages) -> None:
        """Take what renders templates."""
        self._pages = pages
        self._cached_list = lru_cache(maxsize=MAX_KEPT)(self._render_list)
        self._cached_document = lru_cache(maxsize=MAX_KEPT)(self._render_document)
        self.headings = lru_cache(maxsize=1)(make_headings)

    def list_page(self, reply: Reply, number: int) -> StaticFile:
        """Return a page of the list of documents, `number` from 1."""
        return self._cached_list(reply, number, self._pages.site_version)

    def document_page(self, reply: Reply) -> StaticFile:
        """Return the page of a document."""
        return self._cached_document(reply, self._pages.site_version)

    def found_page(self, query: str, found: list[Found]) -> StaticFile:
        """Return the page of a search."""
        hits = [
            {**hit, "path": make_path(hit["document_id"], hit["anchor"]), "n": place}
            for place, hit in enumerate(found, start=1)
        ]
        return self._pages.render("found.html", query=query, found=hits)

    def notice_page(self, code: str) -> StaticFile:
        """Return the page that says why there is nothing to show."""
        return self._pages.render("no_document.html", code=code)

    def _render_list(self, reply: Reply, number: int, _site_version: str) -> StaticFile:
        listed = as_list(reply)
        documents = [
            {
                "title": document["title"],
                "path": make_path(document["id"]),
                "sections": [
                    {
                        "title": section["heading"] or document["title"],
                        "path": make_path(document["id"], section["anchor"]),
                    }
                    for section in document["sections"]
                ],
            }
            for document in listed["documents"]
        ]
        n_pages = -(-listed["n_documents"] // PER_LIST)
        return self._pages.render(
            "library.html",
            n_documents=listed["n_documents"],
            listed=documents,
            number=number,
            n_pages=n_pages,
        )

    def _render_document(self, reply: Reply, _site_version: str) -> StaticFile:
        document = as_document(reply)
        return self._pages.render(
            "document.html",
            document=document,
            sections=list(lay_out(document)),
            due=format_date(document["review_due"]) if document["review_due"] else "",
        )


def lay_out(document: LibraryDocument) -> Iterator[dict[str, Any]]:
    """Yield the sections as the template shows them.

    A heading that the section before stands under, too, is not said again; nor is a page.
    """
    path: list[str] = []
    page: int | None = None
    for section in document["sections"]:
        names = section["heading"].split(" > ") if section["heading"] else []
        n_known = _count_shared(path, names)
        passages = []
        for passage in section["passages"]:
            passages.append(_lay_out_passage(passage, page))
            page = passage["page"] if passage["page"] is not None else page
        yield {
            "title": names[-1] if names else document["title"],
            "headings": [
                {"level": min(TOP_LEVEL + depth, LOWEST_LEVEL), "text": name}
                for depth, name in enumerate(names)
                if depth >= n_known
            ],
            "anchor": section["passages"][0]["anchor"],
            "passages": passages,
        }
        path = names


def make_headings(reply: Reply) -> StaticFile:
    """Return the sections of the library by name, as JSON for the widget."""
    sections = [
        {
            "title": section["heading"] or document["title"],
            "document": document["title"],
            "path": make_path(document["id"], section["anchor"]),
        }
        for document in as_list(reply)["documents"]
        for section in document["sections"]
    ]
    text = json.dumps({"sections": sections[:MAX_HEADINGS]}, ensure_ascii=False)
    return StaticFile.from_bytes(text.encode("utf-8", "replace"), JSON)


def list_titles(reply: Reply) -> tuple[tuple[str, str], ...]:
    """Return title and path of each document of a list."""
    return tuple((each["title"], make_path(each["id"])) for each in as_list(reply)["documents"])


def _lay_out_passage(passage: PassageText, page: int | None) -> dict[str, Any]:
    is_new = passage["page"] is not None and passage["page"] != page
    return {
        "anchor": passage["anchor"],
        "page": format_page(passage["page"]).capitalize() if is_new else "",
        "blocks": list(split_blocks(passage["text"])),
    }


def _count_shared(one: list[str], other: list[str]) -> int:
    """Return how many names two heading paths begin with alike; never all of the other's."""
    n_shared = 0
    for mine, theirs in zip(one, other[:-1], strict=False):
        if mine != theirs:
            break
        n_shared += 1
    return n_shared
