"""Sessions: each message is answered once, in order, and a deleted one is refused."""

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from bot.channels.web.sessions import Sessions
from bot.channels.web.workload import Priority, Workload, find_priority
from bot.server.errors import (
    BadToken,
    Unavailable,
)


class Replies:
    """Counts how often it is asked, and answers when it is let."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.gate = asyncio.Event()
        self.error: Exception | None = None

    def of(self, name: str) -> Callable[[], Any]:
        async def reply() -> list[dict[str, Any]]:
            self.asked.append(name)
            await self.gate.wait()
            if self.error is not None:
                raise self.error
            return [{"kind": "chat", "text": name}]

        return reply

    def accept(self, name: str) -> Callable[[], Callable[[], Any]]:
        return lambda: self.of(name)


def test_the_same_message_is_answered_once_also_while_it_is_in_work():
    async def run() -> Any:
        sessions, replies = Sessions(), Replies()
        tasks = [
            asyncio.ensure_future(sessions.reply_once("me", "1", replies.accept("a")))
            for _ in range(5)
        ]
        await asyncio.sleep(0.01)
        replies.gate.set()
        found = await asyncio.gather(*tasks)
        again = await sessions.reply_once("me", "1", replies.accept("a"))
        return replies.asked, [*found, again]

    asked, found = asyncio.run(run())
    assert asked == ["a"]
    assert found == [[{"kind": "chat", "text": "a"}]] * 6


def test_a_client_that_goes_away_gets_its_reply_later():
    async def run() -> Any:
        sessions, replies = Sessions(), Replies()
        gone = asyncio.ensure_future(sessions.reply_once("me", "1", replies.accept("a")))
        await asyncio.sleep(0.01)
        gone.cancel()
        await asyncio.sleep(0.01)
        replies.gate.set()
        return await sessions.reply_once("me", "1", replies.accept("a")), replies.asked

    assert asyncio.run(run()) == ([{"kind": "chat", "text": "a"}], ["a"])


def test_messages_of_a_session_are_answered_in_order_and_sessions_beside_each_other():
    async def run() -> Any:
        sessions, replies = Sessions(), Replies()
        names = [("me", "1"), ("me", "2"), ("you", "3"), ("me", "4")]
        tasks = [
            asyncio.ensure_future(sessions.reply_once(who, name, replies.accept(name)))
            for who, name in names
        ]
        await asyncio.sleep(0.01)
        first = list(replies.asked)
        replies.gate.set()
        await asyncio.gather(*tasks)
        return first, replies.asked

    first, asked = asyncio.run(run())
    assert first == ["1", "3"]
    assert [name for name in asked if name != "3"] == ["1", "2", "4"]


def test_a_failure_is_told_without_its_words_and_tried_anew(caplog):
    async def run() -> Any:
        sessions, replies = Sessions(), Replies()
        replies.gate.set()
        replies.error = RuntimeError("what the user said")
        with pytest.raises(Unavailable):
            await sessions.reply_once("me", "1", replies.accept("a"))
        replies.error = None
        await sessions.reply_once("me", "1", replies.accept("a"))
        return replies.asked

    assert asyncio.run(run()) == ["a", "a"]
    assert "RuntimeError at" in caplog.text
    assert "what the user said" not in caplog.text


def test_a_slow_reply_is_unavailable_and_there_the_next_time():
    async def run() -> Any:
        sessions, replies = Sessions(workload=Workload(timeout_s=0.02)), Replies()
        with pytest.raises(Unavailable):
            await sessions.reply_once("me", "1", replies.accept("a"))
        replies.gate.set()
        return await sessions.reply_once("me", "1", replies.accept("a")), replies.asked

    assert asyncio.run(run()) == ([{"kind": "chat", "text": "a"}], ["a"])


def test_too_much_at_once_is_refused():
    async def run() -> None:
        sessions = Sessions(workload=Workload(max_in_work=1, for_emergencies=0, timeout_s=0.02))
        replies = Replies()
        with pytest.raises(Unavailable, match="long"):
            await sessions.reply_once("me", "1", replies.accept("a"))
        with pytest.raises(Unavailable, match="at once"):
            await sessions.reply_once("you", "1", replies.accept("a"))
        replies.gate.set()

    asyncio.run(run())


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("I have crushing chest pain and cannot breathe", Priority.EMERGENCY),
        ("I want to end my life", Priority.EMERGENCY),
        ("what is osteoporosis?", Priority.ORDINARY),
    ],
)
def test_an_emergency_is_known_by_its_words(text, kind):
    assert find_priority(text) is kind


def test_room_is_kept_for_emergencies():
    async def run() -> "list[Priority]":
        sessions = Sessions(workload=Workload(max_in_work=6, for_emergencies=2, timeout_s=0.01))
        replies, taken = Replies(), []
        # As many as come, of each kind, the least urgent first.
        for kind in (Priority.ORDINARY, Priority.EMERGENCY):
            for number in range(10):
                who = f"{kind} {number}"
                with pytest.raises(Unavailable) as refused:
                    await sessions.reply_once(
                        who, "1", replies.accept(who), find_priority=partial(Priority, kind.value)
                    )
                taken += [kind] if "long" in str(refused.value) else []
        replies.gate.set()
        return taken

    taken = asyncio.run(run())
    assert taken == [Priority.ORDINARY] * 4 + [Priority.EMERGENCY] * 2


def test_what_a_message_is_is_not_asked_where_there_is_room():
    async def run() -> None:
        replies = Replies()
        replies.gate.set()
        await Sessions().reply_once("me", "1", replies.accept("a"), find_priority=pytest.fail)

    asyncio.run(run())


def test_memory_is_bounded():
    async def run() -> Any:
        sessions, replies = Sessions(max_sessions=3, max_replies=2, max_deleted=2), Replies()
        replies.gate.set()
        for who in "abcde":
            for message_id in "12345":
                await sessions.reply_once(who, message_id, replies.accept(message_id))
        for who in "abcde":
            await sessions.delete(who, replies.of("forget"))
        return sessions

    sessions = asyncio.run(run())
    assert len(sessions._sessions) <= 3
    assert all(len(session.replies) <= 2 for session in sessions._sessions.values())
    assert len(sessions._deleted) == 2


def test_deleting_waits_for_the_message_in_work_and_refuses_those_behind_it():
    async def run() -> Any:
        sessions, replies = Sessions(), Replies()
        done: list[str] = []

        async def forget() -> None:
            done.append(f"forgot after {replies.asked}")

        first = asyncio.ensure_future(sessions.reply_once("me", "1", replies.accept("a")))
        await asyncio.sleep(0.01)
        second = asyncio.ensure_future(sessions.reply_once("me", "2", replies.accept("b")))
        end = asyncio.ensure_future(sessions.delete("me", forget))
        await asyncio.sleep(0.01)
        replies.gate.set()
        await end
        assert await first == [{"kind": "chat", "text": "a"}]
        with pytest.raises(BadToken):
            await second
        with pytest.raises(BadToken):
            await sessions.reply_once("me", "1", replies.accept("a"))
        await sessions.delete("me", forget)
        return done

    assert asyncio.run(run()) == ["forgot after ['a']"] * 2


def test_a_session_whose_deletion_failed_is_dead_all_the_same():
    async def run() -> None:
        sessions, replies = Sessions(), Replies()
        replies.gate.set()
        replies.error = OSError("disk")
        with pytest.raises(Unavailable):
            await sessions.delete("me", replies.of("forget"))
        with pytest.raises(BadToken):
            await sessions.reply_once("me", "1", replies.accept("a"))

    asyncio.run(run())
