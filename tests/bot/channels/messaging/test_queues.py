"""Work in the background."""

import asyncio

import pytest

from bot.channels.messaging.queues import (
    RESERVED_IN_ALL,
    RESERVED_WAITING,
    ConversationQueues,
    Overloaded,
    QueueFull,
)


def note(done, name, delay_s=0.0):
    async def work():
        await asyncio.sleep(delay_s)
        done.append(name)

    return work


def run(test):
    return asyncio.run(test())


def test_one_conversation_goes_in_order_and_others_beside_it():
    async def test():
        queues, done = ConversationQueues(), []
        queues.put("a", note(done, "a1", 0.05))
        queues.put("a", note(done, "a2"))
        queues.put("b", note(done, "b1"))
        await queues.close(timeout_s=5)
        return done

    assert run(test) == ["b1", "a1", "a2"]


def test_what_waits_goes_by_its_order_then_as_it_came():
    async def test():
        queues, done = ConversationQueues(), []
        for name, order in (("x", 3), ("y", 1), ("z", 3), ("w", 2)):
            queues.put("a", note(done, name), order=order)
        await queues.close(timeout_s=5)
        return done

    assert run(test) == ["y", "w", "x", "z"]


def test_a_conversation_that_ended_starts_again():
    async def test():
        queues, done = ConversationQueues(), []
        queues.put("a", note(done, 1))
        await asyncio.sleep(0.02)
        queues.put("a", note(done, 2))
        await asyncio.sleep(0.02)
        return done, queues._waiting

    assert run(test) == ([1, 2], {})


def test_too_much_is_refused():
    async def test():
        queues, done = ConversationQueues(max_waiting=2, max_in_all=3), []
        queues.check("a")
        queues.put("a", note(done, 1))
        queues.put("a", note(done, 2))
        with pytest.raises(QueueFull):
            queues.check("a")
        queues.check("b")
        with pytest.raises(Overloaded):
            queues.check("b", n_coming=1)
        queues.put("b", note(done, 4))
        with pytest.raises(Overloaded):
            queues.check("c")
        assert await queues.close(timeout_s=5) == 0
        with pytest.raises(Overloaded):
            queues.check("d", is_urgent=True)
        with pytest.raises(Overloaded):
            queues.put("d", note(done, 6))
        return sorted(done)

    assert run(test) == [1, 2, 4]


def test_emergencies_have_places_of_their_own():
    async def test():
        queues, done = ConversationQueues(max_waiting=1, max_in_all=1), []
        queues.put("a", note(done, 1))
        for number in range(RESERVED_WAITING):
            queues.check("a", is_urgent=True)
            queues.put("a", note(done, number))
        with pytest.raises(QueueFull):
            queues.check("a", is_urgent=True)
        for number in range(RESERVED_IN_ALL - RESERVED_WAITING):
            queues.check(str(number), is_urgent=True)
            queues.put(str(number), note(done, number))
        with pytest.raises(Overloaded):
            queues.check("b", is_urgent=True)
        await queues.close(timeout_s=5)

    run(test)


def test_closing_waits_for_some_time_and_counts_what_is_left():
    async def test():
        queues, done = ConversationQueues(), []
        for name in ("quick", "slow", "never"):
            queues.put("a", note(done, name, 0 if name == "quick" else 9))
        return await queues.close(timeout_s=0.1), done

    assert run(test) == (2, ["quick"])
