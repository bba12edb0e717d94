"""The events of conversations in an SQL database, in the table that Rasa's own SQL store has."""

import json
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rasa.shared.core.events import ActionExecuted, Event, UserUttered
from sqlalchemy import bindparam, delete, func, insert, select
from sqlalchemy.engine import Connection, Engine

from bot.conversations.tables import MAX_NAME, deleted, events, hash_session, metadata, replies
from storage.database import connect
from storage.scrub import scrub


@dataclass(frozen=True)
class Batch:
    """What one turn adds to a conversation.

    Attributes:
        sender_id: The conversation.
        after_id: Number of the last event in the database that the turn knew of; 0 for none.
        rows: The events, as rows; at least one.
        message_id: The message that led to it; empty for none that can come again.
        reply: What the message was answered, as JSON.
        time: When, in seconds since 1970.
    """

    sender_id: str
    after_id: int
    rows: list[dict[str, Any]]
    message_id: str = ""
    reply: str = "[]"
    time: float = 0.0


@dataclass(frozen=True)
class Appended:
    """The result of an append.

    Attributes:
        last_id: Number of the conversation's last event now.
        is_alone: Whether the log has the events that the turn knew of and its own, and no others.
        is_deleted: Whether the conversation was deleted for good: nothing was written.
    """

    last_id: int
    is_alone: bool
    is_deleted: bool = False


class EventLog:
    """Appends events and reads them again; may be used from several threads and processes.

    Every method raises what the database raises where it cannot be used; the next call tries
    again.
    """

    def __init__(self, url: str) -> None:
        """Take the address of the database; it is opened by the first call."""
        self._url = url
        self._engine: Engine | None = None
        self._lock = threading.Lock()

    def last_id(self, sender_id: str) -> int:
        """Return the number of a conversation's last event; 0 where there is none."""
        with self._open().connect() as connection:
            return int(connection.execute(_LAST_ID, {"sender_id": sender_id}).scalar() or 0)

    def append(self, batches: Sequence[Batch]) -> Appended:
        """Write batches of one conversation behind its other events, all or none.

        What is there already is not written again: a connection that broke, or took too long,
        leaves it open whether the batch arrived. Nor is a second handling of a message that was
        answered before.

        Args:
            batches: In their order, at least one.
        """
        sender_id, after_id = batches[0].sender_id, batches[0].after_id
        with self._open().begin() as connection:
            _lock_conversation(connection, sender_id)
            values = {"sender_id": sender_id, "session": hash_session(sender_id)}
            last_id, is_deleted = connection.execute(_STATE, values).one()
            if is_deleted:
                return Appended(0, is_alone=False, is_deleted=True)
            others = _read_after(connection, sender_id, after_id) if last_id != after_id else set()
            are_there = [_append(connection, batch, others) for batch in batches]
            last_id = connection.execute(_LAST_ID, {"sender_id": sender_id}).scalar()
        own = {row["data"] for batch in batches for row in batch.rows}
        return Appended(int(last_id or 0), is_alone=all(are_there) and own.issuperset(others))

    def read(self, sender_id: str) -> tuple[list[dict[str, Any]], int]:
        """Return the events of a conversation in order, and the number of the last one."""
        query = select(events.c.data, events.c.id).where(events.c.sender_id == sender_id)
        with self._open().connect() as connection:
            found = connection.execute(query.order_by(events.c.id)).all()
        return [json.loads(data) for data, _ in found], found[-1][1] if found else 0

    def delete(self, sender_id: str) -> None:
        """Delete the events of a conversation, and the replies to its messages."""
        engine = self._open()
        with engine.begin() as connection:
            _lock_conversation(connection, sender_id)
            for table in (events, replies):
                connection.execute(delete(table).where(table.c.sender_id == sender_id))
        scrub(engine)

    def sender_ids(self) -> list[str]:
        """Return the ids of all conversations, the one least recently spoken in first."""
        last = func.max(events.c.id)
        query = select(events.c.sender_id).group_by(events.c.sender_id).order_by(last)
        with self._open().connect() as connection:
            return list(connection.execute(query).scalars())

    def check(self) -> None:
        """Ask the database for nothing, to see whether it answers."""
        with self._open().connect() as connection:
            connection.execute(select(1)).scalar()

    def _open(self) -> Engine:
        with self._lock:
            if self._engine is None:
                self._engine = connect(self._url, metadata)
            return self._engine


def row_of(sender_id: str, event: Event) -> dict[str, Any]:
    """Return the row of an event."""
    return {
        "sender_id": sender_id,
        "type_name": event.type_name,
        "timestamp": event.timestamp,
        "intent_name": _name(event.intent_name) if isinstance(event, UserUttered) else None,
        "action_name": _name(event.action_name) if isinstance(event, ActionExecuted) else None,
        "data": json.dumps(event.as_dict()),
    }


def _name(name: str | None) -> str | None:
    # Anybody can name an intent: "/x…".
    return name[:MAX_NAME] if name else name


def _append(connection: Connection, batch: Batch, others: set[str]) -> bool:
    """Write a batch, unless it is there; say whether it is there then."""
    if batch.rows[-1]["data"] in others:
        return True
    if batch.message_id:
        key = {"sender_id": batch.sender_id, "message_id": batch.message_id}
        if connection.execute(_IS_ANSWERED, key).first():
            return False
        connection.execute(_ADD_REPLY, {**key, "turns": batch.reply, "time": batch.time})
    connection.execute(_ADD_EVENTS, batch.rows)
    return True


def _lock_conversation(connection: Connection, sender_id: str) -> None:
    """Keep other writers out until the end of the transaction.

    SQLite would take its lock with the first write, after what was read before it.
    """
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    elif connection.dialect.name == "postgresql":
        number = int(hash_session(sender_id)[:15], 16)
        connection.execute(select(func.pg_advisory_xact_lock(number)))


def _read_after(connection: Connection, sender_id: str, after_id: int) -> set[str]:
    values = {"sender_id": sender_id, "after_id": after_id}
    return set(connection.execute(_DATA_AFTER, values).scalars())


# Made once: to build a statement takes as long as to execute it.
_OF_SENDER = events.c.sender_id == bindparam("sender_id")
_LAST_ID = select(func.max(events.c.id)).where(_OF_SENDER)
_IS_DELETED = select(deleted.c.until).where(deleted.c.sender == bindparam("session")).exists()
_STATE = select(_LAST_ID.scalar_subquery(), _IS_DELETED)
_DATA_AFTER = select(events.c.data).where(_OF_SENDER, events.c.id > bindparam("after_id"))
_IS_ANSWERED = select(replies.c.time).where(
    replies.c.sender_id == bindparam("sender_id"), replies.c.message_id == bindparam("message_id")
)
_ADD_EVENTS, _ADD_REPLY = insert(events), insert(replies)
