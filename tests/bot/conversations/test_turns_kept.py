"""No turn is lost, whatever becomes of the database: what was answered beside what is stored."""

import asyncio
import contextlib
import json
import logging
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from rasa.core.channels.channel import UserMessage
from rasa.core.tracker_store import FailSafeTrackerStore
from rasa.shared.core.events import (
    ActionExecuted,
    BotUttered,
    Event,
    SessionStarted,
    SlotSet,
    UserUttered,
)
from rasa.shared.core.trackers import DialogueStateTracker
from sqlalchemy import insert
from sqlalchemy.exc import OperationalError

from bot.channels.collector import TurnCollector
from bot.circuit_breaker import CircuitBreaker
from bot.conversations.database_calls import DatabaseCalls
from bot.conversations.event_log import EventLog
from bot.conversations.tables import deleted, hash_session
from bot.conversations.tracker_store import LiveTrackerStore
from bot.red_flags.rules import get_rule_matcher
from bot.turns.current_message import in_turn

ROOT = Path(__file__).parents[3]
START = [ActionExecuted("action_session_start"), SessionStarted(), ActionExecuted("action_listen")]


def says(text: str, intent: str = "ask") -> list[Event]:
    return [
        UserUttered(text, {"name": intent, "confidence": 1.0}),
        BotUttered(f"re {text}"),
        ActionExecuted("action_listen"),
    ]


class Flaky:
    """A log that can be made to fail, or to hang."""

    def __init__(self, log: EventLog) -> None:
        self.log = log
        self.error: Exception | None = None
        self.gate = threading.Event()
        self.gate.set()
        self.is_late = False

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def call(*arguments: Any) -> Any:
            if self.error is not None:
                raise self.error
            if self.is_late:
                result = getattr(self.log, name)(*arguments)
                self.gate.wait(30)
                return result
            self.gate.wait(30)
            return getattr(self.log, name)(*arguments)

        return call


AWAY = OperationalError("x", {}, Exception("away"))


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/c.db"


@pytest.fixture
def make(domain, url) -> Callable[..., Any]:
    """A function to a store whose log can fail."""

    def open_store(**options: Any) -> LiveTrackerStore:
        breaker = CircuitBreaker(pause_s=options.pop("pause_s", 0.0))
        calls = DatabaseCalls("tests", breaker=breaker, timeout_s=options.pop("timeout_s", 2.5))
        store = LiveTrackerStore(domain, url=url, calls=calls, **options)
        flaky = Flaky(store._log)
        store._log = store._writer._log = flaky
        store._writer._retry_s = 0.02
        return store

    return open_store


async def begin(store: LiveTrackerStore, sender_id: str = "me") -> DialogueStateTracker:
    found = await store.retrieve(sender_id)
    if found is None:
        found = DialogueStateTracker(sender_id, store.domain.slots)
        found.update_with_events(START, store.domain)
    return found


async def say(store: LiveTrackerStore, text: str, sender_id: str = "me", **options: Any) -> None:
    tracker = await begin(store, sender_id)
    for event in says(text, **options):
        tracker.update(event)
    await store.save(tracker)


def stored(url: str, sender_id: str = "me") -> list[str]:
    return [e["text"] for e in EventLog(url).read(sender_id)[0] if e["event"] == "user"]


def remembered(store: LiveTrackerStore, sender_id: str = "me") -> list[str]:
    tracker = asyncio.run(store.retrieve(sender_id))
    assert tracker is not None
    return [event.text for event in tracker.events if isinstance(event, UserUttered)]


async def until(is_so: Callable[[], bool], *, timeout_s: float = 5.0) -> None:
    deadline = time.monotonic() + timeout_s
    while not is_so():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.01)


class Broker:
    """Takes events; a store that has one reads the conversation while it saves."""

    def publish(self, event: Any) -> None:
        pass


# two at once


