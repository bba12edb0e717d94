"""When a message is asked back, and between what."""

from typing import Any

import pytest

from actions.answer import ActionAnswerQuestion
from actions.clarify import find_choices, is_vague
from actions.resolve import Question
from tests.actions.conftest import FakeRetriever, Turn, make_hit

TWO = [make_hit("men", score=0.6), make_hit("lupus", score=0.6)]
TITLES = ["What about men?", "What about lupus?"]


@pytest.mark.parametrize(
    "text", ["tests", "medicine", "the pain", "stiff back", "is it safe", "how is it treated?"]
)
def test_a_word_or_two_is_vague(text: str) -> None:
    assert is_vague(Question(text))


@pytest.mark.parametrize(
    "question",
    [
        Question("lupus", things={"condition": ["lupus"]}),
        Question("can men get osteoporosis?"),
        Question("can my brother get it from his father?"),
        Question("what will my treatment be?"),
        Question("grab rails in the bath at home"),
        Question("?"),
    ],
)
def test_what_names_a_thing_or_asks_is_not_vague(question: Question) -> None:
    assert not is_vague(question)


def test_choices_are_the_best_passage_of_each_document() -> None:
    hits = [*TWO, make_hit("men", score=0.5)]

    choices = find_choices(Question("tests"), hits, (), unsure=0.1)

    assert [choice["title"] for choice in choices] == TITLES


@pytest.mark.parametrize(
    "hits",
    [TWO[:1], [make_hit("men", score=0.9), *TWO], [make_hit("a", score=0.01), *TWO], []],
    ids=["one-document", "sure", "far", "nothing"],
)
def test_a_clear_message_has_no_choices(hits: list[Any]) -> None:
    assert find_choices(Question("injections"), hits, (), unsure=0.1) == []


@pytest.mark.parametrize(
    ("channel", "lines", "buttons", "has_payload"),
    [("rest", True, 0, True), ("cmdline", True, 0, False), ("webexteams", False, 2, False)],
)
def test_a_question_back_shows_its_choices_as_the_channel_does(
    take_turn: Turn, channel: str, lines: bool, buttons: int, has_payload: bool
) -> None:
    messages, slots = take_turn(
        ActionAnswerQuestion, FakeRetriever(TWO), "tests", confidence=0.4, channel=channel
    )

    message = messages[0]
    assert message["response"] == "utter_clarify"
    numbered = "\n1. What about men?\n2. What about lupus?"
    assert message["choices"] == (numbered if lines else "")
    assert len(message["buttons"]) == buttons
    assert bool(message["custom"]) is has_payload
    assert slots["asked"]["is_open"] is True
    assert [offer["title"] for offer in slots["offers"]] == TITLES


def test_the_payload_of_a_question_back_has_no_citations(take_turn: Turn) -> None:
    messages, _ = take_turn(ActionAnswerQuestion, FakeRetriever(TWO), "tests", confidence=0.4)

    payload = messages[0]["custom"]
    assert set(payload) == {"kind", "preface", "text", "suggestions", "resolved_query"}
    assert payload["kind"] == "clarify"
