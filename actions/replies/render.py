"""Turns of docs/contract.md from hits: pure functions, no tracker."""

import os
import uuid
from collections.abc import Collection, Iterable, Sequence

from contract.library import make_path
from contract.turn import Abstain, Advice, Answer, Citation, Clarify, Suggestion
from contract.wording import format_checked, format_heading, format_page, format_review
from knowledge import Hit
from settings import table

# Longest title of a suggestion that a phone shows on two lines.
MAX_TITLE = 80
# Letters that are kept of the end of a longer one.
TAIL = 30


def make_answer(
    question: str,
    hits: Sequence[Hit],
    *,
    preface: str,
    disclaimer: str,
    suggestions: list[Suggestion],
) -> Answer:
    """Return an answer that quotes the first hit."""
    return {
        "kind": "answer",
        "answer_id": make_id(),
        "preface": preface,
        "heading": hits[0].passage.heading,
        "text": hits[0].passage.text,
        "marks": list(hits[0].marks),
        "citations": [cite(hit) for hit in hits],
        "disclaimer": disclaimer,
        "suggestions": suggestions,
        "resolved_query": question,
    }


def make_advice(
    question: str,
    hits: Sequence[Hit],
    *,
    preface: str,
    text: str,
    disclaimer: str,
    suggestions: list[Suggestion],
) -> Advice:
    """Return a turn that gives no advice; `quote` is of the first hit."""
    return {
        "kind": "advice",
        "answer_id": make_id(),
        "preface": preface,
        "text": text,
        "heading": hits[0].passage.heading if hits else "",
        "quote": hits[0].passage.text if hits else "",
        "marks": list(hits[0].marks) if hits else [],
        "citations": [cite(hit) for hit in hits],
        "disclaimer": disclaimer,
        "suggestions": suggestions,
        "resolved_query": question,
    }


def make_abstain(
    question: str, *, preface: str, text: str, suggestions: list[Suggestion]
) -> Abstain:
    """Return a refusal: never a citation."""
    return {
        "kind": "abstain",
        "answer_id": make_id(),
        "preface": preface,
        "text": text,
        "suggestions": suggestions,
        "resolved_query": question,
    }


def make_clarify(
    question: str, *, preface: str, text: str, suggestions: list[Suggestion]
) -> Clarify:
    """Return a question back: never a citation."""
    return {
        "kind": "clarify",
        "preface": preface,
        "text": text,
        "suggestions": suggestions,
        "resolved_query": question,
    }


def make_id() -> str:
    """Return the name that feedback on a turn gives it."""
    return uuid.uuid4().hex


def cite(hit: Hit) -> Citation:
    """Return where a hit comes from, and its whole passage."""
    document, passage = hit.document, hit.passage
    return {
        "document_id": document.id,
        "passage_id": passage.id,
        "title": document.title,
        "section": passage.heading,
        "page": passage.page,
        "publisher": document.publisher,
        "origin": document.origin,
        "path": make_path(document.id, passage.anchor),
        "url": document.url,
        "checked": document.checked,
        "reviewed_by": document.reviewed_by,
        "text": passage.text,
        "score": round(hit.score, 3),
    }


def format_source(hit: Hit) -> str:
    """Return one line that names a hit's source in plain text."""
    document, heading = hit.document, hit.passage.heading
    parts = [
        document.title,
        format_heading(heading) if heading != document.title else "",
        format_page(hit.passage.page),
        document.origin,
        format_checked(document.checked),
        format_review(document.reviewed_by, url=document.url),
        find_address(hit),
    ]
    return ", ".join(filter(None, parts))


def find_address(hit: Hit) -> str:
    """Return where the world reads a passage: on this server, or where its document is published.

    Empty where the settings do not say how the world reaches the Rasa server, and it is published
    nowhere else.
    """
    server = table.PUBLIC_URL.read(os.environ)
    document = hit.document
    return f"{server}{make_path(document.id, hit.passage.anchor)}" if server else document.url


def make_suggestions(
    hits: Iterable[Hit], *, without: Collection[str], limit: int
) -> list[Suggestion]:
    """Return buttons that show passages, best first, each once.

    Args:
        hits: What may be offered.
        without: Ids of the passages that are left out: shown with them, or just before.
        limit: Most buttons.
    """
    offered = {hit.passage.id: hit for hit in hits if hit.passage.id not in without}
    return [make_suggestion(hit) for hit in list(offered.values())[:limit]]


def make_suggestion(hit: Hit) -> Suggestion:
    """Return a button that shows a passage."""
    return {"title": shorten_title(hit.name), "payload": hit.name, "passage_id": hit.passage.id}


def shorten_title(title: str) -> str:
    """Return a title that a phone shows on two lines, cut in the middle."""
    if len(title) <= MAX_TITLE:
        return title
    return f"{title[: MAX_TITLE - TAIL - 1].rstrip()}…{title[-TAIL:].lstrip()}"
