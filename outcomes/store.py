"""The store of outcomes: turns are written, rated, read, pruned and forgotten."""

import hashlib
import hmac
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.engine import Connection, Engine, Row
from sqlalchemy.sql import ColumnElement

from outcomes.rows import MAX_NAME, Feedback, OutcomeRow, metadata, now, turns
from outcomes.settings import Settings
from settings.table import MIN_SALT
from storage.database import connect
from storage.scrub import scrub
from storage.secret_file import SecretFileUnavailable, read_secret_file

# Longest question or reason that is kept, in characters.
MAX_TEXT = 1000
# Longest that it may take to read or delete many turns, in seconds.
LONG_TIMEOUT_S = 60


class StoreUnavailable(Exception):
    """The database of outcomes cannot be used; the message says what to do."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"The outcomes cannot be used: {reason}. See BONAFIDE_OUTCOMES_URL.")
        self.reason = reason


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
            return cls(connect(settings.url, metadata), salt)
        except OSError as err:
            reason = f"{settings.file} cannot be written ({err.strerror})"
            raise StoreUnavailable(reason) from err

    def write(self, items: Sequence[OutcomeRow | Feedback]) -> None:
        """Write turns and feedback in their order, all or none.

        Raises:
            SQLAlchemyError: The database refuses them.
        """
        with self.engine.begin() as connection:
            rows: list[dict[str, object]] = []
            for item in items:
                if isinstance(item, OutcomeRow):
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
            _take_time(connection)
            yield from connection.execution_options(stream_results=True).execute(query)

    def close(self) -> None:
        """Close the connections that nobody uses just now; the next use opens others."""
        self.engine.dispose()

    def _delete(self, condition: "ColumnElement[bool]") -> int:
        with self.engine.begin() as connection:
            _take_time(connection)
            n_deleted: int = connection.execute(delete(turns).where(condition)).rowcount
        if n_deleted:
            scrub(self.engine)
        return n_deleted

    def _row(self, turn: OutcomeRow) -> dict[str, object]:
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
        is_withdrawn = feedback.rating == "none"
        row = connection.execute(named).first()
        if row is None and not is_withdrawn:
            row = connection.execute(last).first()
        if row is None:
            return
        said: dict[str, object] = {
            "rating": feedback.rating,
            "reason": plain(feedback.reason, limit=MAX_TEXT),
            "rated_at": feedback.time,
        }
        values = dict.fromkeys(said) if is_withdrawn else said
        connection.execute(update(turns).where(turns.c.id == row[0]).values(values))


def hash_sender(sender_id: str, salt: bytes) -> str:
    """Return 64 hexadecimal digits that stand for `sender_id`: HMAC-SHA-256 with the salt."""
    # surrogatepass: a client may send any id, and hashing it must not fail.
    return hmac.new(salt, sender_id.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()


def read_salt(settings: Settings) -> bytes:
    """Return the salt of the settings, or one kept in a file that is made by the first call.

    Raises:
        StoreUnavailable: The file cannot be made or read, or holds no salt.
    """
    if settings.salt:
        return settings.salt.encode("utf-8")
    try:
        salt = read_secret_file(settings.salt_file, min_bytes=MIN_SALT)
    except SecretFileUnavailable as err:
        raise StoreUnavailable(f"no salt can be kept at {err}") from err
    return salt.encode("utf-8")


def _take_time(connection: Connection) -> None:
    """Let the statements of a transaction take longer than those that a reply waits for."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SET LOCAL statement_timeout = {1000 * LONG_TIMEOUT_S}")


def _insert(connection: Connection, rows: list[dict[str, object]]) -> None:
    """Write rows in one statement: alone, each takes SQLAlchemy 0.14 ms longer."""
    if rows:
        connection.execute(insert(turns), rows)


def plain(text: str, *, limit: int) -> str:
    """Return at most `limit` characters of `text` on one line, without control characters.

    Databases refuse some of those (NUL, halves of pairs), and a terminal that shows a report would
    obey others.
    """
    return "".join(c if c.isprintable() else " " for c in text[:limit]).strip()
