"""The table of accepted messages: what is to be answered still, and the ids of what was.

A message is a row from the moment its webhook is answered. Its words are in it until it is handled;
from then on the row is a keyed hash of its id and a time, so that it is not answered again.
"""

import json
import time
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Float,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    and_,
    or_,
    select,
    text,
)
from sqlalchemy.engine import Connection, Engine

from bot.channels.messaging.json_fields import Json
from storage.database import connect
from storage.scrub import scrub

metadata = MetaData()

rows = Table(
    "inbox",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("platform", String(32), nullable=False),
    Column("message_id", String(64), nullable=False),
    Column("accepted_at", Float, nullable=False, index=True),
    Column("body", Text),
    Column("reply", Text),
    Column("n_sent", Integer, nullable=False),
    Column("owner", String(255), nullable=False),
    # None once the message is handled.
    Column("lease_until", Float, index=True),
    UniqueConstraint("platform", "message_id"),
)
# Statements are made once: SQLAlchemy takes longer to put one together than SQLite to run it. Both
# SQLite and PostgreSQL know `ON CONFLICT` and `RETURNING`.
_ADD = text(
    "INSERT INTO inbox (platform, message_id, accepted_at, body, n_sent, owner, lease_until)"
    " VALUES (:platform, :message_id, :now, :body, 0, :owner, :until)"
    " ON CONFLICT (platform, message_id) DO NOTHING RETURNING id"
)
# "Handled" is the same in both of these.
_FINISH = text(
    "UPDATE inbox SET body = NULL, reply = NULL, n_sent = 0, owner = '', lease_until = NULL"
    " WHERE id = :row AND owner = :server"
)
_GIVE_UP = text(
    "UPDATE inbox SET body = NULL, reply = NULL, n_sent = 0, owner = '', lease_until = NULL"
    " WHERE lease_until IS NOT NULL AND accepted_at < :before"
)
_KEEP_REPLY = text("UPDATE inbox SET reply = :kept WHERE id = :row AND owner = :server")
_MARK_SENT = text("UPDATE inbox SET n_sent = :sent WHERE id = :row AND owner = :server")
_SET_LEASE = text(
    "UPDATE inbox SET lease_until = :until WHERE lease_until IS NOT NULL AND owner = :server"
)
_TAKE_OVER = text(
    "UPDATE inbox SET owner = :server, lease_until = :until"
    " WHERE id = :row AND owner = :before AND lease_until = :lease"
)
_PRUNE = text("DELETE FROM inbox WHERE accepted_at < :before")


@dataclass(frozen=True)
class Accepted:
    """A message to be kept.

    Attributes:
        message_id: Keyed hash of the platform's id, at most 64 characters.
        body: The message as `incoming.to_json` gives it.
    """

    message_id: str
    body: str = field(repr=False)


@dataclass(frozen=True)
class Unhandled:
    """A message that was accepted and not handled.

    Attributes:
        row: Its number in the table.
        platform: Where it was written.
        body: The message as `incoming.to_json` gives it.
        accepted_at: When its webhook was answered, in seconds since 1970.
        messages: The reply as the platform is sent it; None if there is none yet.
        n_sent: How many of them are known to be sent.
    """

    row: int
    platform: str
    body: str = field(repr=False)
    accepted_at: float
    messages: list[Json] | None = field(repr=False)
    n_sent: int


