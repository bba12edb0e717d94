"""The store of what outlives a restart: replies of sessions, and which sessions were deleted."""

import json
import logging
import os
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import delete, insert, select
from sqlalchemy.engine import Engine

from bot.conversations.database_calls import DatabaseCalls
from bot.conversations.tables import deleted, hash_session, metadata, replies
from contract.turn import Turn
from safe_logging import describe
from settings import table
from storage.database import connect, read_url

logger = logging.getLogger(__name__)

# Most replies of a session that are read again.
MAX_REPLIES = 20
# How often what is too old is deleted, in seconds.
PRUNE_EVERY_S = 3600.0


@dataclass(frozen=True)
class StoredSession:
    """What is stored of a session.

    Attributes:
        is_deleted: Whether it was deleted for good.
        replies: Id of a message and reply to it, the oldest first.
        ages_s: How long ago each was made, in seconds.
    """

    is_deleted: bool = False
    replies: list[tuple[str, list[Turn]]] = field(default_factory=list)
    ages_s: list[float] = field(default_factory=list)


class SessionStore:
    """Reads replies that turns brought with them, and keeps which sessions were deleted.

    With a database of conversations both are there, and replies are written with the events of
    their turn (bot/conversations/event_log.py). Without one, only deletions are kept, in a small
    file.
    """

    def __init__(self, url: str, *, keep_s: float, calls: DatabaseCalls | None = None) -> None:
        """Take the address of the database; it is opened by the first call.

        Args:
            url: As an SQLAlchemy address.
            keep_s: How long both are kept, in seconds: as long as a session's token holds.
            calls: Runs the calls on the database; by default some of its own.
        """
        self._url = url
        self._keep_s = keep_s
        self._calls = calls or DatabaseCalls("sessions")
        self._engine: Engine | None = None
        self._lock = threading.Lock()
        self._next_prune = 0.0

    @classmethod
    def from_env(cls, *, keep_s: float, environ: Mapping[str, str] = os.environ) -> "SessionStore":
        """Return the store of the environment: in the database of conversations, or a file.

        Raises:
            SettingInvalid: The setting is no address.
        """
        url = read_url(table.CONVERSATIONS_URL, environ)
        url = url or f"sqlite:///{table.STATE.read(environ) / 'sessions.db'}"
        return cls(url, keep_s=keep_s)

    async def read(self, sender_id: str) -> StoredSession | None:
        """Return what is stored of a session; None if the database does not answer."""
        try:
            found: StoredSession = await self._calls.run(self._read, sender_id)
        except Exception as err:  # the edge: people are served without it
            logger.error("What was kept of sessions cannot be read: %s.", describe(err))
            return None
        return found

    async def mark_deleted(self, sender_id: str) -> None:
        """Store that a session was deleted: nothing is stored of it from then on.

        Raises:
            Exception: Whatever the database raises that cannot be used.
        """
        await self._calls.run(self._mark_deleted, sender_id)

    def _read(self, sender_id: str) -> StoredSession:
        self._prune()
        now = time.time()
        is_deleted = select(deleted.c.until).where(deleted.c.sender == hash_session(sender_id))
        latest = select(replies).where(replies.c.sender_id == sender_id)
        latest = latest.order_by(replies.c.time.desc()).limit(MAX_REPLIES)
        with self._open().connect() as connection:
            if connection.execute(is_deleted).first() is not None:
                return StoredSession(is_deleted=True)
            rows = connection.execute(latest).all()[::-1]
        return StoredSession(
            replies=[(row.message_id, json.loads(row.turns)) for row in rows],
            ages_s=[max(0.0, now - row.time) for row in rows],
        )

    def _mark_deleted(self, sender_id: str) -> None:
        row = {"sender": hash_session(sender_id), "until": time.time() + self._keep_s}
        with self._open().begin() as connection:
            connection.execute(delete(deleted).where(deleted.c.sender == row["sender"]))
            connection.execute(insert(deleted), [row])

    def _prune(self) -> None:
        with self._lock:
            if time.monotonic() < self._next_prune:
                return
            self._next_prune = time.monotonic() + PRUNE_EVERY_S
        now = time.time()
        with self._open().begin() as connection:
            connection.execute(delete(deleted).where(deleted.c.until < now))
            connection.execute(delete(replies).where(replies.c.time < now - self._keep_s))

    def _open(self) -> Engine:
        with self._lock:
            if self._engine is None:
                self._engine = connect(self._url, metadata)
            return self._engine
