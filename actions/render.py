"""Hits to what is sent: pure functions, no tracker. docs/contract.md describes the payload."""

import datetime
import re
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from knowledge.types import Hit

Payload = dict[str, Any]

# Longest title of a suggestion that a phone shows on two lines.
MAX_TITLE = 80
# Letters that are kept of the end of a longer one.
TAIL = 30


def answer_payload(
    answer_id: str, query: str, hits: Sequence[Hit], disclaimer: str, suggestions: list[Payload]
) -> Payload:
    """Return the payload of an answer that quotes the first hit."""
    return {
        "kind": "answer",
        "answer_id": answer_id,
        "heading": hits[0].passage.heading,
        "text": hits[0].passage.text,
        "marks": list(hits[0].marks),
        "citations": [citation(hit) for hit in hits],
        "disclaimer": disclaimer,
        "suggestions": suggestions,
        "resolved_query": query,
    }


def advice_payload(
    answer_id: str,
    query: str,
    text: str,
    hits: Sequence[Hit],
    disclaimer: str,
    suggestions: list[Payload],
) -> Payload:
    """Return the payload of a turn that gives no advice; `quote` is of the first hit."""
    return {
        "kind": "advice",
        "answer_id": answer_id,
        "text": text,
        "heading": hits[0].passage.heading if hits else "",
        "quote": hits[0].passage.text if hits else "",
        "marks": list(hits[0].marks) if hits else [],
        "citations": [citation(hit) for hit in hits],
        "disclaimer": disclaimer,
        "suggestions": suggestions,
        "resolved_query": query,
    }


def abstain_payload(answer_id: str, query: str, text: str, suggestions: list[Payload]) -> Payload:
    """Return the payload of a refusal: never a citation."""
    return {
        "kind": "abstain",
        "answer_id": answer_id,
        "text": text,
        "suggestions": suggestions,
        "resolved_query": query,
    }


def clarify_payload(query: str, text: str, suggestions: list[Payload]) -> Payload:
    """Return the payload of a question back: never a citation."""
    return {"kind": "clarify", "text": text, "suggestions": suggestions, "resolved_query": query}


def unsure_payload(answer_id: str, query: str, text: str, suggestions: list[Payload]) -> Payload:
    """Return the payload of a turn that is not sure which passage answers: never a citation."""
    return {"answer_id": answer_id, **clarify_payload(query, text, suggestions)}


def citation(hit: Hit) -> Payload:
    """Return where a hit comes from, and its whole passage."""
    return {
        "document_id": hit.document.id,
        "passage_id": hit.passage.id,
        "title": hit.document.title,
        "section": name_section(hit),
        "publisher": hit.document.attribution,
        "url": hit.document.url,
        "reviewed": hit.document.reviewed,
        "text": hit.passage.text,
        "score": round(hit.score, 3),
    }


def name_section(hit: Hit) -> str:
    """Return where in its document a hit stands: the heading, and the page if it has pages."""
    page = hit.passage.page
    return hit.passage.heading if page is None else f"{hit.passage.heading}, page {page}"


def source_line(hit: Hit) -> str:
    """Return one line that names a hit's source in plain text."""
    document = hit.document
    parts = [document.title]
    if hit.passage.heading != document.title:
        parts.append(f"section “{hit.passage.heading}”")
    if hit.passage.page is not None:
        parts.append(f"page {hit.passage.page}")
    if document.attribution:
        parts.append(document.attribution)
    if document.reviewed:
        parts.append(f"checked {spell_date(document.reviewed)}")
    if document.url:
        parts.append(document.url)
    return ", ".join(parts)


def spell_date(iso: str) -> str:
    """Return "2026-05-01" as "1 May 2026", which no country reads the wrong way round."""
    date = datetime.date.fromisoformat(iso)
    return f"{date.day} {date:%B %Y}"


def suggest(hits: Iterable[Hit], *, without: Collection[str], limit: int) -> list[Payload]:
    """Return buttons that show passages, best first, each once.

    Args:
        hits: What may be offered.
        without: Ids of the passages that are left out: shown with them, or just before.
        limit: Most buttons.
    """
    offered = {hit.passage.id: hit for hit in hits if hit.passage.id not in without}
    return [suggestion(hit) for hit in list(offered.values())[:limit]]


def suggestion(hit: Hit) -> Payload:
    """Return a button that shows a passage."""
    return {"title": shorten(hit.name), "payload": hit.name, "passage_id": hit.passage.id}


def shorten(title: str) -> str:
    """Return a title that a phone shows on two lines; its end may tell it from one alike."""
    if len(title) <= MAX_TITLE:
        return title
    return f"{title[: MAX_TITLE - TAIL - 1].rstrip()}…{title[-TAIL:].lstrip()}"


def is_question(text: str) -> bool:
    """Say whether there is a word in `text`: emoji and punctuation alone ask nothing."""
    return re.search(r"\w", text) is not None
