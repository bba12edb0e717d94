"""A database is checked with one connection before anything rests on it."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import create_engine
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError
from sqlalchemy.pool import NullPool

from startup.faults import Fault

CONNECT_TIMEOUT_S = 3
# Larger files are opened, but not read through: a gigabyte takes some seconds.
MAX_CHECKED_BYTES = 500_000_000


def find_database_fault(key: str, url: str) -> Fault | None:
    """Return what keeps a database from being used; None if nothing does.

    Args:
        key: The setting that names it.
        url: Its address, of the right form; empty for none.
    """
    if not url:
        return None
    address = make_url(url)
    is_file = address.get_backend_name() == "sqlite" and not address.query
    if is_file and address.database in (None, "", ":memory:"):
        return None
    if is_file:
        return _check_file(key, Path(address.database or ""))
    return _check_server(key, address)


def _check_file(key: str, path: Path) -> Fault | None:
    if not path.exists():
        return find_folder_fault(key, path)
    if not os.access(path, os.R_OK | os.W_OK) or not os.access(path.parent, os.W_OK):
        return Fault(f"{key}: {path} or its folder cannot be written.")
    try:
        damage = find_damage(path)
    except sqlite3.OperationalError as err:
        if "locked" in str(err):
            return Fault(f"{key}: {path} is locked by another program.", may_pass=True)
        return Fault(f"{key}: {path} cannot be opened ({err}).")
    except sqlite3.DatabaseError as err:
        damage = str(err)
    if damage:
        return Fault(
            f"{key}: {path} is damaged ({damage}). Put a backup in its place, or move it away: an "
            "empty one is then made."
        )
    return None


def find_folder_fault(key: str, path: Path) -> Fault | None:
    """Return what keeps a file from being made at `path`; None if nothing does."""
    folder = next(folder for folder in path.absolute().parents if folder.exists())
    if not folder.is_dir() or not os.access(folder, os.W_OK):
        return Fault(f"{key}: no file can be made in {folder}.")
    return None


def find_damage(path: Path, *, max_bytes: int = MAX_CHECKED_BYTES) -> str:
    """Return what SQLite finds wrong in a file; empty for nothing.

    Args:
        path: The file.
        max_bytes: A larger one is not read through.

    Raises:
        sqlite3.DatabaseError: It is no database.
        sqlite3.OperationalError: It cannot be opened, or is locked.
    """
    address = f"file:{quote(str(path))}?mode=rw"
    with closing(sqlite3.connect(address, uri=True, timeout=CONNECT_TIMEOUT_S)) as connection:
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        if path.stat().st_size > max_bytes:
            return ""
        found = str(connection.execute("PRAGMA quick_check(1)").fetchone()[0])
    return "" if found == "ok" else " ".join(found.split())


def _check_server(key: str, address: URL) -> Fault | None:
    options: dict[str, object] = {}
    if address.get_backend_name() in ("postgresql", "mysql", "mariadb"):
        options = {"connect_args": {"connect_timeout": CONNECT_TIMEOUT_S}}
    try:
        engine = create_engine(address, poolclass=NullPool, hide_parameters=True, **options)
        engine.connect().close()
    except NoSuchModuleError:
        return Fault(f"{key}: no such kind of database: {address.drivername}.")
    except ImportError as err:
        return Fault(
            f"{key}: the driver of {address.drivername} is not installed here ({err.name})."
        )
    except ArgumentError as err:
        return Fault(f"{key}: {_first_line(err, address)}.")
    except (DBAPIError, OSError) as err:
        reason = _first_line(err, address)
        return Fault(f"{key}: the database cannot be reached ({reason}).", may_pass=True)
    return None


def _first_line(err: Exception, address: URL) -> str:
    """Return the first line of an error without the password."""
    lines = str(getattr(err, "orig", None) or err).strip().splitlines()
    text = lines[0].strip().rstrip(".") if lines else type(err).__name__
    return text.replace(str(address.password), "…") if address.password else text
