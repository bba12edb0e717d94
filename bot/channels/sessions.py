"""Each message of a session once, one after the other."""

import asyncio
import logging
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any, Awaitable, Callable, List, Set

from bot.channels.errors import BadToken, Unavailable, WebError
from bot.channels.turns import Turn

logger = logging.getLogger(__name__)

MAX_SESSIONS, MAX_REPLIES, MAX_DELETED = 2000, 20, 50_000
# Most messages in work at once; a turn takes some hundredths of a second.
MAX_IN_WORK = 200
# Longest that a request waits for its reply, in seconds; the turn goes on.
REPLY_TIMEOUT_S = 30.0
RETRY_AFTER_S = 2.0
DELETED = "The session was deleted."


@dataclass
class _Session:
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    replies: "OrderedDict[str, asyncio.Task[List[Turn]]]" = field(default_factory=OrderedDict)

    @property
    def is_idle(self) -> bool:
        return not self.lock.locked() and all(task.done() for task in self.replies.values())


class Sessions:
    """Remembers the latest replies of the latest sessions, and which were deleted, in memory.

    For one server process. A message that was answered longer ago than `max_replies` messages is
    not remembered; after a restart none is.
    """

    def __init__(
        self,
        *,
        max_sessions: int = MAX_SESSIONS,
        max_replies: int = MAX_REPLIES,
        max_deleted: int = MAX_DELETED,
        max_in_work: int = MAX_IN_WORK,
        timeout_s: float = REPLY_TIMEOUT_S,
    ) -> None:
        """Start empty.

        Args:
            max_sessions: Most sessions whose replies are remembered.
            max_replies: Most replies remembered of one session.
            max_deleted: Most deleted sessions remembered.
            max_in_work: Most messages in work at once.
            timeout_s: Longest that a request waits for its reply, in seconds.
        """
        self._max_sessions = max_sessions
        self._max_replies = max_replies
        self._max_deleted = max_deleted
        self._max_in_work = max_in_work
        self._timeout_s = timeout_s
        self._sessions: OrderedDict[str, _Session] = OrderedDict()
        self._deleted: OrderedDict[str, None] = OrderedDict()
        self._in_work: Set[asyncio.Task[Any]] = set()

    def knows(self, sender_id: str, message_id: str) -> bool:
        """Say whether a message was taken before, answered or still in work."""
        session = self._sessions.get(sender_id)
        return session is not None and message_id in session.replies

    def check(self, sender_id: str) -> None:
        """Refuse a session that was deleted.

        Raises:
            BadToken: It was.
        """
        if sender_id in self._deleted:
            raise BadToken(DELETED)

    def check_room(self) -> None:
        """Refuse a message while there is too much to do.

        Raises:
            Unavailable: There is.
        """
        if len(self._in_work) >= self._max_in_work:
            raise Unavailable("Too many people ask at once.", retry_after_s=RETRY_AFTER_S)

    async def reply_once(
        self, sender_id: str, message_id: str, reply: Callable[[], Awaitable[List[Turn]]]
    ) -> List[Turn]:
        """Return the reply to a message, made now or before.

        The reply is made once whatever becomes of the request: a client that went away gets it
        when it asks again. A reply that failed is forgotten, and made anew the next time.

        Args:
            sender_id: The session.
            message_id: The client's id of the message.
            reply: Makes the reply, after those to all messages that came before.

        Raises:
            BadToken: The session was deleted.
            Unavailable: It failed, takes too long, or too much is in work.
        """
        self.check(sender_id)
        session = self._open(sender_id)
        task = session.replies.get(message_id)
        if task is None:
            self.check_room()
            task = self._start(self._reply(session, sender_id, reply))
            session.replies[message_id] = task
            task.add_done_callback(lambda done: _settle(session, message_id, done))
            self._trim(session)
        return await self._wait(task)

    async def delete(self, sender_id: str, forget: Callable[[], Awaitable[None]]) -> None:
        """End a session for good and forget its replies; again does no harm.

        Args:
            sender_id: The session.
            forget: Deletes what else is kept of it, after its last message.

        Raises:
            Unavailable: `forget` failed or takes too long; the session is dead all the same.
        """
        self._deleted[sender_id] = None
        while len(self._deleted) > self._max_deleted:
            self._deleted.popitem(last=False)
        session = self._open(sender_id)

        async def end() -> None:
            async with session.lock:
                session.replies.clear()
                await _guard(forget)
            self._sessions.pop(sender_id, None)

        await self._wait(self._start(end()))

    async def _reply(
        self, session: _Session, sender_id: str, reply: Callable[[], Awaitable[List[Turn]]]
    ) -> List[Turn]:
        async with session.lock:
            self.check(sender_id)
            return await _guard(reply)

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
        done = [key for key, task in session.replies.items() if task.done()]
        for key in done[: max(0, len(session.replies) - self._max_replies)]:
            del session.replies[key]

    def _start(self, work: Awaitable[Any]) -> asyncio.Task[Any]:
        # The event loop itself holds a task only weakly.
        task = asyncio.ensure_future(work)
        self._in_work.add(task)
        task.add_done_callback(self._finish)
        return task

    def _finish(self, task: asyncio.Task[Any]) -> None:
        self._in_work.discard(task)
        if not task.cancelled():
            task.exception()  # nobody may be waiting any more: it counts as seen

    async def _wait(self, task: asyncio.Task[Any]) -> Any:
        done, _ = await asyncio.wait({task}, timeout=self._timeout_s)
        if not done:
            raise Unavailable("The reply takes long; ask again.", retry_after_s=RETRY_AFTER_S)
        if task.cancelled():
            raise Unavailable("The server is stopping.", retry_after_s=RETRY_AFTER_S)
        return task.result()


def _settle(session: _Session, message_id: str, task: asyncio.Task[Any]) -> None:
    if task.cancelled() or task.exception() is not None:
        session.replies.pop(message_id, None)


async def _guard(act: Callable[[], Awaitable[Any]]) -> Any:
    """Await `act`; what goes wrong in it becomes an error that can be sent."""
    try:
        return await act()
    except WebError:
        raise
    except Exception as err:  # the edge: whatever Rasa raises, the client gets a status
        # Not the message of the error: it may repeat the user's words.
        logger.error("A turn of the web channel failed: %s", describe(err))
        raise Unavailable("The assistant failed.", retry_after_s=RETRY_AFTER_S) from None


def describe(err: BaseException) -> str:
    """Return the kind of an error and where it was raised: its message may repeat what was said."""
    place = err.__traceback__
    while place is not None and place.tb_next is not None:
        place = place.tb_next
    where = f"{place.tb_frame.f_code.co_filename}:{place.tb_lineno}" if place else "nowhere"
    return f"{type(err).__name__} at {where}"
