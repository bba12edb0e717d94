"""An exception in one line: its type and the places it passed through, never what it says.

The message of an exception may repeat what a person wrote (`KeyError: 'my name is …'`), and so may
the local variables of its frames.
"""

import errno
import os
import sqlite3
import sys
from collections.abc import Iterator
from functools import lru_cache
from types import TracebackType

# This project's own packages: their messages are made of types, names and counts alone.
PACKAGES = frozenset(
    (
        *("actions", "bot", "contract", "encoder", "knowledge", "outcomes", "profiles"),
        *("safe_logging", "settings", "spelling", "startup", "storage"),
    )
)
# The innermost places of a traceback, and how many causes are followed.
MAX_PLACES = 8
MAX_CAUSES = 4
# What SQLite says of a database itself; of a query it may repeat a part (`near "my": …`).
SQLITE = (
    "attempt to write a readonly database",
    "database disk image is malformed",
    "database is locked",
    "database or disk is full",
    "disk I/O error",
    "file is not a database",
    "no such table",
    "unable to open database file",
)
# Attributes that hold a status, where they are numbers.
STATUS = ("status", "status_code")


def describe(err: BaseException) -> str:
    """Return type, status and places of an exception and its causes, in one line.

    Of the project's own exceptions, which never repeat what was said, the message too.
    """
    return "; from ".join(
        " ".join([_name(each), *_places(each.__traceback__)]) for each in _causes(err)
    )


def describe_kind(err: BaseException) -> str:
    """Return the same without the places: for a message to who runs a command."""
    return "; from ".join(_name(each) for each in _causes(err))


def is_own(module: str) -> bool:
    """Return whether a module, or a logger named after one, belongs to this project."""
    return module.partition(".")[0] in PACKAGES


def name_place(filename: str, line: int) -> str:
    """Return `file:line`, the file relative to where Python found it."""
    return f"{_shorten(filename)}:{line}"


def _causes(err: BaseException) -> Iterator[BaseException]:
    """Yield an exception, what it was raised from, and so on."""
    seen: set[int] = set()
    cause: BaseException | None = err
    while cause is not None and id(cause) not in seen and len(seen) < MAX_CAUSES:
        yield cause
        seen.add(id(cause))
        context = None if cause.__suppress_context__ else cause.__context__
        # SQLAlchemy keeps the driver's error here as well, without always raising from it.
        original = getattr(cause, "orig", None)
        cause = cause.__cause__ or context
        if cause is None and isinstance(original, BaseException):
            cause = original


def _name(err: BaseException) -> str:
    return " ".join([type(err).__qualname__, *_details(err)])


def _details(err: BaseException) -> Iterator[str]:
    if _may_speak(err):
        yield f"({_one_line(str(err))})"
    if isinstance(err, OSError) and isinstance(err.errno, int):
        yield errno.errorcode.get(err.errno, f"errno {err.errno}")
    for name in STATUS:
        value = getattr(err, name, None)
        if isinstance(value, int):
            yield f"status {int(value)}"


def _may_speak(err: BaseException) -> bool:
    """Return whether the message of an exception holds nothing that a person said."""
    if isinstance(err, sqlite3.Error):
        return str(err).startswith(SQLITE)
    return is_own(type(err).__module__) or isinstance(err, ImportError)


def _places(trace: TracebackType | None) -> Iterator[str]:
    """Yield the innermost places of a traceback as one text, the outermost of them first."""
    places = []
    while trace is not None:
        places.append(name_place(trace.tb_frame.f_code.co_filename, trace.tb_lineno))
        trace = trace.tb_next
    if places:
        yield "at " + " > ".join(places[-MAX_PLACES:])


def _one_line(text: str) -> str:
    return " ".join(text.split())


@lru_cache(maxsize=1024)
def _shorten(filename: str) -> str:
    folders = [os.path.abspath(folder) + os.sep for folder in (*sys.path, os.curdir)]
    inside = [folder for folder in folders if filename.startswith(folder)]
    return filename[len(max(inside, key=len, default="")) :]
