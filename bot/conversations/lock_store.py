"""Let the messages of a conversation wait for each other, and wake the next one at once."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass

from rasa.core.lock import TicketLock
from rasa.core.lock_store import LOCK_LIFETIME, LockStore

from bot.turns.current_message import is_urgent
from bot.turns.preemption import preempting


@dataclass(eq=False)
class _Ticket:
    """A place in the queue of a conversation.

    Attributes:
        turn: Done as soon as it is this one's turn.
        lifetime_s: Longest that the others wait from then on.
        timer: Ends the wait of the others.
    """

    turn: "asyncio.Future[None]"
    lifetime_s: float
    timer: asyncio.TimerHandle | None = None


class WakingLockStore(LockStore):
    """Serves each conversation one message at a time, first come first served.

    Rasa's own stores look once a second whether it is a message's turn, also the one in memory.
    Here whoever is done wakes the next. For one server process, and one event loop.

    A turn that takes longer than the lifetime of its lock (`TICKET_LOCK_LIFETIME`, 60 seconds)
    blocks the conversation no more: the next one begins, as in Rasa. The lifetime counts from the
    beginning of a turn, not from its place in the queue. Nothing is kept of a conversation in
    which nobody holds the lock or waits for it.
    """

    def __init__(self, endpoint_config: object | None = None) -> None:
        """Start without locks.

        Args:
            endpoint_config: Passed by Rasa; not used.
        """
        self._queues: dict[str, deque[_Ticket]] = {}
        super().__init__()

    @asynccontextmanager
    async def lock(
        self,
        conversation_id: str,
        lock_lifetime: float = LOCK_LIFETIME,
        wait_time_in_seconds: float = 1,
    ) -> AsyncGenerator[TicketLock, None]:
        """Wait for those who came before, and hold the lock.

        Args:
            conversation_id: The conversation.
            lock_lifetime: Longest that others wait for this turn, in seconds.
            wait_time_in_seconds: How often Rasa's own stores look; not used.
        """
        ticket = _Ticket(asyncio.get_running_loop().create_future(), lock_lifetime)
        queue = self._queues.setdefault(conversation_id, deque())
        queue.append(ticket)
        self._serve(conversation_id)
        try:
            preempts = not ticket.turn.done() and is_urgent()
            with preempting(conversation_id) if preempts else nullcontext():
                await ticket.turn
            yield self.create_lock(conversation_id)
        finally:
            self._leave(conversation_id, ticket)

    def is_someone_waiting(self, conversation_id: str) -> bool:
        """Say whether the lock of a conversation is held."""
        return conversation_id in self._queues

    def _serve(self, conversation_id: str) -> None:
        """Give the first of a queue its turn, unless it has it."""
        first = self._queues[conversation_id][0]
        # One that was cancelled leaves by itself.
        if not first.turn.done():
            first.turn.set_result(None)
            loop = first.turn.get_loop()
            first.timer = loop.call_later(first.lifetime_s, self._leave, conversation_id, first)

    def _leave(self, conversation_id: str, ticket: _Ticket) -> None:
        """Take a ticket out of its queue, if it is there still, and serve the next."""
        if ticket.timer is not None:
            ticket.timer.cancel()
        queue = self._queues.get(conversation_id)
        if queue is None or ticket not in queue:
            return
        queue.remove(ticket)
        if queue:
            self._serve(conversation_id)
        else:
            del self._queues[conversation_id]
