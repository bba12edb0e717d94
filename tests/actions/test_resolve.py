"""From what the user said to what is searched."""

import json
from dataclasses import asdict
from typing import Any

import pytest
from rasa_sdk import Tracker

from actions.resolve import Question, resolve, spell_out


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


def understood(*ranking: tuple[str | None, float]) -> Question:
    intents = [{"name": name, "confidence": confidence} for name, confidence in ranking]
    message = {"text": "can men get it?", "intent": intents[0], "intent_ranking": intents}
    tracker = Tracker("me", {}, message, [], False, None, {}, "action_listen")
    return resolve(tracker)


@pytest.mark.parametrize(
    ("ranking", "topic"),
    [
        ([("ask_men", 0.8), ("ask_lupus", 0.1)], "men"),
        ([("out_of_scope", 0.4), ("ask_men", 0.2)], ""),
        ([("nlu_fallback", 0.2), ("ask_men", 0.19)], ""),
        ([("greet", 0.5), ("ask_men", 0.3)], ""),
        ([(None, 0.0)], ""),
    ],
)
def test_resolve_names_the_topic_that_was_understood(
    ranking: list[tuple[str | None, float]], topic: str
) -> None:
    question = understood(*ranking)

    assert (question.text, question.topic) == ("can men get it?", topic)


@pytest.mark.parametrize("label", ["advice", "red_flag", "feeling"])
def test_what_a_detector_found_is_no_thing_and_replaces_no_word(label: str) -> None:
    text = "is lupus my fault?"
    entities = [
        entity(text, "lupus", "systemic lupus"),
        {"start": 0, "end": len(text), "value": "other", "entity": label},
    ]
    message = {"text": text, "intent": {"name": "ask_men"}, "entities": entities}
    tracker = Tracker("me", {}, message, [], False, None, {}, "action_listen")

    question = resolve(tracker)

    assert question.text == "is systemic lupus my fault?"
    assert question.things == {"condition": ["systemic lupus"]}


def test_a_question_survives_its_slot() -> None:
    question = understood(("ask_men", 0.6), ("out_of_scope", 0.2))

    assert Question(**json.loads(json.dumps(asdict(question)))) == question
