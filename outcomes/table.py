"""The table, and connections to a database."""

import os
import sqlite3
from pathlib import Path
from typing import Any

from sqlalchemy import (
    JSON,
    Column,
    DateTime,
    Float,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    create_engine,
    event,
    inspect,
)
from sqlalchemy.engine import Engine, make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import QueuePool

# Longest a writer waits for another one, in milliseconds. It waits in a thread of its own.
BUSY_TIMEOUT_MS = 5000
MAX_NAME = 64

metadata = MetaData()

turns = Table(
    "turns",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("time", DateTime, nullable=False, index=True),
    Column("kind", String(MAX_NAME), nullable=False),
    Column("topic", String(MAX_NAME), nullable=False),
    Column("intent", String(MAX_NAME), nullable=False),
    Column("passage_ids", JSON, nullable=False),
    Column("scores", JSON, nullable=False),
    Column("latency_ms", Float, nullable=False),
    Column("answer_id", String(MAX_NAME), nullable=False, index=True),
    Column("question", Text, nullable=False),
    Column("sender", String(MAX_NAME), nullable=False, index=True),
    Column("channel", String(MAX_NAME), nullable=False),
    Column("rating", String(4)),
    Column("reason", Text),
    Column("rated_at", DateTime),
)


def connect(url: str, tables: MetaData = metadata) -> Engine:
    """Return an engine on the database at `url`, in which the tables are there.

    Args:
        url: As an SQLAlchemy address. Its file, where it is one, is made if need be, for this user
            alone.
        tables: What is made where it is missing.

    Raises:
        OSError: The file cannot be made.
        SQLAlchemyError: The database cannot be reached or refuses the table.
        ImportError: The driver that the address names is not installed.
    """
    # hide_parameters: what people wrote must not reach a log by way of an error message.
    options: dict[str, Any] = {}
    is_file = make_url(url).get_backend_name() == "sqlite"
    if is_file:
        make_file(make_url(url).database)
        # SQLAlchemy 1.4 would open the file anew for each turn: 2.2 ms instead of 0.4.
        options = {"poolclass": QueuePool, "connect_args": {"check_same_thread": False}}
    engine = create_engine(url, hide_parameters=True, future=True, **options)
    if is_file:
        event.listen(engine, "connect", _prepare_sqlite)
    try:
        tables.create_all(engine)
    except DBAPIError:
        # Two processes start at once and the other one was faster.
        if not all(inspect(engine).has_table(name) for name in tables.tables):
            engine.dispose()
            raise
    return engine


def make_file(database: str | None) -> None:
    """Make an empty database file that only this user can read, unless there is one."""
    if database in (None, "", ":memory:"):
        return
    path = Path(database)
    path.parent.mkdir(parents=True, exist_ok=True)
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
    # What is deleted is overwritten, not only taken off the list.
    cursor.execute("PRAGMA secure_delete=ON")
    cursor.execute("PRAGMA synchronous=NORMAL")
    try:
        # Readers and a writer side by side. A file system that cannot do it keeps the old mode.
        cursor.execute("PRAGMA journal_mode=WAL").fetchone()
    except sqlite3.OperationalError:
        connection.rollback()  # locked just now; the mode is kept in the file, the next one sets it
    finally:
        cursor.close()
