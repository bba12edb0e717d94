"""How the library and its peers are timed; standard library only, for two environments."""

import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.metrics import percentile

# Rounds over all queries before the clock starts, and timed ones after them.
WARM_UP, ROUNDS = 1, 5


def time_calls(search: Callable[[int], int], n_queries: int) -> dict[str, float]:
    """Return how long a search takes, over all queries several times.

    Args:
        search: Searches for the n-th query and returns how many passages it found.
        n_queries: How many queries there are.

    Raises:
        RuntimeError: No query at all found anything: what was timed is not a search.
    """
    found = sum(search(i) for _ in range(WARM_UP) for i in range(n_queries))
    if not found:
        raise RuntimeError("Not one of the queries found a passage: nothing to time.")
    times = []
    for _ in range(ROUNDS):
        for i in range(n_queries):
            started = time.perf_counter()
            search(i)
            times.append((time.perf_counter() - started) * 1000)
    return {
        "n": len(times),
        "p50_ms": round(percentile(times, 50), 3),
        "p95_ms": round(percentile(times, 95), 3),
    }


def size_bytes(path: Path) -> int:
    """Return the size of a file, or of all files in a folder."""
    if path.is_file():
        return path.stat().st_size
    return sum(file.stat().st_size for file in path.rglob("*") if file.is_file())
