"""Scoring of conversations: what counts as the right last turn."""

from typing import Any

import pytest

from benchmarks import follow_ups
from benchmarks.follow_ups import Conversation, Outcome


def answer(passage: str, *offers: str) -> dict[str, Any]:
    cited = {"passage_id": passage, "title": passage.split("#")[0], "section": passage}
    return {"citations": [cited], "suggestions": [{"title": title} for title in offers]}


@pytest.mark.parametrize(
    ("case", "sent", "expected"),
    [
        ({"passages": ["a#1", "a#2"]}, [answer("a#2")], True),
        ({"passages": ["a#1"]}, [answer("b#1")], False),
        ({"passages": ["a#1"]}, [{"kind": "abstain"}], False),
        ({"expect": "more"}, [answer("a#1"), answer("a#2")], True),
        ({"expect": "more"}, [answer("a#1"), answer("a#1")], False),
        ({"expect": "more"}, [answer("a#1"), {"kind": "chat"}], False),
        ({"expect": "offer:2"}, [answer("a#1", "b#1", "c#1"), answer("c#1")], True),
        ({"expect": "offer:last"}, [answer("a#1", "b#1", "c#1"), answer("b#1")], False),
        ({"expect": "offer:3"}, [answer("a#1", "b#1"), answer("b#1")], False),
    ],
)
def test_the_last_turn_is_right_when_it_shows_what_is_expected(
    case: dict[str, Any], sent: list[dict[str, Any]], expected: bool
) -> None:
    assert follow_ups._is_expected(case, sent) is expected


def test_summarise_counts_what_is_bent_and_what_is_asked_back() -> None:
    rows = [("more", True), ("yes", False), ("fresh", False), ("fresh", True), ("clear", True)]
    outcomes = [Outcome(kind, ("?",), is_right, "", "") for kind, is_right in rows]

    shares = follow_ups.summarise(outcomes)

    assert (shares["n_conversations"], shares["last_turn_right"]) == (2, 0.5)
    assert (shares["fresh_bent"], shares["clear_asked_back"]) == (0.5, 0.0)


@pytest.mark.parametrize(
    ("intent", "action"),
    [
        ("ask_men", "action_answer_question"),
        ("choose_option", "action_follow_up"),
        ("greet", "utter_greet"),
        ("never_heard_of", "action_answer_question"),
    ],
)
def test_the_rules_name_the_action_of_an_intent(intent: str, action: str) -> None:
    assert follow_ups.action_for(intent) == action


def test_a_response_is_remembered_for_what_it_offers() -> None:
    conversation = Conversation({"hi": {"intent": {"name": "greet"}}})

    sent = conversation.say("hi")

    assert sent["suggestions"]
    assert conversation.events[-1] == {"event": "action", "name": "utter_greet"}
