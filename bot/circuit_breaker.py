"""A circuit breaker: nothing is asked for a while of a part that does not answer."""

import time
from collections.abc import Callable

MAX_FAILURES, PAUSE_S = 3, 5.0


class CircuitBreaker:
    """Counts failures in a row, and is open for some seconds after too many.

    While it is open nobody should call. After that one call is let through for each pause, until
    one succeeds.
    """

    def __init__(
        self,
        *,
        max_failures: int = MAX_FAILURES,
        pause_s: float = PAUSE_S,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        """Start closed.

        Args:
            max_failures: So many in a row open it.
            pause_s: Seconds between two calls that are let through while it is open.
            now: The time in seconds.
        """
        self._max_failures = max_failures
        self._pause_s = pause_s
        self._now = now
        self._next_try = 0.0
        self.n_failures = 0

    @property
    def is_open(self) -> bool:
        """Whether so many calls failed that no other should be made."""
        return self.n_failures >= self._max_failures

    def allows_call(self) -> bool:
        """Say whether a call may be made now; whoever is told so makes it."""
        if not self.is_open:
            return True
        if self._now() < self._next_try:
            return False
        self._next_try = self._now() + self._pause_s
        return True

    def fail(self) -> None:
        """Take note of a call that failed."""
        self.n_failures += 1
        self._next_try = self._now() + self._pause_s

    def succeed(self) -> None:
        """Take note of a call that did not."""
        self.n_failures = 0
