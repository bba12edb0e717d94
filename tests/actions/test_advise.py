"""No advice, whom to ask, and what the library says in general."""

from typing import Any

import pytest

from actions.advise import WORDINGS, ActionAdvise
from knowledge import EncoderUnavailable
from tests.actions.conftest import FakeRetriever, TakeTurn, make_hit


def test_advise_quotes_what_holds_in_general(take_turn: TakeTurn) -> None:
    retriever = FakeRetriever([make_hit("men"), make_hit("lupus", rank=2)])

    messages, slots = take_turn(
        ActionAdvise, retriever, "should my dad stop?", intent="seek_advice"
    )

    payload = messages[0]["custom"]
    assert payload["kind"] == "advice"
    assert payload["heading"] == "What about men?"
    assert payload["quote"] == payload["citations"][0]["text"]
    assert f"{payload['heading']}\n{payload['quote']}" in messages[0]["general"]
    assert slots["shown"] == ["men#section"]


def test_advice_says_once_whom_to_ask(take_turn: TakeTurn, domain: dict[str, Any]) -> None:
    messages, slots = take_turn(ActionAdvise, FakeRetriever([make_hit()]), "should I stop?")

    short = domain["responses"]["utter_disclaimer_short"][0]["text"]
    assert messages[0]["custom"]["disclaimer"] == messages[0]["disclaimer"] == short
    assert "ask" not in short
    assert "disclaimed" not in slots


def test_advice_is_in_the_same_words_whatever_was_said_before(take_turn: TakeTurn) -> None:
    said = [
        take_turn(ActionAdvise, FakeRetriever([make_hit()]), slots={"disclaimed": disclaimed})[0][0]
        for disclaimed in (False, True)
    ]

    assert said[0]["custom"]["disclaimer"] == said[1]["custom"]["disclaimer"]


@pytest.mark.parametrize("feeling", ["afraid", "sad"])
def test_advice_has_a_kind_word_for_who_is_afraid_or_sad(
    take_turn: TakeTurn, domain: dict[str, Any], feeling: str
) -> None:
    messages, _ = take_turn(ActionAdvise, FakeRetriever([make_hit()]), feeling=feeling)

    kind = domain["responses"][f"utter_kind_{feeling}"][0]["text"]
    assert messages[0]["custom"]["preface"] == kind
    assert messages[0]["preface"] == f"{kind}\n"


def test_what_advice_quotes_can_be_read_on(take_turn: TakeTurn) -> None:
    retriever = FakeRetriever([make_hit("men"), make_hit("lupus")])
    retriever.rest = {"men#section": make_hit("rest")}

    messages, slots = take_turn(ActionAdvise, retriever, "should I stop?")

    ids = [each["passage_id"] for each in messages[0]["custom"]["suggestions"]]
    assert (
        ids == [each["passage_id"] for each in slots["offers"]] == ["rest#section", "lupus#section"]
    )


@pytest.mark.parametrize("names", [("men", "lupus"), ()], ids=["offered", "not-offered"])
@pytest.mark.parametrize("text", ["What about lupus?", "lupus#section"])
def test_what_was_chosen_is_shown_and_not_taken_for_advice(
    take_turn: TakeTurn, text: str, names: tuple[str, ...]
) -> None:
    retriever = FakeRetriever([make_hit("men"), make_hit("lupus", score=0.0)])
    offers = [
        {"title": f"What about {name}?", "payload": "x", "passage_id": f"{name}#section"}
        for name in names
    ]

    messages, _ = take_turn(ActionAdvise, retriever, text, slots={"offers": offers})

    payload = messages[0]["custom"]
    assert (payload["kind"], payload["heading"]) == ("answer", "What about lupus?")


def test_advise_without_a_passage_still_says_whom_to_ask(take_turn: TakeTurn) -> None:
    hits = [make_hit("men", score=0.0), make_hit("lupus", score=0.0)]

    messages, _ = take_turn(ActionAdvise, FakeRetriever(hits), "should I?", intent="seek_advice")

    payload = messages[0]["custom"]
    assert payload["citations"] == []
    assert payload["quote"] == messages[0]["general"] == ""
    assert "doctor" in payload["text"]
    titles = [suggestion["title"] for suggestion in payload["suggestions"]]
    assert titles == ["What about men?", "What about lupus?"]


def test_advise_says_whom_to_ask_when_the_library_cannot_be_used(take_turn: TakeTurn) -> None:
    retriever = FakeRetriever([], EncoderUnavailable("encoder", "gone"))

    messages, slots = take_turn(ActionAdvise, retriever, "should I?", intent="seek_advice")

    assert messages[0]["custom"]["kind"] == "advice"
    assert slots == {"replied": True}


@pytest.mark.parametrize("wording", WORDINGS.values())
def test_wordings_name_whom_to_ask_and_recommend_nothing(domain, wording: str) -> None:
    text = domain["responses"][wording][0]["text"]

    assert "doctor" in text
    assert text.startswith("{preface}I cannot tell you")


def test_wording_on_stopping_warns_of_stopping_on_ones_own(domain) -> None:
    assert (
        "Never stop a prescribed medicine on your own"
        in (domain["responses"][WORDINGS["stop"]][0]["text"])
    )
