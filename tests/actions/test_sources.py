"""Where the answers come from is read from the library, not written down beside it."""

from types import SimpleNamespace
from typing import Any

from actions.sources import ActionDescribeSources, format_dates, format_origins
from knowledge import Document, Source
from tests.actions.conftest import FakeRetriever, TakeTurn, make_hit


def describe(get_retriever: Any, get_settings: Any) -> ActionDescribeSources:
    return ActionDescribeSources(get_retriever)


def make_document(name: str, **fields: Any) -> Document:
    return Document(name, title=name, topic=name, **fields)


def test_sources_are_those_of_the_index(take_turn: TakeTurn) -> None:
    retriever = FakeRetriever([])
    retriever.index = SimpleNamespace(documents={"men": make_hit().document})  # type: ignore[attr-defined]

    messages, slots = take_turn(describe, retriever, intent="ask_sources")

    assert messages[0]["response"] == "utter_sources"
    assert messages[0]["n_documents"] == 1
    assert messages[0]["origins"] == "published by Example Charity"
    assert messages[0]["checked"] == "on 1 May 2026"
    assert slots == {"replied": True}


def test_source_of_what_was_just_shown_comes_first(take_turn: TakeTurn) -> None:
    hit = make_hit()
    retriever = FakeRetriever([hit])
    retriever.index = SimpleNamespace(documents={"men": hit.document})  # type: ignore[attr-defined]

    slots = {"shown": [hit.passage.id]}
    messages, _ = take_turn(describe, retriever, intent="ask_sources", slots=slots)

    assert messages[0]["response"] == "utter_evidence"
    assert messages[0]["heading"] == hit.passage.heading
    assert "1 May 2026" in messages[0]["source"]


def test_sources_of_a_library_that_cannot_be_read_are_an_apology(take_turn: TakeTurn) -> None:
    messages, _ = take_turn(describe, FakeRetriever([]), intent="ask_sources")

    assert messages[0]["response"] == "utter_search_unavailable"


def test_publishers_of_most_documents_come_first_and_the_rest_are_others() -> None:
    documents = [
        make_document(f"{letter}{n}", publisher=f"Publisher {letter}")
        for letter, count in zip("abcdefg", (1, 1, 1, 1, 1, 1, 2), strict=True)
        for n in range(count)
    ]

    assert format_origins(documents) == (
        "published by Publisher g, Publisher a, Publisher b, Publisher c, Publisher d and others"
    )


def test_publishers_of_facts_did_not_publish_the_words() -> None:
    source = Source(publisher="Institute", url="https://institute.example", title="Page")
    own = make_document("men", publisher="Our library", sources=(source, source))
    leaflet = make_document("leaflet", publisher="Charity", url="https://charity.example")

    assert format_origins([own]) == "in our own words, from facts of Institute"
    assert format_origins([own, leaflet]) == (
        "in our own words, from facts of Institute, or published by Charity"
    )


def test_publishers_that_no_document_names_are_said_to_be_unnamed() -> None:
    assert "do not name" in format_origins([make_document("men")])


def test_dates_span_from_the_oldest_to_the_newest() -> None:
    documents = [make_document(d, checked=d) for d in ("2026-05-01", "2024-12-31", "2025-01-01")]

    assert format_dates(documents) == "between 31 December 2024 and 1 May 2026"
    assert format_dates([make_document("men")]) == "on days that the documents do not say"
