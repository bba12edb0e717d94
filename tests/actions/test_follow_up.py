"""Taking up what the bot said last."""

from typing import Any

import pytest

from actions.follow_up import ActionFollowUp
from tests.actions.conftest import FakeRetriever, Turn, make_hit

QUESTION = {
    "text": "can men get it?",
    "subject": "osteoporosis",
    "confidences": {"men": 0.9},
    "is_understood": True,
}
OFFERS = [
    {"title": "What about lupus?", "payload": "What about lupus?"},
    {"title": "What about shoes?", "payload": "Which shoes are safe?"},
]
ASKED = {"asked": QUESTION, "shown": ["men#section"], "offers": OFFERS}
OPEN = {**ASKED, "asked": {**QUESTION, "text": "tests", "is_open": True}, "shown": []}


def test_more_shows_the_next_passage(take_turn: Turn) -> None:
    retriever = FakeRetriever([make_hit("men"), make_hit("lupus", rank=2, text="Lupus is rare.")])

    messages, slots = take_turn(
        ActionFollowUp, retriever, "tell me more", intent="ask_more", slots=ASKED
    )

    payload = messages[0]["custom"]
    assert [c["passage_id"] for c in payload["citations"]] == ["lupus#section"]
    assert payload["resolved_query"] == "can men get it?"
    assert slots["shown"] == ["men#section", "lupus#section"]


def test_more_never_repeats_words_shown_before(take_turn: Turn) -> None:
    retriever = FakeRetriever([make_hit("men"), make_hit("copy", rank=2)])

    messages, _ = take_turn(ActionFollowUp, retriever, "more", intent="ask_more", slots=ASKED)

    assert [message["response"] for message in messages] == ["utter_no_more"]


def test_more_searches_the_question_as_it_was_understood(take_turn: Turn) -> None:
    retriever = FakeRetriever([make_hit("men")])
    slots = {**ASKED, "shown": ["a#1", "b#1", "c#1", "d#1", "e#1"]}

    take_turn(ActionFollowUp, retriever, "go on", intent="ask_more", slots=slots)

    call = retriever.calls[0]
    assert (call["query"], call["subject"], call["top_k"]) == ("can men get it?", "osteoporosis", 9)
    assert call["topic"].name == "men"


def test_more_before_any_question_asks_for_one(take_turn: Turn) -> None:
    messages, _ = take_turn(ActionFollowUp, FakeRetriever([]), "tell me more", intent="ask_more")

    assert [message["response"] for message in messages] == ["utter_nothing_asked"]


@pytest.mark.parametrize(
    ("text", "intent", "query"),
    [
        ("2", "choose_option", "Which shoes are safe?"),
        ("the last one", "choose_option", "Which shoes are safe?"),
        ("what about shoes?", "ask_falls", "Which shoes are safe?"),
        ("yes please", "affirm", "What about lupus?"),
        ("ok yes show me", "affirm", "What about lupus?"),
    ],
)
def test_a_choice_is_answered_even_where_the_signals_are_weak(
    take_turn: Turn, text: str, intent: str, query: str
) -> None:
    retriever = FakeRetriever([make_hit("lupus", similarity=0.1)])

    messages, slots = take_turn(ActionFollowUp, retriever, text, intent=intent, slots=ASKED)

    assert messages[0]["custom"]["kind"] == "answer"
    assert messages[0]["custom"]["resolved_query"] == query
    assert slots["asked"]["text"] == query


@pytest.mark.parametrize(
    ("text", "intent", "slots", "response"),
    [
        ("7", "choose_option", ASKED, "utter_no_such_choice"),
        ("2", "choose_option", {}, "utter_nothing_to_choose"),
        ("yes", "affirm", {}, "utter_affirm"),
        ("ok", "affirm", ASKED, "utter_affirm"),
        ("no thanks", "deny", ASKED, "utter_deny"),
        ("yes", "affirm", OPEN, "utter_which"),
        ("tell me more", "ask_more", OPEN, "utter_which"),
    ],
)
def test_what_cannot_be_taken_up_gets_a_polite_line(
    take_turn: Turn, text: str, intent: str, slots: dict[str, Any], response: str
) -> None:
    retriever = FakeRetriever([make_hit()])

    messages, _ = take_turn(ActionFollowUp, retriever, text, intent=intent, slots=slots)

    assert [message["response"] for message in messages] == [response]
    assert retriever.calls == []


def test_a_choice_out_of_range_keeps_the_choices(take_turn: Turn) -> None:
    messages, slots = take_turn(
        ActionFollowUp, FakeRetriever([]), "7", intent="choose_option", slots=ASKED
    )

    assert messages[0]["count"] == 2
    assert messages[0]["custom"]["suggestions"] == OFFERS
    assert slots["offers"] == OFFERS


def test_a_follow_up_is_searched_merged(take_turn: Turn) -> None:
    retriever = FakeRetriever([make_hit("lupus")])
    asked = {**QUESTION, "text": "how is lupus treated?", "things": {"condition": ["lupus"]}}

    messages, _ = take_turn(
        ActionFollowUp, retriever, "does it hurt?", intent="follow_up", slots={"asked": asked}
    )

    assert messages[0]["custom"]["resolved_query"] == "does lupus hurt?"


@pytest.mark.parametrize("slots", [{"asked": "x", "shown": 3, "offers": "y"}, {"asked": []}])
def test_odd_slots_are_no_slots(take_turn: Turn, slots: dict[str, Any]) -> None:
    messages, _ = take_turn(
        ActionFollowUp, FakeRetriever([]), "tell me more", intent="ask_more", slots=slots
    )

    assert [message["response"] for message in messages] == ["utter_nothing_asked"]
