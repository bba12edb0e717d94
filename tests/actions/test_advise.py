"""No advice, whom to ask, and what the library says in general."""

import pytest

from actions.advise import WORDINGS, ActionAdvise
from knowledge.errors import EncoderUnavailable
from tests.actions.conftest import FakeRetriever, Turn, make_hit


def test_advise_quotes_what_holds_in_general(take_turn: Turn) -> None:
    retriever = FakeRetriever([make_hit("men"), make_hit("lupus", rank=2)])

    messages, slots = take_turn(
        ActionAdvise, retriever, "should my dad stop?", intent="seek_advice"
    )

    payload = messages[0]["custom"]
    assert payload["kind"] == "advice"
    assert payload["quote"] in payload["citations"][0]["text"]
    assert payload["quote"] in messages[0]["general"]
    assert payload["disclaimer"]
    assert slots["shown"] == ["men#section"]


def test_advise_without_a_passage_still_says_whom_to_ask(take_turn: Turn) -> None:
    hits = [make_hit("men", similarity=0.0)]

    messages, _ = take_turn(ActionAdvise, FakeRetriever(hits), "should I?", intent="seek_advice")

    payload = messages[0]["custom"]
    assert payload["citations"] == []
    assert payload["quote"] == messages[0]["general"] == ""
    assert "doctor" in payload["text"]


def test_advise_says_whom_to_ask_when_the_library_cannot_be_used(take_turn: Turn) -> None:
    retriever = FakeRetriever([], EncoderUnavailable("encoder", "gone"))

    messages, slots = take_turn(ActionAdvise, retriever, "should I?", intent="seek_advice")

    assert messages[0]["custom"]["kind"] == "advice"
    assert slots["replied"] is True


@pytest.mark.parametrize("wording", WORDINGS.values())
def test_wordings_name_whom_to_ask_and_recommend_nothing(domain, wording: str) -> None:
    text = domain["responses"][wording][0]["text"]

    assert "doctor" in text
    assert text.startswith("I cannot tell you")


def test_wording_on_stopping_warns_of_stopping_on_ones_own(domain) -> None:
    assert (
        "Never stop a prescribed medicine on your own"
        in (domain["responses"][WORDINGS["stop"]][0]["text"])
    )
