"""Keep live conversations in memory instead of rebuilding them for every message."""

import asyncio
import copy
import logging
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any, Dict, Iterable, List, Optional, Sequence

from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.constants import ACTION_SESSION_START_NAME
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionExecuted,
    AllSlotsReset,
    Event,
    Restarted,
    SessionStarted,
    SlotSet,
    UserUttered,
)
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

    What was said long ago costs no time: Rasa replays the events of a tracker several times for
    each message, and sends them all to the action server. A tracker holds the latest turns and the
    slots as they were before them; the database has every event.

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
        max_turns: int = 3,
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
            max_turns: Most messages of a person that a tracker goes back.
            url: The database, as an SQLAlchemy address; empty for none. By default the setting
                `BONAFIDE_CONVERSATIONS_URL`.
            **kwargs: What else Rasa passes to every store.

        Raises:
            ValueError: `max_conversations` or `max_turns` is not at least 1.
            SettingInvalid: The setting is no address.
        """
        if max_conversations < 1:
            raise ValueError(f"max_conversations is {max_conversations}, it must be at least 1.")
        if max_turns < 1:
            raise ValueError(f"max_turns is {max_turns}, it must be at least 1.")
        self.max_conversations = max_conversations
        self.max_turns = max_turns
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
        after = _Kept(shorten(snapshot(tracker), self.max_turns))
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

        Without a database there are the latest turns alone.
        """
        found = await self._read(sender_id)
        if found is not None:
            return found.tracker
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

    async def _refresh(self, sender_id: str) -> None:
        """Read a conversation of which the log has other events than the memory."""
        kept = self._kept.get(sender_id)
        if self._log is None:
            return
        try:
            last_id = await asyncio.to_thread(self._log.last_id, sender_id)
        except ERRORS as err:
            self._say_away(err)
            return
        if last_id == (kept.last_id if kept else 0):
            return
        found = await self._read(sender_id) if last_id else None
        if found is not None:
            found.tracker = shorten(found.tracker, self.max_turns)
            self._keep(found)
        elif not last_id:
            self._kept.pop(sender_id, None)

    async def _read(self, sender_id: str) -> Optional[_Kept]:
        """Return a conversation as the log has it, or nothing."""
        if self._log is None:
            return None
        try:
            events, last_id = await asyncio.to_thread(self._log.read, sender_id)
        except ERRORS as err:
            self._say_away(err)
            return None
        if not events:
            return None
        tracker = DialogueStateTracker.from_dict(sender_id, events, self.domain.slots)
        return _Kept(tracker, last_id)

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


def shorten(tracker: DialogueStateTracker, max_turns: int) -> DialogueStateTracker:
    """Return the tracker from one of the latest messages on, with the slots set before it.

    Args:
        tracker: Changed, and returned.
        max_turns: Most messages of the user that are left.
    """
    events = list(tracker.events)
    said = [place for place, event in enumerate(events) if isinstance(event, UserUttered)]
    # The events of a form that has begun say that it has.
    if len(said) <= max_turns or tracker.active_loop_name:
        return tracker
    cut = said[-max_turns]
    values: Dict[str, SlotSet] = {}
    for event in events[:cut]:
        if isinstance(event, SlotSet):
            values[event.key] = event
        elif isinstance(event, (AllSlotsReset, Restarted, SessionStarted)):
            values.clear()
    tracker.events = type(tracker.events)([*values.values(), *events[cut:]])
    return tracker


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
