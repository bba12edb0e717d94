"""Work in the background."""

import asyncio

import pytest

from bot.channels.platforms.lanes import Full, LaneFull, Lanes


def note(done, name, delay_s=0.0):
    async def work():
        await asyncio.sleep(delay_s)
        done.append(name)

    return work


def run(test):
    return asyncio.run(test())


def test_one_conversation_goes_in_order_and_others_beside_it():
    async def test():
        lanes, done = Lanes(), []
        lanes.put("a", note(done, "a1", 0.05))
        lanes.put("a", note(done, "a2"))
        lanes.put("b", note(done, "b1"))
        await lanes.close(timeout_s=5)
        return done

    assert run(test) == ["b1", "a1", "a2"]


def test_what_waits_goes_by_its_order_then_as_it_came():
    async def test():
        lanes, done = Lanes(), []
        for name, order in (("x", 3), ("y", 1), ("z", 3), ("w", 2)):
            lanes.put("a", note(done, name), order=order)
        await lanes.close(timeout_s=5)
        return done

    assert run(test) == ["y", "w", "x", "z"]


def test_a_conversation_that_ended_starts_again():
    async def test():
        lanes, done = Lanes(), []
        lanes.put("a", note(done, 1))
        await asyncio.sleep(0.02)
        lanes.put("a", note(done, 2))
        await asyncio.sleep(0.02)
        return done, lanes._waiting

    assert run(test) == ([1, 2], {})


def test_too_much_is_refused():
    async def test():
        lanes, done = Lanes(max_waiting=2, max_in_all=3), []
        lanes.put("a", note(done, 1))
        lanes.put("a", note(done, 2))
        with pytest.raises(LaneFull):
            lanes.put("a", note(done, 3))
        lanes.put("b", note(done, 4))
        with pytest.raises(Full):
            lanes.put("c", note(done, 5))
        assert await lanes.close(timeout_s=5) == 0
        with pytest.raises(Full):
            lanes.put("d", note(done, 6))
        return sorted(done)

    assert run(test) == [1, 2, 4]


def test_closing_waits_for_some_time_and_counts_what_is_left():
    async def test():
        lanes, done = Lanes(), []
        for name in ("quick", "slow", "never"):
            lanes.put("a", note(done, name, 0 if name == "quick" else 9))
        return await lanes.close(timeout_s=0.1), done

    assert run(test) == (2, ["quick"])
