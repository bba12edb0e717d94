"""Taking up what the bot said last."""

from dataclasses import replace
from typing import Any

import pytest

from actions.answer import ActionAnswerQuestion, ActionFollowUp
from actions.search import N_HITS
from knowledge import Thread
from tests.actions.conftest import FakeRetriever, TakeTurn, make_hit

QUESTION = {"text": "can men get it?"}
OFFERS = [
    {"title": "What about lupus?", "payload": "What about lupus?", "passage_id": "lupus#section"},
    {"title": "What about shoes?", "payload": "What about shoes?", "passage_id": "shoes#section"},
]
ASKED = {"asked": QUESTION, "shown": ["men#section"], "offers": OFFERS}
OPEN = {**ASKED, "asked": {**QUESTION, "text": "tests", "is_open": True}, "shown": []}


def test_more_shows_the_next_passage(take_turn: TakeTurn) -> None:
    retriever = FakeRetriever([make_hit("men"), make_hit("lupus", rank=2, text="Lupus is rare.")])

    messages, slots = take_turn(
        ActionFollowUp, retriever, "tell me more", intent="ask_more", slots=ASKED
    )

    payload = messages[0]["custom"]
    assert [c["passage_id"] for c in payload["citations"]] == ["lupus#section"]
    assert payload["resolved_query"].startswith("can men get it?")
    assert slots["shown"] == ["men#section", "lupus#section"]


@pytest.mark.parametrize("text", ["tell me more", "go on", "more please", "what comes next"])
def test_more_never_repeats_what_the_conversation_showed(take_turn: TakeTurn, text: str) -> None:
    names = [f"{name}#section" for name in "abcd"]
    retriever = FakeRetriever([make_hit(name) for name in "abcd"])
    slots: dict[str, Any] = {"asked": QUESTION, "shown": ["c#section"], "offers": []}

    read = []
    for _ in range(3):
        messages, changed = take_turn(
            ActionFollowUp, retriever, text, intent="ask_more", slots=slots
        )
        slots |= changed
        read.append(messages[0]["custom"]["citations"][0]["passage_id"])
    messages, _ = take_turn(ActionFollowUp, retriever, text, intent="ask_more", slots=slots)

    assert sorted([*read, "c#section"]) == names
    assert [message["response"] for message in messages] == ["utter_no_more"]


def test_more_offers_at_the_end_what_is_near_and_new(take_turn: TakeTurn) -> None:
    far = [make_hit(name, score=0.01) for name in ("lupus", "shoes")]
    retriever = FakeRetriever([make_hit("men"), *far])

    messages, slots = take_turn(ActionFollowUp, retriever, "more", intent="ask_more", slots=ASKED)

    assert [message["response"] for message in messages] == ["utter_no_more_but"]
    assert messages[0]["custom"]["kind"] == "clarify"
    assert messages[0]["custom"]["suggestions"] == slots["offers"] == OFFERS
    assert slots["shown"] == ["men#section"]


def test_the_only_neighbour_that_is_offered_is_shown_on_a_yes(take_turn: TakeTurn) -> None:
    retriever = FakeRetriever([make_hit("men"), make_hit("lupus", score=0.01)])
    _, slots = take_turn(ActionFollowUp, retriever, "more", intent="ask_more", slots=ASKED)

    messages, _ = take_turn(
        ActionFollowUp, retriever, "yes please", intent="affirm", slots={**ASKED, **slots}
    )

    assert messages[0]["custom"]["heading"] == "What about lupus?"


def test_more_shows_what_may_be_near(take_turn: TakeTurn) -> None:
    retriever = FakeRetriever([make_hit("men"), make_hit("lupus", score=0.2)])

    messages, _ = take_turn(ActionFollowUp, retriever, "more", intent="ask_more", slots=ASKED)

    assert messages[0]["custom"]["heading"] == "What about lupus?"


def test_more_searches_the_question_beyond_what_was_shown(take_turn: TakeTurn) -> None:
    retriever = FakeRetriever([make_hit("men")])
    slots = {**ASKED, "shown": ["a#1", "b#1", "c#1", "d#1", "e#1"]}

    take_turn(ActionFollowUp, retriever, "go on", intent="ask_more", slots=slots)

    assert retriever.calls == [{"query": "can men get it?", "top_k": N_HITS + 5}]


