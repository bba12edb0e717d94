"""What every turn keeps, whatever was found (docs/contract.md)."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rasa_sdk import Action

from actions.advise import ENOUGH, ActionAdvise
from actions.answer import ActionAnswerQuestion, ActionFollowUp
from actions.replies import render
from contract.turn import Abstain, Advice, Answer, Chat, Clarify
from knowledge import Hit, Settings
from tests.actions.conftest import FakeRetriever, TakeTurn, make_hit

KINDS = {"answer": Answer, "advice": Advice, "clarify": Clarify, "abstain": Abstain, "chat": Chat}
# How many suggestions a turn may have.
N_SUGGESTIONS = {"answer": (0, 3), "advice": (0, 3), "clarify": (1, 4), "abstain": (0, 3)}

ASKED = {"asked": {"text": "can men get osteoporosis?"}, "offers": []}
MESSAGES: dict[str, tuple[type[Action], str, dict[str, Any]]] = {
    "question": (ActionAnswerQuestion, "can men get osteoporosis?", {}),
    "two questions": (ActionAnswerQuestion, "can men get osteoporosis? Does it hurt?", {}),
    "a word": (ActionAnswerQuestion, "tests", {}),
    "a heading": (ActionAnswerQuestion, "What about c?", {}),
    "advice": (ActionAdvise, "should I stop?", {}),
    "more": (ActionFollowUp, "tell me more", ASKED),
}
LETTERS = "abcdefghij"
scores = st.sampled_from([0.0, 0.05, 0.1, 0.3, 0.49, 0.5, 0.8, 1.0])


@st.composite
def libraries(draw: st.DrawFn) -> FakeRetriever:
    """Return what is found, best first, some of it with a section that goes on."""
    names = draw(st.lists(st.sampled_from(LETTERS), unique=True))
    sure = sorted(draw(st.lists(scores, min_size=len(names), max_size=len(names))), reverse=True)
    hits = [
        make_hit(name, rank=rank, score=score)
        for rank, (name, score) in enumerate(zip(names, sure, strict=True), 1)
    ]
    retriever = FakeRetriever(hits)
    goes_on = draw(st.dictionaries(st.sampled_from(LETTERS), st.sampled_from(LETTERS)))
    retriever.rest = {
        f"{name}#section": make_hit(rest) for name, rest in goes_on.items() if name != rest
    }
    return retriever


seen_before = st.lists(st.sampled_from([f"{name}#section" for name in LETTERS]), max_size=3)
each_message = pytest.mark.parametrize("said", MESSAGES)


def run(
    take_turn: TakeTurn, retriever: FakeRetriever, said: str, seen: list[str]
) -> dict[str, Any]:
    """Return the payload of the reply, or what a response without one says."""
    action, text, slots = MESSAGES[said]
    before = {"shown": seen, "thread": {"questions": ["can men get it?"], "shown": seen}}
    (message,), slots = take_turn(action, retriever, text, slots={**slots, **before})
    payload = message["custom"] or {"kind": "chat", "text": "", "suggestions": []}
    return {**payload, "slots": slots}


@each_message
@given(libraries(), seen_before)
def test_a_turn_has_the_fields_of_its_kind(
    take_turn: TakeTurn, said: str, retriever: FakeRetriever, seen: list[str]
) -> None:
    payload = run(take_turn, retriever, said, seen)

    # A field that is not of its kind is refused by `take_turn`.
    left_out = KINDS[payload["kind"]].__annotations__.keys() - payload.keys()
    assert left_out <= ({"answer_id"} if payload["kind"] == "clarify" else set())


@each_message
@given(libraries(), seen_before)
def test_what_is_quoted_is_a_whole_passage_under_its_heading(
    take_turn: TakeTurn, said: str, retriever: FakeRetriever, seen: list[str]
) -> None:
    payload = run(take_turn, retriever, said, seen)

    ids = [citation["passage_id"] for citation in payload.get("citations", [])]
    assert len(ids) == len(set(ids))
    if ids:
        hit = retriever.look_up(ids[0])
        assert hit is not None
        quote = payload["quote"] if payload["kind"] == "advice" else payload["text"]
        assert (payload["heading"], quote) == (hit.passage.heading, hit.passage.text)
        assert all(mark in quote for mark in payload["marks"])
        assert payload["slots"]["shown"][-1] == ids[0]


@each_message
@given(libraries(), seen_before)
def test_suggestions_are_other_passages_each_once(
    take_turn: TakeTurn, said: str, retriever: FakeRetriever, seen: list[str]
) -> None:
    payload = run(take_turn, retriever, said, seen)

    ids = [suggestion["passage_id"] for suggestion in payload["suggestions"]]
    shown = [citation["passage_id"] for citation in payload.get("citations", [])[:1]]
    assert len({*ids, *shown}) == len(ids) + len(shown)
    low, high = N_SUGGESTIONS.get(payload["kind"], (0, 0))
    assert low <= len(ids) <= high
    for suggestion in payload["suggestions"]:
        hit = retriever.look_up(suggestion["passage_id"])
        assert hit is not None
        assert suggestion["payload"] == hit.name
        assert 0 < len(suggestion["title"]) <= render.MAX_TITLE


@each_message
@given(libraries(), seen_before)
def test_suggestions_are_not_what_was_shown_for_the_last_question(
    take_turn: TakeTurn, said: str, retriever: FakeRetriever, seen: list[str]
) -> None:
    payload = run(take_turn, retriever, said, seen)

    assert not {each["passage_id"] for each in payload["suggestions"]}.intersection(seen)


@pytest.mark.parametrize("said", ["a word", "a heading", "advice", "the rest"])
def test_nothing_offers_what_was_just_shown(take_turn: TakeTurn, said: str) -> None:
    retriever = FakeRetriever([make_hit(name, score=0.6) for name in "bcad"])
    if said == "the rest":
        said, retriever.rest = "more", {"b#section": make_hit("a")}

    payload = run(take_turn, retriever, said, ["a#section"])

    assert "a#section" not in [each["passage_id"] for each in payload["suggestions"]]


@each_message
@settings(max_examples=10)
@given(libraries(), seen_before)
def test_every_suggestion_shows_its_passage_however_it_is_taken(
    take_turn: TakeTurn, said: str, retriever: FakeRetriever, seen: list[str]
) -> None:
    payload = run(take_turn, retriever, said, seen)

    for place, suggestion in enumerate(payload["suggestions"], 1):
        for words in (suggestion["title"], suggestion["payload"], str(place), f"number {place}"):
            (message,), _ = take_turn(
                ActionFollowUp, retriever, words, intent="nlu_fallback", slots=payload["slots"]
            )
            taken = message["custom"]
            assert taken["kind"] == "answer"
            assert taken["citations"][0]["passage_id"] == suggestion["passage_id"]


@given(libraries(), scores, scores)
def test_the_best_passage_decides_between_answer_offer_and_refusal(
    take_turn: TakeTurn, retriever: FakeRetriever, one: float, other: float
) -> None:
    unsure, threshold = sorted([one, other])
    hits: list[Hit] = retriever.hits
    best = hits[0].score if hits else -1.0

    (message,), _ = take_turn(
        ActionAnswerQuestion, retriever, settings=Settings(unsure=unsure, threshold=threshold)
    )

    if best >= threshold:
        expected = "answer"
    elif best >= unsure and len(hits) > 1:
        expected = "clarify"
    else:
        expected = "abstain"
    assert message["custom"]["kind"] == expected


@given(libraries(), scores)
def test_advice_quotes_what_is_half_as_sure_as_an_answer(
    take_turn: TakeTurn, retriever: FakeRetriever, threshold: float
) -> None:
    near = [hit.passage.id for hit in retriever.hits if hit.score >= ENOUGH * threshold]

    (message,), _ = take_turn(
        ActionAdvise, retriever, "should I stop?", settings=Settings(threshold=threshold)
    )

    payload = message["custom"]
    assert payload["kind"] == "advice"
    assert [citation["passage_id"] for citation in payload["citations"]] == near[:1]
    assert bool(payload["quote"]) is bool(near)
