"""benchmarks/stock/conversations.py: whole conversations, the same again, no message twice."""

import itertools

import pytest

from benchmarks.stock import conversations
from benchmarks.stock.measure import Plan
from benchmarks.stock.metrics import LOADS

MAKERS = (conversations.make_stock_talks, conversations.make_talks)


def take(make, seed, count=20):
    talks, more = make(seed)
    return [*itertools.islice(talks, count), *itertools.islice(more, count)]


@pytest.mark.parametrize("make", MAKERS)
def test_every_conversation_has_the_same_number_of_messages(make):
    assert {len(talk) for talk in take(make, 1)} == {conversations.TURNS}


@pytest.mark.parametrize("make", MAKERS)
def test_a_seed_makes_the_same_and_another_one_makes_others(make):
    assert take(make, 1) == take(make, 1)
    assert take(make, 1) != take(make, 2)


def test_no_message_is_said_twice_and_there_are_enough_of_them():
    messages = list(itertools.chain.from_iterable(conversations.mix(1)))

    n_users = sum(max(n_users, Plan().requests // 8) * 8 for _, n_users in LOADS["memory"])
    assert len(messages) > max(Plan().total, n_users) + 500
    assert len(set(messages)) == len(messages)


def test_held_out_questions_are_not_said():
    held_out = {
        line
        for name in ("answerable", "unanswerable", "advice")
        for line in (conversations.DATA / f"{name}.jsonl").read_text().splitlines()
        if '"split": "held_out"' in line
    }

    said = {*conversations.read_questions(), *conversations.read_others()}
    assert not [line for line in held_out if any(f'"{message}"' in line for message in said)]
