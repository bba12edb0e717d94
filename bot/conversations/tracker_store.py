"""Keep live conversations in memory instead of rebuilding them for every message."""

import asyncio
import json
import logging
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Event, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.components.red_flag_detector import REPORT_EMERGENCY
from bot.conversations.database_calls import REFUSALS, DatabaseAway, DatabaseCalls
from bot.conversations.event_log import Batch, EventLog, row_of
from bot.conversations.tables import MAX_NAME
from bot.conversations.trackers import latest_session, new_events, shorten, snapshot
from bot.conversations.turn_writer import TurnWriter
from bot.turns.current_message import get_current_message, is_urgent
from safe_logging import describe
from settings import table
from storage.database import read_url

logger = logging.getLogger(__name__)


# What a retrieved tracker began with is noted on it, under this name.
_BEGUN = "_bonafide_begun"
# Longest that an emergency waits for one read of its conversation, in seconds.
URGENT_READ_S = 0.1
# Longest that a start waits for what the last server could not write, in seconds.
START_TIMEOUT_S = 5.0


@dataclass
class _Kept:
    """A conversation in memory.

    Attributes:
        tracker: All of it.
        last_id: Number of its last event in the log.
        used_at: When it was last used, in seconds since 1970.
    """

    tracker: DialogueStateTracker
    last_id: int = 0
    used_at: float = 0.0


