"""Accept each message of a platform once, and have it answered after its webhook was answered."""

import asyncio
import logging
import time
from collections.abc import Sequence
from contextlib import ExitStack

from bot.channels.messaging.answering import Answerer, Question
from bot.channels.messaging.canned_replies import CannedReply
from bot.channels.messaging.dedup import SeenIds
from bot.channels.messaging.delivery import Job
from bot.channels.messaging.inbox import Inbox, InboxUnavailable
from bot.channels.messaging.inbox_table import Unhandled
from bot.channels.messaging.incoming import IncomingMessage, from_json
from bot.channels.messaging.interpretation import is_urgent, make_sender_id
from bot.channels.messaging.platform import Platform
from bot.channels.messaging.queues import MAX_IN_ALL, ConversationQueues, Overloaded, QueueFull
from bot.channels.settings import ChannelSettings
from bot.server.errors import RateLimited
from bot.server.rate_limits import RateLimit
from bot.turns.preemption import preempting
from safe_logging import describe

logger = logging.getLogger(__name__)

# Longest that a webhook waits for its messages to be written, and an emergency before it is
# answered without, in seconds. Slack waits three.
ACCEPT_TIMEOUT_S, URGENT_AFTER_S = 2.0, 0.3
# What was asked so long ago is not answered any more: the person is told so.
LATE_S = 3600.0
# Longest that the end of the server waits for the answers in work, in seconds.
CLOSE_TIMEOUT_S = 5.0


