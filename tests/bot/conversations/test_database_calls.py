"""A database that hangs costs its callers a moment, and nobody else anything."""

import asyncio
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from bot.circuit_breaker import CircuitBreaker
from bot.conversations.database_calls import DatabaseAway, DatabaseCalls

ROOT = Path(__file__).parents[3]


def fail() -> None:
    raise OSError("away")


async def fails(calls: DatabaseCalls) -> type[BaseException]:
    try:
        await calls.run(fail)
    except Exception as err:
        return type(err)
    raise AssertionError("it did not fail")


def test_what_the_call_returns_is_returned():
    calls = DatabaseCalls("tests")

    assert asyncio.run(calls.run(lambda a, b: a + b, 1, 2)) == 3
    assert asyncio.run(calls.run(lambda: threading.current_thread().name)) == "tests"
    assert not calls.is_failing


def test_three_failures_begin_a_pause_and_one_more_the_next():
    now = [0.0]
    calls = DatabaseCalls("tests", breaker=CircuitBreaker(now=lambda: now[0]))

    async def run() -> list[type[BaseException]]:
        seen = [await fails(calls) for _ in range(5)]
        now[0] = 5.0
        return [*seen, *[await fails(calls) for _ in range(2)]]

    assert asyncio.run(run()) == [OSError] * 3 + [DatabaseAway] * 2 + [OSError, DatabaseAway]


def test_a_call_that_works_ends_the_row_of_failures():
    calls = DatabaseCalls("tests", breaker=CircuitBreaker(max_failures=2))

    async def run() -> None:
        for _ in range(5):
            assert await fails(calls) is OSError
            await calls.run(int)

    asyncio.run(run())


def test_what_is_wrong_with_a_row_is_no_outage():
    calls = DatabaseCalls("tests", breaker=CircuitBreaker(max_failures=1))

    async def run() -> None:
        for _ in range(5):
            with pytest.raises(ValueError, match="invalid literal"):
                await calls.run(int, "x")

    asyncio.run(run())
    assert not calls.is_failing


def test_calls_that_hang_keep_neither_the_loop_nor_other_calls_busy():
    calls, others = DatabaseCalls("tests", n_threads=2, timeout_s=0.1), DatabaseCalls("others")
    go_on = threading.Event()

    async def run() -> float:
        start = time.monotonic()
        some = [calls.run(go_on.wait, 30) for _ in range(40)]
        results = await asyncio.gather(*some, return_exceptions=True)
        assert all(isinstance(result, DatabaseAway) for result in results)
        assert await others.run(lambda: "answered") == "answered"
        assert await asyncio.to_thread(lambda: "answered") == "answered"
        return time.monotonic() - start

    assert asyncio.run(run()) < 2
    go_on.set()


def test_a_call_that_nobody_waits_for_any_more_is_not_begun():
    calls = DatabaseCalls("tests", n_threads=1, timeout_s=0.05)
    go_on, begun = threading.Event(), []

    async def run() -> None:
        some = [calls.run(go_on.wait, 30), calls.run(begun.append, 1)]
        await asyncio.gather(*some, return_exceptions=True)
        go_on.set()
        await asyncio.sleep(0.1)

    asyncio.run(run())
    assert begun == []


def test_a_call_that_hangs_does_not_keep_the_process_from_ending():
    program = (
        "import asyncio, time\n"
        "from bot.conversations.database_calls import DatabaseAway, DatabaseCalls\n"
        "try:\n"
        "    asyncio.run(DatabaseCalls('tests', timeout_s=0.1).run(time.sleep, 60))\n"
        "except DatabaseAway:\n"
        "    print('ended')\n"
    )

    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, timeout=30, capture_output=True, text=True
    )

    assert done.stdout == "ended\n"
