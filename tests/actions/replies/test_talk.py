"""Replies to talk about the talk: what was shown, asked or said."""

from typing import Any

import pytest

from actions.answer import ActionFollowUp
from actions.question import Message, Question
from actions.replies import talk
from knowledge import IndexNotFound, Settings
from tests.actions.conftest import TEXT, FakeRetriever, TakeTurn, make_hit

QUESTION = {"text": "can men get it?", "out_of_scope": 0.1}
SHOWN = {
    "asked": QUESTION,
    "thread": {"questions": ["can men get it?"], "shown": ["men#section"], "about": ["About men"]},
    "shown": ["lupus#section", "men#section"],
    "offers": [{"title": "What about shoes?", "payload": "x", "passage_id": "shoes#section"}],
}
SAID = {
    "doubt": "my doctor told me the opposite",
    "simplify": "too many long words",
    "complain": "that did not help",
    "recall": "I forgot my own question",
    "go_back": "back to the first thing please",
    "ask_privacy": "who gets to read this",
    "ask_for_help": "please help me",
    "press": "just give me a straight answer",
}


def say(
    take_turn: TakeTurn, intent: str, slots: dict[str, Any], names: tuple[str, ...] = ()
) -> tuple[dict[str, Any], dict[str, Any]]:
    hits = [make_hit(name) for name in ("men", "lupus", *names)]
    messages, changed = take_turn(
        ActionFollowUp, FakeRetriever(hits), SAID[intent], intent=intent, slots=slots
    )
    (message,) = messages
    return message, changed


def test_every_reply_is_tried_here() -> None:
    assert set(SAID) == set(talk.REPLIES)


@pytest.mark.parametrize(
    ("intent", "response"),
    [
        ("doubt", "utter_nothing_shown"),
        ("simplify", "utter_nothing_shown"),
        ("go_back", "utter_nothing_shown"),
        ("complain", "utter_nothing_asked"),
        ("recall", "utter_nothing_asked"),
        ("ask_privacy", "utter_privacy"),
        ("ask_for_help", "utter_help"),
        ("press", "utter_press"),
    ],
)
def test_before_anything_was_asked_or_shown(
    take_turn: TakeTurn, intent: str, response: str
) -> None:
    message, slots = say(take_turn, intent, {})

    assert message["response"] == response
    assert not {"asked", "thread", "shown"} & set(slots)


@pytest.mark.parametrize("intent", ["doubt"])
def test_where_it_stands_names_part_publisher_and_day(take_turn: TakeTurn, intent: str) -> None:
    message, _ = say(take_turn, intent, SHOWN)

    assert message["heading"] == "What about men?"
    for part in ("About men", "Example Charity", "1 May 2026", "https://charity.example/men"):
        assert part in message["source"]


def test_simpler_is_the_sentences_nearest_to_the_question(take_turn: TakeTurn) -> None:
    message, _ = say(take_turn, "simplify", SHOWN)

    assert message["response"] == "utter_simpler"
    assert message["extract"] == TEXT[:30]
    assert "About men" in message["source"]


def test_the_last_question_is_said_again(take_turn: TakeTurn) -> None:
    message, _ = say(take_turn, "recall", SHOWN)

    assert (message["response"], message["question"]) == ("utter_recall", "can men get it?")


@pytest.mark.parametrize("intent", ["doubt", "simplify", "recall", "press"])
def test_a_remark_changes_nothing_of_what_was_asked(take_turn: TakeTurn, intent: str) -> None:
    _, slots = say(take_turn, intent, SHOWN)

    assert not {"asked", "thread", "shown"} & set(slots)


