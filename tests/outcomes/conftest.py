"""What the tests of the outcomes share: settings in a folder of their own, turns, a store."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from outcomes import OutcomeRow
from outcomes.settings import Settings
from outcomes.store import Store


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings with a database of their own and a salt."""
    return Settings(url=f"sqlite:///{tmp_path}/outcomes.db", salt="a salt of the tests")


@pytest.fixture
def store(settings: Settings) -> Iterator[Store]:
    """An empty store."""
    store = Store.open(settings)
    yield store
    store.close()


@pytest.fixture
def make_turn() -> Callable[..., OutcomeRow]:
    """A function to a turn of kind `answer`, with the fields that are given."""

    def make(**fields: Any) -> OutcomeRow:
        defaults = {
            "kind": "answer",
            "sender_id": "me",
            "channel": "rest",
            "intent": "ask_men",
            "topic": "men",
            "passage_ids": ("men#section", "lupus#section"),
            "scores": (0.9, 0.4),
            "latency_ms": 12.34,
            "answer_id": "a1",
            "question": "can men get it?",
        }
        return OutcomeRow(**{**defaults, **fields})

    return make
