"""Conversations that outlive the server: the live store with a database behind it."""

import asyncio
import copy
import json
import logging
import sqlite3
import stat
from pathlib import Path
from typing import Any

import pytest
from rasa.core.tracker_store import SQLTrackerStore
from rasa.shared.core.events import (
    ActionExecuted,
    BotUttered,
    Restarted,
    SessionStarted,
    SlotSet,
    UserUttered,
)
from rasa.shared.core.trackers import DialogueStateTracker, EventVerbosity

from bot.circuit_breaker import CircuitBreaker
from bot.conversations.database_calls import DatabaseCalls
from bot.conversations.event_log import EventLog
from bot.conversations.tracker_store import LiveTrackerStore

START = [ActionExecuted("action_session_start"), SessionStarted(), ActionExecuted("action_listen")]
TURN = [
    UserUttered("what is it? 🦴", {"name": "ask_definition", "confidence": 0.9}),
    SlotSet("asked", "what is it?"),
    ActionExecuted("action_answer_question", policy="RulePolicy", confidence=1.0),
    BotUttered("It is …", {"custom": {"kind": "answer"}}),
    ActionExecuted("action_listen"),
]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "made" / "conversations.db"


def open_store(domain, file: Path, **options: Any) -> LiveTrackerStore:
    calls = DatabaseCalls("tests", breaker=CircuitBreaker(pause_s=0.0))
    return LiveTrackerStore(domain, url=f"sqlite:///{file}", **{"calls": calls, **options})


async def say(store: LiveTrackerStore, *events: Any, sender_id: str = "me") -> None:
    """Take a turn as Rasa does: retrieve, add events, save."""
    tracker = await store.get_or_create_tracker(sender_id, append_action_listen=False)
    for event in events:
        # Of its own: no event happens twice.
        tracker.update(copy.copy(event), store.domain)
    await store.save(tracker)


def stored(file: Path, sender_id: str = "me") -> list[dict[str, Any]]:
    with sqlite3.connect(file) as connection:
        query = "SELECT data FROM events WHERE sender_id = ? ORDER BY id"
        return [json.loads(data) for (data,) in connection.execute(query, (sender_id,))]


def state(tracker: DialogueStateTracker | None) -> Any:
    assert tracker is not None
    return tracker.current_state(EventVerbosity.ALL)


CONVERSATIONS = {
    "more turns than a tracker has": [[*START, *TURN], *[TURN] * 9],
    "a turn": [[*START, *TURN]],
    "two turns": [[*START, *TURN], TURN],
    "two sessions": [[*START, *TURN], [*START, *TURN], TURN],
    "restarted": [[*START, *TURN, Restarted()], [*START, *TURN]],
    "nothing said": [START],
    "saved again, with nothing new": [[*START, *TURN], []],
}


@pytest.mark.parametrize("turns", CONVERSATIONS.values(), ids=CONVERSATIONS.keys())
def test_each_event_is_stored_once_in_order(domain, file, turns):
    store = open_store(domain, file)

    for turn in turns:
        asyncio.run(say(store, *turn))

    assert stored(file) == [event.as_dict() for turn in turns for event in turn]


@pytest.mark.parametrize("turns", CONVERSATIONS.values(), ids=CONVERSATIONS.keys())
def test_conversation_is_the_same_after_a_restart(domain, file, turns):
    store = open_store(domain, file)
    for turn in turns:
        asyncio.run(say(store, *turn))
    before = asyncio.run(store.retrieve("me")), asyncio.run(store.retrieve_full_tracker("me"))

    store = open_store(domain, file)
    after = asyncio.run(store.retrieve("me")), asyncio.run(store.retrieve_full_tracker("me"))

    assert [state(tracker) for tracker in after] == [state(tracker) for tracker in before]


def test_conversation_that_left_the_memory_is_read_again(domain, file):
    store = open_store(domain, file, max_conversations=1)

    async def run() -> None:
        await say(store, *START, *TURN, sender_id="one")
        await say(store, *START, sender_id="two")
        await say(store, *TURN, sender_id="one")

    asyncio.run(run())

    assert len(stored(file, "one")) == len([*START, *TURN, *TURN])
    assert asyncio.run(store.keys()) == ["two", "one"]


