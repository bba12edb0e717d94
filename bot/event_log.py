"""The events of conversations in an SQL database, in the table that Rasa's own SQL store has."""

import json
import os
from typing import Any, Dict, List, Mapping, Optional, Sequence, Tuple

from rasa.shared.core.events import ActionExecuted, Event, UserUttered
from sqlalchemy import (
    Column,
    Float,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    delete,
    func,
    insert,
    select,
)
from sqlalchemy.engine import Engine, make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from bot.channels.settings import SettingInvalid
from outcomes.table import connect

URL_SETTING = "BONAFIDE_CONVERSATIONS_URL"
# What a database raises that cannot be used: it is away, it refuses, its driver or file is missing.
# UnicodeError: REST lets a client name any sender, half an emoji too.
ERRORS = (SQLAlchemyError, ImportError, OSError, UnicodeError)

metadata = MetaData()

rows = Table(
    "events",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("sender_id", String(255), nullable=False),
    Column("type_name", String(255), nullable=False),
    Column("timestamp", Float),
    Column("intent_name", String(255)),
    Column("action_name", String(255)),
    Column("data", Text),
    # The last event of a conversation is looked up for every message.
    Index("ix_events_sender_id_id", "sender_id", "id"),
)


def read_url(environ: Mapping[str, str] = os.environ) -> str:
    """Return the address of the database of conversations; empty for none.

    Raises:
        SettingInvalid: It is no address.
    """
    url = environ.get(URL_SETTING, "").strip()
    if url:
        try:
            make_url(url)
        except (ArgumentError, ValueError) as err:
            example = "a database address such as sqlite:///build/conversations.db, or nothing"
            raise SettingInvalid(URL_SETTING, example) from err
    return url


class EventLog:
    """Appends events and reads them again; may be used from several threads and processes.

    Every method raises one of `ERRORS` where the database cannot be used; the next call tries
    again.
    """

    def __init__(self, url: str) -> None:
        """Take the address of the database; it is opened by the first call."""
        self._url = url
        self._engine: Optional[Engine] = None

    def last_id(self, sender_id: str) -> int:
        """Return the number of a conversation's last event; 0 where there is none."""
        with self._open().connect() as connection:
            return int(connection.execute(_last_id(sender_id)).scalar() or 0)

    def append(self, sender_id: str, events: Sequence[Event]) -> int:
        """Write events behind the others of their conversation, all or none.

        Returns:
            The number of the last one.
        """
        with self._open().begin() as connection:
            if events:
                connection.execute(insert(rows), [_row(sender_id, event) for event in events])
            return int(connection.execute(_last_id(sender_id)).scalar() or 0)

    def read(self, sender_id: str) -> Tuple[List[Dict[str, Any]], int]:
        """Return the events of a conversation in order, and the number of the last one."""
        query = select(rows.c.data, rows.c.id).where(rows.c.sender_id == sender_id)
        with self._open().connect() as connection:
            found = connection.execute(query.order_by(rows.c.id)).all()
        return [json.loads(data) for data, _ in found], found[-1][1] if found else 0

    def delete(self, sender_id: str) -> None:
        """Delete the events of a conversation."""
        engine = self._open()
        with engine.begin() as connection:
            connection.execute(delete(rows).where(rows.c.sender_id == sender_id))
        if engine.dialect.name == "sqlite":
            # Out of the log of recent writes as well.
            with engine.connect() as connection:
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")

    def sender_ids(self) -> List[str]:
        """Return the ids of all conversations, the one least recently spoken in first."""
        query = select(rows.c.sender_id).group_by(rows.c.sender_id).order_by(func.max(rows.c.id))
        with self._open().connect() as connection:
            return list(connection.execute(query).scalars())

    def _open(self) -> Engine:
        if self._engine is None:
            self._engine = connect(self._url, metadata)
        return self._engine


def _last_id(sender_id: str) -> Any:
    return select(func.max(rows.c.id)).where(rows.c.sender_id == sender_id)


def _row(sender_id: str, event: Event) -> Dict[str, Any]:
    said = event.as_dict()
    return {
        "sender_id": sender_id,
        "type_name": event.type_name,
        "timestamp": event.timestamp,
        "intent_name": event.intent_name if isinstance(event, UserUttered) else None,
        "action_name": event.action_name if isinstance(event, ActionExecuted) else None,
        "data": json.dumps(said),
    }
