"""Answers carry their source and the disclaimer on every channel there is."""

import json
from typing import Any

import pytest
from rasa_sdk import Action

from actions.advise import ActionAdvise
from actions.answer import ActionAnswerQuestion, ActionFollowUp
from contract.channels import READS_TURNS
from tests.actions.conftest import TEXT, FakeRetriever, TakeTurn, make_hit
from tests.messaging.platforms import PLATFORMS, TURNS

# The widget draws the payload (tests/widget); on REST the plain text and the payload are complete.
PAYLOAD = {"web", "rest"}
# Rasa's own connectors, and the shell, show the plain text: with buttons, or as it stands.
PLAIN = {"rest", "callback", "facebook", "socketio", "cmdline"}
CHANNELS = sorted(set(PLATFORMS) | PAYLOAD | PLAIN)

QUOTE = TEXT[:30]
ASKED = {
    "asked": {"text": "can men get osteoporosis?"},
    "shown": [],
    "offers": [],
}
# Every act that quotes the library, with what is said to it.
QUOTING: dict[str, tuple[type[Action], dict[str, Any]]] = {
    "answer": (ActionAnswerQuestion, {}),
    "advice": (ActionAdvise, {"text": "should my dad stop?", "intent": "seek_advice"}),
    "more": (ActionFollowUp, {"text": "tell me more", "intent": "ask_more", "slots": ASKED}),
}


def of(channel: str) -> dict[str, Any]:
    """Return the channel of a message, and what it says of itself, as bot/channels/ does."""
    return {"channel": channel, "metadata": {READS_TURNS: True} if channel in PLATFORMS else None}


def show(channel: str, message: dict[str, Any], domain: dict[str, Any]) -> list[str]:
    """Return what a person sees of a message, in each way that the channel shows it."""
    words = []
    if channel in PLATFORMS:
        found = PLATFORMS[channel]
        messages = found.render(message["custom"])
        assert [found.check(each) for each in messages] == [[]] * len(messages)
        # What is a link is shown by its title: the address stands in the message itself.
        words.append("".join(found.show(each) + json.dumps(each) for each in messages))
    if channel in PAYLOAD:
        words.append(json.dumps(message["custom"], ensure_ascii=False))
    if channel in PLAIN:
        wording = domain["responses"][message["response"]][0]["text"]
        words.append(wording.format_map(message))
    return words


@pytest.mark.parametrize("act", QUOTING)
@pytest.mark.parametrize("channel", CHANNELS)
def test_source_and_disclaimer_are_shown(
    take_turn: TakeTurn, domain: dict[str, Any], channel: str, act: str
) -> None:
    action, said = QUOTING[act]
    retriever = FakeRetriever([make_hit("men"), make_hit("lupus", rank=2)])

    (message,), _ = take_turn(action, retriever, **of(channel), **said)
    # Advice says itself whom to ask.
    wording = "utter_disclaimer_short" if act == "advice" else "utter_disclaimer"
    disclaimer = domain["responses"][wording][0]["text"]
    ways = show(channel, message, domain)

    assert ways
    for words in ways:
        missing = [
            part
            for part in (
                QUOTE,
                "What about men?",
                "About men",
                "https://charity.example/men",
                disclaimer,
            )
            if part not in words
        ]
        assert missing == []


@pytest.mark.parametrize("channel", CHANNELS)
def test_only_who_reads_the_payload_gets_it(take_turn: TakeTurn, channel: str) -> None:
    (message,), _ = take_turn(ActionAnswerQuestion, FakeRetriever([make_hit()]), **of(channel))

    assert bool(message["custom"]) is (channel in {*PLATFORMS, *PAYLOAD})
    assert "{" not in message["disclaimer"] + message["source"] + message["extract"]


WITHOUT = sorted(name for name, turn in TURNS.items() if not turn.get("citations"))


@pytest.mark.parametrize("name", WITHOUT)
@pytest.mark.parametrize("channel", sorted(PLATFORMS))
def test_what_quotes_nothing_names_no_source(channel: str, name: str) -> None:
    found = PLATFORMS[channel]
    words = "".join(found.show(message) for message in found.render(TURNS[name]))

    assert "Source:" not in words


def test_every_kind_of_turn_either_quotes_or_does_not() -> None:
    kinds = {turn["kind"] for turn in TURNS.values()}
    quoting = {turn["kind"] for turn in TURNS.values() if turn.get("citations")}

    assert kinds >= {"answer", "advice", "clarify", "abstain", "emergency", "chat"}
    assert quoting == {"answer", "advice"}
    assert all(turn["disclaimer"] for turn in TURNS.values() if turn.get("citations"))