def test_more_before_any_question_asks_for_one(take_turn: TakeTurn) -> None:
    messages, _ = take_turn(ActionFollowUp, FakeRetriever([]), "tell me more", intent="ask_more")

    assert [message["response"] for message in messages] == ["utter_nothing_asked"]


@pytest.mark.parametrize(
    ("text", "intent", "passage_id"),
    [
        ("2", "choose_option", "shoes#section"),
        ("the last one", "choose_option", "shoes#section"),
        ("what about shoes?", "ask_falls", "shoes#section"),
        ("yes please", "affirm", "lupus#section"),
        ("ok yes show me", "affirm", "lupus#section"),
    ],
)
def test_a_choice_shows_the_passage_that_it_is_bound_to(
    take_turn: TakeTurn, text: str, intent: str, passage_id: str
) -> None:
    hits = [make_hit("men"), make_hit("lupus", score=0.0), make_hit("shoes", score=0.0)]

    messages, slots = take_turn(
        ActionFollowUp, FakeRetriever(hits), text, intent=intent, slots=ASKED
    )

    payload = messages[0]["custom"]
    assert payload["kind"] == "answer"
    assert [citation["passage_id"] for citation in payload["citations"]] == [passage_id]
    assert passage_id not in [each["passage_id"] for each in payload["suggestions"]]
    assert slots["shown"] == ["men#section", passage_id]
    assert slots["thread"]["shown"] == [passage_id]


@pytest.mark.parametrize("text", ["1", "About lupus", "the lupus one", "yes"])
def test_a_choice_goes_by_the_passage_and_not_by_its_words(take_turn: TakeTurn, text: str) -> None:
    retriever = FakeRetriever([make_hit("men"), make_hit("lupus"), make_hit("shoes")])
    offer = {"title": "About lupus", "payload": "What about men?", "passage_id": "lupus#section"}

    messages, _ = take_turn(ActionFollowUp, retriever, text, slots={**ASKED, "offers": [offer]})

    assert messages[0]["custom"]["heading"] == "What about lupus?"


def test_a_choice_whose_passage_is_gone_is_asked(take_turn: TakeTurn) -> None:
    retriever = FakeRetriever([make_hit("men")])

    messages, _ = take_turn(ActionFollowUp, retriever, "1", slots=ASKED)

    assert messages[0]["custom"]["heading"] == "What about men?"
    assert retriever.calls[0]["query"] == "What about lupus?"


def test_the_buttons_of_a_greeting_are_no_question_back(take_turn: TakeTurn) -> None:
    retriever = FakeRetriever([make_hit("definition"), make_hit("link")])
    offers = [
        {"title": "Is osteoporosis an autoimmune disease?", "payload": "What about link?"},
        {"title": "What tests might I have?", "payload": "x"},
    ]

    messages, _ = take_turn(
        ActionAnswerQuestion, retriever, "What is osteoporosis?", slots={"offers": offers}
    )

    assert messages[0]["custom"]["heading"] == "What about definition?"


STARTER = "How can I keep my bones strong?"


@pytest.mark.parametrize(
    "slots",
    [{}, ASKED, OPEN],
    ids=["nothing", "answered", "asked-back"],
)
def test_after_a_greeting_one_word_of_a_button_picks_nothing(
    take_turn: TakeTurn, slots: dict[str, Any]
) -> None:
    retriever = FakeRetriever([make_hit("men"), replace(make_hit("exercise"), name=STARTER)])
    hello = {"event": "user", "text": "hi"}
    events = [hello, {"event": "action", "name": "utter_greet"}, hello]

    messages, _ = take_turn(ActionAnswerQuestion, retriever, "strong", slots=slots, events=events)

    assert messages[0]["custom"].get("heading") != "What about exercise?"


@pytest.mark.parametrize(("text", "intent"), [("🦴", "nlu_fallback"), ("ok", "affirm")])
def test_after_a_polite_line_one_word_of_a_button_picks_nothing(
    take_turn: TakeTurn, text: str, intent: str
) -> None:
    retriever = FakeRetriever([make_hit("men"), replace(make_hit("exercise"), name=STARTER)])
    _, slots = take_turn(ActionFollowUp, retriever, text, intent=intent, slots=OPEN)

    messages, _ = take_turn(ActionAnswerQuestion, retriever, "strong", slots={**OPEN, **slots})

    assert messages[0]["custom"].get("heading") != "What about exercise?"


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
    take_turn: TakeTurn, text: str, intent: str, slots: dict[str, Any], response: str
) -> None:
    retriever = FakeRetriever([make_hit()])

    messages, _ = take_turn(ActionFollowUp, retriever, text, intent=intent, slots=slots)

    assert [message["response"] for message in messages] == [response]
    assert retriever.calls == []


