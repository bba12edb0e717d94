"""What is remembered, whatever the slots hold."""

from dataclasses import asdict, replace
from typing import Any

import pytest
from rasa_sdk import Tracker

from actions import memory
from actions.memory import MAX_KEPT, MAX_SHOWN, Past
from actions.resolve import Question
from knowledge.thread import Thread
from tests.actions.conftest import make_hit

OFFERS = [{"title": "What is lupus?", "payload": "What is lupus?"}]
DOMAIN = {"responses": {"utter_greet": [{"text": "Hello", "buttons": OFFERS}]}}
USER = {"event": "user", "text": "hi"}


def remember(events: list[dict[str, Any]] | None = None, **slots: Any) -> Tracker:
    return Tracker("me", slots, {}, events or [], False, None, {}, "action_listen")


def test_last_question_is_read_back() -> None:
    question = Question("is it?", {"lupus": 0.5}, True, {"condition": ["lupus"]}, is_open=True)

    assert memory.last_question(remember(asked=asdict(question))) == question


@pytest.mark.parametrize("slot", [None, "", "why?", 3, [], {}, {"text": None}, {"subject": "x"}])
def test_last_question_of_an_odd_slot_is_none(slot: Any) -> None:
    assert memory.last_question(remember(asked=slot)) is None


def test_last_question_leaves_out_what_another_version_wrote() -> None:
    slot = {"text": "why?", "confidences": "none", "things": {}, "mood": "fine"}

    assert memory.last_question(remember(asked=slot)) == Question("why?")


@pytest.mark.parametrize(
    ("slot", "ids"), [(["a#1"], ("a#1",)), (("a#1",), ("a#1",)), (None, ()), ("a#1", ()), ({}, ())]
)
def test_ids_of_a_slot_are_those_of_a_list(slot: Any, ids: tuple[str, ...]) -> None:
    past = memory.recall(remember(shown=slot, thread={"shown": slot, "about": slot}), DOMAIN)

    assert past.shown == past.thread.shown == past.about == ids


@pytest.mark.parametrize(
    "slot", [None, "x", 3, [], {}, {"questions": "x", "things": 3, "shown": {}, "is_answered": 1}]
)
def test_a_thread_of_any_other_shape_is_none(slot: Any) -> None:
    past = memory.recall(remember(asked=slot, thread=slot, shown=slot, offers=slot), DOMAIN)

    assert not past.thread
    assert (past.question, past.things, past.shown, past.offers) == (None, (), (), [])
    assert past.is_open is False


@pytest.mark.parametrize("offers", [OFFERS, []])
def test_what_was_asked_back_is_open_while_its_choices_are_the_last(offers: memory.Offers) -> None:
    asked = asdict(Question("tests", is_open=True))
    events = [USER, {"event": "slot", "name": "offers", "value": offers}, USER]

    assert memory.recall(remember(events, asked=asked, offers=OFFERS), DOMAIN).is_open is (
        offers == OFFERS
    )


def slots_of(events: list[dict[str, Any]]) -> dict[str, Any]:
    return {event["name"]: event["value"] for event in events}


LUPUS = Past(
    question=Question("what is lupus?"),
    thread=Thread(("what is lupus?",), ("lupus#1",)),
    things=({"condition": ["lupus"]},),
    about=("Lupus",),
    shown=("men#1", "lupus#1"),
)


def take_up(past: Past, text: str, *names: str, is_follow_up: bool = False) -> dict[str, Any]:
    hits = [make_hit(name) for name in names]
    return slots_of(past.take_up(Question(text), hits, is_follow_up=is_follow_up))


def test_an_answered_question_of_its_own_starts_a_thread() -> None:
    slots = take_up(LUPUS, "can men get it?", "men", "bones")

    assert slots["asked"]["text"] == "can men get it?"
    assert slots["thread"] == {
        "questions": ["can men get it?"],
        "things": [{}],
        "shown": ["men#section"],
        "about": ["About men"],
        "is_answered": True,
    }
    assert slots["shown"] == ["men#1", "lupus#1", "men#section"]


@pytest.mark.parametrize("is_follow_up", [True, False])
def test_a_refusal_keeps_the_thread(is_follow_up: bool) -> None:
    slots = take_up(LUPUS, "who won the cup?", is_follow_up=is_follow_up)

    assert slots["thread"] == {
        "questions": ["what is lupus?", "who won the cup?"],
        "things": [{"condition": ["lupus"]}, {}],
        "shown": ["lupus#1"],
        "about": ["Lupus"],
        "is_answered": False,
    }
    assert slots["shown"] == ["men#1", "lupus#1"]


def test_an_answered_follow_up_goes_on_with_the_thread() -> None:
    thread = take_up(LUPUS, "is it rare?", "rare", is_follow_up=True)["thread"]

    assert thread["questions"] == ["what is lupus?", "is it rare?"]
    assert (thread["shown"], thread["is_answered"]) == (["lupus#1", "rare#section"], True)


def test_more_on_the_same_question_asks_it_once() -> None:
    thread = take_up(LUPUS, "what is lupus?", "rare", is_follow_up=True)["thread"]

    assert thread["questions"] == ["what is lupus?"]
    assert thread["shown"] == ["lupus#1", "rare#section"]


def test_what_is_shown_again_is_the_latest_and_there_once() -> None:
    past = replace(LUPUS, shown=("men#section", "lupus#1"))

    assert take_up(past, "can men get it?", "men")["shown"] == ["lupus#1", "men#section"]


def test_only_so_much_is_kept() -> None:
    past, shown = Past(), []
    for n in range(MAX_SHOWN + 2):
        slots = take_up(past, f"and {n}?", str(n), is_follow_up=True)
        past = memory.recall(remember(**slots), DOMAIN)
        shown.append(f"{n}#section")

    assert past.thread.questions[-1] == f"and {MAX_SHOWN + 1}?"
    assert len(past.thread.questions) == len(past.things) == len(past.about) == MAX_KEPT
    assert past.thread.shown == tuple(shown[-MAX_KEPT:])
    assert past.shown == tuple(shown[-MAX_SHOWN:])


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
