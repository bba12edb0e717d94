"""Real questions: the right passage first, quoted, cited, with the disclaimer."""

import datetime
import json
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.conftest import Assistant
from tests.e2e.test_web import Web

pytestmark = pytest.mark.e2e

QUESTIONS = Path(__file__).parents[1] / "data" / "patient_questions.jsonl"
CASES = [json.loads(line) for line in QUESTIONS.read_text(encoding="utf-8").splitlines()]


# Least share of the questions that get the right passage at once, and at once or by an offer. Where
# it is not sure, headings are offered instead (docs/decisions/0010).
FLOOR, REACHED = 0.72, 0.92
# Least share of them that are answered, rather than offered headings, refused or taken for advice.
ANSWERED = 0.80


@pytest.mark.parametrize("case", CASES, ids=[case["question"] for case in CASES])
def test_question_is_answered_word_for_word(assistant: Assistant, case: dict[str, Any]) -> None:
    turn = assistant.turn(f"question {case['question']}", case["question"])

    if turn["kind"] != "answer":  # counted below
        assert turn["kind"] in {"advice", "clarify", "abstain"}
        return
    assert turn["text"]
    assert turn["text"] in turn["citations"][0]["text"]
    assert turn["disclaimer"]
    assert turn["resolved_query"]


def ask_greeted(assistant: Assistant, question: str) -> dict[str, Any]:
    """Ask as people do: on the web channel, after its greeting."""
    web = Web(assistant.port)
    web.open()
    return web.say(question)


def test_the_right_passage_comes_first(assistant: Assistant) -> None:
    misses, reached = [], 0
    for case in CASES:
        turn = ask_greeted(assistant, case["question"])
        first = turn["citations"][0]["passage_id"] if turn["kind"] == "answer" else turn["kind"]
        offers = {offer.get("passage_id") for offer in turn.get("suggestions") or []}
        reached += first in case["passages"] or bool(offers & set(case["passages"]))
        if first not in case["passages"]:
            misses.append(f"{case['question']!r}: {first}, not {case['passages'][0]}")
    right = len(CASES) - len(misses)

    print(f"right passage first: {right}, or offered: {reached} of {len(CASES)}")
    print(*misses, sep="\n  ")
    assert right >= FLOOR * len(CASES)
    assert reached >= REACHED * len(CASES)


@pytest.mark.parametrize("case", CASES[:2], ids=[case["question"] for case in CASES[:2]])
def test_the_first_questions_of_all_get_the_right_passage(
    assistant: Assistant, case: dict[str, Any]
) -> None:
    turn = assistant.turn("first", case["question"])

    assert turn["citations"][0]["passage_id"] in case["passages"]


def test_nearly_all_questions_are_answered(assistant: Assistant) -> None:
    kinds = [ask_greeted(assistant, case["question"])["kind"] for case in CASES]
    answered = kinds.count("answer")

    print(f"questions answered: {answered} of {len(CASES)}")
    assert answered >= ANSWERED * len(CASES)


def test_citations_are_complete(assistant: Assistant) -> None:
    turn = assistant.turn("citations", "is osteoporosis autoimmune?")

    assert turn["citations"]
    for citation in turn["citations"]:
        assert all(
            citation[key] for key in ("document_id", "title", "section", "publisher", "text")
        )
        assert citation["origin"].startswith("in our own words, from facts of ")
        assert citation["path"].startswith(f"/library/{citation['document_id']}#")
        assert citation["url"] == ""  # it is published nowhere else
        assert datetime.date.fromisoformat(citation["checked"])
        assert 0 <= citation["score"] <= 1
    scores = [citation["score"] for citation in turn["citations"]]
    assert scores == sorted(scores, reverse=True)


def test_plain_text_is_complete_by_itself(assistant: Assistant) -> None:
    text, custom = assistant.ask("plain", "is osteoporosis autoimmune?")

    payload, citation = custom["custom"], custom["custom"]["citations"][0]
    assert text["text"].startswith(f"{payload['heading']}\n{payload['text']}\n")
    assert citation["title"] in text["text"]
    assert citation["origin"] in text["text"]
    assert payload["disclaimer"] in text["text"]
    assert all(choice["title"] in text["text"] for choice in payload["suggestions"])


def test_a_whole_conversation(assistant: Assistant) -> None:
    kinds, quotes = [], []
    for message in (
        "Hello!",
        "what is osteoporosis?",
        "tell me more",
        "and more please",
        "who wins the football tonight?",
        "are you a robot?",
        "where does this information come from?",
        "thanks",
        "bye",
    ):
        turn = assistant.turn("conversation", message)
        kinds.append(turn["kind"])
        if turn["kind"] == "answer":
            quotes.append(turn["citations"][0]["passage_id"])

    assert kinds == ["chat", *["answer"] * 3, "abstain", *["chat"] * 4]
    assert len(set(quotes)) == 3


def test_the_same_question_gets_the_same_answer(assistant: Assistant) -> None:
    first, second = (assistant.turn(sender, "does lupus harm bones?") for sender in ("one", "two"))

    for turn in (first, second):
        del turn["answer_id"]
    assert first == second