@pytest.mark.parametrize("broker", [None, Broker()], ids=["no broker", "broker"])
def test_turns_that_two_take_at_once_are_both_stored_and_both_remembered(make, url, broker):
    one, two = make(event_broker=broker), make(event_broker=broker)

    async def run() -> None:
        await say(one, "first")
        trackers = [await begin(store) for store in (one, two)]
        for tracker, text in zip(trackers, ("from one", "from two"), strict=True):
            tracker.update_with_events(says(text), one.domain)
        await two.save(trackers[1])
        await one.save(trackers[0])

    asyncio.run(run())

    assert stored(url) == ["first", "from two", "from one"]
    for store in (one, two):
        assert remembered(store) == ["first", "from two", "from one"]


def test_two_turns_of_one_conversation_at_once_are_both_stored(make, url):
    """As when the first takes longer than the lifetime of its lock."""
    store = make()

    async def run() -> None:
        await say(store, "first")
        slow, quick = await begin(store), await begin(store)
        quick.update_with_events(says("quick"), store.domain)
        slow.update_with_events(says("slow"), store.domain)
        await store.save(quick)
        await store.save(slow)

    asyncio.run(run())

    assert stored(url) == remembered(store) == ["first", "quick", "slow"]


def test_a_tracker_made_anew_loses_nothing(make, url):
    """Rasa's HTTP interface puts events in the place of a conversation's."""
    store = make()

    async def run() -> None:
        for text in ("a", "b", "c", "d", "e"):
            await say(store, text)
        known = (await store.retrieve_full_tracker("me")).events
        again = DialogueStateTracker.from_dict("me", [e.as_dict() for e in known])
        again.update_with_events(says("f"), store.domain)
        await store.save(again)
        other = DialogueStateTracker("me", store.domain.slots)
        other.update_with_events(says("g"), store.domain)
        await store.save(other)

    asyncio.run(run())

    assert stored(url) == list("abcdefg")


def test_a_tracker_that_is_saved_twice_is_stored_once(make, url):
    store = make()

    async def run() -> None:
        tracker = await begin(store)
        for text in ("a", "b"):
            tracker.update_with_events(says(text), store.domain)
            await store.save(tracker)
            await store.save(tracker)

    asyncio.run(run())

    assert stored(url) == ["a", "b"]


# the database is away


def test_what_the_database_did_not_take_is_written_without_a_next_message(make, url, caplog):
    store = make()

    async def run() -> None:
        with caplog.at_level(logging.WARNING):
            store._log.error = AWAY
            for sender_id in ("a", "b", "c"):
                await say(store, "hello", sender_id)
            assert store.is_away
            assert (store.writer.n_waiting, store.writer.n_unsafe) == (3, 0)
            store._log.error = None
            await until(lambda: store.writer.n_waiting == 0)
            assert not store.is_away

    asyncio.run(run())

    assert [stored(url, sender_id) for sender_id in "abc"] == [["hello"]] * 3
    assert [record.levelname for record in caplog.records] == ["ERROR", "WARNING"]
    assert "hello" not in caplog.text


def test_what_was_not_written_survives_another_writer(make, url):
    one, two = make(), make()

    async def run() -> None:
        await say(one, "one")
        one._log.error = AWAY
        await say(one, "two, while it is away")
        await say(two, "three, elsewhere")
        one._log.error = None
        await say(one, "four")

    asyncio.run(run())

    everything = ["one", "three, elsewhere", "two, while it is away", "four"]
    assert stored(url) == everything


def test_what_was_not_written_survives_when_memory_is_short(make, url):
    store = make(max_conversations=5)
    names = [f"v{n}" for n in range(20)]

    async def run() -> None:
        store._log.error = AWAY
        for name in names:
            await say(store, "hello", name)
        # One of them goes on, of which nothing is left but what waits.
        await say(store, "and", names[0])
        store._log.error = None
        for name in names:
            await say(store, "back", name)

    asyncio.run(run())

    assert stored(url, names[0]) == ["hello", "and", "back"]
    assert [stored(url, name) for name in names[1:]] == [["hello", "back"]] * 19


