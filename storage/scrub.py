"""Take what was deleted out of SQLite's log of recent writes, too (the file that ends in -wal)."""

import threading
from typing import Any

from sqlalchemy.engine import Engine
from sqlalchemy.exc import OperationalError, SQLAlchemyError

# How long until it is tried again, in seconds, and how often: other programs read for so long.
RETRY_S, MAX_RETRIES = 5.0, 1000

_waiting: set[Engine] = set()
_lock = threading.Lock()


def scrub(engine: Engine) -> None:
    """Empty the log of recent writes; nothing to do for other databases.

    While another program reads the database, a backup for one, SQLite keeps the log for it. Then
    it is tried again every few seconds, in the background.

    Raises:
        SQLAlchemyError: The database cannot be used.
    """
    if engine.dialect.name == "sqlite" and not _empty_log(engine):
        _try_later(engine, MAX_RETRIES)


def _empty_log(engine: Engine, *, waits: bool = True) -> bool:
    """Return whether nothing is left in it.

    Args:
        engine: The database.
        waits: Whether readers are waited for; nobody can write meanwhile.
    """
    with engine.connect() as connection:
        before_ms = connection.exec_driver_sql("PRAGMA busy_timeout").scalar()
        try:
            if not waits:
                connection.exec_driver_sql("PRAGMA busy_timeout=0")
            row: Any = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()
        finally:
            connection.exec_driver_sql(f"PRAGMA busy_timeout={before_ms}")
    return not row[0]


def _try_later(engine: Engine, n_left: int) -> None:
    with _lock:
        if engine in _waiting or not n_left:
            return
        _waiting.add(engine)
    timer = threading.Timer(RETRY_S, _try_again, (engine, n_left))
    timer.daemon = True  # the last connection that closes empties the log, too
    timer.start()


def _try_again(engine: Engine, n_left: int) -> None:
    with _lock:
        _waiting.discard(engine)
    try:
        is_done = _empty_log(engine, waits=False)
    except OperationalError:  # locked, or away for a while
        is_done = False
    except SQLAlchemyError:
        return  # damaged: whoever uses it says so
    if not is_done:
        _try_later(engine, n_left - 1)
