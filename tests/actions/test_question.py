"""The latest message: its words, what it asks and names."""

import json
from dataclasses import asdict
from typing import Any

import pytest
from rasa_sdk import Action, Tracker

from actions import question
from actions.advise import ActionAdvise
from actions.answer import ActionAnswerQuestion, ActionFollowUp
from actions.dialogue import selection, substitution
from actions.question import Question, Utterance, expand_names, parse_message
from tests.actions.conftest import FakeRetriever, TakeTurn, make_hit


def entity(text: str, words: str, value: str, label: str = "condition") -> dict[str, Any]:
    start = text.index(words)
    return {"start": start, "end": start + len(words), "value": value, "entity": label}


def test_expand_names_replaces_abbreviations_and_lay_words() -> None:
    text = "does RA give you brittle bones?"
    entities = [
        entity(text, "RA", "rheumatoid arthritis"),
        entity(text, "brittle bones", "osteoporosis"),
    ]

    assert expand_names(text, entities) == "does rheumatoid arthritis give you osteoporosis?"


def test_expand_names_keeps_a_canonical_name_as_it_was_typed() -> None:
    text = "Lupus and bones"

    assert expand_names(text, [entity(text, "Lupus", "lupus")]) == text


def test_expand_names_without_entities_changes_nothing() -> None:
    assert expand_names("hello  there", []) == "hello  there"


def understood(*ranking: tuple[str | None, float]) -> Question:
    intents = [{"name": name, "confidence": confidence} for name, confidence in ranking]
    message = {"text": "can men get it?", "intent": intents[0], "intent_ranking": intents}
    tracker = Tracker("me", {}, message, [], False, None, {}, "action_listen")
    return parse_message(tracker).question


@pytest.mark.parametrize(
    ("ranking", "confidence"),
    [
        ([("ask_symptoms", 0.8), ("out_of_scope", 0.1)], 0.1),
        ([("out_of_scope", 0.4), ("ask_symptoms", 0.2)], 0.4),
        ([("greet", 0.5), ("ask_symptoms", 0.3)], 0.0),
        ([(None, 0.0)], 0.0),
    ],
)
def test_a_message_says_how_surely_it_is_about_no_health(
    ranking: list[tuple[str | None, float]], confidence: float
) -> None:
    asked = understood(*ranking)

    assert (asked.text, asked.out_of_scope) == ("can men get it?", confidence)


def test_a_name_that_the_library_does_not_use_stays_as_it_was_said() -> None:
    text = "is hypothyroidism like RA?"
    entities = [
        entity(text, "hypothyroidism", "underactive thyroid"),
        entity(text, "RA", "rheumatoid arthritis"),
    ]
    message = {"text": text, "intent": {"name": "ask_definition"}, "entities": entities}
    tracker = Tracker("me", {}, message, [], False, None, {}, "action_listen")

    asked = parse_message(tracker, lambda name: name != "underactive thyroid").question

    assert asked.text == "is hypothyroidism like rheumatoid arthritis?"
    assert asked.things == {"condition": ["underactive thyroid", "rheumatoid arthritis"]}


def test_the_library_is_asked_which_names_it_uses(take_turn: TakeTurn) -> None:
    text = "is MTX safe in men"
    retriever = FakeRetriever([make_hit()])
    retriever.unknown = {"methotrexate"}

    take_turn(
        ActionAnswerQuestion,
        retriever,
        text,
        entities=[entity(text, "MTX", "methotrexate", "medicine")],
    )

    assert retriever.calls[0]["query"] == text


@pytest.mark.parametrize("label", ["advice", "red_flag", "feeling"])
def test_what_a_detector_found_is_no_thing_and_replaces_no_word(label: str) -> None:
    text = "is lupus my fault?"
    entities = [
        entity(text, "lupus", "systemic lupus"),
        {"start": 0, "end": len(text), "value": "other", "entity": label},
    ]
    message = {"text": text, "intent": {"name": "ask_men"}, "entities": entities}
    tracker = Tracker("me", {}, message, [], False, None, {}, "action_listen")

    asked = parse_message(tracker).question

    assert asked.text == "is systemic lupus my fault?"
    assert asked.things == {"condition": ["systemic lupus"]}


def test_a_question_survives_its_slot() -> None:
    asked = understood(("ask_men", 0.6), ("out_of_scope", 0.2))

    assert Question(**json.loads(json.dumps(asdict(asked)))) == asked


@pytest.mark.parametrize(
    ("text", "expected"), [("hm", False), ("2", False), ("?", True), ("", True)]
)
def test_what_has_no_word_is_blank(text: str, expected: bool) -> None:
    assert Utterance(text).is_blank is expected


def test_words_have_the_apostrophe_of_a_keyboard() -> None:
    assert Utterance("What\u2019s RA, then?").words == ["what's", "ra", "then"]


class CountedWords:
    """Splits texts into words and remembers which."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self._split = question.split_words

    def __call__(self, text: str) -> list[str]:
        self.texts.append(text)
        return self._split(text)


TALKED = {
    "asked": {"text": "is methotrexate safe?"},
    "thread": {"questions": ["is methotrexate safe?"], "things": [{"medicine": ["methotrexate"]}]},
    "offers": [{"title": "What about men?", "payload": "x"}],
}


@pytest.mark.parametrize("action", [ActionAnswerQuestion, ActionFollowUp, ActionAdvise])
@pytest.mark.parametrize("slots", [{}, TALKED], ids=["first", "later"])
@pytest.mark.parametrize(
    ("text", "entities"),
    [
        ("stiff back", []),
        ("and steroids?", [entity("and steroids?", "steroids", "steroids", "medicine")]),
        ("is MTX safe", [entity("is MTX safe", "MTX", "methotrexate", "medicine")]),
        ("yes please", []),
    ],
)
def test_a_turn_splits_its_message_into_words_once(
    take_turn: TakeTurn,
    monkeypatch: pytest.MonkeyPatch,
    action: type[Action],
    slots: dict[str, Any],
    text: str,
    entities: list[dict[str, Any]],
) -> None:
    counted = CountedWords()
    for module in (question, selection, substitution):
        monkeypatch.setattr(module, "split_words", counted)
    hits = [make_hit("men", score=0.3), make_hit("lupus", score=0.3)]

    take_turn(action, FakeRetriever(hits), text, slots=slots, entities=entities)

    said = {text, expand_names(text, entities)}
    assert all(counted.texts.count(each) <= 1 for each in said)
    assert said & set(counted.texts)