def test_a_choice_out_of_range_keeps_the_choices(take_turn: TakeTurn) -> None:
    messages, slots = take_turn(
        ActionFollowUp, FakeRetriever([]), "7", intent="choose_option", slots=ASKED
    )

    assert messages[0]["count"] == 2
    assert messages[0]["custom"]["suggestions"] == OFFERS
    assert slots["offers"] == OFFERS


THREAD = {
    "questions": ["how is lupus treated?"],
    "things": [{"condition": ["lupus"]}],
    "shown": ["lupus#section"],
    "about": ["About lupus"],
    "is_answered": True,
}


def test_a_follow_up_is_searched_by_its_own_words_and_its_thread(take_turn: TakeTurn) -> None:
    retriever = FakeRetriever([make_hit("pain")])
    retriever.is_follow_up = True

    messages, slots = take_turn(
        ActionFollowUp, retriever, "does it hurt?", intent="follow_up", slots={"thread": THREAD}
    )

    assert retriever.calls[0]["query"] == "does it hurt?"
    assert retriever.threads == [Thread(("how is lupus treated?",), ("lupus#section",))]
    assert messages[0]["custom"]["resolved_query"] == "does it hurt? (about: About lupus)"
    assert slots["thread"]["questions"] == ["how is lupus treated?", "does it hurt?"]
    assert slots["thread"]["shown"] == ["lupus#section", "pain#section"]


@pytest.mark.parametrize("text", ["what else is there?", "what else", "any other side effects?"])
def test_what_else_shows_what_the_conversation_has_not(take_turn: TakeTurn, text: str) -> None:
    retriever = FakeRetriever([make_hit("men"), make_hit("lupus"), make_hit("shoes")])
    retriever.is_follow_up = True
    seen = {"thread": THREAD, "shown": ["men#section", "lupus#section"]}

    messages, slots = take_turn(ActionFollowUp, retriever, text, intent="ask_else", slots=seen)

    payload = messages[0]["custom"]
    assert (payload["kind"], payload["heading"]) == ("answer", "What about shoes?")
    assert payload["suggestions"] == []
    assert retriever.calls[0]["top_k"] == N_HITS + 2
    assert slots["shown"] == ["men#section", "lupus#section", "shoes#section"]


def test_a_fresh_question_starts_a_thread_of_its_own(take_turn: TakeTurn) -> None:
    messages, slots = take_turn(
        ActionAnswerQuestion,
        FakeRetriever([make_hit("men")]),
        "do men break bones?",
        slots={"thread": THREAD, "shown": ["lupus#section"]},
    )

    assert messages[0]["custom"]["resolved_query"] == "do men break bones?"
    assert slots["thread"]["questions"] == ["do men break bones?"]
    assert slots["thread"]["shown"] == ["men#section"]
    assert slots["shown"] == ["lupus#section", "men#section"]


def test_another_thing_of_the_same_kind_takes_the_place_of_the_one_asked_about(
    take_turn: TakeTurn,
) -> None:
    retriever = FakeRetriever([make_hit("arthritis")])
    found = {"entity": "condition", "value": "arthritis", "start": 4, "end": 13}

    messages, slots = take_turn(
        ActionFollowUp, retriever, "and arthritis?", slots={"thread": THREAD}, entities=[found]
    )

    assert messages[0]["custom"]["resolved_query"] == "how is arthritis treated?"
    assert retriever.threads == [Thread()]
    assert slots["thread"]["questions"] == ["how is arthritis treated?"]


@pytest.mark.parametrize(
    "slots", [{"asked": "x", "thread": 7, "shown": 3, "offers": "y"}, {"asked": [], "thread": []}]
)
def test_odd_slots_are_no_slots(take_turn: TakeTurn, slots: dict[str, Any]) -> None:
    messages, _ = take_turn(
        ActionFollowUp, FakeRetriever([]), "tell me more", intent="ask_more", slots=slots
    )

    assert [message["response"] for message in messages] == ["utter_nothing_asked"]
