"""The text of a log record without what a person may have said.

The project's own messages stand as they are. Of a library's message only what its source code
spells out is kept: the string constants of the functions that call the logger, and numbers. What
was filled in, by `%s`, in an f-string or as a keyword of structlog, becomes an ellipsis. So no list
of libraries or of messages has to be kept, and a new one cannot leak.
"""

import logging
import numbers
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from types import CodeType, FrameType
from typing import Any

from safe_logging.exceptions import describe, is_own

HIDDEN = "…"
# Shorter constants ("', ", "text") may be a person's words by chance.
MIN_PIECE = 8
# The function that logs, and those that call it: some pass their texts on to a helper.
MAX_FRAMES = 3
# Stands between who logs and the logger.
MACHINERY = frozenset(("logging", "structlog", "warnings"))
# Said by C code, which has no constants to look into.
KNOWN = frozenset(
    (
        "Task exception was never retrieved",
        "Future exception was never retrieved",
        "Task was destroyed but it is pending!",
        "Unclosed client session",
        "Unclosed connector",
        "Unclosed connection",
        "Executing %s took %.3f seconds",
    )
)
# Where a template is filled in: "%s", "%(name)s", "{name}".
_GAP = re.compile(r"%(?:\(\w+\))?[-#0 +]*[\d.*]*[a-zA-Z]|\{[^{}]*\}")


class _Hidden:
    """Stands for a value in a message."""

    def __str__(self) -> str:
        return HIDDEN

    __repr__ = __str__


def rewrite(record: logging.LogRecord) -> None:
    """Let a record hold nothing but what may be written; its exception becomes part of the text."""
    if getattr(record, "is_safe", False):  # it has been here
        return
    frame = _calling_frame(record)
    # By name, or where code of ours logs in the name of a library.
    is_ours = is_own(record.name) or (frame is not None and is_own(_module(frame)))
    text = _own_text(record) if is_ours else _library_text(record, frame)
    err = _exception(record, is_ours=is_ours)
    if err is not None:
        text = f"{text} [{describe(err)}]"
    record.msg = _printable(text)
    record.args = None
    record.exc_info = record.exc_text = record.stack_info = None
    record.is_safe = True


def keep_literals(text: str, frames: Iterable[FrameType]) -> str:
    """Return those parts of a text that stand as constants in the code of libraries' frames.

    Args:
        text: What a library wants to have written.
        frames: Where it was put together, innermost first.
    """
    pieces = set(KNOWN)
    for frame in frames:
        pieces |= _literals(frame.f_code)
    if text in pieces:
        return text
    return _join(text, sorted(_spans(text, pieces)))


def library_frames(frame: FrameType | None) -> list[FrameType]:
    """Return a frame and those that called it, as far as they are a library's; 3 at most.

    An own function may know the words that people use (those of the spelling, of conditions): as
    constants they would let parts of a message pass.
    """
    found: list[FrameType] = []
    while frame is not None and len(found) < MAX_FRAMES:
        if is_own(_module(frame)):
            break
        if _module(frame).partition(".")[0] not in MACHINERY:
            found.append(frame)
        frame = frame.f_back
    return found


def _printable(text: str) -> str:
    """Return a text as one line that a terminal shows as it is.

    A line break would begin a line that nobody logged. A lone surrogate cannot be written in UTF-8:
    logging would print a traceback instead.
    """
    text = text.encode("utf-8", "backslashreplace").decode()
    return "".join(letter if letter.isprintable() else " " for letter in text).strip()


def _own_text(record: logging.LogRecord) -> str:
    if not record.args:
        return _show_own(record.msg)
    try:
        return _fill(str(record.msg), record.args, _name_exception)
    except (TypeError, ValueError, KeyError):
        return str(record.msg)


def _library_text(record: logging.LogRecord, frame: FrameType | None) -> str:
    if isinstance(record.msg, BaseException):
        return describe(record.msg)
    template = str(record.msg)
    kept = keep_literals(template, library_frames(frame))
    if kept != template or not record.args:
        return kept
    try:
        return _fill(template, record.args, _hide)
    except (TypeError, ValueError, KeyError):
        return template


def _exception(record: logging.LogRecord, *, is_ours: bool) -> BaseException | None:
    """Return the exception that belongs to a record.

    A library that logs a fault while it handles an exception puts its message into the text, where
    it is not kept; or into the fields of structlog.
    """
    if record.exc_info:
        return record.exc_info[1]
    if record.levelno >= logging.WARNING and not is_ours:
        return sys.exc_info()[1]
    return None


def _calling_frame(record: logging.LogRecord) -> FrameType | None:
    """Return the frame in which the logger was called; None if C code called it."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        if frame.f_code.co_filename == record.pathname and frame.f_lineno == record.lineno:
            return frame
        frame = frame.f_back
    return None


def _fill(template: str, args: Any, show: Callable[[object], object]) -> str:
    """Return a template filled in as `logging` does, each value as `show` has it.

    Raises:
        TypeError, ValueError, KeyError: The values do not fit.
    """
    if isinstance(args, Mapping):
        return template % {key: show(value) for key, value in args.items()}
    return template % tuple(show(value) for value in args)


def _module(frame: FrameType) -> str:
    return str(frame.f_globals.get("__name__", ""))


def _show_own(value: object) -> str:
    return str(_name_exception(value))


def _name_exception(value: object) -> object:
    is_foreign = isinstance(value, BaseException) and not is_own(type(value).__module__)
    return describe(value) if is_foreign else value  # type: ignore[arg-type]


def _hide(value: object) -> object:
    if isinstance(value, BaseException):
        return describe(value)
    if value is None or isinstance(value, numbers.Real):
        return value
    return value.__qualname__ if isinstance(value, type) else _Hidden()


@lru_cache(maxsize=2048)
def _literals(code: CodeType) -> frozenset[str]:
    """Return the constants of a function, whole and in pieces between what is filled in."""
    found = set()
    for text in _strings(code.co_consts):
        found |= {text, *_GAP.split(text)}
    return frozenset(text for text in found if len(text.strip()) >= MIN_PIECE)


def _strings(constants: Iterable[Any]) -> Iterator[str]:
    for each in constants:
        if isinstance(each, str):
            yield each
        elif isinstance(each, tuple | frozenset):
            yield from _strings(each)


def _spans(text: str, pieces: Iterable[str]) -> list[tuple[int, int]]:
    """Return where pieces stand in a text, longer ones first, without overlaps."""
    taken: list[tuple[int, int]] = []
    for piece in sorted(pieces, key=len, reverse=True):
        start = text.find(piece)
        end = start + len(piece)
        if start >= 0 and all(end <= other[0] or start >= other[1] for other in taken):
            taken.append((start, end))
    return taken


def _join(text: str, spans: list[tuple[int, int]]) -> str:
    """Return the spans of a text, with an ellipsis for each gap."""
    parts, at = [], 0
    for start, end in spans:
        if start > at:
            parts.append(HIDDEN)
        parts.append(text[start:end])
        at = end
    if at < len(text):
        parts.append(HIDDEN)
    return "".join(parts)
