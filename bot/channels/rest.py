"""Rasa's REST channel, on which a message that comes in pieces is read as one."""

import asyncio

from rasa.core.channels.channel import UserMessage
from rasa.core.channels.rest import RestInput as RasaRestInput
from sanic import Blueprint

from bot.channels.conversation import Handle
from bot.fragments import Fragments


class RestInput(RasaRestInput):
    """The same addresses and replies; a piece that is read with a later one gets an empty list."""

    def blueprint(self, on_new_message: Handle) -> Blueprint:
        """Return the routes; Rasa puts them under /webhooks/rest."""
        return super().blueprint(join(on_new_message, Fragments()))


def join(handle: Handle, fragments: Fragments) -> Handle:
    """Return a handler of messages that is given whole ones.

    Args:
        handle: Rasa's.
        fragments: The pieces that wait.
    """

    async def take(message: UserMessage) -> None:
        taken = fragments.take(message.sender_id, message.text or "")
        # What this message released goes first.
        await asyncio.sleep(0)
        whole = await taken
        if whole is not None:
            # Rasa lets a client send metadata of any form.
            metadata = message.metadata if isinstance(message.metadata, dict) else None
            message.text, message.metadata = whole.text, whole.describe(metadata)
            await handle(message)

    return take
