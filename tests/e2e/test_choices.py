"""What leads to a passage leads to the same one wherever it is said; a choice to what it names."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from knowledge import Retriever, Settings
from tests.e2e.conftest import Assistant
from tests.e2e.test_web import Web

pytestmark = pytest.mark.e2e

DATA = Path(__file__).parents[1] / "data"
OPENERS = ("What is a bone density scan?", "Does lupus weaken bones?", "asdf qwer")


def read(path: str, key: str) -> list[str]:
    lines = (DATA / path).read_text(encoding="utf-8").splitlines()
    return [json.loads(line)[key] for line in lines]


def shown(turn: dict[str, Any]) -> tuple[str, str]:
    """Return the kind of a turn and the passage that it quotes."""
    citations = turn.get("citations") or [{}]
    return turn["kind"], citations[0].get("passage_id", "")


@pytest.fixture(scope="module")
def names() -> list[tuple[str, str]]:
    """Return the name and the id of every passage of the library."""
    retriever = Retriever.open(Settings())
    hits = [retriever.look_up(passage.id) for passage in retriever.index.passages]
    return [(hit.name, hit.passage.id) for hit in hits if hit]


@pytest.fixture
def senders(request: pytest.FixtureRequest) -> Iterator[str]:
    return (f"{request.node.name} {number}" for number in range(10_000))


def test_every_heading_leads_to_its_passage(
    assistant: Assistant, names: list[tuple[str, str]], senders: Iterator[str]
) -> None:
    wrong = {
        name: turn
        for name, passage_id in names
        if (turn := shown(assistant.turn(next(senders), name))) != ("answer", passage_id)
    }

    assert wrong == {}


@pytest.mark.parametrize("opener", OPENERS)
def test_every_heading_leads_to_its_passage_after_something_else(
    assistant: Assistant, names: list[tuple[str, str]], senders: Iterator[str], opener: str
) -> None:
    wrong = {}
    for name, passage_id in names:
        sender = next(senders)
        assistant.turn(sender, opener)
        turn = shown(assistant.turn(sender, name))
        if turn != ("answer", passage_id):
            wrong[name] = turn

    assert wrong == {}


@pytest.mark.parametrize(
    ("path", "key"),
    [
        ("real/answerable.jsonl", "q"),
        ("real/uncovered.jsonl", "q"),
        ("everyday.jsonl", "q"),
        ("answerable.jsonl", "question"),
        ("patient_questions.jsonl", "question"),
    ],
)
def test_a_greeting_changes_no_answer(
    assistant: Assistant, senders: Iterator[str], path: str, key: str
) -> None:
    bent = {}
    for question in read(path, key):
        web = Web(assistant.port)
        assert web.open()[0]["suggestions"]
        greeted, alone = web.say(question), assistant.turn(next(senders), question)
        if shown(greeted) != shown(alone):
            bent[question] = shown(greeted), shown(alone)

    assert bent == {}


def test_a_greeting_bends_no_heading(
    assistant: Assistant, names: list[tuple[str, str]], senders: Iterator[str]
) -> None:
    bent = {}
    for name, _ in names:
        web = Web(assistant.port)
        web.open()
        greeted, alone = web.say(name), assistant.turn(next(senders), name)
        if shown(greeted) != shown(alone):
            bent[name] = shown(greeted), shown(alone)

    assert bent == {}


def test_an_offer_leads_to_the_passage_that_it_names(
    assistant: Assistant, senders: Iterator[str]
) -> None:
    n_taken = 0
    for question in [*read("real/answerable.jsonl", "q"), *read("real/uncovered.jsonl", "q")][::3]:
        sender = next(senders)
        offers = assistant.turn(sender, question).get("suggestions") or []
        bound = [offer for offer in offers if "passage_id" in offer]
        assert len({offer["passage_id"] for offer in bound}) == len(bound)
        if bound:
            n_taken += 1
            turn = assistant.turn(sender, bound[-1]["payload"])
            assert shown(turn) == ("answer", bound[-1]["passage_id"])

    assert n_taken > 20
