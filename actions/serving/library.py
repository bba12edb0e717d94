"""The library over HTTP, for the pages of the Rasa server: a list, whole documents, a search.

Each reply is of the index that is on disk now, and named by its digest: asked again with that name
(If-None-Match), an unchanged index costs nothing.
"""

import asyncio
from collections.abc import Callable
from dataclasses import asdict
from itertools import groupby
from typing import Any
from urllib.parse import unquote

from sanic import Sanic
from sanic.request import Request
from sanic.response import HTTPResponse
from sanic.response import json as json_response

from actions import resources
from actions.library_words import make_library_words
from contract.library import (
    PER_LIST,
    DocumentList,
    Found,
    LibraryDocument,
    ListedDocument,
    SearchResults,
    Section,
    Source,
)
from knowledge import Document, Hit, KnowledgeError, Passage, Retriever
from knowledge import Source as KnownSource

# Passages of one search, and how sure it has to be of each, as a probability: low, as a reader
# looks through them.
MAX_FOUND, LEAST_SCORE = 10, 0.02
# Characters that are shown of a passage that was found.
MAX_START = 240
MAX_QUERY = 500

# Returns the reply that refuses a request; None if it is let in.
Refuse = Callable[[Request], HTTPResponse | None]


def add_routes(app: Sanic[Any, Any], refuse: Refuse) -> None:
    """Add the routes of the library.

    Args:
        app: The application.
        refuse: Says who may not ask.
    """

    @app.get("/library")
    async def list_documents(request: Request) -> HTTPResponse:
        start = request.args.get("start", "0")
        first = int(start) if start.isdecimal() and len(start) < 10 else 0
        return await _reply(request, refuse, lambda retriever: describe_list(retriever, first))

    @app.get("/library-words")
    async def show_words(request: Request) -> HTTPResponse:
        return await _reply(request, refuse, describe_words)

    @app.get("/library/<id_:path>")
    async def show_document(request: Request, id_: str) -> HTTPResponse:
        wanted = unquote(id_)
        return await _reply(request, refuse, lambda retriever: find_document(retriever, wanted))

    @app.post("/library-search")
    async def search(request: Request) -> HTTPResponse:
        body = request.json if refuse(request) is None else {}
        query = body.get("query") if isinstance(body, dict) else None
        words = query[:MAX_QUERY] if isinstance(query, str) else ""
        return await _reply(request, refuse, lambda retriever: search_library(retriever, words))


async def _reply(
    request: Request, refuse: Refuse, describe: Callable[[Retriever], object | None]
) -> HTTPResponse:
    if (refusal := refuse(request)) is not None:
        return refusal
    try:
        retriever = await asyncio.to_thread(resources.get_retriever)
        etag = f'"{retriever.index.manifest.corpus}"'
        headers = {"ETag": etag}
        if request.method == "GET" and request.headers.get("if-none-match") == etag:
            return HTTPResponse(status=304, headers=headers)
        found = await asyncio.to_thread(describe, retriever)
    except KnowledgeError:  # logged where it is loaded
        return json_response({"error": "the library cannot be read"}, 503)
    if found is None:
        return json_response({"error": "there is no such document"}, 404, headers=headers)
    return json_response(found, headers=headers)


def describe_words(retriever: Retriever) -> dict[str, object]:
    """Return what the documents say of themselves, for the words that nobody wrote."""
    threshold = resources.get_settings().threshold
    return asdict(make_library_words(retriever, threshold=threshold))


def describe_list(retriever: Retriever, start: int) -> DocumentList:
    """Return some documents with their sections, in order of their titles, from `start` on."""
    documents = sorted(retriever.index.documents.values(), key=lambda d: (d.title.casefold(), d.id))
    listed = {document.id: document for document in documents[start : start + PER_LIST]}
    sections: dict[str, list[Passage]] = {id_: [] for id_ in listed}
    for passage in retriever.index.passages:
        if passage.document_id in sections:
            sections[passage.document_id].append(passage)
    return {
        "n_documents": len(documents),
        "documents": [_describe_entry(listed[id_], sections[id_]) for id_ in listed],
    }


def find_document(retriever: Retriever, id_: str) -> LibraryDocument | None:
    """Return a document with all its words; None if there is none of this id."""
    document = retriever.index.documents.get(id_)
    if document is None:
        return None
    passages = [passage for passage in retriever.index.passages if passage.document_id == id_]
    return describe_document(document, passages)


def describe_document(document: Document, passages: list[Passage]) -> LibraryDocument:
    """Return a document with all its words.

    Args:
        document: The document.
        passages: All of it, in order. The build has checked that they leave no word out.
    """
    return {
        "id": document.id,
        "title": document.title,
        "publisher": document.publisher,
        "origin": document.origin,
        "url": document.url,
        "checked": document.checked,
        "reviewed_by": document.reviewed_by,
        "review_due": document.review_due,
        "licence": document.licence,
        "sources": [_describe_source(source) for source in document.sources],
        "sections": _make_sections(document, passages),
    }


def search_library(retriever: Retriever, query: str) -> SearchResults:
    """Return the passages nearest to a question, best first."""
    hits = retriever.search(query, top_k=MAX_FOUND) if query.strip() else []
    return {"found": [_describe_hit(hit) for hit in hits if hit.score >= LEAST_SCORE]}


def _describe_entry(document: Document, passages: list[Passage]) -> ListedDocument:
    sections = _make_sections(document, passages)
    return {
        "id": document.id,
        "title": document.title,
        "sections": [
            {"heading": each["heading"], "anchor": each["passages"][0]["anchor"]}
            for each in sections
        ],
    }


def _make_sections(document: Document, passages: list[Passage]) -> list[Section]:
    return [
        {
            "heading": "" if heading == document.title else heading,
            "passages": [
                {"anchor": each.anchor, "text": each.text, "page": each.page} for each in group
            ],
        }
        for heading, group in groupby(passages, key=lambda passage: passage.heading)
    ]


def _describe_source(source: KnownSource) -> Source:
    return {
        "publisher": source.publisher,
        "title": source.title,
        "url": source.url,
        "is_closed": source.is_closed,
        "note": source.note,
    }


def _describe_hit(hit: Hit) -> Found:
    start = " ".join(hit.passage.text.split())
    if len(start) > MAX_START:
        start = start[:MAX_START].rpartition(" ")[0] + " …"
    return {
        "document_id": hit.document.id,
        "title": hit.document.title,
        "heading": hit.passage.heading,
        "anchor": hit.passage.anchor,
        "text": start,
    }
