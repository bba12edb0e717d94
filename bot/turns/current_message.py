"""The message being handled, for code that Rasa hands only the conversation."""

from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from functools import cached_property
from typing import Any

from rasa.core.channels.channel import UserMessage

from bot.red_flags import urgency


class _CurrentMessage:
    """A message, and what its words say before it is understood."""

    def __init__(self, message: UserMessage) -> None:
        self.message = message

    @cached_property
    def is_urgent(self) -> bool:
        return urgency.is_urgent(self.message.text or "")


_current: "ContextVar[_CurrentMessage | None]" = ContextVar("message", default=None)


def in_turn(
    handle: Callable[[UserMessage], Awaitable[Any]],
) -> Callable[[UserMessage], Awaitable[Any]]:
    """Return a handler of messages within which `get_current_message` returns its message."""

    async def handle_in_turn(message: UserMessage) -> Any:
        before = _current.set(_CurrentMessage(message))
        try:
            return await handle(message)
        finally:
            _current.reset(before)

    return handle_in_turn


def get_current_message() -> UserMessage | None:
    """Return the message that is being handled; None outside of a turn."""
    current = _current.get()
    return current.message if current is not None else None


def is_urgent() -> bool:
    """Return whether the current message may be an emergency: it waits for no database.

    By the rules of red flags alone, before the message is understood (0.2 ms).
    """
    current = _current.get()
    return current is not None and current.is_urgent
