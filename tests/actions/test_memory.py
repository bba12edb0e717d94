"""What is remembered, whatever the slots hold."""

from dataclasses import asdict
from typing import Any

import pytest
from rasa_sdk import Tracker

from actions import memory
from actions.resolve import Question

OFFERS = [{"title": "What is lupus?", "payload": "What is lupus?"}]
DOMAIN = {"responses": {"utter_greet": [{"text": "Hello", "buttons": OFFERS}]}}
USER = {"event": "user", "text": "hi"}


def remember(events: list[dict[str, Any]] | None = None, **slots: Any) -> Tracker:
    return Tracker("me", slots, {}, events or [], False, None, {}, "action_listen")


def test_last_question_is_read_back() -> None:
    question = Question("is it?", "lupus", {"lupus": 0.5}, True, {"condition": ["lupus"]}, "Lupus")

    assert memory.last_question(remember(asked=asdict(question))) == question


@pytest.mark.parametrize("slot", [None, "", "why?", 3, [], {}, {"text": None}, {"subject": "x"}])
def test_last_question_of_an_odd_slot_is_none(slot: Any) -> None:
    assert memory.last_question(remember(asked=slot)) is None


def test_last_question_leaves_out_what_another_version_wrote() -> None:
    slot = {"text": "why?", "confidences": "none", "things": {}, "mood": "fine"}

    assert memory.last_question(remember(asked=slot)) == Question("why?")


@pytest.mark.parametrize(
    ("slot", "ids"), [(["a#1"], ("a#1",)), (None, ()), ("a#1", ()), ({"a": 1}, ())]
)
def test_shown_passages_are_ids(slot: Any, ids: tuple[str, ...]) -> None:
    assert memory.shown_passages(remember(shown=slot)) == ids


@pytest.mark.parametrize("slot", [None, "x", [None], [{"title": "x"}], [{"payload": "x"}], {}])
def test_offers_of_an_odd_slot_are_none(slot: Any) -> None:
    assert memory.offered(remember(offers=slot), DOMAIN) == []


def test_offers_are_those_of_the_turn_before() -> None:
    events = [USER, {"event": "slot", "name": "offers", "value": OFFERS}, USER]

    assert memory.offered(remember(events), DOMAIN) == OFFERS


def test_offers_of_a_response_are_its_buttons() -> None:
    events = [USER, {"event": "action", "name": "utter_greet"}, USER]

    assert memory.offered(remember(events, offers=[]), DOMAIN) == OFFERS


def test_offers_end_with_the_turn_after_them() -> None:
    events = [
        *(USER, {"event": "slot", "name": "offers", "value": OFFERS}),
        *(USER, {"event": "action", "name": "utter_thank"}, USER),
    ]

    assert memory.offered(remember(events, offers=OFFERS), DOMAIN) == []


def test_buttons_of_an_unknown_response_are_none() -> None:
    assert memory.buttons_of({}, "utter_greet") == []
