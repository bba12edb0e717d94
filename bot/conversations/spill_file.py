"""A file for what a database does not take just now."""

import contextlib
import fcntl
import json
import logging
import os
import secrets
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

logger = logging.getLogger(__name__)

# Room that the file takes up from the beginning, in bytes, for a disk that is full by the time it
# is needed: some 1,000 turns.
RESERVE_BYTES = 16 * 1024 * 1024
_SUFFIX = ".unwritten"


# macOS has only the one.
_sync = getattr(os, "fdatasync", os.fsync)


class SpillFile:
    """Records of one process, one JSON line each, on the disk before `add` returns.

    A record that is not needed any more is overwritten with blanks. The file belongs to one
    process, which holds a lock on it as long as it lives; what a process left that has ended goes
    to the next one that opens the folder.
    """

    def __init__(self, folder: Path, *, reserve_bytes: int | None = None) -> None:
        """Make a file in a folder, for this user alone.

        Args:
            folder: Made where there is none.
            reserve_bytes: Room taken up from the beginning; by default `RESERVE_BYTES`.

        Raises:
            OSError: It cannot be made.
        """
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._path = folder / f"{os.getpid()}-{secrets.token_hex(4)}{_SUFFIX}"
        # It gets its name when it is locked: nobody may take it over before.
        draft = self._path.with_suffix(".new")
        flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
        self._file = os.open(draft, flags, 0o600)
        fcntl.flock(self._file, fcntl.LOCK_EX)
        draft.rename(self._path)
        self._lock = threading.Lock()
        self._places: dict[str, tuple[int, int]] = {}
        self._end = 0
        try:
            if hasattr(os, "posix_fallocate"):  # not on macOS
                os.posix_fallocate(self._file, 0, reserve_bytes or RESERVE_BYTES)
            _sync_folder(folder)
        except OSError as err:  # it works without, while the disk has room
            logger.warning("No room could be reserved at %s (%s).", folder, err.strerror)

    def add(self, key: str, record: dict[str, Any]) -> bool:
        """Write a record; say whether it is new: one of the same key is not written again.

        Raises:
            OSError: The disk does not take it; nothing was written.
        """
        line = json.dumps({"key": key, **record}).encode("ascii") + b"\n"
        with self._lock:
            if key in self._places:
                return False
            try:
                _write(self._file, line, self._end)
                _sync(self._file)
            except OSError:
                # Half a line is passed over when it is read; its words need not stay.
                with contextlib.suppress(OSError):
                    _write(self._file, b" " * len(line), self._end)
                raise
            self._places[key] = self._end, len(line)
            self._end += len(line)
        return True

    def read(self, key: str) -> dict[str, Any]:
        """Return a record.

        Raises:
            KeyError: It was removed.
            OSError: The disk does not give it.
        """
        with self._lock:
            place, length = self._places[key]
            record: dict[str, Any] = json.loads(os.pread(self._file, length, place))
        del record["key"]
        return record

    def remove(self, *keys: str) -> None:
        """Overwrite records; those that are not there are removed already.

        Raises:
            OSError: The disk does not take it.
        """
        with self._lock:
            for key in keys:
                if key in self._places:
                    place, length = self._places[key]
                    _write(self._file, b" " * (length - 1) + b"\n", place)
                    del self._places[key]
            _sync(self._file)
            if not self._places:
                self._end = 0

    def take_over(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield the records of processes that have ended, with their keys.

        Raises:
            OSError: A file cannot be read, or the disk does not take its records.
        """
        for path in sorted(self._path.parent.glob(f"*{_SUFFIX}")):
            if path != self._path:
                yield from self._take(path)

    def close(self) -> None:
        """Let go of the file; one without records is removed."""
        with self._lock:
            if not self._places:
                self._path.unlink(missing_ok=True)
            os.close(self._file)

    def _take(self, path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
        try:
            with path.open("rb") as file:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                for key, record in _read(file):
                    if self.add(key, record):
                        yield key, record
                path.unlink()
        except (BlockingIOError, FileNotFoundError):
            return  # of a process that lives, or taken by another one


def _write(file: int, data: bytes, place: int) -> None:
    written = 0
    while written < len(data):
        written += os.pwrite(file, data[written:], place + written)


def _read(file: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    n_broken = 0
    for line in file:
        line = line.strip(b" \n\0")
        if not line:
            continue
        try:
            record = json.loads(line)
            key = record.pop("key")
        except (ValueError, TypeError, KeyError):
            n_broken += 1
        else:
            yield key, record
    if n_broken:
        # The one that was just written when the process ended: nobody got its answer.
        logger.warning("%d unwritten turns could not be read.", n_broken)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
