"""Delivery of a reply: each part is marked once it is sent, and retried for a while if it fails."""

import asyncio
import logging
import time
from dataclasses import dataclass, field

from bot.channels.messaging.api_client import SendFailed
from bot.channels.messaging.inbox import Inbox
from bot.channels.messaging.incoming import IncomingMessage
from bot.channels.messaging.json_fields import Json
from bot.channels.messaging.platform import Platform
from contract.turn import Turn

logger = logging.getLogger(__name__)

# Seconds before a reply is tried again that an API did not take (api_client.py has tried four times
# by then); each further wait is four times as long. After so long it is given up.
FIRST_WAIT_S, WAIT_FACTOR = 5.0, 4
RETRY_FOR_S = 15 * 60.0


@dataclass
class Job:
    """A message that is being answered.

    Attributes:
        platform: Where it was written.
        incoming: The message.
        sender_id: Its conversation in the tracker.
        row: Its number in the inbox; None if that could not be written.
        messages: The reply as it is sent; None until there is one.
        n_sent: How many of them were sent.
        pieces: Rows of the messages that are answered with this one.
    """

    platform: Platform
    incoming: IncomingMessage = field(repr=False)
    sender_id: str
    row: int | None = None
    messages: list[Json] | None = field(default=None, repr=False)
    n_sent: int = 0
    pieces: list[int] = field(default_factory=list)

    @property
    def key(self) -> str:
        """Return what tells the message from all others, on every platform."""
        return f"{self.platform.name} {self.incoming.id}"


class TakenOver(Exception):
    """Another server has taken the message over."""


class Delivery:
    """Sends replies to platforms."""

    def __init__(self, inbox: Inbox, *, retry_for_s: float = RETRY_FOR_S) -> None:
        """Take the parts.

        Args:
            inbox: Where it is marked what was sent.
            retry_for_s: Longest that a reply is tried again.
        """
        self._inbox = inbox
        self._retry_for_s = retry_for_s

    async def send(self, job: Job, turns: list[Turn]) -> None:
        """Send what was not sent yet, in order.

        Args:
            job: The message; what is sent of its reply is noted in it.
            turns: The reply, where the job has no messages yet.

        Raises:
            SendFailed: If a part could not be sent; those after it were not tried.
            TakenOver: If another server sends the rest.
        """
        wait_s = FIRST_WAIT_S
        give_up_at = time.monotonic() + self._retry_for_s
        while True:
            try:
                await self._send(job, turns)
                return
            except SendFailed as err:
                if not err.error.is_transient or time.monotonic() + wait_s > give_up_at:
                    raise
                if wait_s == FIRST_WAIT_S:
                    logger.warning(
                        "%s: an answer could not be sent yet: %s.", job.platform.name, err
                    )
                    # A reply of one part is kept only where it has to wait: sent or not is all
                    # there is to know of it.
                    await self._keep_reply(job)
            await asyncio.sleep(wait_s)
            wait_s *= WAIT_FACTOR

    async def _keep_reply(self, job: Job) -> None:
        if job.row is not None and job.messages:
            await self._inbox.keep_reply(job.row, job.messages, pieces=job.pieces)

    async def _send(self, job: Job, turns: list[Turn]) -> None:
        if job.messages is None:
            messages = []
            for turn in turns:
                messages += await job.platform.render_turn(job.incoming, turn)
            job.messages = messages
            if len(messages) > 1:
                await self._keep_reply(job)
        while job.n_sent < len(job.messages):
            await job.platform.send_message(job.incoming, job.messages[job.n_sent])
            job.n_sent += 1
            # The last one is marked by the message being handled.
            is_last = job.n_sent == len(job.messages)
            if job.row is not None and not is_last:
                # Also when the server stops: what was sent is not to be sent again.
                is_ours = await asyncio.shield(self._inbox.mark_sent(job.row, job.n_sent))
                if not is_ours:
                    raise TakenOver
