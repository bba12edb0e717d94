"""Whether anything found answers, when a message is asked back, and whom a refusal names."""

from typing import Any

import pytest

from actions.answer import ActionAnswerQuestion
from actions.judge import choose_refusal, find_choices, is_vague, keep_answers
from actions.question import Question
from tests.actions.conftest import FakeRetriever, TakeTurn, make_hit

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

    assert [hit.name for hit in choices] == TITLES


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
    take_turn: TakeTurn, channel: str, lines: bool, buttons: int, has_payload: bool
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


def test_the_payload_of_a_question_back_has_no_citations(take_turn: TakeTurn) -> None:
    messages, _ = take_turn(ActionAnswerQuestion, FakeRetriever(TWO), "tests", confidence=0.4)

    payload = messages[0]["custom"]
    assert set(payload) == {
        "kind", "answer_id", "preface", "text", "suggestions", "resolved_query",
    }  # fmt: skip
    assert payload["kind"] == "clarify"


@pytest.mark.parametrize(("threshold", "n_kept"), [(0.0, 3), (0.4, 2), (0.6, 1), (0.7, 0)])
def test_hits_over_the_threshold_are_kept_in_order(threshold: float, n_kept: int) -> None:
    hits = [make_hit(name, score=score) for name, score in (("a", 0.6), ("b", 0.5), ("c", 0.1))]

    assert keep_answers(hits, threshold=threshold) == hits[:n_kept]


def test_no_hits_refuse() -> None:
    assert keep_answers([], threshold=0.0) == []


@pytest.mark.parametrize(
    ("question", "wording"),
    [
        (Question("x", things={"body_part": ["teeth"]}), "utter_abstain_teeth"),
        (Question("x", things={"body_part": ["eyes"]}), "utter_abstain_eyes"),
        (Question("x", things={"medicine": ["aspirin"]}), "utter_abstain"),
        (Question("x", out_of_scope=0.04), "utter_abstain"),
        (Question("x", out_of_scope=0.9), "utter_abstain_other"),
        (Question("x", out_of_scope=0.9, things={"condition": ["gout"]}), "utter_abstain"),
    ],
)
def test_a_refusal_names_who_could_answer(question: Question, wording: str) -> None:
    assert choose_refusal(question) == wording
