"""Copies and parts of trackers, made without replaying their events."""

import copy
from collections.abc import Sequence

from rasa.shared.core.constants import ACTION_SESSION_START_NAME
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


def new_events(known: Sequence[Event], events: Sequence[Event]) -> list[Event]:
    """Return what a tracker has behind the last event that was known of its conversation.

    Args:
        known: Of all its sessions.
        events: Of all, or of the latest alone; all of them are new where none is the last known.
    """
    if known:
        last = known[-1].as_dict()
        for place in range(len(events) - 1, -1, -1):
            if events[place] is known[-1] or events[place].as_dict() == last:
                return list(events[place + 1 :])
    return list(events)


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
    values: dict[str, SlotSet] = {}
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
