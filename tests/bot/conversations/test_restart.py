"""What people did before a restart holds after it: messages once, deleted sessions, limits."""

import asyncio
import sqlite3
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from rasa.core.channels.channel import UserMessage
from rasa.shared.core.events import ActionExecuted, UserUttered
from sqlalchemy import update

from bot.channels.web.conversations import Conversations
from bot.channels.web.requests import SessionMessage
from bot.channels.web.session_store import SessionStore
from bot.channels.web.sessions import Sessions
from bot.channels.web.tokens import SessionTokens
from bot.conversations.erasure import OutcomesEraser
from bot.conversations.event_log import EventLog
from bot.conversations.tables import deleted, replies
from bot.conversations.tracker_store import LiveTrackerStore
from bot.red_flags.rules import get_rule_matcher
from bot.server.errors import BadToken, RateLimited, Unavailable
from bot.server.rate_limits import RateLimit
from bot.turns.current_message import in_turn
from outcomes.settings import Settings as OutcomesSettings

SECRET = "a secret of the tests, long enough for any of them"
HOUR_S = 3600
TOKENS = SessionTokens(SECRET, session_s=HOUR_S, max_s=24 * HOUR_S)


class Server:
    """One process's part of the web channel, on the databases of a folder."""

    def __init__(self, domain: Any, url: str, memory_url: str, *, rate: int = 0) -> None:
        self.tracker_store = LiveTrackerStore(domain, url=url)
        self.store = SessionStore(memory_url, keep_s=HOUR_S)
        self.asked: list[str] = []
        self.conversations = Conversations(
            in_turn(self.handle),
            tokens=TOKENS,
            sessions=Sessions(limit=RateLimit(rate), store=self.store),
            outcomes=OutcomesEraser(OutcomesSettings(url="")),
        )

    def is_ready(self) -> bool:
        return True

    async def handle(self, message: UserMessage) -> None:
        self.asked.append(message.text)
        said = f"answer {len(self.asked)} to {message.text}"
        await message.output_channel.send_text_message(message.sender_id, said)
        tracker = await self.tracker_store.get_or_create_tracker(message.sender_id)
        events = [UserUttered(message.text), ActionExecuted("action_listen")]
        tracker.update_with_events(events, self.tracker_store.domain)
        await self.tracker_store.save(tracker)

    async def say(self, token: str, message_id: str, text: str = "hello") -> list[str]:
        reply = await self.conversations.reply_to(
            token, SessionMessage(message_id, text, None), self
        )
        return [turn["text"] for turn in reply.turns]


@pytest.fixture
def start(domain, tmp_path: Path) -> Callable[..., Server]:
    """A function to a server as it is after a restart."""

    def begin(*, stores: bool = True, **options: Any) -> Server:
        url = f"sqlite:///{tmp_path}/conversations.db" if stores else ""
        return Server(domain, url, url or f"sqlite:///{tmp_path}/sessions.db", **options)

    return begin


@pytest.fixture
def token() -> str:
    return TOKENS.sign(TOKENS.new_sender_id())


def read_sender(token: str) -> str:
    return TOKENS.read(token).sender_id


def test_a_message_that_comes_again_gets_the_same_reply_and_is_stored_once(start, token, tmp_path):
    async def run() -> Any:
        first = await start().say(token, "m1")
        after = start()
        return first, await after.say(token, "m1"), await after.say(token, "m2"), after.asked

    first, again, next_one, asked = asyncio.run(run())

    assert first == again == ["answer 1 to hello"]
    assert next_one == ["answer 1 to hello"]
    assert asked == ["hello"]
    log = EventLog(f"sqlite:///{tmp_path}/conversations.db")
    said = [event for event in log.read(read_sender(token))[0] if event["event"] == "user"]
    assert len(said) == 2


def test_a_message_that_comes_again_at_once_is_handled_once(start, token):
    async def run() -> Any:
        server = start()
        return await asyncio.gather(*[server.say(token, "m1") for _ in range(5)]), server.asked

    said, asked = asyncio.run(run())

    assert said == [["answer 1 to hello"]] * 5
    assert asked == ["hello"]


