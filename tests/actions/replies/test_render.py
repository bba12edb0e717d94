"""Hits to words and payloads."""

from dataclasses import replace

import pytest

from actions.replies import render
from knowledge import Hit
from tests.actions.conftest import make_hit


def make_paged_hit(**document: str) -> Hit:
    hit = make_hit("men", **document)
    return replace(hit, passage=replace(hit.passage, page=3))


def test_a_source_names_all_a_reader_needs_to_check() -> None:
    line = render.format_source(make_hit("men"))

    assert line == (
        "About men, section “What about men?”, published by Example Charity, "
        "checked against its sources on 1 May 2026, https://charity.example/men"
    )


def test_a_source_leads_to_the_passage_where_the_world_can_reach_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("BONAFIDE_PUBLIC_URL", "https://bot.example.org")

    line = render.format_source(make_hit("men"))

    assert line.endswith(", https://bot.example.org/library/men#section")


def test_a_source_leaves_out_what_is_unknown() -> None:
    hit = make_hit("men", title="What about men?", publisher="", url="", checked="")

    assert render.format_source(hit) == "What about men?, not reviewed by a clinician yet"


def test_a_source_names_the_page_of_a_document_that_has_pages() -> None:
    line = render.format_source(make_paged_hit())

    assert "section “What about men?”, page 3, published by Example Charity" in line


def test_a_source_names_the_page_without_a_section() -> None:
    line = render.format_source(make_paged_hit(title="What about men?"))

    assert line.startswith("What about men?, page 3, published by Example Charity")


@pytest.mark.parametrize(
    ("hit", "page"), [(make_hit("men"), None), (make_paged_hit(), 3)], ids=["no-pages", "pages"]
)
def test_citation_names_section_and_page(hit: Hit, page: int | None) -> None:
    citation = render.cite(hit)

    assert (citation["section"], citation["page"]) == ("What about men?", page)


def test_citation_says_whose_facts_a_document_uses(sourced: Hit) -> None:
    assert render.cite(sourced)["origin"] == "in our own words, from facts of NIH and NHS"


def test_suggestion_shortens_a_long_title_and_keeps_its_question() -> None:
    suggestion = render.make_suggestion(replace(make_hit(), name="Why " + "very " * 30 + "long?"))

    assert len(suggestion["title"]) <= render.MAX_TITLE
    assert "…" in suggestion["title"]
    assert suggestion["payload"].endswith("long?")
    assert suggestion["passage_id"] == "men#section"


def test_suggestions_of_alike_passages_have_different_titles() -> None:
    long = "Why " + "very " * 20 + "long?"
    titles = [
        render.make_suggestion(replace(make_hit(), name=f"{long} ({title})"))["title"]
        for title in ("Apples", "Pears")
    ]

    assert titles[0] != titles[1]


def test_suggestions_name_each_passage_once_up_to_the_limit_and_none_left_out() -> None:
    hits = [make_hit(name) for name in ("men", "men", "x", "lupus", "y", "z")]

    offered = render.make_suggestions(hits, without={"x#section"}, limit=3)

    assert [each["passage_id"] for each in offered] == ["men#section", "lupus#section", "y#section"]