@dataclass(frozen=True)
class _Begun:
    """What a turn began with.

    Attributes:
        n_events: So many events of its tracker are known.
        last_id: Number of the last of them in the log.
    """

    n_events: int
    last_id: int


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
    in memory is used only while its last event is the last one there. Where another server wrote
    during a turn both turns are stored, and the memory is dropped. A database that is out of reach
    costs nobody an answer: turns are kept in a file until it takes them
    (bot/conversations/turn_writer.py). An emergency is answered first and written after. Without a
    database, conversations end with the process, or `keep_days` after their last use.

    `save` and `retrieve` never fail: Rasa would go on with another store, in memory.
    """

    def __init__(
        self,
        domain: Domain | None,
        host: Any | None = None,
        event_broker: EventBroker | None = None,
        max_conversations: int = 2000,
        max_turns: int = 3,
        keep_days: int | None = None,
        url: str | None = None,
        folder: Path | None = None,
        calls: DatabaseCalls | None = None,
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
            keep_days: Days after its last use that a conversation leaves the memory. By default
                the setting `BONAFIDE_KEEP_DAYS`.
            url: The database, as an SQLAlchemy address; empty for none. By default the setting
                `BONAFIDE_CONVERSATIONS_URL`.
            folder: Where turns are kept that the database does not take. By default `unwritten` in
                the folder of the setting `BONAFIDE_STATE`.
            calls: Runs the calls on the database; by default some of its own.
            **kwargs: What else Rasa passes to every store.

        Raises:
            ValueError: `max_conversations` or `max_turns` is not at least 1.
            SettingInvalid: A setting has the wrong form.
        """
        if max_conversations < 1:
            raise ValueError(f"max_conversations is {max_conversations}, it must be at least 1.")
        if max_turns < 1:
            raise ValueError(f"max_turns is {max_turns}, it must be at least 1.")
        self.max_conversations = max_conversations
        self.max_turns = max_turns
        self._keep_s = 86400.0 * (table.KEEP_DAYS.read() if keep_days is None else keep_days)
        address = read_url(table.CONVERSATIONS_URL) if url is None else url
        self._log = EventLog(address) if address else None
        self._calls = calls or DatabaseCalls("conversations")
        self._writer: TurnWriter | None = None
        if self._log is not None:
            folder = folder or table.STATE.read() / "unwritten"
            self._writer = TurnWriter(self._log, self._calls, folder)
        self._kept: OrderedDict[str, _Kept] = OrderedDict()
        super().__init__(domain, event_broker, **kwargs)

    @property
    def is_away(self) -> bool:
        """Whether there is a database and it does not take turns just now."""
        return self._writer is not None and self._writer.is_away

    @property
    def writer(self) -> TurnWriter | None:
        """What writes turns; None without a database."""
        return self._writer

    async def start(self) -> None:
        """Take over what the last server could not write, and see whether the database answers."""
        if self._writer is None or self._log is None:
            return
        self._writer.start()
        try:
            await self._calls.run(self._log.check)
            # Before a client asks again for what the last server had answered.
            await asyncio.wait_for(self._writer.flush_all(), START_TIMEOUT_S)
        except Exception as err:  # the edge: the server starts without a database
            self._writer.say_away(err)

    async def answers(self) -> bool:
        """Say whether the database answers and has all that was said; True without one."""
        if self._log is None:
            return True
        try:
            await self._calls.run(self._log.check)
        except Exception:  # the edge: whatever it is, it does not answer
            return False
        return not self.is_away

    async def close(self) -> None:
        """Write what waits, when the server stops."""
        if self._writer is not None:
            await self._writer.close()

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Keep the conversation as it is now."""
        begun, new = self._read_new(tracker)
        after = _Kept(shorten(snapshot(tracker), self.max_turns), begun.last_id)
        is_whole = True
        try:
            is_whole = await self._write(begun, new, after)
        except Exception as err:  # the edge: a slot may hold what is no JSON
            logger.error("A turn cannot be stored: %s.", describe(err))
        if is_whole:
            self._keep(after)
        else:
            self._kept.pop(tracker.sender_id, None)
        setattr(tracker, _BEGUN, _Begun(len(tracker.events), after.last_id))
        await self._publish(tracker.sender_id, new)

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        """Return the latest session of a conversation, or nothing."""
        await self._refresh(sender_id)
        kept = self._kept.get(sender_id)
        if kept is None:
            return None
        kept.used_at = time.time()
        self._kept.move_to_end(sender_id)
        found = latest_session(snapshot(kept.tracker))
        setattr(found, _BEGUN, _Begun(len(found.events), kept.last_id))
        return found

    async def retrieve_full_tracker(self, sender_id: str) -> DialogueStateTracker | None:
        """Return a conversation over all its sessions, or nothing.

        Without a database there are the latest turns alone.
        """
        await self._refresh(sender_id)
        found = await self._read(sender_id) if self._log is not None else None
        kept = self._kept.get(sender_id)
        if found is None and kept is not None:
            found = _Kept(snapshot(kept.tracker), kept.last_id)
        if found is None:
            return None
        setattr(found.tracker, _BEGUN, _Begun(len(found.tracker.events), found.last_id))
        return found.tracker

    async def delete(self, sender_id: str) -> None:
        """Forget a conversation; one that is unknown is forgotten already.

        Raises:
            Exception: Whatever the database or the disk raises that cannot be used.
        """
        self._kept.pop(sender_id, None)
        if self._log is not None and self._writer is not None:
            await self._writer.forget(sender_id)
            await self._calls.run(self._log.delete, sender_id)

    async def keys(self) -> Iterable[str]:
        """Return the ids of all conversations kept, least recently used first."""
        if self._log is None:
            return list(self._kept)
        return list(await self._calls.run(self._log.sender_ids))

    async def _publish(self, sender_id: str, new: list[Event]) -> None:
        if self.event_broker is None:
            return
        try:
            await self._stream_new_events(self.event_broker, new, sender_id)
        except Exception as err:  # the edge: the turn is kept, whatever a broker raises
            logger.error("The events of a turn were not published: %s.", describe(err))

    def _keep(self, kept: _Kept) -> None:
        kept.used_at = time.time()
        self._kept[kept.tracker.sender_id] = kept
        self._kept.move_to_end(kept.tracker.sender_id)
        while len(self._kept) > self.max_conversations:
            self._kept.popitem(last=False)
        while next(iter(self._kept.values())).used_at < kept.used_at - self._keep_s:
            self._kept.popitem(last=False)

    def _read_new(self, tracker: DialogueStateTracker) -> tuple[_Begun, list[Event]]:
        """Return what a turn began with, and what it added to that."""
        events = list(tracker.events)
        begun: _Begun | None = getattr(tracker, _BEGUN, None)
        if begun is not None and begun.n_events <= len(events):
            return begun, events[begun.n_events :]
        # A tracker made anew, by Rasa's HTTP interface.
        kept = self._kept.get(tracker.sender_id)
        known = list(kept.tracker.events) if kept else []
        return _Begun(0, kept.last_id if kept else 0), new_events(known, events)

    async def _write(self, begun: _Begun, new: list[Event], after: _Kept) -> bool:
        """Write what a turn added; say whether the memory has all of the conversation then."""
        if self._writer is None or not new:
            return True
        batch = _batch_of(after.tracker.sender_id, begun, new)
        if _has_emergency(new):
            self._writer.write_later(batch)
            return True
        appended = await self._writer.write(batch)
        if appended is None:
            return True
        after.last_id = appended.last_id
        return appended.is_alone

    async def _refresh(self, sender_id: str) -> None:
        """Read a conversation of which the log has other events than the memory."""
        kept = self._kept.get(sender_id)
        if self._log is None or self._writer is None:
            return
        try:
            if self._writer.has_waiting(sender_id) and not is_urgent():
                await self._writer.flush(sender_id)
            last_id = await self._ask(self._log.last_id, sender_id)
        except Exception as err:  # the edge: whatever a database raises, the memory has it
            self._say_away(err)
            if kept is None and self._writer.has_waiting(sender_id):
                await self._rebuild(self._writer, sender_id)
            return
        if last_id == (kept.last_id if kept else 0):
            return
        found = await self._read(sender_id) if last_id else None
        if found is not None:
            found.tracker = shorten(found.tracker, self.max_turns)
            self._keep(found)
        elif not last_id:
            self._kept.pop(sender_id, None)

    async def _read(self, sender_id: str) -> _Kept | None:
        """Return a conversation as the log has it, or nothing."""
        assert self._log is not None  # noqa: S101 - for the type checker: called with a log
        try:
            events, last_id = await self._ask(self._log.read, sender_id)
        except Exception as err:  # the edge: whatever a database raises, the memory has it
            self._say_away(err)
            return None
        if not events:
            return None
        return _Kept(DialogueStateTracker.from_dict(sender_id, events, self.domain.slots), last_id)

    async def _ask(self, act: Callable[[str], Any], sender_id: str) -> Any:
        """Return what the log says of a conversation; an emergency does not wait for it.

        Raises:
            Exception: Whatever the database raises that cannot be used.
        """
        call = asyncio.ensure_future(self._calls.run(act, sender_id))
        await asyncio.wait({call}, timeout=URGENT_READ_S)
        # Nearly always it is there by now, and what the message says need not be looked at.
        if not call.done() and is_urgent():
            call.cancel()
            raise DatabaseAway("an emergency waits for no database")
        return await call

    async def _rebuild(self, writer: TurnWriter, sender_id: str) -> None:
        """Go on with a conversation of which there is only what waits for the database."""
        try:
            batches = await writer.read_waiting(sender_id)
        except Exception as err:  # the edge: the conversation begins anew
            writer.say_away(err)
            return
        events = [json.loads(row["data"]) for batch in batches for row in batch.rows]
        tracker = DialogueStateTracker.from_dict(sender_id, events, self.domain.slots)
        self._keep(_Kept(shorten(tracker, self.max_turns)))

    def _say_away(self, err: Exception) -> None:
        # A sender that no database takes is no outage.
        if self._writer is not None and not isinstance(err, REFUSALS):
            self._writer.say_away(err)


def _has_emergency(events: Sequence[Event]) -> bool:
    said = (event for event in events if isinstance(event, UserUttered))
    return any(event.intent_name == REPORT_EMERGENCY for event in said)


def _batch_of(sender_id: str, begun: _Begun, new: list[Event]) -> Batch:
    """Return what a turn adds, with the reply where a channel collects it."""
    rows = [row_of(sender_id, event) for event in new]
    message = get_current_message()
    turns = getattr(message.output_channel, "turns", None) if message is not None else None
    # Of a turn that is saved in parts the one with the message stands for it.
    has_message = any(isinstance(event, UserUttered) for event in new)
    if message is None or turns is None or not has_message:
        return Batch(sender_id, begun.last_id, rows)
    message_id = str(message.message_id)[:MAX_NAME]
    return Batch(sender_id, begun.last_id, rows, message_id, json.dumps(turns), time.time())
