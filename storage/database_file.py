"""The file of an SQLite database: made for this user alone, and watched while it is in use."""

import contextlib
import logging
import os
import sqlite3
import threading
from pathlib import Path
from typing import Any

from sqlalchemy import MetaData, event
from sqlalchemy.engine import Engine
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.schema import CreateIndex, CreateTable

logger = logging.getLogger(__name__)

HEADER = b"SQLite format 3\0"


class DatabaseFile:
    """Makes the file where there is none, and notices when it is not the one that was opened.

    SQLite goes on writing into a file that was deleted, and reads from memory what was overwritten:
    nothing fails until the next start. Here every use of a connection looks at the file first. One
    that was deleted or replaced is opened anew, with its tables; one that is damaged raises
    `sqlite3.DatabaseError` until it is repaired or replaced.

    A file that is there is opened and never closed except by SQLite: closing any descriptor of it
    drops every lock that this process's connections hold, and the next process that reads the
    database and leaves takes their log of writes away (https://www.sqlite.org/howtocorrupt.html,
    2.2).
    """

    def __init__(self, path: Path) -> None:
        """Take the path; nothing is made yet."""
        self._path = path
        self._tables: list[MetaData] = []
        self._lock = threading.Lock()
        self._opened: tuple[int, int] | None = None
        self._size_bytes = 0
        self._is_suspect = False
        self._descriptor = -1

    def watch(self, engine: Engine) -> None:
        """Watch all connections of an engine."""
        event.listen(engine, "do_connect", self._create)
        event.listen(engine, "connect", self._note_opened)
        event.listen(engine, "checkout", self._check_unchanged)
        self._dialect = engine.dialect

    def add(self, tables: MetaData) -> None:
        """Add tables that a new file has to have."""
        with self._lock:
            if tables not in self._tables:
                self._tables.append(tables)

    def _create(self, _dialect: Any, _record: Any, _arguments: Any, _options: Any) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        # Nothing is opened that is there.
        with contextlib.suppress(FileExistsError):
            os.close(os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))

    def _note_opened(self, connection: sqlite3.Connection, record: Any) -> None:
        with self._lock:
            found = os.stat(self._path)
            identity = found.st_dev, found.st_ino
            is_another = self._opened not in (None, identity)
            if self._opened != identity:
                self._opened, self._is_suspect = identity, False
                # Never closed: see above.
                self._descriptor = os.open(self._path, os.O_RDONLY)
            if self._is_suspect:
                _check_pages(connection)
            self._is_suspect = False
            self._size_bytes = found.st_size
            record.info["file"] = identity
            if is_another:
                logger.error(
                    "The database file %s was deleted or replaced while it was in use. What it had "
                    "is gone unless it is put back; what comes now is kept in the file that is "
                    "there.",
                    self._path,
                )
                self._make_tables(connection)

    def _check_unchanged(self, _connection: Any, record: Any, _proxy: Any) -> None:
        try:
            found = os.stat(self._path)
        except FileNotFoundError as err:
            raise DisconnectionError("the file has gone") from err
        if record.info.get("file") != (found.st_dev, found.st_ino):
            raise DisconnectionError("it is another file")
        if found.st_size and os.pread(self._descriptor, len(HEADER), 0) != HEADER:
            raise sqlite3.DatabaseError("file is not a database")
        if found.st_size < self._size_bytes or self._is_suspect:
            # A VACUUM makes it shorter, too.
            self._is_suspect = True
            raise DisconnectionError("it has become shorter")
        self._size_bytes = found.st_size

    def _make_tables(self, connection: sqlite3.Connection) -> None:
        cursor = connection.cursor()
        for tables in self._tables:
            for table in tables.sorted_tables:
                cursor.execute(_compile(CreateTable(table, if_not_exists=True), self._dialect))
                for index in table.indexes:
                    cursor.execute(_compile(CreateIndex(index, if_not_exists=True), self._dialect))
        connection.commit()
        cursor.close()


def _check_pages(connection: sqlite3.Connection) -> None:
    """Read all of the database.

    Raises:
        sqlite3.DatabaseError: It is damaged.
    """
    (result,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    if result != "ok":
        raise sqlite3.DatabaseError("database disk image is malformed")


def _compile(statement: Any, dialect: Any) -> str:
    return str(statement.compile(dialect=dialect))
