"""Conversations in a real PostgreSQL, where one is installed: away, started again, hanging."""

import asyncio
import glob
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from rasa.core.channels.channel import UserMessage
from rasa.shared.core.events import ActionExecuted, BotUttered, Event, SessionStarted, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.conversations.event_log import EventLog
from bot.conversations.tracker_store import LiveTrackerStore
from bot.red_flags.rules import get_rule_matcher
from bot.turns.current_message import in_turn

BIN = next(iter(sorted(glob.glob("/usr/lib/postgresql/*/bin"), reverse=True)), "")
USER = "postgres"

pytestmark = pytest.mark.skipif(
    not BIN or (os.getuid() == 0 and not shutil.which("runuser")),
    reason="no PostgreSQL is installed here",
)


class Postgres:
    """A server of its own on loopback."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.url = f"postgresql://{USER}@127.0.0.1:{self.port}/postgres"
        self._run("initdb", "-A", "trust", "-U", USER, "-E", "UTF8", "--no-sync")

    def start(self) -> None:
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -c fsync=off -k {self.folder}"
        self._run("pg_ctl", "-w", "-l", str(self.folder / "log"), "-o", options, "start")

    def stop(self) -> None:
        self._run("pg_ctl", "-w", "-m", "immediate", "stop")

    def signal(self, number: int) -> None:
        """Send a signal to it and all its processes."""
        first = (self.folder / "data" / "postmaster.pid").read_text().split()[0]
        listed = subprocess.run(
            ["ps", "--no-headers", "-o", "pid", "--ppid", first], capture_output=True, text=True
        )
        for pid in [first, *listed.stdout.split()]:
            os.kill(int(pid), number)

    def _run(self, program: str, *arguments: str) -> None:
        command = [f"{BIN}/{program}", "-D", str(self.folder / "data"), *arguments]
        if os.getuid() == 0:
            command = ["runuser", "-u", USER, "--", *command]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=self.folder)


@pytest.fixture(scope="module")
def postgres() -> Iterator[Postgres]:
    folder = Path(tempfile.mkdtemp(prefix="postgres-"))
    if os.getuid() == 0:
        shutil.chown(folder, USER)
    server = Postgres(folder)
    server.start()
    yield server
    server.stop()
    shutil.rmtree(folder)


START = [ActionExecuted("action_session_start"), SessionStarted(), ActionExecuted("action_listen")]


def says(text: str, intent: str = "ask") -> list[Event]:
    said = UserUttered(text, {"name": intent, "confidence": 1.0})
    return [said, BotUttered(f"re {text}"), ActionExecuted("action_listen")]


@pytest.fixture
def store(domain: Any, postgres: Postgres) -> LiveTrackerStore:
    return LiveTrackerStore(domain, url=postgres.url)


async def begin(store: LiveTrackerStore, sender_id: str) -> DialogueStateTracker:
    found = await store.retrieve(sender_id)
    if found is None:
        found = DialogueStateTracker(sender_id, store.domain.slots)
        found.update_with_events(START, store.domain)
    return found


async def say(
    store: LiveTrackerStore, text: str, sender_id: str = "me", intent: str = "ask"
) -> float:
    start = time.monotonic()
    tracker = await begin(store, sender_id)
    tracker.update_with_events(says(text, intent), store.domain)
    await store.save(tracker)
    return time.monotonic() - start


def stored(postgres: Postgres, sender_id: str = "me") -> list[str]:
    events, _ = EventLog(postgres.url).read(sender_id)
    return [event["text"] for event in events if event["event"] == "user"]


async def settle(store: LiveTrackerStore) -> None:
    deadline = time.monotonic() + 30
    while store.writer.n_waiting:
        assert time.monotonic() < deadline
        await asyncio.sleep(0.05)


def test_turns_that_two_servers_take_at_once_are_both_stored(postgres, domain):
    one, two = (LiveTrackerStore(domain, url=postgres.url) for _ in range(2))

    async def run() -> None:
        await say(one, "first", "race")
        trackers = [await begin(store, "race") for store in (one, two)]
        for tracker, text in zip(trackers, ("from one", "from two"), strict=True):
            tracker.update_with_events(says(text), domain)
        await asyncio.gather(two.save(trackers[1]), one.save(trackers[0]))
        await say(one, "last", "race")

    asyncio.run(run())

    said = stored(postgres, "race")
    assert (said[0], sorted(said[1:3]), said[3:]) == ("first", ["from one", "from two"], ["last"])


def test_a_server_that_was_started_again_costs_no_turn(postgres, store):
    async def run() -> None:
        await say(store, "before", "restart")
        postgres.stop()
        await say(store, "meanwhile", "restart")
        await say(store, "another one's last", "restart-2")
        assert store.is_away
        postgres.start()
        await settle(store)
        await say(store, "after", "restart")

    asyncio.run(run())

    assert stored(postgres, "restart") == ["before", "meanwhile", "after"]
    assert stored(postgres, "restart-2") == ["another one's last"]


def test_a_server_that_hangs_keeps_no_emergency_and_loses_nothing(postgres, store):
    get_rule_matcher()
    text = "I have crushing chest pain and cannot breathe"

    async def run() -> tuple[float, list[float]]:
        await say(store, "before", "hang")
        postgres.signal(signal.SIGSTOP)
        urgent: list[float] = []

        async def answer(message: UserMessage) -> None:
            took_s = await say(store, message.text, message.sender_id, "report_emergency")
            urgent.append(took_s)

        for sender_id in ("hang", "hang-new"):
            await in_turn(answer)(UserMessage(text, None, sender_id))
        others = [await say(store, "hello", f"hang-{n}") for n in range(8)]
        postgres.signal(signal.SIGCONT)
        await settle(store)
        return max(urgent), others

    try:
        urgent_s, others_s = asyncio.run(run())
    finally:
        postgres.signal(signal.SIGCONT)

    assert urgent_s < 1
    assert max(others_s) < 6
    assert sorted(others_s)[4] < 0.5
    assert stored(postgres, "hang") == ["before", text]
    assert stored(postgres, "hang-new") == [text]
    assert all(stored(postgres, f"hang-{n}") == ["hello"] for n in range(8))


@pytest.mark.parametrize("sender_id", ["x" * 300, "nul\0nul", "half\ud83d"])
def test_a_sender_that_it_refuses_is_no_outage(postgres, store, sender_id):
    async def run() -> None:
        for n in range(3):
            await say(store, f"turn {n}", sender_id)
        await say(store, "hello", f"after {len(sender_id)}")

    asyncio.run(run())

    assert store.writer.n_waiting == 0
    assert store.writer.n_refused == 3
    assert not store.is_away
    assert stored(postgres, f"after {len(sender_id)}") == ["hello"]


def test_an_intent_that_anybody_can_name_is_cut(postgres, store):
    async def run() -> None:
        tracker = await begin(store, "long-intent")
        tracker.update(UserUttered("/x", {"name": "x" * 400, "confidence": 1.0}))
        await store.save(tracker)

    asyncio.run(run())

    assert stored(postgres, "long-intent") == ["/x"]


def test_statements_end_by_themselves(postgres, store):
    asyncio.run(say(store, "hello", "limits"))

    with store._log._open().connect() as connection:
        limit = connection.exec_driver_sql("SHOW statement_timeout").scalar()
    assert limit == "2s"
