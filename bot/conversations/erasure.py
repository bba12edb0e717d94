"""Erasure of what is kept of a conversation: its events, and what became of its questions."""

import asyncio
import contextlib
import logging

from rasa.core.tracker_store import InMemoryTrackerStore, SQLTrackerStore, TrackerStore

from bot.conversations.database_calls import DatabaseCalls
from bot.conversations.wrapped_stores import unwrap_stores
from outcomes.recorder import DELAY_S
from outcomes.settings import Settings
from outcomes.store import Store
from safe_logging import describe_kind

logger = logging.getLogger(__name__)

# Both processes write the last turn a moment after its reply (outcomes/recorder.py)...
WRITTEN_AFTER_S = 4 * DELAY_S
# ... or later, when the machine is busy: what comes late goes then, in seconds.
LATE_AFTER_S = 10.0
# Longest that the deletion of a conversation's outcomes may take, in seconds.
DELETE_TIMEOUT_S = 3.0


class ErasureFailed(Exception):
    """What was said was not deleted, or is kept by something that cannot delete it."""


async def erase_events(store: TrackerStore, sender_id: str) -> None:
    """Delete every event of a conversation.

    Args:
        store: This project's own store, Rasa's in-memory or SQL store, or any with a method
            `delete(sender_id)`; also as Rasa wraps them.
        sender_id: The conversation.

    Raises:
        ErasureFailed: If it is another kind of store; nothing was deleted then.
    """
    leaves = list(unwrap_stores(store))
    for leaf in leaves:
        check_erasable(leaf)
    for leaf in leaves:
        if hasattr(leaf, "delete"):
            try:
                await leaf.delete(sender_id)
            except Exception as err:  # the edge: whatever a database raises, it is said
                raise ErasureFailed(f"Events were not deleted: {describe_kind(err)}.") from None
        elif isinstance(leaf, InMemoryTrackerStore):
            leaf.store.pop(sender_id, None)
        else:
            with leaf.session_scope() as session:
                session.query(leaf.SQLEvent).filter_by(sender_id=sender_id).delete()
                session.commit()


def check_erasable(store: TrackerStore) -> None:
    """Refuse a store of events that cannot delete a conversation.

    Raises:
        ErasureFailed: If it is one.
    """
    for leaf in unwrap_stores(store):
        if not hasattr(leaf, "delete") and not isinstance(
            leaf, (InMemoryTrackerStore, SQLTrackerStore)
        ):
            name = type(leaf).__name__
            raise ErasureFailed(f"The tracker store {name} has no method delete(sender_id).")


class OutcomesEraser:
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
        self._calls = DatabaseCalls("outcomes", timeout_s=DELETE_TIMEOUT_S)
        self._late: dict[str, asyncio.Task[None]] = {}
        self._is_closing = asyncio.Event()

    async def erase(self, sender_id: str) -> None:
        """Delete every outcome of a conversation.

        Raises:
            ErasureFailed: If the table does not let them be deleted.
        """
        if not self._settings.is_on:
            return
        await asyncio.sleep(self._written_after_s)
        await self._run_delete(sender_id)
        self._late[sender_id] = asyncio.ensure_future(self._erase_late(sender_id))

    async def close(self) -> None:
        """Delete now what would be deleted later, when the server stops."""
        self._is_closing.set()
        await asyncio.gather(*self._late.values())

    async def _erase_late(self, sender_id: str) -> None:
        with contextlib.suppress(asyncio.TimeoutError):  # it is time
            await asyncio.wait_for(self._is_closing.wait(), self._late_after_s)
        try:
            await self._run_delete(sender_id)
        except ErasureFailed as err:
            logger.error("%s", err)
        self._late.pop(sender_id, None)

    async def _run_delete(self, sender_id: str) -> None:
        try:
            await self._calls.run(self._delete, sender_id)
        except Exception as err:  # the edge: whatever a database raises, it is said
            raise ErasureFailed(f"Outcomes were not deleted: {describe_kind(err)}.") from None

    def _delete(self, sender_id: str) -> None:
        # The recorder of this process uses the same connections: they stay open.
        Store.open(self._settings).forget(sender_id)
