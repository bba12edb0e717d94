"""tests/data/talk.jsonl by the trained model: talk about the talk is told from questions."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from benchmarks.retrieval.libraries import understand

DATA = Path(__file__).parents[1] / "data"
SPLITS = ("development", "held_out")
# Least share of the talk that gets its intent, and most of the questions taken for talk.
FOUND, TAKEN = 0.75, 0.05
# Sets of questions on health, each with the field of the question: none is talk, but for one in
# a hundred.
QUESTIONS = {"answerable": "question", "fresh": "question", "everyday": "q", "real/answerable": "q"}
TAKEN_QUESTIONS = 0.01
Row = dict[str, Any]


def read(name: str) -> list[Row]:
    """Return the rows of a file of tests/data."""
    lines = (DATA / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


ROWS = read("talk")
INTENTS = {row["intent"] for row in ROWS} - {None}


@pytest.fixture(scope="module")
def understood() -> dict[str, str | None]:
    """What each message of the sets is understood as; they are understood in one go."""
    questions = (row[field] for name, field in QUESTIONS.items() for row in read(name))
    messages = [*(row["message"] for row in ROWS), *questions]
    found = (message["intent"]["name"] for message in understand(messages))
    return dict(zip(messages, found, strict=True))


@pytest.mark.parametrize("split", SPLITS)
def test_talk_is_told_from_questions(understood: dict[str, str | None], split: str) -> None:
    rows = [row for row in ROWS if row["split"] == split]
    wrong = list(find_wrong(rows, understood))
    n_talk = sum(row["intent"] is not None for row in rows)
    missed = sum(row["intent"] is not None for row in wrong)
    found, taken = 1 - missed / n_talk, (len(wrong) - missed) / (len(rows) - n_talk)

    print(f"talk found, {split}: {found:.3f}; questions taken for talk: {taken:.3f}")
    if split == "held_out":
        assert found >= FOUND
        assert taken <= TAKEN
    else:
        print(*(f"{row['message']}: {understood[row['message']]}" for row in wrong), sep="\n")


def find_wrong(rows: list[Row], understood: dict[str, str | None]) -> Iterator[Row]:
    """Yield the rows of talk that lack their intent, and the others that have one of talk's."""
    for row in rows:
        intent = understood[row["message"]]
        if intent != row["intent"] if row["intent"] else intent in INTENTS:
            yield row


@pytest.mark.parametrize("name", QUESTIONS)
def test_questions_are_not_taken_for_talk(understood: dict[str, str | None], name: str) -> None:
    questions = [row[QUESTIONS[name]] for row in read(name)]

    taken = [question for question in questions if understood[question] in INTENTS]

    assert len(taken) / len(questions) <= TAKEN_QUESTIONS
