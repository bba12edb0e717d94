"""Hits to words and payloads."""

from dataclasses import replace

import pytest

from actions import render
from knowledge.types import Hit
from tests.actions.conftest import make_hit


def make_paged_hit(**document: str) -> Hit:
    hit = make_hit("men", **document)
    return replace(hit, passage=replace(hit.passage, page=3))


def test_source_line_names_all_a_reader_needs_to_check() -> None:
    line = render.source_line(make_hit("men"))

    assert line == (
        "About men, section “What about men?”, Example Charity, checked 1 May 2026, "
        "https://charity.example/men"
    )


def test_source_line_leaves_out_what_is_unknown() -> None:
    hit = make_hit("men", title="What about men?", publisher="", url="", reviewed="")

    assert render.source_line(hit) == "What about men?"


def test_source_line_names_the_page_of_a_document_that_has_pages() -> None:
    line = render.source_line(make_paged_hit())

    assert "section “What about men?”, page 3, Example Charity" in line


def test_source_line_names_the_page_without_a_section() -> None:
    line = render.source_line(make_paged_hit(title="What about men?"))

    assert line.startswith("What about men?, page 3, Example Charity")


@pytest.mark.parametrize(
    ("hit", "section"),
    [
        (make_hit("men"), "What about men?"),
        (make_paged_hit(), "What about men?, page 3"),
    ],
    ids=["no-pages", "pages"],
)
def test_citation_names_section_and_page(hit: Hit, section: str) -> None:
    assert render.citation(hit)["section"] == section


def test_citation_says_whose_facts_a_document_uses(sourced: Hit) -> None:
    assert render.citation(sourced)["publisher"] == "Our library (facts from NIH, NHS)"


def test_suggestion_shortens_a_long_title_and_keeps_its_question() -> None:
    suggestion = render.suggestion(replace(make_hit(), name="Why " + "very " * 30 + "long?"))

    assert len(suggestion["title"]) <= render.MAX_TITLE
    assert "…" in suggestion["title"]
    assert suggestion["payload"].endswith("long?")
    assert suggestion["passage_id"] == "men#section"


def test_suggestions_of_alike_passages_have_different_titles() -> None:
    long = "Why " + "very " * 20 + "long?"
    titles = [
        render.suggestion(replace(make_hit(), name=f"{long} ({title})"))["title"]
        for title in ("Apples", "Pears")
    ]

    assert titles[0] != titles[1]


def test_suggest_names_each_passage_once_up_to_the_limit_and_none_left_out() -> None:
    hits = [make_hit(name) for name in ("men", "men", "x", "lupus", "y", "z")]

    offered = render.suggest(hits, without={"x#section"}, limit=3)

    assert [each["passage_id"] for each in offered] == ["men#section", "lupus#section", "y#section"]


@pytest.mark.parametrize(
    ("text", "expected"), [("hm", True), ("2", True), ("?", False), ("", False)]
)
def test_is_question_wants_a_word(text: str, expected: bool) -> None:
    assert render.is_question(text) is expected