class Dispatcher:
    """Accepts the messages of all platforms."""

    def __init__(
        self,
        answerer: Answerer,
        settings: ChannelSettings,
        platforms: Sequence[Platform],
        inbox: Inbox,
        *,
        secret: str,
        max_in_all: int = MAX_IN_ALL,
    ) -> None:
        """Take the parts.

        Args:
            answerer: Answers what was accepted.
            settings: How long a text may be, and how many a minute.
            platforms: Those that are on.
            inbox: Where messages stand until they are handled.
            secret: Makes the ids of conversations.
            max_in_all: Most messages of one platform that wait or are being answered.
        """
        self._answerer = answerer
        self._max_chars = settings.max_chars
        self._limit = RateLimit(settings.session_rate)
        # The line that asks to slow down, once a minute.
        self._slow_downs = RateLimit(1)
        self._platforms = {platform.name: platform for platform in platforms}
        self._inbox = inbox
        self._secret = secret
        # Each platform has places of its own: an API that is down fills no other's.
        self._queues = {name: ConversationQueues(max_in_all=max_in_all) for name in self._platforms}
        self._n_coming = dict.fromkeys(self._platforms, 0)
        # Emergencies that were answered without a place in the inbox.
        self._unwritten = SeenIds()
        self._is_restored = False
        self._restoring = asyncio.Lock()
        self._accepting: set[asyncio.Task[None]] = set()

    async def accept(self, platform: Platform, messages: Sequence[IncomingMessage]) -> None:
        """Have messages answered soon; those accepted before, or that come too often, never.

        Returns once they stand in the inbox. An emergency is answered even where they cannot.

        Raises:
            Overloaded: If there is too much to do, the server is stopping, or the inbox cannot be
                written. The messages can come again.
        """
        admitted = self._admit(platform, messages)
        if not admitted:
            return
        task = asyncio.ensure_future(self._write(platform, admitted))
        # It goes on if it takes too long: then its messages come again, and are known.
        self._accepting.add(task)
        task.add_done_callback(self._log_failure)
        await asyncio.wait({task}, timeout=URGENT_AFTER_S)
        if not _is_done(task):
            n_urgent = self._schedule_urgent(admitted)
            if n_urgent == len(admitted):
                return
            await asyncio.wait({task}, timeout=ACCEPT_TIMEOUT_S - URGENT_AFTER_S)
        if not _is_done(task):
            raise Overloaded

    async def restore(self) -> None:
        """Take up, once, what was not handled when the server ended.

        Raises:
            InboxUnavailable: If it cannot be read; the next call tries again.
        """
        if self._is_restored:
            return
        async with self._restoring:
            if not self._is_restored:
                self._resume(await self._inbox.claim(self._platforms, at_start=True))
                self._is_restored = True

    def start(self, owner: str) -> None:
        """Say by which name this server's messages are to be known after a restart."""
        self._inbox.start(owner)

    async def maintain(self) -> None:
        """Do what has to be done every few seconds while the assistant can answer."""
        try:
            await self.restore()
            await self._inbox.maintain()
            self._resume(await self._inbox.claim(self._platforms, at_start=False))
        except InboxUnavailable:
            return  # it says so itself; the next time it may be there

    async def close(self, *, timeout_s: float = CLOSE_TIMEOUT_S) -> None:
        """Accept no more messages, and wait for the answers in work; the inbox keeps the rest."""
        lefts = await asyncio.gather(
            *(queues.close(timeout_s=timeout_s) for queues in self._queues.values())
        )
        if any(lefts):
            logger.warning("Stopped before %d messages were answered.", sum(lefts))
        if self._accepting:
            await asyncio.wait(self._accepting, timeout=ACCEPT_TIMEOUT_S)
        await self._inbox.close()

    def _admit(self, platform: Platform, messages: Sequence[IncomingMessage]) -> list[Job]:
        """Return the messages that there is room for.

        Raises:
            Overloaded: If there is no room at all.
        """
        admitted = []
        for incoming in messages:
            job = Job(platform, incoming, make_sender_id(self._secret, platform.name, incoming))
            try:
                self._check_room(job)
            except QueueFull:
                logger.warning("%s: a message was dropped: too many wait.", platform.name)
            else:
                admitted.append(job)
        return admitted

    def _check_room(self, job: Job) -> None:
        queues, n_coming = self._queues[job.platform.name], self._n_coming[job.platform.name]
        try:
            queues.check(job.sender_id, n_coming=n_coming)
        except Overloaded:
            if not self._is_urgent(job):
                raise
            queues.check(job.sender_id, n_coming=n_coming, is_urgent=True)

    def _is_urgent(self, job: Job) -> bool:
        return is_urgent(job.incoming, max_chars=self._max_chars)

    async def _write(self, platform: Platform, admitted: Sequence[Job]) -> None:
        """Write messages into the inbox, then have those that are new answered.

        Raises:
            InboxUnavailable: If they cannot be written.
            Overloaded: If the server is stopping. They are taken up at the next start.
        """
        self._n_coming[platform.name] += len(admitted)
        try:
            # What was asked before goes first.
            await self.restore()
            rows = await self._inbox.add(platform.name, [job.incoming for job in admitted])
        finally:
            self._n_coming[platform.name] -= len(admitted)
        for row, job in zip(rows, admitted, strict=True):
            if row is None:
                continue
            if self._unwritten.has(job.key):
                await self._inbox.finish([row])
                continue
            job.row = row
            self._schedule(job)

    def _log_failure(self, task: asyncio.Task[None]) -> None:
        self._accepting.discard(task)
        if task.cancelled():
            return
        err = task.exception()
        # The inbox itself says that it cannot be used, once.
        if err is not None and not isinstance(err, (Overloaded, InboxUnavailable)):
            logger.error("Messages were not taken: %s", describe(err))

    def _schedule_urgent(self, admitted: Sequence[Job]) -> int:
        """Have emergencies answered that are not in the inbox; return how many there are."""
        urgent = [job for job in admitted if self._is_urgent(job)]
        for job in urgent:
            if self._unwritten.add(job.key):
                self._schedule(job)
        return len(urgent)

    def _resume(self, found: Sequence[Unhandled]) -> None:
        """Have messages answered that were accepted before, by this server or another."""
        told = set()
        for each in found:
            platform = self._platforms[each.platform]
            try:
                incoming = from_json(each.body)
            except (ValueError, KeyError, TypeError) as err:
                logger.error("%s: a kept message is unreadable: %s", platform.name, describe(err))
                continue  # for a later version; a day later it is erased
            sender_id = make_sender_id(self._secret, platform.name, incoming)
            job = Job(platform, incoming, sender_id, each.row, each.messages, each.n_sent)
            is_late = time.time() - each.accepted_at > LATE_S and each.messages is None
            if not is_late or self._is_urgent(job):
                self._enqueue(job, None if job.messages else self._read_question(job))
            else:
                # However many there are: one line for a conversation.
                self._enqueue(job, CannedReply.NONE if sender_id in told else CannedReply.LATE)
                told.add(sender_id)
        if found:
            logger.info("Taken up from the inbox: messages=%d.", len(found))

    def _schedule(self, job: Job) -> None:
        """Have a message answered, or the person told not to write so fast."""
        person = f"{job.platform.name} {job.incoming.sender}"
        question: Question
        try:
            self._limit.take(person)
            question = self._read_question(job)
        except RateLimited:
            try:
                self._slow_downs.take(person)
                question = CannedReply.SLOW_DOWN
            except RateLimited:
                question = CannedReply.NONE
        self._enqueue(job, question)

    def _read_question(self, job: Job) -> Question:
        return self._answerer.read_question(job.incoming, job.sender_id)

    def _enqueue(self, job: Job, question: Question) -> None:
        queues, waits = self._queues[job.platform.name], ExitStack()
        if queues.is_busy(job.sender_id) and self._is_urgent(job):
            waits.enter_context(preempting(job.sender_id))

        async def work() -> None:
            waits.close()
            await self._answerer.answer(job, question)

        queues.put(job.sender_id, work, order=job.incoming.order)


def _is_done(task: asyncio.Task[None]) -> bool:
    return task.done() and not task.cancelled() and task.exception() is None
