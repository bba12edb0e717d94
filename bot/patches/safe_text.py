"""Sanitize every message before anything reads it, and understand long ones in a thread.

Web, platforms, REST, Rasa's shell and Rasa's own channels all end in
`MessageProcessor.parse_message`: what understands the message, the tracker and the action server
get its text from there. Nothing of Rasa's is replaced, and no other place sees them all.

Rasa understands a message in its event loop, where nobody else is answered meanwhile: 4 ms for a
question, 100 ms for the longest message. Most of these are the encoder's, which lets other threads
work.
"""

import asyncio
import contextvars
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from typing import Any

from rasa.core.channels.channel import UserMessage
from rasa.core.processor import MessageProcessor
from rasa.shared.core.trackers import DialogueStateTracker

from bot.patches.replaces import replaces
from bot.turns.current_message import is_urgent
from bot.turns.message_text import sanitize_text

# Longest text, in characters, that is understood in the event loop: handing a message to a thread
# and back takes a tenth of a millisecond more.
LONG = 300


@replaces(
    MessageProcessor,
    "parse_message",
    sha256="b98d8e49b9f2c433040af62752212dc374600d50cd21deec82386642b64d30dc",
)
async def parse_message(
    self: MessageProcessor,
    message: UserMessage,
    tracker: DialogueStateTracker | None = None,
    only_output_properties: bool = True,
) -> dict[str, Any]:
    """Return what is understood of a message, whose text is sanitized first."""
    if message.text:
        message.text = sanitize_text(message.text)
    parsing = parse_message.original(self, message, tracker, only_output_properties)
    parsed: dict[str, Any]
    if len(message.text or "") <= LONG or self.http_interpreter:
        parsed = await parsing
    else:
        run = contextvars.copy_context().run
        loop = asyncio.get_running_loop()
        parsed = await loop.run_in_executor(_thread(is_urgent()), run, _finish, parsing)
    return parsed


@lru_cache(maxsize=2)
def _thread(is_urgent: bool) -> ThreadPoolExecutor:
    """Return the thread of long messages: one, so that many of them slow nobody else down more.

    Emergencies have another: a hundred long messages take ten seconds.
    """
    return ThreadPoolExecutor(1, thread_name_prefix="long messages")


def _finish(parsing: Coroutine[Any, Any, dict[str, Any]]) -> dict[str, Any]:
    """Return what a coroutine that waits for nothing returns."""
    try:
        parsing.send(None)
    except StopIteration as done:
        parsed: dict[str, Any] = done.value
        return parsed
    parsing.close()
    raise RuntimeError("Rasa waits for something when it understands a message.")
