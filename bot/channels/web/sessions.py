"""The sessions of the web channel: each message is answered once, one after the other."""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from contextlib import nullcontext, suppress
from dataclasses import dataclass, field
from typing import TypeVar

from bot.channels.http import RETRY_AFTER_S
from bot.channels.web.session_store import SessionStore
from bot.channels.web.workload import FindPriority, Priority, Workload
from bot.server.errors import BadToken, HttpError, RateLimited, Unavailable
from bot.server.rate_limits import RateLimit
from bot.turns.preemption import preempting
from contract.turn import Turn
from safe_logging import describe

logger = logging.getLogger(__name__)

MAX_SESSIONS, MAX_REPLIES, MAX_DELETED = 2000, 20, 50_000
# A stored reply that is younger, in seconds, counts for the rate of its session.
RATE_S = 60.0

T = TypeVar("T")
# Makes the reply to a message.
MakeReply = Callable[[], Awaitable[list[Turn]]]


@dataclass
class _Session:
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    replies: OrderedDict[str, asyncio.Future[list[Turn]]] = field(default_factory=OrderedDict)
    # Done when what is stored of the session has been read; None before.
    restored: asyncio.Future[None] | None = None

    @property
    def is_restored(self) -> bool:
        return self.restored is not None and self.restored.done()

    @property
    def is_idle(self) -> bool:
        are_done = all(reply.done() for reply in self.replies.values())
        return are_done and not self.lock.locked() and (self.restored is None or self.is_restored)


