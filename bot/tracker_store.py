"""Keep live conversations in memory instead of rebuilding them for every message."""

import asyncio
import copy
import logging
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any, Iterable, List, Optional, Sequence

from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.constants import ACTION_SESSION_START_NAME
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, Event
from rasa.shared.core.trackers import DialogueStateTracker

from bot.event_log import ERRORS, URL_SETTING, EventLog, read_url
from outcomes.recorder import describe

logger = logging.getLogger(__name__)


@dataclass
class _Kept:
    """A conversation in memory.

    Attributes:
        tracker: All of it.
        last_id: Number of its last event in the log.
        unwritten: Events that the log could not take yet.
    """

    tracker: DialogueStateTracker
    last_id: int = 0
    unwritten: List[Event] = field(default_factory=list)


class LiveTrackerStore(TrackerStore):
    """Keeps trackers as they are, the most recently used ones, and their events in a database.

    Rasa's own stores keep JSON and deserialise every event of a conversation for every message,
    about 30 % of the time of a turn (docs/decisions/0004). Each retrieval returns an independent
    copy with the same (immutable) events, so a turn that fails half way leaves the stored
    conversation as it was.

    With a database, it is what counts: a turn is written before its reply is sent, and a tracker
    in memory is used only while its last event is the last one there, so that servers can share a
    database. One that is out of reach costs nobody an answer: conversations go on in memory, and
    what is missing is written with their next turn. Without one, conversations end with the
    process.
    """

    def __init__(
        self,
        domain: Optional[Domain],
        host: Optional[Any] = None,
        event_broker: Optional[EventBroker] = None,
        max_conversations: int = 2000,
        url: Optional[str] = None,
        **kwargs: Any,
    ) -> None:
        """Start with nothing in memory.

        Args:
            domain: Gives the slots of new trackers.
            host: Endpoint configuration that Rasa passes by position; not used.
            event_broker: Receives the events of each turn.
            max_conversations: Most conversations in memory; the least recently used one goes
                first.
            url: The database, as an SQLAlchemy address; empty for none. By default the setting
                `BONAFIDE_CONVERSATIONS_URL`.
            **kwargs: What else Rasa passes to every store.

        Raises:
            ValueError: `max_conversations` is not at least 1.
            SettingInvalid: The setting is no address.
        """
        if max_conversations < 1:
            raise ValueError(f"max_conversations is {max_conversations}, it must be at least 1.")
        self.max_conversations = max_conversations
        address = read_url() if url is None else url
        self._log = EventLog(address) if address else None
        self._is_away = False
        self._kept: OrderedDict[str, _Kept] = OrderedDict()
        super().__init__(domain, event_broker, **kwargs)

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Keep the conversation as it is now."""
        await self.stream_events(tracker)
        sender_id = tracker.sender_id
        before = self._kept.get(sender_id)
        after = _Kept(snapshot(tracker))
        if self._log is not None:
            known = list(before.tracker.events) if before else []
            unwritten = before.unwritten if before else []
            after.unwritten = [*unwritten, *_new_events(known, list(tracker.events))]
            after.last_id = before.last_id if before else 0
            await self._write(after)
        self._keep(after)

    async def retrieve(self, sender_id: str) -> Optional[DialogueStateTracker]:
        """Return the latest session of a conversation, or nothing."""
        await self._refresh(sender_id)
        kept = self._kept.get(sender_id)
        if kept is None:
            return None
        self._kept.move_to_end(sender_id)
        return latest_session(snapshot(kept.tracker))

    async def retrieve_full_tracker(self, sender_id: str) -> Optional[DialogueStateTracker]:
        """Return a conversation over all its sessions, or nothing.

        Without a database the latest is all there is.
        """
        # Rasa saves the latest session alone: what is in memory may be less than all.
        await self._refresh(sender_id, whole=True)
        kept = self._kept.get(sender_id)
        return snapshot(kept.tracker) if kept else None

    async def delete(self, sender_id: str) -> None:
        """Forget a conversation; one that is unknown is forgotten already.

        Raises:
            SQLAlchemyError, ImportError, OSError: The database cannot be used.
        """
        self._kept.pop(sender_id, None)
        if self._log is not None:
            await asyncio.to_thread(self._log.delete, sender_id)

    async def keys(self) -> Iterable[str]:
        """Return the ids of all conversations kept, least recently used first."""
        if self._log is None:
            return list(self._kept)
        return await asyncio.to_thread(self._log.sender_ids)

    def _keep(self, kept: _Kept) -> None:
        self._kept[kept.tracker.sender_id] = kept
        self._kept.move_to_end(kept.tracker.sender_id)
        while len(self._kept) > self.max_conversations:
            self._kept.popitem(last=False)

    async def _write(self, kept: _Kept) -> None:
        """Write what the log has not yet; what it does not take is written next time."""
        assert self._log is not None
        sender_id = kept.tracker.sender_id
        try:
            kept.last_id = await asyncio.to_thread(self._log.append, sender_id, kept.unwritten)
        except ERRORS as err:
            self._say_away(err)
        else:
            kept.unwritten = []
            self._is_away = False

    async def _refresh(self, sender_id: str, *, whole: bool = False) -> None:
        """Read a conversation that is not in memory as the log has it, or not as a whole."""
        if self._log is None:
            return
        kept = self._kept.get(sender_id)
        try:
            last_id = await asyncio.to_thread(self._log.last_id, sender_id)
            if last_id == (kept.last_id if kept else 0) and not whole:
                return
            if kept and kept.unwritten:
                await self._write(kept)
            events, last_id = await asyncio.to_thread(self._log.read, sender_id)
        except ERRORS as err:
            self._say_away(err)
            return
        if not events:
            self._kept.pop(sender_id, None)
            return
        tracker = DialogueStateTracker.from_dict(sender_id, events, self.domain.slots)
        self._keep(_Kept(tracker, last_id))

    def _say_away(self, err: Exception) -> None:
        # Once: every message would say it again.
        if not self._is_away:
            logger.error(
                "Conversations are not stored: %s. They go on in memory (%s, docs/setup.md).",
                describe(err),
                URL_SETTING,
            )
        self._is_away = True


def _new_events(known: Sequence[Event], events: Sequence[Event]) -> Sequence[Event]:
    """Return what a tracker has beyond the events that were known of it.

    Args:
        known: Of all its sessions.
        events: Of all, or of the latest alone.
    """
    if known:
        for place in range(len(events) - 1, -1, -1):
            if events[place] is known[-1]:
                return events[place + 1 :]
    # A tracker made anew, by Rasa's HTTP interface: it counts the events, too.
    return events[min(len(known), len(events)) :]


def snapshot(tracker: DialogueStateTracker) -> DialogueStateTracker:
    """Return an independent tracker in the same state.

    `DialogueStateTracker.copy` replays every event; events never change once they are made, so
    sharing them is enough.
    """
    twin = copy.copy(tracker)
    twin.events = copy.copy(tracker.events)
    twin.slots = {name: copy.copy(slot) for name, slot in tracker.slots.items()}
    twin.active_loop = copy.copy(tracker.active_loop)
    twin.latest_action = copy.copy(tracker.latest_action)
    return twin


def latest_session(tracker: DialogueStateTracker) -> DialogueStateTracker:
    """Return a tracker of the latest session alone; `tracker` itself when that is all it has."""
    starts = [
        index
        for index, event in enumerate(tracker.events)
        if isinstance(event, ActionExecuted) and event.action_name == ACTION_SESSION_START_NAME
    ]
    if not starts or starts[-1] == 0:
        return tracker
    return DialogueStateTracker.from_events(
        tracker.sender_id,
        list(tracker.events)[starts[-1] :],
        tracker.slots.values(),
        sender_source=tracker.sender_source,
        max_event_history=tracker._max_event_history,
    )
