"""From what the user said to what is searched."""

from typing import Any

import pytest
from rasa_sdk import Tracker

from actions.resolve import Question, find_subject, resolve, spell_out
from knowledge.search import Topic


def entity(text: str, words: str, value: str, label: str = "condition") -> dict[str, Any]:
    start = text.index(words)
    return {"start": start, "end": start + len(words), "value": value, "entity": label}


def test_spell_out_replaces_abbreviations_and_lay_words() -> None:
    text = "does RA give you brittle bones?"
    entities = [
        entity(text, "RA", "rheumatoid arthritis"),
        entity(text, "brittle bones", "osteoporosis"),
    ]

    assert spell_out(text, entities) == "does rheumatoid arthritis give you osteoporosis?"


def test_spell_out_keeps_a_canonical_name_as_it_was_typed() -> None:
    text = "Lupus and bones"

    assert spell_out(text, [entity(text, "Lupus", "lupus")]) == text


def test_spell_out_without_entities_changes_nothing() -> None:
    assert spell_out("hello  there", []) == "hello  there"


def test_find_subject_takes_the_condition_named_first() -> None:
    text = "mum takes tablets for lupus and RA"
    entities = [
        entity(text, "RA", "rheumatoid arthritis"),
        entity(text, "tablets", "tablets", "medicine"),
        entity(text, "lupus", "lupus"),
    ]

    assert find_subject(entities, default="osteoporosis") == "lupus"


def test_find_subject_without_a_condition_is_the_librarys() -> None:
    assert find_subject([], default="osteoporosis") == "osteoporosis"


@pytest.mark.parametrize(
    ("intent", "topic"),
    [
        ({"name": "ask_men", "confidence": 0.8}, Topic("men", 0.8)),
        ({"name": "out_of_scope", "confidence": 0.4}, Topic("out_of_scope", 0.4)),
        ({"name": "nlu_fallback", "confidence": 0.2}, None),
        ({"name": None, "confidence": 0.0}, None),
        (None, None),
    ],
)
def test_resolve_names_the_topic_that_was_understood(intent: Any, topic: Topic | None) -> None:
    message = {"text": "can men get it?", "intent": intent, "entities": []}
    tracker = Tracker("me", {}, message, [], False, None, {}, "action_listen")

    assert resolve(tracker, default_subject="bones") == Question("can men get it?", "bones", topic)


@pytest.mark.parametrize("topic", [Topic("men", 0.8), None])
def test_a_question_survives_its_slot(topic: Topic | None) -> None:
    question = Question("can men get it?", "osteoporosis", topic)

    assert Question.from_slot(question.to_slot()) == question
