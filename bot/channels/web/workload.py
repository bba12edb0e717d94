"""The messages in work: how many there may be at once, and how long a request waits for one."""

import asyncio
import enum
from collections.abc import Awaitable, Callable
from typing import TypeVar

from bot.channels.http import RETRY_AFTER_S
from bot.red_flags.urgency import is_urgent
from bot.server.errors import Unavailable

# Most messages in work at once; a turn takes some hundredths of a second.
MAX_IN_WORK = 200
# Of these, how many are kept free for emergencies: they need no action server, whose questions may
# fill all the others when it hangs.
FOR_EMERGENCIES = 20
# Longest that a request waits for its reply, in seconds; the turn goes on.
REPLY_TIMEOUT_S = 30.0

T = TypeVar("T")


class Priority(enum.Enum):
    """How urgent a message is, as far as it matters when there is much to do."""

    ORDINARY = "ordinary"
    EMERGENCY = "emergency"


# Finds the priority of a message; called only where that matters.
FindPriority = Callable[[], Priority]


def find_priority(text: str) -> Priority:
    """Return the priority of a message by its words alone, before the assistant reads it."""
    return Priority.EMERGENCY if is_urgent(text) else Priority.ORDINARY


class Workload:
    """The messages that are being answered, whatever becomes of the requests that brought them."""

    def __init__(
        self,
        *,
        max_in_work: int = MAX_IN_WORK,
        for_emergencies: int = FOR_EMERGENCIES,
        timeout_s: float = REPLY_TIMEOUT_S,
    ) -> None:
        """Start with none.

        Args:
            max_in_work: Most messages in work at once.
            for_emergencies: How many of these only an emergency may take up.
            timeout_s: Longest that a request waits for its reply, in seconds.
        """
        self._room = {
            Priority.EMERGENCY: max_in_work,
            Priority.ORDINARY: max_in_work - for_emergencies,
        }
        self._timeout_s = timeout_s
        self._in_work: set[asyncio.Task[object]] = set()

    def check_room(self, find_priority: FindPriority) -> None:
        """Refuse a message while too many are in work.

        Raises:
            Unavailable: There is no room for one of its priority.
        """
        n_in_work, room = len(self._in_work), self._room
        if n_in_work >= room[Priority.ORDINARY] and n_in_work >= room[find_priority()]:
            raise Unavailable("Too many people ask at once.", retry_after_s=RETRY_AFTER_S)

    def start(self, work: Awaitable[T]) -> asyncio.Task[T]:
        """Return the task that does some work."""
        # The event loop itself holds a task only weakly.
        task = asyncio.ensure_future(work)
        self._in_work.add(task)
        task.add_done_callback(self._finish)
        return task

    async def wait(self, task: asyncio.Future[T]) -> T:
        """Return what a task returns, if that is soon; the task goes on all the same.

        Raises:
            Unavailable: It takes too long, or the server is stopping.
            HttpError: The task raised it.
        """
        done, _ = await asyncio.wait({task}, timeout=self._timeout_s)
        if not done:
            raise Unavailable("The reply takes long; ask again.", retry_after_s=RETRY_AFTER_S)
        if task.cancelled():
            raise Unavailable("The server is stopping.", retry_after_s=RETRY_AFTER_S)
        return task.result()

    def _finish(self, task: asyncio.Task[object]) -> None:
        self._in_work.discard(task)
        if not task.cancelled():
            task.exception()  # nobody may be waiting any more: it counts as seen
