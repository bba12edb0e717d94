"""Write, rate, prune and forget turns."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.engine import Connection, Engine, Row

from outcomes.errors import StoreUnavailable
from outcomes.identity import hash_sender, read_salt
from outcomes.settings import Settings
from outcomes.table import MAX_NAME, connect, turns
from outcomes.types import Feedback, Turn, now

# Longest question or reason that is kept, in characters.
MAX_TEXT = 1000


class Store:
    """The table of turns. Used by one thread; other processes may write to it too."""

    def __init__(self, engine: Engine, salt: bytes) -> None:
        """Take an engine on a database in which the table is there."""
        self.engine = engine
        self._salt = salt

    @classmethod
    def open(cls, settings: Settings) -> "Store":
        """Return the store of the settings; file and table are made where there are none.

        Raises:
            StoreUnavailable: No file or no salt can be made, or nothing is to be kept.
            SQLAlchemyError: The database cannot be reached or refuses the table.
            ImportError: The driver that the address names is not installed.
        """
        if not settings.is_on:
            raise StoreUnavailable("recording is switched off")
        salt = read_salt(settings)
        try:
            return cls(connect(settings.url), salt)
        except OSError as err:
            reason = f"{settings.file} cannot be written ({err.strerror})"
            raise StoreUnavailable(reason) from err

    def write(self, items: Sequence[Turn | Feedback]) -> None:
        """Write turns and feedback in their order, all or none.

        Raises:
            SQLAlchemyError: The database refuses them.
        """
        with self.engine.begin() as connection:
            rows: list[dict[str, Any]] = []
            for item in items:
                if isinstance(item, Turn):
                    rows.append(self._row(item))
                    continue
                # It may be of one of these turns.
                _insert(connection, rows)
                rows = []
                self._rate(connection, item)
            _insert(connection, rows)

    def prune(self, *, keep_days: int, today: datetime | None = None) -> int:
        """Delete the turns older than `keep_days` days; returns how many there were.

        Raises:
            SQLAlchemyError: The database refuses.
        """
        before = (today or now()) - timedelta(days=keep_days)
        return self._delete(turns.c.time < before)

    def forget(self, sender_id: str) -> int:
        """Delete every turn of one conversation; returns how many there were.

        Raises:
            SQLAlchemyError: The database refuses.
        """
        return self._delete(turns.c.sender == hash_sender(sender_id, self._salt))

    def read(self, *, since: datetime | None = None) -> Iterator["Row[Any]"]:
        """Yield the turns from `since` on, oldest first; all of them without it.

        Raises:
            SQLAlchemyError: The database refuses.
        """
        query = select(turns).order_by(turns.c.id)
        if since is not None:
            query = query.where(turns.c.time >= since)
        with self.engine.connect() as connection:
            yield from connection.execution_options(stream_results=True).execute(query)

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()

    def _delete(self, condition: Any) -> int:
        with self.engine.begin() as connection:
            n_deleted: int = connection.execute(delete(turns).where(condition)).rowcount
        if n_deleted and self.engine.dialect.name == "sqlite":
            # Out of the log of recent writes as well.
            with self.engine.connect() as connection:
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        return n_deleted

    def _row(self, turn: Turn) -> dict[str, Any]:
        return {
            "time": turn.time,
            "kind": plain(turn.kind, limit=MAX_NAME),
            "topic": plain(turn.topic, limit=MAX_NAME),
            "intent": plain(turn.intent, limit=MAX_NAME),
            "passage_ids": list(turn.passage_ids),
            "scores": list(turn.scores),
            "latency_ms": round(turn.latency_ms, 1),
            "answer_id": plain(turn.answer_id, limit=MAX_NAME),
            "question": plain(turn.question, limit=MAX_TEXT),
            "sender": hash_sender(turn.sender_id, self._salt),
            # A client of the REST channel may name its channel as it likes.
            "channel": plain(turn.channel, limit=MAX_NAME),
        }

    def _rate(self, connection: Connection, feedback: Feedback) -> None:
        sender = hash_sender(feedback.sender_id, self._salt)
        # Only what has an id can be rated, and only by who was told it.
        own = select(turns.c.id).where(turns.c.sender == sender, turns.c.answer_id != "")
        named = own.where(turns.c.answer_id == plain(feedback.answer_id, limit=MAX_NAME))
        last = own.order_by(turns.c.id.desc()).limit(1)
        row = connection.execute(named).first() or connection.execute(last).first()
        if row is None:
            return
        connection.execute(
            update(turns)
            .where(turns.c.id == row[0])
            .values(
                rating=feedback.rating,
                reason=plain(feedback.reason, limit=MAX_TEXT),
                rated_at=feedback.time,
            )
        )


def _insert(connection: Connection, rows: list[dict[str, Any]]) -> None:
    """Write rows in one statement: alone, each takes SQLAlchemy 0.14 ms longer."""
    if rows:
        connection.execute(insert(turns), rows)


def plain(text: str, *, limit: int) -> str:
    """Return at most `limit` characters of `text` on one line, without control characters.

    Databases refuse some of those (NUL, halves of pairs), and a terminal that shows a report would
    obey others.
    """
    return "".join(c if c.isprintable() else " " for c in text[:limit]).strip()
