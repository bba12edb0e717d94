"""A fault that comes again and again is written once, then counted."""

import math
import re
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

# Between two lines on the same fault, unless their number is a power of ten; and the quiet after
# which a fault counts as a new one.
PERIOD_S = 60.0
MAX_FAULTS = 1000
_DIGITS = re.compile(r"\d+")


@dataclass(slots=True)
class _Fault:
    n_seen: int
    n_written: int
    seen_at: float
    written_at: float


class Repeats:
    """Counts what is the same but for its numbers. Safe to use from several threads."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Begin with nothing seen.

        Args:
            clock: Seconds that only go forward.
        """
        self._clock = clock
        self._lock = threading.Lock()
        self._faults: OrderedDict[str, _Fault] = OrderedDict()

    def count(self, fault: str) -> int | None:
        """Return how often a fault has come since it was last written; None if it is not due.

        The first time is due, then the 10th, the 100th and so on, and one after each minute.
        """
        fault, now = _DIGITS.sub("0", fault), self._clock()
        with self._lock:
            known = self._faults.pop(fault, None)
            if known is None or now - known.seen_at >= PERIOD_S:
                known = _Fault(n_seen=0, n_written=0, seen_at=now, written_at=now)
            self._faults[fault] = known
            if len(self._faults) > MAX_FAULTS:
                self._faults.popitem(last=False)
            known.n_seen += 1
            known.seen_at = now
            if not (_is_power_of_ten(known.n_seen) or now - known.written_at >= PERIOD_S):
                return None
            n_new, known.n_written = known.n_seen - known.n_written, known.n_seen
            known.written_at = now
            return n_new


def _is_power_of_ten(n: int) -> bool:
    return n == int(10 ** round(math.log10(n)))
