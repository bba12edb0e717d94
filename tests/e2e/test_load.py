"""Many people at once, with conversations in SQLite: nothing lost, doubled or mixed up.

Then the Rasa server is killed while people talk, and started again.
"""

import itertools
import json
import sqlite3
import threading
import urllib.error
import uuid
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from http.client import HTTPException
from pathlib import Path
from typing import Any

import pytest

from benchmarks.stock import conversations
from tests.e2e.conftest import Assistant, start_assistant

pytestmark = pytest.mark.e2e

N_USERS = 64
# Each user holds so many conversations, each a script of two talks of eight messages: 2,048 in all.
N_HELD, N_SCRIPTS = 2, 8
# The servers die after so many replies to so many users.
N_BEFORE_DEATH, N_KILLED = 100, 16
# 64 people on a slow machine wait longer than one alone may.
SETTINGS = {"KNOWLEDGE_TIMEOUT_S": "30"}
Reply = list[dict[str, Any]]
Turns = list[tuple[str, Reply]]


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("load") / "conversations.db"


@pytest.fixture(scope="module")
def assistant(database: Path) -> Iterator[Assistant]:
    """Both servers, on their own: one of them is killed."""
    settings = SETTINGS | {"BONAFIDE_CONVERSATIONS_URL": f"sqlite:///{database}"}
    with start_assistant(database.parent, settings) as running:
        yield running


@pytest.fixture(scope="module")
def scripts() -> list[tuple[str, ...]]:
    talks = list(itertools.islice(conversations.mix(6), 2 * N_SCRIPTS))
    return [one + other for one, other in zip(talks[::2], talks[1::2], strict=True)]


def hold(assistant: Assistant, sender: str, script: Sequence[str]) -> Turns:
    """Say everything, each message after the reply to the one before."""
    return [(message, assistant.ask(sender, message)) for message in script]


def without_ids(turns: Turns) -> list[Any]:
    """Return what every conversation of the same script has in common."""
    return [
        (message, [_strip(part) for part in reply if part.pop("recipient_id", None)])
        for message, reply in json.loads(json.dumps(turns))
    ]


def _strip(part: dict[str, Any]) -> dict[str, Any]:
    part.get("custom", {}).pop("answer_id", None)
    return part


def read_stored(database: Path, sender: str) -> list[tuple[str, Any]]:
    """Return what the table of events has of a conversation: what was said, in order."""
    query = "SELECT type_name, data FROM events WHERE sender_id = ? ORDER BY id"
    with closing(sqlite3.connect(database)) as connection:
        rows = connection.execute(query, (sender,)).fetchall()
    assert [name for name, _ in rows].count("session_started") == 1
    said = [(name, json.loads(data)) for name, data in rows if name in ("user", "bot")]
    return [
        (name, event["text"] if name == "user" else (event["text"], event["data"]["custom"]))
        for name, event in said
    ]


def as_stored(turns: Turns) -> list[tuple[str, Any]]:
    """Return what the table should have of these turns."""
    said: list[tuple[str, Any]] = []
    for message, reply in turns:
        said.append(("user", message))
        said.append(("bot", (reply[0]["text"], reply[1]["custom"])))
    return said


def test_nothing_is_lost_doubled_or_mixed_up(
    assistant: Assistant, database: Path, scripts: list[tuple[str, ...]]
) -> None:
    # Repeated after a failure, these are other people.
    run = uuid.uuid4().hex[:6]
    alone = [without_ids(hold(assistant, f"{run} {n}", s)) for n, s in enumerate(scripts)]

    def talk(user: int) -> dict[int, tuple[str, Turns]]:
        numbers = [(user + n) % N_SCRIPTS for n in range(N_HELD)]
        senders = [f"{run} {user} {n}" for n in numbers]
        return {
            n: (sender, hold(assistant, sender, scripts[n]))
            for n, sender in zip(numbers, senders, strict=True)
        }

    with ThreadPoolExecutor(N_USERS) as users:
        held = [pair for found in users.map(talk, range(N_USERS)) for pair in found.items()]

    assert sum(len(turns) for _, (_, turns) in held) >= 2000
    for number, (sender, turns) in held:
        assert {part["recipient_id"] for _, reply in turns for part in reply} == {sender}
        assert without_ids(turns) == alone[number]
        assert read_stored(database, sender) == as_stored(turns)
    assert assistant.warnings_logged() == []


def test_a_killed_server_has_stored_every_reply_it_gave(
    assistant: Assistant, database: Path, scripts: list[tuple[str, ...]]
) -> None:
    question = assistant.turn("goes on", "what is osteoporosis?")
    delivered: dict[str, Turns] = {f"killed {n}": [] for n in range(N_KILLED)}
    cut_off: dict[str, str] = {}
    enough = threading.Event()

    def talk(sender: str, script: Sequence[str]) -> None:
        for message in itertools.cycle(script):
            try:
                reply = assistant.ask(sender, message)
            except (OSError, HTTPException, urllib.error.URLError):
                cut_off[sender] = message
                return
            delivered[sender].append((message, reply))
            if sum(map(len, delivered.values())) >= N_BEFORE_DEATH:
                enough.set()

    with ThreadPoolExecutor(N_KILLED) as users:
        for sender, script in zip(delivered, itertools.cycle(scripts), strict=False):
            users.submit(talk, sender, script)
        is_loaded = enough.wait(60)
        assistant.rasa.stop()
    assert is_loaded
    assert cut_off.keys() == delivered.keys()
    before = {sender: read_stored(database, sender) for sender in delivered}
    assistant.rasa.start()

    for sender, turns in delivered.items():
        expected = as_stored(turns)
        assert before[sender][: len(expected)] == expected
        # What was in work when the server died is there as a whole, or not at all.
        begun = before[sender][len(expected) :]
        assert [name for name, _ in begun] in ([], ["user", "bot"])
        assert [said for name, said in begun if name == "user"] in ([], [cut_off[sender]])
        after = hold(assistant, sender, ["thank you"])
        assert read_stored(database, sender) == before[sender] + as_stored(after)
    more = assistant.turn("goes on", "tell me more")
    assert more["resolved_query"] == question["resolved_query"]
    assert more["text"] != question["text"]
