"""What the system refuses when an index is read or written, in plain words."""

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from knowledge.errors import IndexInaccessible

_FULL = "the disk is full. Free some space, then build again."
_CLOSED = (
    "the system does not let us write there. Give the user who runs the build the right to its "
    "folder, or name another file in KNOWLEDGE_INDEX."
)
_FOLDER = "it is a folder. Name a file in KNOWLEDGE_INDEX."
_NO_FOLDER = "what should be its folder is a file. Name another one in KNOWLEDGE_INDEX."
LOCKED = "another program has locked it. Close that program, then build again."
_BROKEN = "the disk does not read or write it. Look after the disk, then build again."

_BY_ERRNO = {
    errno.ENOSPC: _FULL, errno.EDQUOT: _FULL, errno.EACCES: _CLOSED, errno.EPERM: _CLOSED,
    errno.EROFS: _CLOSED, errno.EISDIR: _FOLDER, errno.ENOTDIR: _NO_FOLDER,
    errno.EEXIST: _NO_FOLDER, errno.EIO: _BROKEN,
}  # fmt: skip
_BY_SQLITE = {
    sqlite3.SQLITE_FULL: _FULL, sqlite3.SQLITE_BUSY: LOCKED, sqlite3.SQLITE_LOCKED: LOCKED,
    sqlite3.SQLITE_READONLY: _CLOSED, sqlite3.SQLITE_CANTOPEN: _CLOSED,
    sqlite3.SQLITE_PERM: _CLOSED, sqlite3.SQLITE_IOERR: _BROKEN,
}  # fmt: skip


@contextmanager
def explain_disk_faults(index: Path) -> Iterator[None]:
    """Raise IndexInaccessible where the system refuses something.

    Raises:
        IndexInaccessible: With one sentence on what it is and what to do.
    """
    try:
        yield
    except (OSError, sqlite3.OperationalError) as err:
        reason = describe_disk_fault(err)
        if not reason:
            raise
        raise IndexInaccessible(index, reason) from err


def describe_disk_fault(err: Exception) -> str:
    """Return what the system refused, and what to do; empty if it was something else."""
    if isinstance(err, OSError):
        return _BY_ERRNO.get(err.errno or 0, f"{err.strerror or err}.")
    # The low byte is the error, the others tell more of it.
    return _BY_SQLITE.get(getattr(err, "sqlite_errorcode", 0) & 0xFF, "")


def is_locked(err: Exception) -> bool:
    """Say whether another program keeps an SQLite file for itself."""
    return describe_disk_fault(err) == LOCKED


def delete_database(path: Path) -> None:
    """Delete an SQLite file if it is there, and its journal, which would be played back into it."""
    for name in (path.name, path.name + "-journal"):
        path.with_name(name).unlink(missing_ok=True)