def test_two_servers_share_a_database(domain, file):
    one, two = open_store(domain, file), open_store(domain, file)

    for turn, store in enumerate((one, two, one, one, two)):
        asyncio.run(say(store, *(START if turn == 0 else ()), SlotSet("asked", f"turn {turn}")))

    for store in (one, two):
        found = asyncio.run(store.retrieve("me"))
        assert found is not None
        assert found.get_slot("asked") == "turn 4"
    said = [event["value"] for event in stored(file) if event["event"] == "slot"]
    assert said == [f"turn {turn}" for turn in range(5)]


def test_conversation_that_another_server_deleted_is_gone(domain, file):
    one, two = open_store(domain, file), open_store(domain, file)
    asyncio.run(say(one, *START, *TURN))
    asyncio.run(say(two, *TURN))

    asyncio.run(two.delete("me"))

    assert asyncio.run(one.retrieve("me")) is None
    assert stored(file) == []
    assert b"what is it?" not in file.read_bytes()


def test_memory_is_used_while_nothing_else_was_stored(domain, file, monkeypatch):
    store = open_store(domain, file)
    asyncio.run(say(store, *START, *TURN))
    monkeypatch.setattr(EventLog, "read", lambda *args: pytest.fail("read again"))

    asyncio.run(say(store, *TURN))

    assert len(stored(file)) == len([*START, *TURN, *TURN])


def test_database_that_is_away_costs_no_turn_and_gets_them_later(domain, tmp_path, caplog):
    folder = tmp_path / "locked"
    folder.write_text("a file where the folder should be")
    store = open_store(domain, folder / "conversations.db")

    with caplog.at_level(logging.ERROR):
        asyncio.run(say(store, *START, *TURN))
        asyncio.run(say(store, *TURN))

    found = asyncio.run(store.retrieve("me"))
    assert found is not None
    assert len(found.events) == len([*START, *TURN, *TURN])
    (line,) = [record.getMessage() for record in caplog.records]
    assert "BONAFIDE_CONVERSATIONS_URL" in line
    assert "what is it" not in caplog.text

    folder.unlink()
    asyncio.run(say(store, SlotSet("asked", "back")))

    everything = [*START, *TURN, *TURN, SlotSet("asked", "back")]
    assert [e["event"] for e in stored(folder / "conversations.db")] == [
        event.type_name for event in everything
    ]


def test_sender_that_no_database_takes_costs_no_turn(domain, file):
    store = open_store(domain, file)

    asyncio.run(say(store, *START, sender_id="half an emoji \ud83e"))
    asyncio.run(say(store, *START, sender_id="me"))

    assert len(stored(file)) == len(START)


def test_delete_says_when_the_database_is_away(domain, tmp_path):
    (tmp_path / "locked").write_text("a file where the folder should be")

    with pytest.raises(OSError, match="locked"):
        asyncio.run(open_store(domain, tmp_path / "locked" / "c.db").delete("me"))


def test_file_is_for_this_user_alone(domain, file):
    asyncio.run(say(open_store(domain, file), *START))

    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_rasas_own_store_reads_the_table(domain, file):
    asyncio.run(say(open_store(domain, file), *START, *TURN))

    theirs = SQLTrackerStore(domain, dialect="sqlite", db=str(file))

    # From the session's start on.
    assert state(asyncio.run(theirs.retrieve("me")))["events"] == stored(file)[1:]


def test_a_conversation_of_rasas_own_store_goes_on(domain, file):
    file.parent.mkdir()
    theirs = SQLTrackerStore(domain, dialect="sqlite", db=str(file))
    asyncio.run(theirs.save(DialogueStateTracker.from_events("me", [*START, *TURN], domain.slots)))

    asyncio.run(say(open_store(domain, file), *TURN))

    assert len(stored(file)) == len([*START, *TURN, *TURN])
