"""Write outcomes beside the conversation, never in its way."""

import atexit
import logging
import os
import queue
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import replace

from sqlalchemy.exc import DataError, IntegrityError

from outcomes.rows import Feedback, OutcomeRow
from outcomes.settings import Settings
from outcomes.store import MAX_TEXT, Store
from safe_logging import describe
from settings import SettingInvalid

logger = logging.getLogger(__name__)

# What a database says of one row: the others may do.
REFUSALS = (ValueError, OverflowError, DataError, IntegrityError)

EMERGENCY = "emergency"
PRUNE_EVERY_S = 24 * 60 * 60.0
# Most turns that wait for a slow store, and most that are written at once.
MAX_WAITING, MAX_BATCH = 1000, 100
# How soon what the store did not take is tried again, in seconds: at first, and in the end.
RETRY_S, MAX_RETRY_S = 0.5, 30.0
PRUNE_AGAIN_S = 60 * 60.0
# The reply that a turn belongs to goes first, in seconds.
DELAY_S = 0.05
# Longest that the end of the program waits for the last turns, in seconds.
CLOSE_TIMEOUT_S = 3.0


def drop_text(_text: str) -> str:
    """Keep nothing of what people wrote: for a process that has nothing to redact it with."""
    return ""


class Recorder:
    """Takes turns at once and writes them in a thread of its own.

    `record` never waits and never fails. What the store does not take is tried again, less and less
    often; what finds no room to wait, or waits still when the program ends, is dropped and counted.
    The first failure in a row is logged, without a word of what was to be written.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        redact: Callable[[str], str] = drop_text,
        open_store: Callable[[Settings], Store] = Store.open,
        max_waiting: int = MAX_WAITING,
    ) -> None:
        """Start nothing yet: the first turn, or `start`, starts the thread.

        Args:
            settings: Where and how long outcomes are kept.
            redact: Takes personal data out of a text; called in the thread.
            open_store: Makes the store; called in the thread.
            max_waiting: Most turns that wait for the store; those over it are dropped.
        """
        self._settings = settings
        self._redact = redact
        self._open_store = open_store
        # An event marks a place in the queue: it is set when all before it is done.
        self._queue: queue.Queue[OutcomeRow | Feedback | threading.Event] = queue.Queue(max_waiting)
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()
        self._store: Store | None = None
        self._is_failing = False
        self._has_unredacted = False
        self._is_closed = False
        self._ending = threading.Event()
        # The mark behind which nothing comes any more.
        self._last = threading.Event()
        self.n_dropped = 0

    @classmethod
    def from_env(
        cls,
        environ: Mapping[str, str] = os.environ,
        *,
        redact: Callable[[str], str] = drop_text,
    ) -> "Recorder":
        """Return the recorder of the environment; with a bad setting, say so and keep nothing."""
        try:
            settings = Settings.from_env(environ)
        except SettingInvalid as err:
            logger.error("Outcomes are not recorded: %s", err)
            settings = Settings(url="")
        return cls(settings, redact=redact)

    @property
    def is_on(self) -> bool:
        """Whether outcomes are recorded at all."""
        return self._settings.is_on

    def start(self) -> None:
        """Start the thread, which first deletes what is too old; does nothing when it runs."""
        with self._lock:
            if self._thread is not None or self._is_closed or not self.is_on:
                return
            self._thread = threading.Thread(target=self._run, name="outcomes", daemon=True)
            self._thread.start()
            atexit.register(self.close)

    def record(self, item: OutcomeRow | Feedback) -> None:
        """Have a turn or feedback written soon; never waits, never fails."""
        if not self.is_on or self._is_closed:
            return
        self.start()
        try:
            self._queue.put_nowait(item)
        except queue.Full:
            self._drop(1, "the store is too slow")

    def flush(self, timeout_s: float = CLOSE_TIMEOUT_S) -> bool:
        """Wait until all that was recorded before is written or dropped; return whether it is."""
        return self._wait_for(threading.Event(), timeout_s)

    def close(self, timeout_s: float = CLOSE_TIMEOUT_S) -> None:
        """Write what waits, then end; twice does no harm."""
        with self._lock:
            is_first, self._is_closed = not self._is_closed, True
        if is_first and self._thread is not None:
            self._ending.set()
            if self._wait_for(self._last, timeout_s):
                self._thread.join(timeout_s)
            atexit.unregister(self.close)
        if is_first and self.n_dropped:
            logger.warning("outcomes dropped=%d", self.n_dropped)

    def _wait_for(self, done: threading.Event, timeout_s: float) -> bool:
        if self._thread is None:
            return True
        start = time.monotonic()
        try:
            self._queue.put(done, timeout=timeout_s)
        except queue.Full:
            return False
        return done.wait(max(0.0, timeout_s - (time.monotonic() - start)))

    def _run(self) -> None:
        next_prune = time.monotonic()
        is_ended = False
        while not is_ended:
            if time.monotonic() >= next_prune:
                is_pruned = self._try(lambda store: store.prune(keep_days=self._settings.keep_days))
                next_prune = time.monotonic() + (PRUNE_EVERY_S if is_pruned else PRUNE_AGAIN_S)
            batch, marks = self._take(max(0.0, next_prune - time.monotonic()))
            self._write([self._clean(item) for item in batch])
            for mark in marks:
                mark.set()
            is_ended = self._last in marks
        self._close_store()

    def _take(self, timeout_s: float) -> tuple[list[OutcomeRow | Feedback], list[threading.Event]]:
        """Return what waits, after at most `timeout_s` seconds; up to the first mark."""
        batch: list[OutcomeRow | Feedback] = []
        try:
            item = self._queue.get(timeout=timeout_s)
            while not isinstance(item, threading.Event):
                if not batch:
                    time.sleep(DELAY_S)
                batch.append(item)
                if len(batch) == MAX_BATCH:
                    return batch, []
                item = self._queue.get_nowait()
        except queue.Empty:
            return batch, []
        return batch, [item]

    def _write(self, items: list[OutcomeRow | Feedback]) -> None:
        """Write items, as soon as the store takes them; drop them when the program ends first."""
        delay_s = RETRY_S
        while items and not self._try(lambda store: self._write_to(store, items)):
            # What comes meanwhile waits in the queue.
            if self._ending.wait(delay_s):
                self._try(lambda store: self._write_to(store, items))
                self._drop(len(items), "the program ended")
                return
            delay_s = min(2 * delay_s, MAX_RETRY_S)

    def _write_to(self, store: Store, items: list[OutcomeRow | Feedback]) -> None:
        """Write items and take them off the list; those that no store ever takes are dropped."""
        try:
            store.write(items)
        except REFUSALS as err:
            if len(items) > 1:
                while items:
                    self._write_to(store, items[:1])
                    del items[0]
                return
            self._drop(1, describe(err))
        items.clear()

    def _clean(self, item: OutcomeRow | Feedback) -> OutcomeRow | Feedback:
        if isinstance(item, OutcomeRow):
            # Of an emergency no word is kept, whoever hands one over.
            question = "" if item.kind == EMERGENCY else self._redacted(item.question)
            return replace(item, question=question)
        return replace(item, reason=self._redacted(item.reason))

    def _redacted(self, text: str) -> str:
        if not text:
            return ""
        try:
            # Twice what is kept: nothing that the cut makes unrecognisable gets into the table.
            return self._redact(text[: 2 * MAX_TEXT])
        except Exception as err:  # the edge: what cannot be redacted is not kept
            if not self._has_unredacted:
                self._has_unredacted = True
                logger.warning("Outcomes are kept without texts: %s.", type(err).__name__)
            return ""

    def _try(self, act: Callable[[Store], object]) -> bool:
        """Return whether an act on the store worked."""
        try:
            if self._store is None:
                self._store = self._open_store(self._settings)
            act(self._store)
        except Exception as err:  # the edge: whatever a database does, the thread goes on
            self._log_failure(describe(err))
            self._close_store()
            return False
        if self._is_failing:
            logger.info("outcomes are recorded again, dropped=%d", self.n_dropped)
        self._is_failing = False
        return True

    def _close_store(self) -> None:
        """Close the store; the next turn opens it again, and makes what is missing."""
        store, self._store = self._store, None
        if store is not None:
            store.close()

    def _drop(self, n_items: int, reason: str) -> None:
        if n_items:
            with self._lock:
                self.n_dropped += n_items
            self._log_failure(reason)

    def _log_failure(self, reason: str) -> None:
        with self._lock:
            is_first, self._is_failing = not self._is_failing, True
        if is_first:
            logger.warning("Outcomes are not recorded: %s. Conversations go on.", reason)