def test_a_session_is_asked_for_once(start, token, monkeypatch):
    server, n_asked = start(), []
    read = server.store.read
    monkeypatch.setattr(server.store, "read", lambda who: n_asked.append(who) or read(who))

    async def run() -> None:
        for n in range(5):
            await server.say(token, f"m{n}")

    asyncio.run(run())

    assert len(n_asked) == 1


@pytest.mark.parametrize("stores", [True, False], ids=["database", "memory"])
def test_a_deleted_session_stays_dead(start, token, stores):
    async def run() -> None:
        server = start(stores=stores)
        await server.say(token, "m1")
        await server.conversations.delete(token, server)
        after = start(stores=stores)
        for message_id in ("m1", "m2"):
            with pytest.raises(BadToken):
                await after.say(token, message_id)
        await after.conversations.delete(token, after)

    asyncio.run(run())


def test_nothing_of_a_deleted_session_is_kept(start, token, tmp_path):
    async def run() -> None:
        server = start()
        await server.say(token, "m1", "a secret question")
        await server.conversations.delete(token, server)

    asyncio.run(run())

    with sqlite3.connect(tmp_path / "conversations.db") as connection:
        for table in ("events", "replies"):
            assert connection.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    content = b"".join(path.read_bytes() for path in tmp_path.glob("conversations.db*"))
    assert b"secret" not in content
    assert read_sender(token).encode() not in content


def test_a_deletion_that_cannot_be_kept_is_asked_for_again(start, token, tmp_path):
    async def run() -> None:
        server = start()
        await server.say(token, "m1")
        server.store._mark_deleted = fail
        with pytest.raises(Unavailable):
            await server.conversations.delete(token, server)
        # Dead all the same.
        with pytest.raises(BadToken):
            await server.say(token, "m2")

    def fail(_: str) -> None:
        raise OSError("away")

    asyncio.run(run())


def test_the_rate_of_a_session_holds(start, token):
    async def run() -> int:
        server = start(rate=5)
        for n in range(5):
            await server.say(token, f"a{n}")
        after = start(rate=5)
        # What was answered may be asked for again.
        assert await after.say(token, "a0")
        with pytest.raises(RateLimited):
            await after.say(token, "b1")
        return len(after.asked)

    assert asyncio.run(run()) == 0


def test_a_memory_that_hangs_costs_an_emergency_nothing(start, token, monkeypatch):
    get_rule_matcher()
    server, go_on = start(), threading.Event()
    monkeypatch.setattr(server.store, "_read", lambda _: go_on.wait(10))

    async def run() -> float:
        begun = time.monotonic()
        await server.say(token, "m1", "I have crushing chest pain and cannot breathe")
        return time.monotonic() - begun

    took_s = asyncio.run(run())
    go_on.set()
    assert took_s < 1


def test_a_memory_that_fails_costs_no_answer_and_is_asked_again(start, token, monkeypatch):
    server, n_asked = start(), []

    def fail(who: str) -> None:
        n_asked.append(who)
        raise OSError("away")

    monkeypatch.setattr(server.store, "_read", fail)

    async def run() -> None:
        for n in range(2):
            assert await server.say(token, f"m{n}")

    asyncio.run(run())
    assert len(n_asked) == 2


def test_what_is_too_old_goes(start, token, monkeypatch):
    async def run() -> None:
        server = start()
        other = TOKENS.sign(TOKENS.new_sender_id())
        await server.say(token, "m1")
        await server.say(other, "m1")
        await server.conversations.delete(other, server)
        with server.store._open().begin() as connection:
            connection.execute(update(replies).values(time=time.time() - HOUR_S - 1))
            connection.execute(update(deleted).values(until=time.time() - 1))
        after = start()
        assert await after.say(token, "m1") == ["answer 1 to hello"]
        assert after.asked == ["hello"]
        with after.store._open().connect() as connection:
            assert connection.execute(deleted.select()).first() is None

    asyncio.run(run())


def test_from_env(tmp_path):
    environ = {"BONAFIDE_STATE": str(tmp_path)}
    asyncio.run(SessionStore.from_env(keep_s=1.0, environ=environ).mark_deleted("me"))

    assert (tmp_path / "sessions.db").stat().st_mode & 0o777 == 0o600
    assert b"me" not in (tmp_path / "sessions.db").read_bytes()[4096:]
