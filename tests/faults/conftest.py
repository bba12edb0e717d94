"""Servers for faults, in two lengths: short in `make test`, long in `make chaos`."""

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.e2e.conftest import Assistant, start_assistant
from tests.faults.visitors import Visitor, compare, crowd, intact

LONG_SETTING = "CHAOS"


@dataclass(frozen=True)
class Length:
    """How long a fault lasts and how many people meet it.

    Attributes:
        well_s: Seconds before the fault, and after it.
        broken_s: Seconds of the fault.
        n_visitors: People who talk meanwhile.
    """

    well_s: float
    broken_s: float
    n_visitors: int


SHORT, LONG = Length(1.5, 2.0, 4), Length(6.0, 30.0, 16)


@dataclass(frozen=True)
class Stack:
    """Both servers with their databases.

    Attributes:
        assistant: The servers.
        folder: Where databases, index and logs are.
    """

    assistant: Assistant
    folder: Path

    @property
    def url(self) -> str:
        """The address of the Rasa server."""
        return f"http://127.0.0.1:{self.assistant.port}"

    @property
    def conversations(self) -> Path:
        """The database of conversations."""
        return self.folder / "conversations.db"

    def crowd(self, length: Length) -> AbstractContextManager[list[Visitor]]:
        """Have people talk while something breaks."""
        return crowd(self.url, length.n_visitors)

    def assert_intact(self, visitors: list[Visitor]) -> None:
        """Fail unless everything that was delivered is stored, once, in order, as delivered."""
        found = compare(visitors, self.conversations)
        assert found == intact(found["delivered"])
        assert all(any(message.turns for message in visitor.said) for visitor in visitors)


Start = Callable[..., AbstractContextManager[Stack]]


@pytest.fixture(scope="session")
def length() -> Length:
    """The short form, or the long one where CHAOS is set."""
    return LONG if os.environ.get(LONG_SETTING) else SHORT


@pytest.fixture(scope="module")
def start(tmp_path_factory: pytest.TempPathFactory) -> Start:
    """Return what starts both servers, with further settings or in a given folder."""

    @contextmanager
    def start(folder: Path | None = None, **settings: str) -> Iterator[Stack]:
        logs = tmp_path_factory.mktemp("faults")
        place = folder or logs
        given = {
            "BONAFIDE_CONVERSATIONS_URL": f"sqlite:///{place / 'conversations.db'}",
            "BONAFIDE_SESSION_RATE": "0",
            **settings,
        }
        with start_assistant(logs, given) as assistant:
            yield Stack(assistant, place)

    return start


@pytest.fixture(scope="module")
def stack(start: Start) -> Iterator[Stack]:
    """Both servers, for all tests of a module that leave them in order."""
    with start() as running:
        yield running


@pytest.fixture
def lost_stack(start: Start) -> Iterator[Stack]:
    """Both servers for one test, which breaks something for good."""
    with start() as running:
        yield running