@pytest.mark.parametrize(
    ("shown", "heading"),
    [
        (["lupus#section", "men#section"], "What about lupus?"),
        (["men#section"], "What about men?"),
    ],
    ids=["before-the-last", "the-only-one"],
)
def test_back_shows_the_passage_before(take_turn: TakeTurn, shown: list[str], heading: str) -> None:
    message, slots = say(take_turn, "go_back", {**SHOWN, "shown": shown}, names=("shoes",))

    payload = message["custom"]
    assert (payload["kind"], payload["heading"]) == ("answer", heading)
    assert payload["citations"][0]["passage_id"] == slots["shown"][-1]
    assert not {each["passage_id"] for each in payload["suggestions"]}.intersection(shown)


def test_who_was_not_answered_is_offered_what_is_near_and_was_not_shown(
    take_turn: TakeTurn,
) -> None:
    message, slots = say(take_turn, "complain", SHOWN, names=("shoes", "scans"))

    assert message["response"] == "utter_not_answered"
    ids = [each["passage_id"] for each in message["custom"]["suggestions"]]
    assert ids == ["shoes#section", "scans#section"]
    assert slots["offers"] == message["custom"]["suggestions"]
    assert slots["shown"] == SHOWN["shown"]
    assert "citations" not in message["custom"]


def test_what_was_offered_and_did_not_help_is_not_offered_again(take_turn: TakeTurn) -> None:
    names = tuple("abcdefgh")
    _, slots = say(take_turn, "complain", SHOWN, names=names)
    message, _ = say(take_turn, "complain", {**SHOWN, **slots}, names=names)

    first, second = slots["offers"], message["custom"]["suggestions"]
    assert [each["passage_id"] for each in first + second] == [f"{name}#section" for name in names]


def test_who_was_not_answered_and_has_seen_all_is_offered_nothing(take_turn: TakeTurn) -> None:
    message, slots = say(take_turn, "complain", SHOWN)

    assert message["response"] == "utter_not_answered_at_all"
    assert "shown" not in slots


@pytest.mark.parametrize("intent", SAID)
def test_a_remark_that_names_a_thing_asks_about_it(intent: str) -> None:
    question = Question("is lupus proven?", things={"condition": ["lupus"]})

    assert talk.find_reply(Message(question.utterance, intent, question)) is None


@pytest.mark.parametrize("intent", ["", "ask_men", "ask_else", "greet"])
def test_no_other_intent_is_a_remark(intent: str) -> None:
    question = Question("is it proven?")

    assert talk.find_reply(Message(question.utterance, intent, question)) is None


@pytest.mark.parametrize("intent", ["doubt", "simplify", "go_back"])
def test_what_was_shown_and_is_gone_counts_as_not_shown(take_turn: TakeTurn, intent: str) -> None:
    message, _ = say(take_turn, intent, {**SHOWN, "shown": ["gone#1", "gone#2"]})

    assert message["response"] == "utter_nothing_shown"


@pytest.mark.parametrize("intent", ["simplify", "complain", "go_back"])
def test_a_remark_without_a_library_gets_a_polite_line(take_turn: TakeTurn, intent: str) -> None:
    retriever = FakeRetriever([], IndexNotFound(Settings().index))

    messages, _ = take_turn(ActionFollowUp, retriever, SAID[intent], intent=intent, slots=SHOWN)

    assert [message["response"] for message in messages] == ["utter_search_unavailable"]


@pytest.mark.parametrize("intent", SAID)
@pytest.mark.parametrize("channel", ["rest", "cmdline", "webexteams"])
@pytest.mark.parametrize("slots", [{}, SHOWN], ids=["nothing", "shown"])
def test_no_place_of_a_wording_stays_empty(
    take_turn: TakeTurn, domain: dict[str, Any], intent: str, channel: str, slots: dict[str, Any]
) -> None:
    hits = [make_hit(name) for name in ("men", "lupus", "shoes")]

    (message,), _ = take_turn(
        ActionFollowUp,
        FakeRetriever(hits),
        SAID[intent],
        intent=intent,
        slots=slots,
        channel=channel,
    )

    wording = domain["responses"][message["response"]][0]["text"]
    # bot/conversations/nlg.py knows the number of the person's country.
    assert "{" not in wording.format_map({**message, "emergency": "112"})
