"""Put the rules of this package between everything that logs and everything that is written."""

import logging
import sys
import threading
import warnings
from collections.abc import Callable
from types import TracebackType
from typing import Any, TextIO

from safe_logging import messages
from safe_logging.exceptions import describe, name_place
from safe_logging.repeats import Repeats

logger = logging.getLogger("safe_logging")


def install(repeats: Repeats | None = None) -> Callable[[], None]:
    """Rewrite every log record of this process, and what Python itself would print of exceptions.

    All loggers are covered, those of libraries too, at every level, whatever handlers and formats
    are set up before or later. Faults (WARNING and above) that repeat are counted.

    Args:
        repeats: Counts them; a new one unless given.

    Returns:
        A function that takes it all back.
    """
    before = (logging.Logger.handle, sys.excepthook, threading.excepthook, sys.unraisablehook)
    show_warning, counter = warnings.showwarning, repeats or Repeats()

    def handle(self: logging.Logger, record: logging.LogRecord) -> None:
        messages.rewrite(record)
        if _is_due(record, counter):
            before[0](self, record)

    def uninstall() -> None:
        logging.Logger.handle = before[0]  # type: ignore[method-assign]
        sys.excepthook, threading.excepthook, sys.unraisablehook = before[1:]
        warnings.showwarning = show_warning

    logging.Logger.handle = handle  # type: ignore[method-assign]
    sys.excepthook = _log_end
    threading.excepthook = _log_thread
    sys.unraisablehook = _log_unraisable
    warnings.showwarning = _log_warning
    return uninstall


def _is_due(record: logging.LogRecord, repeats: Repeats) -> bool:
    """Return whether a rewritten record is written now, and add how many it stands for."""
    if record.levelno < logging.WARNING:
        return True
    n_times = repeats.count(f"{record.name} {record.levelno} {record.lineno} {record.msg}")
    if n_times is not None and n_times > 1:
        record.msg = f"{record.msg} ({n_times} times since the last such line)"
    return n_times is not None


def _log_end(kind: type[BaseException], err: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, err, trace)
    else:
        logger.critical("The process ends: %s", describe(err))


def _log_thread(args: threading.ExceptHookArgs) -> None:
    if args.exc_value is not None and not isinstance(args.exc_value, SystemExit):
        logger.error("A thread ended: %s", describe(args.exc_value))


def _log_unraisable(args: Any) -> None:
    if args.exc_value is not None:
        logger.error("An exception was ignored: %s", describe(args.exc_value))


def _log_warning(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    frames = messages.library_frames(sys._getframe(1))
    text = messages.keep_literals(str(message), frames)
    logger.warning("%s at %s: %s", category.__qualname__, name_place(filename, lineno), text)
