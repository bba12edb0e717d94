"""Write turns to the log of events, and keep what it does not take until it does."""

import asyncio
import logging
import secrets
import time
from collections.abc import Coroutine
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from bot.conversations.database_calls import REFUSALS, DatabaseAway, DatabaseCalls
from bot.conversations.event_log import Appended, Batch, EventLog
from bot.conversations.spill_file import SpillFile
from safe_logging import describe
from settings import table

logger = logging.getLogger(__name__)

T = TypeVar("T")

# How often what waits is tried again, in seconds: at first, and after many failures.
RETRY_S, MAX_RETRY_S = 1.0, 10.0
# Of more turns than so many that wait, the file alone has the words.
MAX_IN_MEMORY = 2000
# An outage is named at most so often, in seconds: it may come and go.
SAY_EVERY_S = 60.0
# Longest that the end of the server waits for the database, in seconds.
CLOSE_TIMEOUT_S = 3.0


@dataclass(eq=False)
class _Waiting:
    """A batch that the log has not.

    Attributes:
        sender_id: Its conversation.
        batch: It; None while it is in the file alone.
        key: Of its record in the file.
        is_tried: Whether it was given to the file.
        is_safe: Whether the file has it.
    """

    sender_id: str
    batch: Batch | None
    key: str = field(default_factory=lambda: secrets.token_hex(8))
    is_tried: bool = False
    is_safe: bool = False


