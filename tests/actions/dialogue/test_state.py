"""What is remembered, whatever the slots hold."""

from dataclasses import asdict, replace
from typing import Any

import pytest
from rasa_sdk import Tracker

from actions.dialogue import state
from actions.dialogue.state import MAX_KEPT, MAX_SHOWN, DialogueState
from actions.question import Question
from knowledge import Thread
from tests.actions.conftest import make_hit

OFFERS = [{"title": "What is lupus?", "payload": "What is lupus?"}]
DOMAIN = {"responses": {"utter_greet": [{"text": "Hello", "buttons": OFFERS}]}}
USER = {"event": "user", "text": "hi"}


def remember(events: list[dict[str, Any]] | None = None, **slots: Any) -> Tracker:
    return Tracker("me", slots, {}, events or [], False, None, {}, "action_listen")


def test_last_question_is_read_back() -> None:
    question = Question("is it?", 0.5, {"condition": ["lupus"]}, is_open=True)

    assert state.read_question(remember(asked=asdict(question))) == question


@pytest.mark.parametrize("slot", [None, "", "why?", 3, [], {}, {"text": None}, {"subject": "x"}])
def test_last_question_of_an_odd_slot_is_none(slot: Any) -> None:
    assert state.read_question(remember(asked=slot)) is None


def test_last_question_leaves_out_what_another_version_wrote() -> None:
    slot = {"text": "why?", "out_of_scope": "none", "things": {}, "mood": "fine"}

    assert state.read_question(remember(asked=slot)) == Question("why?")


@pytest.mark.parametrize(
    ("slot", "ids"), [(["a#1"], ("a#1",)), (("a#1",), ("a#1",)), (None, ()), ("a#1", ()), ({}, ())]
)
def test_ids_of_a_slot_are_those_of_a_list(slot: Any, ids: tuple[str, ...]) -> None:
    before = state.read_state(remember(shown=slot, thread={"shown": slot, "about": slot}), DOMAIN)

    assert before.shown == before.thread.shown == before.about == ids


@pytest.mark.parametrize(
    "slot", [None, "x", 3, [], {}, {"questions": "x", "things": 3, "shown": {}, "is_answered": 1}]
)
def test_a_thread_of_any_other_shape_is_none(slot: Any) -> None:
    before = state.read_state(remember(asked=slot, thread=slot, shown=slot, offers=slot), DOMAIN)

    assert not before.thread
    assert (before.question, before.things, before.shown, before.offers) == (None, (), (), [])
    assert before.is_open is False


@pytest.mark.parametrize("offers", [OFFERS, []])
def test_what_was_asked_back_is_open_while_its_choices_are_the_last(offers: state.Offers) -> None:
    asked = asdict(Question("tests", is_open=True))
    events = [USER, {"event": "slot", "name": "offers", "value": offers}, USER]

    assert state.read_state(remember(events, asked=asked, offers=OFFERS), DOMAIN).is_open is (
        offers == OFFERS
    )


def slots_of(events: list[dict[str, Any]]) -> dict[str, Any]:
    return {event["name"]: event["value"] for event in events}


LUPUS = DialogueState(
    question=Question("what is lupus?"),
    thread=Thread(("what is lupus?",), ("lupus#1",)),
    things=({"condition": ["lupus"]},),
    about=("Lupus",),
    shown=("men#1", "lupus#1"),
)


def remember_turn(
    before: DialogueState, text: str, *names: str, is_follow_up: bool = False
) -> dict[str, Any]:
    hits = [make_hit(name) for name in names]
    return slots_of(before.remember_turn(Question(text), hits, is_follow_up=is_follow_up))


