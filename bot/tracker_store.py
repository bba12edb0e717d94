"""Keep live conversations in memory instead of rebuilding them for every message."""

import copy
from collections import OrderedDict
from typing import Any, Iterable, Optional

from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.constants import ACTION_SESSION_START_NAME
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted
from rasa.shared.core.trackers import DialogueStateTracker


class LiveTrackerStore(TrackerStore):
    """An in-memory store that keeps trackers as they are, the most recently used ones.

    Rasa's `InMemoryTrackerStore` keeps JSON and deserialises every event of a conversation for
    every message, about 30 % of the time of a turn (docs/decisions/0004). Each retrieval returns
    an independent copy with the same (immutable) events, so a turn that fails half way leaves the
    stored conversation as it was. For one server process; conversations end with it.
    """

    def __init__(
        self,
        domain: Optional[Domain],
        host: Optional[Any] = None,
        event_broker: Optional[EventBroker] = None,
        max_conversations: int = 2000,
        **kwargs: Any,
    ) -> None:
        """Start empty.

        Args:
            domain: Gives the slots of new trackers.
            host: Endpoint configuration that Rasa passes by position; not used.
            event_broker: Receives the events of each turn.
            max_conversations: Most conversations kept; the least recently used one goes first.
            **kwargs: What else Rasa passes to every store.

        Raises:
            ValueError: `max_conversations` is not at least 1.
        """
        if max_conversations < 1:
            raise ValueError(f"max_conversations is {max_conversations}, it must be at least 1.")
        self.max_conversations = max_conversations
        self._trackers: OrderedDict[str, DialogueStateTracker] = OrderedDict()
        super().__init__(domain, event_broker, **kwargs)

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Keep the conversation as it is now."""
        await self.stream_events(tracker)
        self._trackers[tracker.sender_id] = snapshot(tracker)
        self._trackers.move_to_end(tracker.sender_id)
        while len(self._trackers) > self.max_conversations:
            self._trackers.popitem(last=False)

    async def retrieve(self, sender_id: str) -> Optional[DialogueStateTracker]:
        """Return the latest session of a conversation, or nothing."""
        tracker = await self.retrieve_full_tracker(sender_id)
        if tracker is None:
            return None
        return latest_session(tracker)

    async def retrieve_full_tracker(self, sender_id: str) -> Optional[DialogueStateTracker]:
        """Return a whole conversation over all its sessions, or nothing."""
        tracker = self._trackers.get(sender_id)
        if tracker is None:
            return None
        self._trackers.move_to_end(sender_id)
        return snapshot(tracker)

    async def delete(self, sender_id: str) -> None:
        """Forget a conversation; one that is unknown is forgotten already."""
        self._trackers.pop(sender_id, None)

    async def keys(self) -> Iterable[str]:
        """Return the ids of all conversations kept, least recently used first."""
        return list(self._trackers)


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
