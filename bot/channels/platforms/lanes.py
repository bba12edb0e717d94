"""Work in the background: that of one conversation in order, that of others at the same time."""

import asyncio
import heapq
from itertools import count
from typing import Awaitable, Callable, Dict, List, Set, Tuple

MAX_WAITING, MAX_IN_ALL = 30, 1000

Work = Callable[[], Awaitable[None]]


class Full(Exception):
    """There is too much to do."""


class LaneFull(Full):
    """One conversation has too much to do."""


class Lanes:
    """Does the work of each conversation one after the other."""

    def __init__(self, *, max_waiting: int = MAX_WAITING, max_in_all: int = MAX_IN_ALL) -> None:
        """Start without work.

        Args:
            max_waiting: Most that waits in one conversation.
            max_in_all: Most that waits or is being done.
        """
        self._max_waiting = max_waiting
        self._max_in_all = max_in_all
        self._waiting: Dict[str, List[Tuple[float, int, Work]]] = {}
        self._tasks: Set[asyncio.Task[None]] = set()
        self._arrivals = count()
        self._n_in_all = 0
        self._is_closing = False

    def check(self, key: str) -> None:
        """Refuse what `put` would refuse.

        Raises:
            LaneFull: Too much waits in this conversation.
            Full: Too much waits in all, or the server is stopping.
        """
        if self._is_closing or self._n_in_all >= self._max_in_all:
            raise Full
        if len(self._waiting.get(key, ())) >= self._max_waiting:
            raise LaneFull

    def put(self, key: str, work: Work, *, order: float = 0) -> None:
        """Have work done after that of the same conversation which is before it.

        Args:
            key: The conversation.
            work: Never raises.
            order: Of what waits in one conversation, the lowest is next; of equals, the first come.

        Raises:
            LaneFull: Too much waits in this conversation.
            Full: Too much waits in all, or the server is stopping.
        """
        self.check(key)
        lane = self._waiting.get(key)
        self._n_in_all += 1
        heapq.heappush(self._waiting.setdefault(key, []), (order, next(self._arrivals), work))
        if lane is None:
            # The event loop itself holds a task only weakly.
            task = asyncio.ensure_future(self._run(key))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def close(self, *, timeout_s: float) -> int:
        """Take no more work and wait for what there is; return how much was left undone."""
        self._is_closing = True
        tasks = set(self._tasks)
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=timeout_s)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        return self._n_in_all

    async def _run(self, key: str) -> None:
        lane = self._waiting[key]
        # A webhook can bring several messages: all of them wait before the first is taken.
        await asyncio.sleep(0)
        while lane:
            _, _, work = heapq.heappop(lane)
            await work()
            self._n_in_all -= 1
        del self._waiting[key]
