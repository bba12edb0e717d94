"""Delete what is kept of a conversation: its events, and what became of its questions."""

import asyncio
import contextlib
import logging
from typing import Any, Dict, Iterator

from rasa.core.tracker_store import InMemoryTrackerStore, SQLTrackerStore, TrackerStore
from sqlalchemy.exc import SQLAlchemyError

from outcomes.errors import OutcomesError
from outcomes.recorder import DELAY_S, describe
from outcomes.settings import Settings
from outcomes.store import Store

logger = logging.getLogger(__name__)

# Both processes write the last turn a moment after its reply (outcomes/recorder.py)...
WRITTEN_AFTER_S = 4 * DELAY_S
# ... or later, when the machine is busy: what comes late goes then, in seconds.
LATE_AFTER_S = 10.0


class CannotForget(Exception):
    """Something keeps what was said and offers no way to delete it."""


async def forget_events(store: TrackerStore, sender_id: str) -> None:
    """Delete every event of a conversation.

    Args:
        store: This project's own store, Rasa's in-memory or SQL store, or any with a method
            `delete(sender_id)`; also as Rasa wraps them.
        sender_id: The conversation.

    Raises:
        CannotForget: It is another kind of store. Nothing was deleted.
    """
    leaves = list(_leaves(store))
    for leaf in leaves:
        check_store(leaf)
    for leaf in leaves:
        if hasattr(leaf, "delete"):
            try:
                await leaf.delete(sender_id)
            except (SQLAlchemyError, ImportError, OSError) as err:
                raise CannotForget(f"Events were not deleted: {describe(err)}.") from None
        elif isinstance(leaf, InMemoryTrackerStore):
            leaf.store.pop(sender_id, None)
        else:
            with leaf.session_scope() as session:
                session.query(leaf.SQLEvent).filter_by(sender_id=sender_id).delete()
                session.commit()


def check_store(store: TrackerStore) -> None:
    """Refuse a store of events that cannot forget.

    Raises:
        CannotForget: It is one.
    """
    for leaf in _leaves(store):
        if not hasattr(leaf, "delete") and not isinstance(
            leaf, (InMemoryTrackerStore, SQLTrackerStore)
        ):
            name = type(leaf).__name__
            raise CannotForget(f"The tracker store {name} has no method delete(sender_id).")


def _leaves(store: Any) -> Iterator[Any]:
    """Yield the stores themselves: Rasa wraps each in one that falls back to another."""
    inner = [getattr(store, name, None) for name in ("_tracker_store", "_fallback_tracker_store")]
    if inner[0] is None:
        yield store
        return
    for one in inner:
        if one is not None:
            yield from _leaves(one)


class OutcomesForgetter:
    """Deletes the outcomes of conversations, also those that are written a little later."""

    def __init__(
        self,
        settings: Settings,
        *,
        written_after_s: float = WRITTEN_AFTER_S,
        late_after_s: float = LATE_AFTER_S,
    ) -> None:
        """Take the settings of the table.

        Args:
            settings: Where outcomes are kept.
            written_after_s: Seconds to wait first, for what is just being written.
            late_after_s: Seconds until what came late is deleted.
        """
        self._settings = settings
        self._written_after_s = written_after_s
        self._late_after_s = late_after_s
        self._late: Dict[str, asyncio.Task[None]] = {}
        self._is_closing = asyncio.Event()

    async def forget(self, sender_id: str) -> None:
        """Delete every outcome of a conversation.

        Raises:
            CannotForget: The table does not let them be deleted.
        """
        if not self._settings.is_on:
            return
        await asyncio.sleep(self._written_after_s)
        await asyncio.to_thread(self._delete, sender_id)
        self._late[sender_id] = asyncio.ensure_future(self._forget_late(sender_id))

    async def close(self) -> None:
        """Delete now what would be deleted later, when the server stops."""
        self._is_closing.set()
        await asyncio.gather(*self._late.values())

    async def _forget_late(self, sender_id: str) -> None:
        with contextlib.suppress(asyncio.TimeoutError):  # it is time
            await asyncio.wait_for(self._is_closing.wait(), self._late_after_s)
        try:
            await asyncio.to_thread(self._delete, sender_id)
        except CannotForget as err:
            logger.error("%s", err)
        self._late.pop(sender_id, None)

    def _delete(self, sender_id: str) -> None:
        try:
            store = Store.open(self._settings)
            try:
                store.forget(sender_id)
            finally:
                store.close()
        except (OutcomesError, SQLAlchemyError, ImportError) as err:
            raise CannotForget(f"Outcomes were not deleted: {describe(err)}.") from None
