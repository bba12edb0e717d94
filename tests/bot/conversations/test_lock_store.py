"""Turns of a conversation wait for each other, without a clock that is looked at."""

import asyncio
import time
from collections.abc import Awaitable, Callable

import pytest
from rasa.core.lock_store import LockStore

from bot.conversations.lock_store import WakingLockStore


class Turns:
    """Turns of one store: who began and who ended, in order."""

    def __init__(self) -> None:
        self.store = WakingLockStore()
        self.log: list[str] = []

    async def take(
        self,
        name: str,
        *,
        until: Awaitable[object] | None = None,
        conversation: str = "c",
        lifetime_s: float = 60,
    ) -> None:
        async with self.store.lock(conversation, lifetime_s):
            self.log.append(name)
            if until is not None:
                await until
        self.log.append(f"{name} ended")

    def start(self, name: str, **how: object) -> "asyncio.Task[None]":
        return asyncio.ensure_future(self.take(name, **how))  # type: ignore[arg-type]


def run(scene: Callable[[Turns], Awaitable[None]]) -> Turns:
    """Play a scene; nothing may be left in the store."""

    async def play() -> Turns:
        turns = Turns()
        await asyncio.wait_for(scene(turns), 5)
        assert turns.store._queues == {}
        return turns

    return asyncio.run(play())


async def settle() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


def test_first_come_first_served():
    async def scene(turns: Turns) -> None:
        await asyncio.gather(*(turns.start(str(n), until=asyncio.sleep(0.001)) for n in range(20)))

    log = run(scene).log

    assert log == [word for n in range(20) for word in (str(n), f"{n} ended")]


def test_the_next_is_woken_at_once():
    async def scene(turns: Turns) -> None:
        started = time.monotonic()
        await asyncio.gather(*(turns.start(str(n), until=asyncio.sleep(0.01)) for n in range(5)))
        assert time.monotonic() - started < 0.1

    run(scene)


def test_other_conversations_do_not_wait():
    async def scene(turns: Turns) -> None:
        gate = asyncio.get_running_loop().create_future()
        held = turns.start("held", until=gate)
        await settle()
        await turns.take("other", conversation="d")
        gate.set_result(None)
        await held

    assert run(scene).log == ["held", "other", "other ended", "held ended"]


def test_a_stuck_turn_blocks_for_its_lifetime_alone():
    async def scene(turns: Turns) -> None:
        gate = asyncio.get_running_loop().create_future()
        stuck = turns.start("stuck", until=gate, lifetime_s=0.02)
        await settle()
        await turns.take("next")
        assert not turns.store.is_someone_waiting("c")
        gate.set_result(None)
        await stuck

    assert run(scene).log == ["stuck", "next", "next ended", "stuck ended"]


def test_a_late_end_of_a_stuck_turn_lets_nobody_in():
    async def scene(turns: Turns) -> None:
        loop = asyncio.get_running_loop()
        late, gate = loop.create_future(), loop.create_future()
        stuck = turns.start("stuck", until=late, lifetime_s=0.02)
        second, third = turns.start("second", until=gate), turns.start("third")
        await asyncio.sleep(0.04)
        late.set_result(None)
        await settle()
        assert turns.log == ["stuck", "second", "stuck ended"]
        gate.set_result(None)
        await asyncio.gather(stuck, second, third)

    assert run(scene).log[-3:] == ["second ended", "third", "third ended"]


def test_the_wait_counts_nothing_of_the_lifetime():
    async def scene(turns: Turns) -> None:
        gates = [asyncio.get_running_loop().create_future() for _ in range(2)]
        first = turns.start("first", until=gates[0])
        second = turns.start("second", until=gates[1], lifetime_s=0.05)
        third = turns.start("third")
        await asyncio.sleep(0.08)
        gates[0].set_result(None)
        await asyncio.sleep(0.01)
        assert "third" not in turns.log
        gates[1].set_result(None)
        await asyncio.gather(first, second, third)

    run(scene)


@pytest.mark.parametrize("who", [0, 1], ids=["holding", "waiting"])
def test_who_is_cancelled_leaves(who: int):
    async def scene(turns: Turns) -> None:
        gate = asyncio.get_running_loop().create_future()
        tasks = [turns.start("first", until=gate), turns.start("second"), turns.start("third")]
        await settle()
        tasks[who].cancel()
        await settle()
        if not gate.done():
            gate.set_result(None)
        results = await asyncio.gather(*tasks, return_exceptions=True)
        assert isinstance(results[who], asyncio.CancelledError)
        assert turns.log[-1] == "third ended"

    run(scene)


def test_who_is_cancelled_as_its_turn_comes_passes_it_on():
    async def scene(turns: Turns) -> None:
        gate = asyncio.get_running_loop().create_future()
        tasks = [turns.start("first", until=gate), turns.start("second"), turns.start("third")]
        await settle()
        gate.set_result(None)
        while "first ended" not in turns.log:
            await asyncio.sleep(0)
        tasks[1].cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    assert run(scene).log[-2:] == ["third", "third ended"]


def test_both_cancelled_at_once_block_nobody():
    async def scene(turns: Turns) -> None:
        gate = asyncio.get_running_loop().create_future()
        tasks = [turns.start("first", until=gate), turns.start("second"), turns.start("third")]
        await settle()
        tasks[1].cancel()
        tasks[0].cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    assert run(scene).log == ["first", "third", "third ended"]


def test_a_turn_that_fails_lets_the_next_in():
    async def fail() -> None:
        raise ValueError

    async def scene(turns: Turns) -> None:
        results = await asyncio.gather(
            turns.start("first", until=fail()), turns.start("second"), return_exceptions=True
        )
        assert isinstance(results[0], ValueError)

    assert run(scene).log == ["first", "second", "second ended"]


def test_rasa_makes_the_store_that_endpoints_yml_names(read_endpoint):
    assert isinstance(LockStore.create(read_endpoint("lock_store")), WakingLockStore)
