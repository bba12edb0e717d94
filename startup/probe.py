"""A check whose answer is kept for a moment, however many ask for it."""

import asyncio
import time
from collections.abc import Awaitable, Callable

KEEP_S, TIMEOUT_S = 1.0, 1.5


class CachedProbe:
    """Whether something is well: checked by one call at a time, and seldom."""

    def __init__(
        self,
        check: Callable[[], Awaitable[bool]],
        *,
        keep_s: float = KEEP_S,
        timeout_s: float = TIMEOUT_S,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        """Check nothing yet.

        Args:
            check: Says whether it is well; never raises.
            keep_s: Seconds from the beginning of a check to that of the next.
            timeout_s: Longest that is waited for an answer; the check goes on.
            now: The time in seconds.
        """
        self._check = check
        self._keep_s = keep_s
        self._timeout_s = timeout_s
        self._now = now
        self._began = 0.0
        self._task: asyncio.Future[bool] | None = None

    async def is_well(self) -> bool:
        """Return the latest answer; False if it takes too long."""
        task = self._task
        if task is None or (task.done() and self._now() - self._began >= self._keep_s):
            self._began = self._now()
            task = self._task = asyncio.ensure_future(self._check())
        done, _ = await asyncio.wait({task}, timeout=self._timeout_s)
        return bool(done) and task.result()
