"""A message in another language: the reply says so in both, and is recorded as a refusal."""

from typing import Any

import pytest

from actions.answer import ActionAnswerQuestion
from tests.actions.conftest import FakeRetriever, TakeTurn, make_hit


def said_in(language: str, text: str) -> list[dict[str, Any]]:
    return [{"entity": "language", "value": language, "start": 0, "end": len(text)}]


@pytest.mark.parametrize(
    ("language", "line"),
    [
        ("es", "Solo puedo responder en inglés."),
        ("de", "Ich kann nur auf Englisch antworten."),
    ],
)
def test_the_reply_is_in_the_language_of_the_message_first(
    take_turn: TakeTurn, language: str, line: str
) -> None:
    retriever = FakeRetriever([make_hit("men")])
    text = "some words"

    ((message,), slots) = take_turn(
        ActionAnswerQuestion,
        retriever,
        text,
        intent="out_of_scope",
        entities=said_in(language, text),
    )

    assert message["response"] == "utter_english_only"
    assert message["own_language"].startswith(line)
    assert message["own_language"].endswith("\n")
    assert retriever.calls == []
    # What was spoken of before stays: it can be taken up in English.
    assert "asked" not in slots
    assert "thread" not in slots


def test_a_language_without_a_line_gets_the_english_one(take_turn: TakeTurn) -> None:
    ((message,), _) = take_turn(
        ActionAnswerQuestion,
        FakeRetriever([]),
        "some words",
        intent="out_of_scope",
        entities=said_in("other", "some words"),
    )

    assert (message["response"], message["own_language"]) == ("utter_english_only", "")