@pytest.mark.parametrize("end", ["orderly", "killed"])
def test_what_was_not_written_is_written_by_the_next_server(make, url, state, end):
    store = make()

    async def lose() -> None:
        store._log.error = AWAY
        for text in ("one", "two"):
            await say(store, text)
        if end == "orderly":
            await store.close()
        else:
            os.close(store.writer._spill._file)

    async def begin_again() -> None:
        await again.start()
        await until(lambda: again.writer.n_waiting == 0)
        await again.close()

    asyncio.run(lose())
    assert stored(url) == []
    again = make()
    asyncio.run(begin_again())

    assert stored(url) == ["one", "two"]
    assert list((state / "unwritten").iterdir()) == []


def test_an_orderly_stop_writes_what_waits(make, url, state):
    store = make()

    async def run() -> None:
        store._log.error = AWAY
        await say(store, "hello")
        store._log.error = None
        await store.close()

    asyncio.run(run())

    assert stored(url) == ["hello"]
    assert list((state / "unwritten").iterdir()) == []


def test_a_write_that_came_late_is_not_written_twice(make, url):
    """The database takes it, but says so only after the deadline."""
    store = make(timeout_s=0.1)

    async def run() -> None:
        await say(store, "one")
        tracker = await begin(store)
        tracker.update_with_events(says("two"), store.domain)
        store._log.is_late = True
        store._log.gate.clear()
        await store.save(tracker)
        assert store.writer.n_waiting == 1
        store._log.is_late = False
        store._log.gate.set()
        await until(lambda: store.writer.n_waiting == 0)

    asyncio.run(run())

    assert stored(url) == remembered(store) == ["one", "two"]


def test_neither_database_nor_disk_costs_no_answer_and_is_counted(make, url, monkeypatch, caplog):
    store = make()

    async def run() -> None:
        await store.start()
        store._log.error = AWAY

        def full(*_: Any) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(os, "pwrite", full)
        for text in ("one", "two", "three"):
            await say(store, text)
        assert store.writer.n_unsafe == 3
        monkeypatch.undo()
        store._log.error = None
        await until(lambda: store.writer.n_waiting == 0)

    asyncio.run(run())

    assert stored(url) == ["one", "two", "three"]
    assert sum("in memory alone" in record.getMessage() for record in caplog.records) == 1


def test_a_folder_that_cannot_be_made_is_named_once_and_costs_no_answer(
    make, url, tmp_path, caplog
):
    (tmp_path / "file").write_text("a file where the folder should be")
    store = make(folder=tmp_path / "file" / "unwritten")

    async def run() -> None:
        await store.start()
        store._log.error = AWAY
        for text in ("one", "two"):
            await say(store, text)
        store._log.error = None
        await until(lambda: store.writer.n_waiting == 0)

    asyncio.run(run())

    assert stored(url) == ["one", "two"]
    assert sum("No file for" in record.getMessage() for record in caplog.records) == 1


def test_a_long_outage_fills_the_disk_and_not_the_memory(make, url, monkeypatch):
    monkeypatch.setattr("bot.conversations.turn_writer.MAX_IN_MEMORY", 5)
    store = make(max_conversations=1)

    async def run() -> None:
        store._log.error = AWAY
        for n in range(20):
            await say(store, f"turn {n}", f"v{n % 3}")
        in_memory = [one.batch for some in store.writer._waiting.values() for one in some]
        assert sum(batch is not None for batch in in_memory) == 5
        store._log.error = None
        await until(lambda: store.writer.n_waiting == 0)

    asyncio.run(run())

    for visitor in range(3):
        assert stored(url, f"v{visitor}") == [f"turn {n}" for n in range(visitor, 20, 3)]


def test_a_slot_that_no_database_can_hold_costs_no_answer(make, url, caplog):
    store = make()
    wrapped = FailSafeTrackerStore(store)

    async def run() -> None:
        tracker = await begin(store)
        tracker.update(SlotSet("asked", {1, 2}))
        await wrapped.save(tracker)
        await say(wrapped, "hello")

    asyncio.run(run())

    assert wrapped._fallback_tracker_store is None
    assert stored(url) == ["hello"]
    assert len(caplog.records) == 1