class InboxTable:
    """Reads and writes the table; used by one thread.

    A row belongs to the server that accepted it, for as long as that one renews its lease; then
    another server may take it over. A server that is started again takes its own at once.

    Every method raises SQLAlchemyError, ImportError or OSError where the database cannot be used.
    """

    def __init__(self, url: str, *, lease_s: float) -> None:
        """Take the address of the database; it is opened by the first call.

        Args:
            url: As an SQLAlchemy address.
            lease_s: How long a row belongs to a server that is not heard of, in seconds.
        """
        self._url = url
        # This server; the same after it was started again.
        self.owner = ""
        self._lease_s = lease_s
        self._engine: Engine | None = None

    def add(self, platform: str, accepted: Sequence[Accepted]) -> list[int | None]:
        """Write messages, all or none.

        Returns:
            The row of each in order; None for a message that was accepted before.
        """
        now = time.time()
        times = {"now": now, "until": now + self._lease_s, "owner": self.owner}
        with self._open().begin() as connection:
            return [
                connection.execute(_ADD, {"platform": platform, **asdict(each), **times}).scalar()
                for each in accepted
            ]

    def claim(self, platforms: Collection[str], *, at_start: bool) -> list[Unhandled]:
        """Make this server's what nobody handles, oldest first, and return it.

        Args:
            platforms: Those that can be answered.
            at_start: Take also what this server had not handled when it ended.
        """
        now = time.time()
        # A lease far ahead was made by a clock that has been set back since.
        is_free = or_(rows.c.lease_until < now, rows.c.lease_until > now + 2 * self._lease_s)
        is_own = rows.c.owner == self.owner
        condition = or_(is_own, is_free) if at_start else and_(~is_own, is_free)
        query = select(rows).where(
            rows.c.lease_until.is_not(None), rows.c.platform.in_(list(platforms)), condition
        )
        with self._open().begin() as connection:
            found = connection.execute(query.order_by(rows.c.id)).all()
            return [_read(row) for row in found if self._take_over(connection, row)]

    def keep_reply(self, row: int, messages: Sequence[Json], pieces: Sequence[int]) -> None:
        """Write what is sent for a message, and finish those that it answers too, all or none."""
        reply = {"row": row, "kept": json.dumps(messages), "server": self.owner}
        with self._open().begin() as connection:
            connection.execute(_KEEP_REPLY, reply)
            if pieces:
                connection.execute(_FINISH, self._name(pieces))

    def mark_sent(self, row: int, n_sent: int) -> bool:
        """Write how much of a reply was sent.

        Returns:
            Whether the message is this server's still, and the rest to be sent.
        """
        sent = {"row": row, "sent": n_sent, "server": self.owner}
        with self._open().begin() as connection:
            return bool(connection.execute(_MARK_SENT, sent).rowcount)

    def finish(self, numbers: Sequence[int]) -> None:
        """Erase all but the ids of messages that were handled; at least one."""
        with self._open().begin() as connection:
            connection.execute(_FINISH, self._name(numbers))

    def renew(self) -> None:
        """Keep what is this server's."""
        self._set_lease(time.time() + self._lease_s)

    def release(self) -> None:
        """Let go of what is this server's: another one may take it over at once."""
        self._set_lease(0.0)

    def prune(self, *, unhandled_before: float, before: float) -> int:
        """Erase what nobody handled in time, and delete ids that are old enough.

        Args:
            unhandled_before: In seconds since 1970.
            before: Likewise.

        Returns:
            How many messages were never handled.
        """
        with self._open().begin() as connection:
            n_late: int = connection.execute(_GIVE_UP, {"before": unhandled_before}).rowcount
            connection.execute(_PRUNE, {"before": before})
        return n_late

    def scrub(self) -> None:
        """Write over what was erased also in SQLite's log of recent writes."""
        scrub(self._open())

    def _take_over(self, connection: Connection, row: Any) -> bool:
        """Take a row that nobody else has taken since it was read."""
        values = {
            "row": row.id,
            "before": row.owner,
            "lease": row.lease_until,
            "server": self.owner,
            "until": time.time() + self._lease_s,
        }
        return bool(connection.execute(_TAKE_OVER, values).rowcount)

    def _set_lease(self, until: float) -> None:
        with self._open().begin() as connection:
            connection.execute(_SET_LEASE, {"until": until, "server": self.owner})

    def _name(self, numbers: Sequence[int]) -> list[Json]:
        return [{"row": row, "server": self.owner} for row in numbers]

    def _open(self) -> Engine:
        if self._engine is None:
            self._engine = connect(self._url, metadata)
        return self._engine


def _read(row: Any) -> Unhandled:
    messages = None if row.reply is None else json.loads(row.reply)
    return Unhandled(row.id, row.platform, row.body, row.accepted_at, messages, row.n_sent)
