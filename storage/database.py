"""Connections to a database: one engine for each process and address."""

import os
import sqlite3
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import MetaData, create_engine, event, inspect
from sqlalchemy.engine import URL, Engine, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.pool import QueuePool

from settings import Setting
from storage.database_file import DatabaseFile

# Longest a connection to SQLite waits for another one's write, in milliseconds.
BUSY_TIMEOUT_MS = 1000
# Longest that a database on the network may take to connect, and for one statement, in seconds.
CONNECT_TIMEOUT_S, STATEMENT_TIMEOUT_S = 3, 2
# A connection on which nothing is heard ends after these, in seconds: the other machine has gone.
KEEPALIVES_IDLE_S, KEEPALIVES_INTERVAL_S, KEEPALIVES_COUNT = 5, 2, 3

_shared: dict[tuple[int, str], tuple[Engine, DatabaseFile | None]] = {}
_lock = threading.Lock()
_IN_MEMORY = (None, "", ":memory:")


def read_url(setting: Setting[str], environ: Mapping[str, str] = os.environ) -> str:
    """Return the address of a database; empty for none.

    Raises:
        SettingInvalid: It is no address.
    """
    url = setting.read(environ)
    try:
        if url:
            make_url(url)
    except (ArgumentError, ValueError):
        raise setting.make_error(url) from None
    return url


def connect(url: str, tables: MetaData) -> Engine:
    """Return this process's engine on the database at `url`, in which the tables exist.

    All that use a database in one process share its engine, from any thread; nobody has to close
    it. Whoever calls `dispose` ends only connections that are idle.

    Args:
        url: As an SQLAlchemy address. Its file, where it is one, is made if need be, for this user
            alone.
        tables: Those that are missing are made.

    Raises:
        OSError: The file cannot be made.
        SQLAlchemyError: The database cannot be reached or refuses the table.
        ImportError: The driver that the address names is not installed.
    """
    address = make_url(url)
    file = _find_file(address)
    if file is not None:
        file.parent.mkdir(parents=True, exist_ok=True)
    # A process that was forked off must not use its parent's connections.
    key = (os.getpid(), str(file.resolve()) if file else address.render_as_string(False))
    with _lock:
        shared = _shared.get(key)
        if shared is None:
            watched = DatabaseFile(file) if file else None
            shared = _make_engine(address, watched), watched
            # Each database in memory is another one.
            if file is not None or address.get_backend_name() != "sqlite":
                _shared[key] = shared
    engine, watched = shared
    if watched is not None:
        watched.add(tables)
    _make_tables(engine, tables)
    return engine


def _find_file(address: URL) -> Path | None:
    is_file = address.get_backend_name() == "sqlite"
    return Path(address.database) if is_file and address.database not in _IN_MEMORY else None


def _make_engine(address: URL, file: DatabaseFile | None) -> Engine:
    # hide_parameters: what people wrote must not reach a log by way of an error message.
    options: dict[str, Any] = {
        "hide_parameters": True,
        "future": True,
        "pool_timeout": CONNECT_TIMEOUT_S,
    }
    if address.get_backend_name() != "sqlite":
        options["pool_pre_ping"] = True
        options["connect_args"] = _connection_limits(address.get_dialect().driver)
        return create_engine(address, **options)
    # SQLAlchemy 1.4 would open the file anew for each turn: 2.2 ms instead of 0.4.
    options.update(poolclass=QueuePool, connect_args={"check_same_thread": False})
    engine = create_engine(address, **options)
    if file is not None:
        file.watch(engine)
    event.listen(engine, "connect", _prepare_sqlite)
    return engine


def _connection_limits(driver: str) -> dict[str, Any]:
    """Return how long a connection waits, for the drivers of PostgreSQL; others have their own."""
    if driver not in ("psycopg2", "psycopg"):
        return {}
    return {
        "connect_timeout": CONNECT_TIMEOUT_S,
        "keepalives_idle": KEEPALIVES_IDLE_S,
        "keepalives_interval": KEEPALIVES_INTERVAL_S,
        "keepalives_count": KEEPALIVES_COUNT,
        "options": f"-c statement_timeout={1000 * STATEMENT_TIMEOUT_S}",
    }


def _make_tables(engine: Engine, tables: MetaData) -> None:
    try:
        tables.create_all(engine)
    except DBAPIError:
        # Two processes start at once and the other one was faster.
        if not all(inspect(engine).has_table(name) for name in tables.tables):
            raise


def _prepare_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
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