@pytest.mark.parametrize("error", [RuntimeError("can't start new thread"), MemoryError(), KeyError])
def test_no_error_reaches_rasas_own_store_in_memory(make, domain, url, error):
    store = make()
    wrapped = FailSafeTrackerStore(store)

    async def run() -> None:
        await say(wrapped, "one")
        store._log.error = error if isinstance(error, Exception) else error("x")
        await say(wrapped, "two")
        store._log.error = None
        await say(wrapped, "three")

    asyncio.run(run())

    assert wrapped._fallback_tracker_store is None
    assert stored(url) == ["one", "two", "three"]


@pytest.mark.parametrize("error", [ValueError("NUL"), UnicodeError("half")])
def test_what_no_database_ever_takes_is_counted_and_not_tried_again(make, error, caplog):
    store = make()

    async def run() -> None:
        store._log.error = error
        for _ in range(3):
            await say(store, "hello")

    asyncio.run(run())

    assert (store.writer.n_waiting, store.writer.n_refused) == (0, 3)
    assert not store.is_away
    assert len(caplog.records) == 1
    assert remembered(store) == ["hello"] * 3


# a database that hangs


def test_a_hanging_database_makes_nobody_wait_for_long(make, url):
    store = make(timeout_s=0.2, pause_s=60.0)

    async def run() -> float:
        await store.start()
        store._log.gate.clear()
        await say(store, "the first one waits", "a")
        start = time.monotonic()
        for n in range(20):
            await say(store, "hello", f"v{n}")
        return time.monotonic() - start

    assert asyncio.run(run()) < 1.5
    store._log.gate.set()


def test_an_emergency_is_answered_before_a_hanging_database_is_asked(make, url):
    store = make()
    text = "I have crushing chest pain and cannot breathe"
    get_rule_matcher()  # as a server that has begun

    def answer(sender_id: str) -> Callable[..., Any]:
        return lambda message: say(store, message.text, sender_id, intent="report_emergency")

    async def run() -> float:
        await say(store, "hello")
        store._log.gate.clear()
        start = time.monotonic()
        for sender_id in ("me", "new"):
            await in_turn(answer(sender_id))(UserMessage(text))
        took_s = time.monotonic() - start
        store._log.gate.set()
        await until(lambda: store.writer.n_waiting == 0)
        return took_s

    assert asyncio.run(run()) < 0.6
    assert stored(url) == ["hello", text]
    assert stored(url, "new") == [text]
    assert remembered(store) == ["hello", text]


def test_what_is_understood_as_an_emergency_is_written_after(make, url):
    store = make()

    async def run() -> float:
        tracker = await begin(store)
        tracker.update_with_events(says("help", intent="report_emergency"), store.domain)
        store._log.gate.clear()
        start = time.monotonic()
        await store.save(tracker)
        took_s = time.monotonic() - start
        store._log.gate.set()
        await until(lambda: store.writer.n_waiting == 0)
        return took_s

    assert asyncio.run(run()) < 0.5
    assert stored(url) == ["help"]


def test_a_locked_file_makes_nobody_wait_for_long_and_loses_nothing(make, url, tmp_path):
    store = make(pause_s=0.5)

    async def run() -> list[float]:
        await say(store, "first")
        lock = sqlite3.connect(tmp_path / "c.db", isolation_level=None)
        lock.execute("BEGIN EXCLUSIVE")
        took: list[float] = []
        for n in range(10):
            start = time.monotonic()
            await say(store, f"turn {n}")
            took.append(time.monotonic() - start)
        lock.execute("ROLLBACK")
        lock.close()
        await until(lambda: store.writer.n_waiting == 0)
        return took

    took = asyncio.run(run())
    assert max(took) < 2.6
    assert sorted(took)[4] < 0.5
    assert stored(url) == ["first", *(f"turn {n}" for n in range(10))]


