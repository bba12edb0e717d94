"""The tracker stores inside those that Rasa wraps around them."""

from collections.abc import Iterator
from typing import Any

from rasa.core.tracker_store import TrackerStore

from bot.conversations.tracker_store import LiveTrackerStore


def unwrap_stores(store: Any) -> Iterator[Any]:
    """Yield the stores themselves: Rasa wraps each in one that falls back to another."""
    inner = [getattr(store, name, None) for name in ("_tracker_store", "_fallback_tracker_store")]
    if inner[0] is None:
        yield store
        return
    for each in inner:
        if each is not None:
            yield from unwrap_stores(each)


def live_stores(store: TrackerStore) -> Iterator[LiveTrackerStore]:
    """Yield this project's own stores."""
    for each in unwrap_stores(store):
        if isinstance(each, LiveTrackerStore):
            yield each


async def is_database_ready(store: TrackerStore) -> bool:
    """Return whether the database of conversations answers; True without one."""
    return all([await each.answers() for each in live_stores(store)])