class Sessions:
    """Remembers the latest replies of the latest sessions, and which were deleted.

    For one server process. A message that was answered longer ago than `max_replies` messages is
    not remembered. What was before a restart, or left the memory, is as much as `store` has.
    """

    def __init__(
        self,
        *,
        limit: RateLimit | None = None,
        workload: Workload | None = None,
        store: SessionStore | None = None,
        max_sessions: int = MAX_SESSIONS,
        max_replies: int = MAX_REPLIES,
        max_deleted: int = MAX_DELETED,
    ) -> None:
        """Start empty.

        Args:
            limit: How often one session may ask; None for any number.
            workload: How many messages may be in work; None for the defaults.
            store: Outlives this process; None to know only what this process has seen.
            max_sessions: Most sessions whose replies are remembered.
            max_replies: Most replies remembered of one session.
            max_deleted: Most deleted sessions remembered.
        """
        self._limit = limit or RateLimit(0)
        self._workload = workload or Workload()
        self._store = store
        self._max_sessions = max_sessions
        self._max_replies = max_replies
        self._max_deleted = max_deleted
        self._sessions: OrderedDict[str, _Session] = OrderedDict()
        self._deleted: OrderedDict[str, None] = OrderedDict()

    def is_deleted(self, sender_id: str) -> bool:
        """Return whether a session was deleted."""
        return sender_id in self._deleted

    async def reply_once(
        self,
        sender_id: str,
        message_id: str,
        accept: Callable[[], MakeReply],
        *,
        find_priority: FindPriority = lambda: Priority.ORDINARY,
    ) -> list[Turn]:
        """Return the reply to a message, made now or before.

        The reply is made once whatever becomes of the request: a client that went away gets it
        when it asks again. A reply that failed is forgotten, and made anew the next time.

        Args:
            sender_id: The session.
            message_id: The client's id of the message.
            accept: Called at once for a message that is new. It returns what makes the reply,
                after those to all messages that came before.
            find_priority: Finds the priority of the message; called only where that matters.

        Raises:
            BadToken: The session was deleted.
            RateLimited: The session asks too often.
            Unavailable: It failed, takes too long, or too much is in work.
        """
        await self._restore(sender_id, find_priority)
        self._check_not_deleted(sender_id)
        session = self._open(sender_id)
        reply = session.replies.get(message_id)
        if reply is None:
            self._limit.take(sender_id)
            self._workload.check_room(find_priority)
            make_reply = accept()
            reply = self._workload.start(
                self._reply_in_order(session, sender_id, make_reply, find_priority)
            )
            session.replies[message_id] = reply
            reply.add_done_callback(lambda done: _drop_failed(session, message_id, done))
            self._trim(session)
        return await self._workload.wait(reply)

    async def delete(self, sender_id: str, forget: Callable[[], Awaitable[None]]) -> None:
        """End a session for good and forget its replies; again does no harm.

        Args:
            sender_id: The session.
            forget: Deletes what else is kept of it, after its last message.

        Raises:
            Unavailable: `forget` failed or takes too long; the session is dead all the same.
        """
        self._mark_deleted(sender_id)
        session = self._open(sender_id)

        async def forget_all() -> None:
            if self._store is not None:
                # First: what comes late is not stored.
                await self._store.mark_deleted(sender_id)
            await forget()

        async def end() -> None:
            async with session.lock:
                session.replies.clear()
                await _hide_errors(forget_all)
            self._sessions.pop(sender_id, None)

        await self._workload.wait(self._workload.start(end()))

    def _check_not_deleted(self, sender_id: str) -> None:
        if self.is_deleted(sender_id):
            raise BadToken("The session was deleted.")

    def _mark_deleted(self, sender_id: str) -> None:
        self._deleted[sender_id] = None
        while len(self._deleted) > self._max_deleted:
            self._deleted.popitem(last=False)

    async def _restore(self, sender_id: str, find_priority: FindPriority) -> None:
        """Go on after a restart: read what is stored of a session that is new to this process."""
        if self._store is None or self.is_deleted(sender_id):
            return
        session = self._sessions.get(sender_id)
        # An emergency waits for no database.
        if (session and session.is_restored) or find_priority() is Priority.EMERGENCY:
            return
        session = self._open(sender_id)
        if session.restored is None:
            session.restored = asyncio.ensure_future(
                self._read_stored(self._store, sender_id, session)
            )
        await asyncio.shield(session.restored)

    async def _read_stored(self, store: SessionStore, sender_id: str, session: _Session) -> None:
        stored = await store.read(sender_id)
        if stored is None:
            session.restored = None  # asked again with the next message
            return
        if stored.is_deleted:
            self._mark_deleted(sender_id)
        for message_id, turns in stored.replies:
            reply = asyncio.get_running_loop().create_future()
            reply.set_result(turns)
            session.replies.setdefault(message_id, reply)
        for age_s in stored.ages_s:
            if age_s < RATE_S:
                with suppress(RateLimited):
                    self._limit.take(sender_id)

    async def _reply_in_order(
        self,
        session: _Session,
        sender_id: str,
        make_reply: MakeReply,
        find_priority: FindPriority,
    ) -> list[Turn]:
        is_urgent = session.lock.locked() and find_priority() is Priority.EMERGENCY
        with preempting(sender_id) if is_urgent else nullcontext():
            await session.lock.acquire()
        try:
            self._check_not_deleted(sender_id)
            return await _hide_errors(make_reply)
        finally:
            session.lock.release()

    def _open(self, sender_id: str) -> _Session:
        session = self._sessions.setdefault(sender_id, _Session())
        self._sessions.move_to_end(sender_id)
        if len(self._sessions) > self._max_sessions:
            self._evict(but=sender_id)
        return session

    def _evict(self, *, but: str) -> None:
        """Forget the least recently used session that has no message in work."""
        for key, session in self._sessions.items():
            if key != but and session.is_idle:
                del self._sessions[key]
                return

    def _trim(self, session: _Session) -> None:
        done = [key for key, reply in session.replies.items() if reply.done()]
        for key in done[: max(0, len(session.replies) - self._max_replies)]:
            del session.replies[key]


def _drop_failed(session: _Session, message_id: str, reply: asyncio.Future[list[Turn]]) -> None:
    if reply.cancelled() or reply.exception() is not None:
        session.replies.pop(message_id, None)


async def _hide_errors(act: Callable[[], Awaitable[T]]) -> T:
    """Await `act`; what goes wrong in it becomes an error that can be sent."""
    try:
        return await act()
    except HttpError:
        raise
    except Exception as err:  # the edge: whatever Rasa raises, the client gets a status
        # Not the message of the error: it may repeat the user's words.
        logger.error("A turn of the web channel failed: %s", describe(err))
        raise Unavailable("The assistant failed.", retry_after_s=RETRY_AFTER_S) from None