def test_a_turn_whose_client_went_away_is_kept(make, url):
    store = make()

    async def run() -> None:
        await say(store, "one")
        store._log.gate.clear()
        turn = asyncio.create_task(store.save(await with_turn("two")))
        await asyncio.sleep(0.05)
        turn.cancel()
        store._log.gate.set()
        await until(lambda: store.writer.n_waiting == 0)

    async def with_turn(text: str) -> DialogueStateTracker:
        store._log.gate.set()
        tracker = await begin(store)
        store._log.gate.clear()
        tracker.update_with_events(says(text), store.domain)
        return tracker

    asyncio.run(run())

    assert stored(url) == ["one", "two"]


# deletion


def test_a_deleted_conversation_is_out_of_the_file_as_well(make, url, state):
    store = make()

    async def run() -> None:
        store._log.error = AWAY
        await say(store, "a secret")
        store._log.error = None
        await store.delete("me")
        await asyncio.sleep(0.1)

    asyncio.run(run())

    assert stored(url) == []
    assert all(b"a secret" not in path.read_bytes() for path in (state / "unwritten").iterdir())


def test_nothing_is_stored_of_a_session_that_was_deleted_for_good(make, url):
    store = make()

    async def run() -> None:
        tracker = await begin(store)
        tracker.update_with_events(says("too late"), store.domain)
        await say(store, "before")
        with store._log.log._open().begin() as connection:
            row = {"sender": hash_session("me"), "until": time.time() + 60}
            connection.execute(insert(deleted), [row])
        await store.delete("me")
        await store.save(tracker)

    asyncio.run(run())

    assert stored(url) == []
    assert asyncio.run(store.retrieve("me")) is None


# replies


def test_a_reply_is_stored_with_its_turn_and_a_message_once(make, url, tmp_path):
    store = make()

    async def answer(message: UserMessage) -> None:
        await message.output_channel.send_text_message("me", "hello yourself")
        await say(store, message.text)

    async def run() -> None:
        for _ in range(2):
            message = UserMessage("hello", TurnCollector(), "me", message_id="m1")
            await in_turn(answer)(message)

    asyncio.run(run())

    assert stored(url) == remembered(store) == ["hello"]
    with sqlite3.connect(tmp_path / "c.db") as connection:
        rows = connection.execute("SELECT sender_id, message_id, turns FROM replies").fetchall()
    connection.close()
    assert [(*row[:2], json.loads(row[2])) for row in rows] == [
        ("me", "m1", [{"kind": "chat", "text": "hello yourself"}])
    ]


# a server that is looked at, and killed


SERVER = """
import asyncio, sys
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from bot.red_flags.rules import get_rule_matcher
from bot.conversations.tracker_store import LiveTrackerStore

async def say(store, sender_id, text):
    tracker = await store.retrieve(sender_id) or DialogueStateTracker(sender_id, [])
    tracker.update(UserUttered(text))
    tracker.update(ActionExecuted("action_listen"))
    await store.save(tracker)

async def main():
    store = LiveTrackerStore(Domain.empty(), url=sys.argv[1])
    for line in sys.stdin:
        await asyncio.gather(*[say(store, f"v{n}", line.strip()) for n in range(16)])
        await store.delete("nobody")
        print("answered", flush=True)

asyncio.run(main())
"""


@contextlib.contextmanager
def server(url: str) -> Iterator[Any]:
    with subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", SERVER, url],
        cwd=ROOT,
        env={**os.environ, "SQLALCHEMY_SILENCE_UBER_WARNING": "1"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        yield process
        process.send_signal(signal.SIGKILL)


def test_all_turns_are_there_after_looks_from_outside_and_a_crash(url, tmp_path):
    with server(url) as process:
        for n in range(4):
            print(f"turn {n}", file=process.stdin, flush=True)
            assert process.stdout.readline() == "answered\n"
            with sqlite3.connect(tmp_path / "c.db") as other:
                other.execute("SELECT count(*) FROM events").fetchone()
            other.close()

    for n in range(16):
        assert stored(url, f"v{n}") == [f"turn {n}" for n in range(4)]