def test_an_answered_question_of_its_own_starts_a_thread() -> None:
    slots = remember_turn(LUPUS, "can men get it?", "men", "bones")

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
    slots = remember_turn(LUPUS, "who won the cup?", is_follow_up=is_follow_up)

    assert slots["thread"] == {
        "questions": ["what is lupus?", "who won the cup?"],
        "things": [{"condition": ["lupus"]}, {}],
        "shown": ["lupus#1"],
        "about": ["Lupus"],
        "is_answered": False,
    }
    assert slots["shown"] == ["men#1", "lupus#1"]


def test_an_answered_follow_up_goes_on_with_the_thread() -> None:
    thread = remember_turn(LUPUS, "is it rare?", "rare", is_follow_up=True)["thread"]

    assert thread["questions"] == ["what is lupus?", "is it rare?"]
    assert (thread["shown"], thread["is_answered"]) == (["lupus#1", "rare#section"], True)


def test_more_on_the_same_question_asks_it_once() -> None:
    thread = remember_turn(LUPUS, "what is lupus?", "rare", is_follow_up=True)["thread"]

    assert thread["questions"] == ["what is lupus?"]
    assert thread["shown"] == ["lupus#1", "rare#section"]


def test_what_is_shown_again_is_the_latest_and_there_once() -> None:
    before = replace(LUPUS, shown=("men#section", "lupus#1"))

    assert remember_turn(before, "can men get it?", "men")["shown"] == ["lupus#1", "men#section"]


def test_only_so_much_is_kept() -> None:
    before, shown = DialogueState(), []
    for n in range(MAX_SHOWN + 2):
        slots = remember_turn(before, f"and {n}?", str(n), is_follow_up=True)
        before = state.read_state(remember(**slots), DOMAIN)
        shown.append(f"{n}#section")

    assert before.thread.questions[-1] == f"and {MAX_SHOWN + 1}?"
    assert len(before.thread.questions) == len(before.things) == len(before.about) == MAX_KEPT
    assert before.thread.shown == tuple(shown[-MAX_KEPT:])
    assert before.shown == tuple(shown[-MAX_SHOWN:])


@pytest.mark.parametrize("slot", [None, "x", [None], [{"title": "x"}], [{"payload": "x"}], {}])
def test_offers_of_an_odd_slot_are_none(slot: Any) -> None:
    assert state.read_offers(remember(offers=slot), DOMAIN) == []


def test_offers_are_those_of_the_turn_before() -> None:
    events = [USER, {"event": "slot", "name": "offers", "value": OFFERS}, USER]

    assert state.read_offers(remember(events), DOMAIN) == OFFERS


def test_offers_of_a_response_are_its_buttons() -> None:
    events = [USER, {"event": "action", "name": "utter_greet"}, USER]

    assert state.read_offers(remember(events, offers=[]), DOMAIN) == OFFERS


@pytest.mark.parametrize(
    ("metadata", "offers"),
    [({"greeted": True}, OFFERS), ({"greeted": "yes"}, []), ({}, []), (None, []), ("greeted", [])],
)
def test_a_first_message_follows_the_greeting_that_its_client_shows(
    metadata: Any, offers: Any
) -> None:
    events = [{"event": "action", "name": "action_listen"}, {**USER, "metadata": metadata}]
    tracker = remember(events)
    tracker.latest_message = {"metadata": metadata}

    assert state.read_offers(tracker, DOMAIN) == offers


def test_a_greeting_offers_nothing_once_the_bot_has_spoken() -> None:
    events = [USER, {"event": "action", "name": "utter_thank"}, USER]
    tracker = remember(events)
    tracker.latest_message = {"metadata": {"greeted": True}}

    assert state.read_offers(tracker, DOMAIN) == []


def test_offers_end_with_the_turn_after_them() -> None:
    events = [
        *(USER, {"event": "slot", "name": "offers", "value": OFFERS}),
        *(USER, {"event": "action", "name": "utter_thank"}, USER),
    ]

    assert state.read_offers(remember(events, offers=OFFERS), DOMAIN) == []


def test_buttons_of_an_unknown_response_are_none() -> None:
    assert state.buttons_of({}, "utter_greet") == []
