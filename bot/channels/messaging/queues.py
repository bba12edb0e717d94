"""Queues of background work: one conversation in order, several at the same time."""

import asyncio
import heapq
from collections.abc import Awaitable, Callable
from itertools import count

MAX_WAITING, MAX_IN_ALL = 30, 1000
# Places beyond these that are kept for emergencies.
RESERVED_WAITING, RESERVED_IN_ALL = 5, 100

Work = Callable[[], Awaitable[None]]


class Overloaded(Exception):
    """There is too much to do."""


class QueueFull(Overloaded):
    """One conversation has too much to do."""


class ConversationQueues:
    """Does the work of each conversation of a platform one after the other."""

    def __init__(self, *, max_waiting: int = MAX_WAITING, max_in_all: int = MAX_IN_ALL) -> None:
        """Start without work.

        Args:
            max_waiting: Most that waits in one conversation, but for emergencies.
            max_in_all: Most that waits or is being done, but for emergencies.
        """
        self._max_waiting = max_waiting
        self._max_in_all = max_in_all
        self._waiting: dict[str, list[tuple[float, int, Work]]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._arrivals = count()
        self._n_in_all = 0
        self._is_closing = False

    def check(self, key: str, *, n_coming: int = 0, is_urgent: bool = False) -> None:
        """Refuse work that there is no room for.

        Args:
            key: The conversation.
            n_coming: How much was let in and is not here yet.
            is_urgent: Whether it may have a place that is kept for emergencies.

        Raises:
            QueueFull: If too much waits in this conversation.
            Overloaded: If too much waits in all, or the server is stopping.
        """
        in_all, waiting = (RESERVED_IN_ALL, RESERVED_WAITING) if is_urgent else (0, 0)
        if self._is_closing or self._n_in_all + n_coming >= self._max_in_all + in_all:
            raise Overloaded
        if len(self._waiting.get(key, ())) >= self._max_waiting + waiting:
            raise QueueFull

    def is_busy(self, key: str) -> bool:
        """Return whether work of a conversation is being done or waits."""
        return key in self._waiting

    def put(self, key: str, work: Work, *, order: float = 0) -> None:
        """Add work to the queue of its conversation, whether there is room or not.

        `check` was called before: what was accepted has to be done.

        Args:
            key: The conversation.
            work: Never raises.
            order: Of what waits in one conversation, the lowest is next; of equals, the first come.

        Raises:
            Overloaded: If the server is stopping.
        """
        if self._is_closing:
            raise Overloaded
        queue = self._waiting.get(key)
        self._n_in_all += 1
        heapq.heappush(self._waiting.setdefault(key, []), (order, next(self._arrivals), work))
        if queue is None:
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
        queue = self._waiting[key]
        # A webhook can bring several messages: all of them wait before the first is taken.
        await asyncio.sleep(0)
        while queue:
            _, _, work = heapq.heappop(queue)
            await work()
            self._n_in_all -= 1
        del self._waiting[key]