class TurnWriter:
    """Writes each turn to the database, or to a file on the disk, before its reply is sent.

    What the file has goes to the database as soon as that can be used again, and after a restart.
    A turn that neither takes stays in memory, is counted and tried again: nobody goes without an
    answer because a disk is full.
    """

    def __init__(
        self, log: EventLog, calls: DatabaseCalls, folder: Path, *, retry_s: float = RETRY_S
    ) -> None:
        """Take the parts; nothing is opened yet.

        Args:
            log: The events.
            calls: Runs the calls of the log.
            folder: Of the file.
            retry_s: How soon what waits is tried again, in seconds.
        """
        self._log = log
        self._calls = calls
        self._folder = folder
        self._retry_s = retry_s
        self._disk = DatabaseCalls("spill", n_threads=1)
        self._spill: SpillFile | None = None
        self._waiting: dict[str, list[_Waiting]] = {}
        self._tasks: set[asyncio.Task[Any]] = set()
        self._flusher: asyncio.Task[None] | None = None
        self._is_away = False
        self._said_at: dict[str, float] = {}
        self.n_refused = 0

    @property
    def is_away(self) -> bool:
        """Whether the database did not take the last turn, or does not answer."""
        return self._is_away or self._calls.is_failing

    @property
    def n_waiting(self) -> int:
        """How many turns wait for the database."""
        return sum(map(len, self._waiting.values()))

    @property
    def n_unsafe(self) -> int:
        """How many of them are in memory alone."""
        return sum(not one.is_safe for some in self._waiting.values() for one in some)

    def start(self) -> None:
        """Open the file, and take over what servers left that have ended; twice does no harm.

        Where no file can be made, turns that the database does not take are in memory alone.
        """
        try:
            if self._spill is None:
                self._open()
        except OSError as err:
            self._say("file", "No file for unwritten turns at %s: %s.", self._folder, describe(err))

    async def write(self, batch: Batch) -> Appended | None:
        """Keep a turn for good.

        Returns:
            What became of it in the database; None if that did not take it yet.
        """
        self.start()
        # Whoever waits for the turn may go away; it is kept all the same.
        return await asyncio.shield(self._run(self._write_added(self._add(batch))))

    def write_later(self, batch: Batch) -> None:
        """Keep a turn for good, a moment after its reply: nothing stands before an emergency."""
        self.start()
        self._run(self._write_added(self._add(batch)))

    def has_waiting(self, sender_id: str) -> bool:
        """Say whether there is something of a conversation that the database has not yet."""
        return sender_id in self._waiting

    async def read_waiting(self, sender_id: str) -> list[Batch]:
        """Return what the database has not yet of a conversation.

        Raises:
            Exception: Whatever the disk raises.
        """
        return [await self._load(one) for one in list(self._waiting.get(sender_id, ()))]

    async def flush(self, sender_id: str) -> Appended | None:
        """Write what waits of a conversation; None if nothing does, or it can never be written.

        Raises:
            Exception: Whatever the database raises; all of it waits still.
        """
        some = list(self._waiting.get(sender_id, ()))
        if not some:
            return None
        try:
            return await self._append(some)
        except REFUSALS as err:
            if len(some) == 1:
                await self._refuse(some, err)
                return None
        # One of them may be refused, and the others not.
        result = None
        for one in some:
            try:
                result = await self._append([one])
            except REFUSALS as err:
                await self._refuse([one], err)
        return result

    async def flush_all(self) -> None:
        """Write what waits of all conversations.

        Raises:
            Exception: Whatever the database raises; what is left waits still.
        """
        for sender_id in list(self._waiting):
            await self.flush(sender_id)

    async def forget(self, sender_id: str) -> None:
        """Drop what waits of a conversation.

        Raises:
            Exception: Whatever the disk raises; the words may still be there.
        """
        await self._erase(self._waiting.pop(sender_id, []))

    def say_away(self, err: Exception) -> None:
        """Name an outage, but not for every message."""
        self._is_away = True
        self._say(
            "away",
            "Conversations are not stored: %s. They are kept in %s until they are (%s, "
            "docs/setup.md).",
            str(err) if isinstance(err, DatabaseAway) else describe(err),
            self._folder,
            table.CONVERSATIONS_URL.key,
        )

    async def close(self, timeout_s: float = CLOSE_TIMEOUT_S) -> None:
        """Write what waits; what the database does not take is written at the next start."""
        if self._flusher is not None:
            self._flusher.cancel()
        try:
            await asyncio.wait_for(self.flush_all(), timeout_s)
        except Exception as err:  # the edge: the server ends, whatever a database raises
            if self._waiting:
                self.say_away(err)
        await self._keep_unsafe()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=timeout_s)
        if self.n_unsafe:
            logger.error("%d turns were lost: no database and no disk took them.", self.n_unsafe)
        if self._spill is not None:
            self._spill.close()
            self._spill = None

    def _open(self) -> None:
        self._spill = SpillFile(self._folder)
        n_found = 0
        for key, record in self._spill.take_over():
            one = _Waiting(record["sender_id"], Batch(**record), key, is_tried=True, is_safe=True)
            self._waiting.setdefault(one.sender_id, []).append(one)
            n_found += 1
            self._shed(one, n_found)
        if n_found:
            logger.warning("Found %d turns that the database did not take before.", n_found)
            self._flush_later()

    def _add(self, batch: Batch) -> _Waiting:
        one = _Waiting(batch.sender_id, batch)
        self._waiting.setdefault(batch.sender_id, []).append(one)
        return one

    async def _write_added(self, one: _Waiting) -> Appended | None:
        try:
            return await self.flush(one.sender_id)
        except Exception as err:  # the edge: whatever a database raises, the turn is kept
            self.say_away(err)
        await self._keep(one)
        self._flush_later()
        return None

    async def _keep(self, one: _Waiting) -> None:
        """Write a turn to the file; where that fails it stays in memory, and is tried again."""
        if self._spill is None or one.batch is None:
            return
        one.is_tried = True
        try:
            await self._disk.run(self._spill.add, one.key, asdict(one.batch))
            one.is_safe = True
        except Exception as err:  # the edge: a disk may be full, hang or have gone
            reason = describe(err) if not isinstance(err, DatabaseAway) else "the disk hangs"
            self._say("disk", "Turns are in memory alone: %s (%s).", reason, self._folder)
            return
        if one not in self._waiting.get(one.sender_id, ()):
            await self._erase([one])  # written or deleted meanwhile
        self._shed(one, self.n_waiting)

    def _shed(self, one: _Waiting, n_waiting: int) -> None:
        """Leave a turn to the file alone, when too many are in memory."""
        if n_waiting > MAX_IN_MEMORY:
            one.batch = None

    async def _load(self, one: _Waiting) -> Batch:
        if one.batch is not None:
            return one.batch
        if self._spill is None:
            raise DatabaseAway("the file of unwritten turns is closed")
        return Batch(**await self._disk.run(self._spill.read, one.key))

    async def _append(self, some: list[_Waiting]) -> Appended | None:
        result: Appended
        batches = [await self._load(one) for one in some]
        result = await self._calls.run(self._log.append, batches)
        await self._settle(some)
        self._say_back()
        return result

    async def _settle(self, written: list[_Waiting]) -> None:
        sender_id = written[0].sender_id
        left = [one for one in self._waiting.get(sender_id, ()) if one not in written]
        if left:
            self._waiting[sender_id] = left
        else:
            self._waiting.pop(sender_id, None)
        try:
            # Whoever waits may go away; the words must not stay.
            await asyncio.shield(self._run(self._erase(written)))
        except Exception as err:  # the edge: it is written, and not written twice
            self._say("erase", "Written turns stay in the file: %s.", describe(err))

    async def _erase(self, some: list[_Waiting]) -> None:
        # Also those of which it is not known: a disk that was slow may have them.
        keys = [one.key for one in some if one.is_tried]
        if keys and self._spill is not None:
            await self._disk.run(self._spill.remove, *keys)

    def _flush_later(self) -> None:
        if self._flusher is None or self._flusher.done():
            self._flusher = self._run(self._keep_flushing())

    async def _keep_flushing(self) -> None:
        delay_s = self._retry_s
        while self._waiting:
            await asyncio.sleep(delay_s)
            try:
                await self.flush_all()
                delay_s = self._retry_s
            except Exception as err:  # the edge: whatever a database raises, it is tried again
                self.say_away(err)
                delay_s = min(2 * delay_s, MAX_RETRY_S)
                await self._keep_unsafe()

    async def _keep_unsafe(self) -> None:
        for one in [one for some in self._waiting.values() for one in some if not one.is_safe]:
            await self._keep(one)

    async def _refuse(self, some: list[_Waiting], err: Exception) -> None:
        """Count turns that the database refuses for good, such as a sender id with a NUL."""
        self.n_refused += len(some)
        await self._settle(some)
        self._say("refused", "The database refuses turns: %s. They are not stored.", describe(err))

    def _run(self, work: Coroutine[Any, Any, T]) -> "asyncio.Task[T]":
        # The event loop itself holds a task only weakly.
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def _say_back(self) -> None:
        if self._is_away:
            logger.warning("Conversations are stored again; %d turns wait.", self.n_waiting)
        self._is_away = False

    def _say(self, what: str, line: str, *values: Any) -> None:
        now = time.monotonic()
        if now - self._said_at.get(what, float("-inf")) >= SAY_EVERY_S:
            self._said_at[what] = now
            logger.error(line, *values)
