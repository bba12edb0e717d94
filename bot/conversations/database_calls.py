"""Calls on a database from the event loop: threads of their own, a deadline, a pause."""

import asyncio
import contextlib
import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy.exc import DataError, IntegrityError

from bot.circuit_breaker import CircuitBreaker

N_THREADS = 4
# Longest that a call may take, in seconds. A database on the network ends a statement itself after
# 2 (storage/database.py); one that hangs never does.
TIMEOUT_S = 2.5
# What a database says of one row: the next one may do.
REFUSALS = (ValueError, OverflowError, DataError, IntegrityError)


class DatabaseAway(Exception):
    """The database did not answer in time, or did not lately and is not asked just now."""


@dataclass(frozen=True)
class _Job:
    act: Callable[..., Any]
    arguments: tuple[Any, ...]
    done: "asyncio.Future[Any]"

    def run(self) -> None:
        if self.done.cancelled():
            return  # nobody waits any more, and nothing was begun
        try:
            result, error = self.act(*self.arguments), None
        except BaseException as err:  # handed to who waits
            result, error = None, err
        with contextlib.suppress(RuntimeError):  # the loop has ended
            self.done.get_loop().call_soon_threadsafe(self._finish, result, error)

    def _finish(self, result: Any, error: Any) -> None:
        if self.done.done():
            return
        if error is None:
            self.done.set_result(result)
        else:
            self.done.set_exception(error)


class DatabaseCalls:
    """Runs the calls on one database.

    The threads are this database's alone: one that hangs keeps no other part of the server busy.
    They are daemons: Python waits for those of `concurrent.futures` when it ends.
    """

    def __init__(
        self,
        name: str,
        *,
        n_threads: int = N_THREADS,
        timeout_s: float = TIMEOUT_S,
        breaker: CircuitBreaker | None = None,
    ) -> None:
        """Start no thread yet.

        Args:
            name: Of the threads.
            n_threads: How many.
            timeout_s: Longest that a call may take, in seconds.
            breaker: Ends the waiting for a database that does not answer.
        """
        self._name = name
        self._n_threads = n_threads
        self._timeout_s = timeout_s
        self._breaker = breaker or CircuitBreaker()
        self._jobs: queue.SimpleQueue[_Job] = queue.SimpleQueue()
        self._threads: list[threading.Thread] = []

    @property
    def is_failing(self) -> bool:
        """Whether the last call that could tell found the database away."""
        return self._breaker.n_failures > 0

    async def run(self, act: Callable[..., Any], *arguments: Any, timeout_s: float = 0.0) -> Any:
        """Return what `act` returns, called in one of the threads.

        A call that was begun goes on after its deadline: what it writes may be there all the same.

        Args:
            act: The call.
            *arguments: What it is given.
            timeout_s: Longest for this call, in seconds; 0 for the usual.

        Raises:
            DatabaseAway: It took too long, or too many before it failed just now.
            RuntimeError: No thread can be started.
        """
        if not self._breaker.allows_call():
            raise DatabaseAway("the database did not answer and is asked again soon")
        try:
            self._start()
            done = asyncio.get_running_loop().create_future()
            self._jobs.put(_Job(act, arguments, done))
            result = await asyncio.wait_for(done, timeout_s or self._timeout_s)
        except asyncio.TimeoutError:
            self._breaker.fail()
            raise DatabaseAway("the database takes too long") from None
        except REFUSALS:
            raise
        except Exception:  # counted, and passed on as it is
            self._breaker.fail()
            raise
        self._breaker.succeed()
        return result

    def _start(self) -> None:
        while len(self._threads) < self._n_threads:
            thread = threading.Thread(target=self._work, name=self._name, daemon=True)
            thread.start()
            self._threads.append(thread)

    def _work(self) -> None:
        while True:
            self._jobs.get().run()
