"""More on the last question, never the same words again."""

from actions.tell_more import ActionTellMore
from tests.actions.conftest import FakeRetriever, Turn, make_hit

QUESTION = {
    "text": "can men get it?",
    "subject": "osteoporosis",
    "confidences": {"men": 0.9},
    "is_understood": True,
}
ASKED = {"asked": QUESTION, "shown": ["men#section"]}


def test_tell_more_shows_the_next_passage(take_turn: Turn) -> None:
    retriever = FakeRetriever([make_hit("men"), make_hit("lupus", rank=2)])

    messages, slots = take_turn(ActionTellMore, retriever, "tell me more", slots=ASKED)

    payload = messages[0]["custom"]
    assert [c["passage_id"] for c in payload["citations"]] == ["lupus#section"]
    assert payload["resolved_query"] == "can men get it?"
    assert slots["shown"] == ["men#section", "lupus#section"]


def test_tell_more_searches_past_what_was_shown(take_turn: Turn) -> None:
    retriever = FakeRetriever([make_hit("men")])
    slots = {"asked": QUESTION, "shown": ["a#1", "b#1", "c#1", "d#1", "e#1"]}

    take_turn(ActionTellMore, retriever, "go on", slots=slots)

    assert retriever.calls[0]["top_k"] == 9


def test_tell_more_searches_the_question_as_it_was_understood(take_turn: Turn) -> None:
    retriever = FakeRetriever([make_hit("men")])

    take_turn(ActionTellMore, retriever, "go on", intent="ask_more", slots=ASKED)

    assert retriever.calls[0]["query"] == "can men get it?"
    assert retriever.calls[0]["subject"] == "osteoporosis"
    assert retriever.calls[0]["topic"].name == "men"


def test_tell_more_says_when_there_is_no_more(take_turn: Turn) -> None:
    messages, slots = take_turn(
        ActionTellMore, FakeRetriever([make_hit("men")]), "tell me more", slots=ASKED
    )

    assert [message["response"] for message in messages] == ["utter_no_more"]
    assert slots == {"replied": True, **ASKED}


def test_tell_more_before_any_question_asks_for_one(take_turn: Turn) -> None:
    messages, slots = take_turn(ActionTellMore, FakeRetriever([make_hit()]), "tell me more")

    assert [message["response"] for message in messages] == ["utter_nothing_asked"]
    assert slots == {"replied": True}
