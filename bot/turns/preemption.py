"""Preemption: an emergency waits for no action of the turns before it in its conversation.

The turns of a conversation go one after the other, also that of an emergency which comes behind
questions whose actions hang: 8 seconds for each. While an emergency waits, the actions before it
have half a second in all. A question that is cut short so gets the apology of an action server
that is away, in its order; that it was the emergency's turn counts for nobody else.
"""

import asyncio
from collections.abc import Awaitable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from bot.turns.current_message import get_current_message

# Longest that an emergency waits for the actions of all turns before it, in seconds. Most actions
# take some hundredths.
GRACE_S = 0.5


class Preempted(Exception):
    """An action was cut short since an emergency waits behind it."""


@dataclass
class _Waiting:
    """The emergencies of a conversation that wait.

    Attributes:
        until: When the actions before them are given up, by the event loop's clock.
        n: How many there are.
    """

    until: float
    n: int = 0


@dataclass(eq=False)
class _Action:
    """An action in work.

    Attributes:
        is_cut: It was given up.
    """

    task: "asyncio.Future[object]"
    is_cut: bool = False

    def cut_at(self, when: float) -> None:
        """Give it up at a time of the event loop's clock, if it is still in work."""
        self.task.get_loop().call_at(when, self._cut)

    def _cut(self) -> None:
        if not self.task.done():
            self.is_cut = self.task.cancel()


_waiting: dict[str, _Waiting] = {}
_actions: dict[str, set[_Action]] = {}


@contextmanager
def preempting(sender_id: str) -> Iterator[None]:
    """Give the turns before an emergency little time, as long as it waits for them.

    Args:
        sender_id: Its conversation.
    """
    until = asyncio.get_running_loop().time() + GRACE_S
    waiting = _waiting.setdefault(sender_id, _Waiting(until))
    waiting.n += 1
    for action in _actions.get(sender_id, ()):
        action.cut_at(waiting.until)
    try:
        yield
    finally:
        waiting.n -= 1
        if not waiting.n:
            del _waiting[sender_id]


async def run_preemptible(call: Awaitable[object]) -> object:
    """Return what an action of the turn in work returns.

    Args:
        call: Runs the action.

    Raises:
        Preempted: If an emergency waits behind it.
    """
    message = get_current_message()
    if message is None:
        return await call
    action = _Action(asyncio.ensure_future(call))
    if message.sender_id in _waiting:
        action.cut_at(_waiting[message.sender_id].until)
    actions = _actions.setdefault(message.sender_id, set())
    actions.add(action)
    try:
        return await action.task
    except asyncio.CancelledError:
        if action.is_cut:
            raise Preempted from None
        raise
    finally:
        actions.remove(action)
        if not actions:
            _actions.pop(message.sender_id, None)
