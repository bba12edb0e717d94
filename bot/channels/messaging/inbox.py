"""The inbox: messages that were accepted and are not handled yet, in a database.

The table has a thread of its own, and nothing waits for it long: a webhook whose messages cannot be
written in time is refused (503), so that the platform sends it again.
"""

import hashlib
import hmac
import logging
import os
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, TypeVar

from sqlalchemy.exc import SQLAlchemyError

from bot.channels.messaging.inbox_table import Accepted, InboxTable, Unhandled
from bot.channels.messaging.incoming import IncomingMessage, to_json
from bot.channels.messaging.json_fields import Json
from bot.conversations.database_calls import DatabaseAway, DatabaseCalls
from safe_logging import describe
from settings import table
from storage.database import read_url

logger = logging.getLogger(__name__)

FILE = "inbox.db"
# How long a message belongs to a server that is not heard of, and how often one is, in seconds.
LEASE_S, MAINTAIN_EVERY_S = 30.0, 5.0
# How long ids are known: longer than any platform tries to deliver a message.
KEEP_IDS_S = 7 * 24 * 3600.0
# Platforms take no answer to what was asked longer ago (WhatsApp, Messenger).
GIVE_UP_S = 24 * 3600.0
PRUNE_EVERY_S = 3600.0
# Longest that sending waits for a part to be marked as sent.
WRITE_TIMEOUT_S = 2.0
# A webhook waits no longer either (dispatcher.py). What is written late is answered all the same.
ADD_TIMEOUT_S = 60.0
ERRORS = (DatabaseAway, SQLAlchemyError, ImportError, OSError)

Result = TypeVar("Result")


class InboxUnavailable(Exception):
    """The table cannot be written. The text says why, and repeats nothing of a message."""


def read_inbox_url(environ: Mapping[str, str] = os.environ) -> str:
    """Return the address of the inbox: its own, that of conversations, or a file.

    Raises:
        SettingInvalid: If it is not a database URL.
    """
    url = read_url(table.INBOX_URL, environ) or read_url(table.CONVERSATIONS_URL, environ)
    return url or f"sqlite:///{table.STATE.read(environ) / FILE}"


class Inbox:
    """Keeps accepted messages until they are handled, and their ids for a week."""

    def __init__(self, url: str, *, secret: str, lease_s: float = LEASE_S) -> None:
        """Take the address of the database; it is opened by the first call.

        Args:
            url: As an SQLAlchemy address.
            secret: Makes ids of messages unreadable, which can hold somebody's number.
            lease_s: How long a message belongs to a server that is not heard of.
        """
        self._secret = secret.encode("utf-8")
        self._table = InboxTable(url, lease_s=lease_s)
        # One thread: what was accepted first is written first.
        self._calls = DatabaseCalls("inbox", n_threads=1)
        # Rows whose messages were handled while the table could not be written.
        self._handled: set[int] = set()
        self._has_erased = False
        self._is_failing = False
        self._next_prune = 0.0

    def start(self, owner: str) -> None:
        """Take the name of this server: the same after it was started again."""
        self._table.owner = owner

    async def add(self, platform: str, messages: Sequence[IncomingMessage]) -> list[int | None]:
        """Write messages, all or none; whoever does not want to wait long has to see to it.

        Args:
            platform: Where they come from.
            messages: At least one.

        Returns:
            The row of each in order; None for a message that was accepted before.

        Raises:
            InboxUnavailable: If they cannot be written.
        """
        accepted = [
            Accepted(self._hash(platform, message), to_json(message)) for message in messages
        ]
        return await self._do(self._table.add, platform, accepted, timeout_s=ADD_TIMEOUT_S)

    async def claim(self, platforms: Collection[str], *, at_start: bool) -> list[Unhandled]:
        """Return what nobody handles, oldest first; it is this server's from now on.

        Args:
            platforms: Those that can be answered.
            at_start: Take also what this server had not handled when it ended.

        Raises:
            InboxUnavailable: If the table cannot be used.
        """
        return await self._do(lambda: self._table.claim(platforms, at_start=at_start))

    async def keep_reply(
        self, row: int, messages: Sequence[Json], *, pieces: Sequence[int] = ()
    ) -> None:
        """Write what is sent for a message, ahead of sending it.

        Args:
            row: The message.
            messages: The reply as the platform is sent it.
            pieces: Rows of messages that are answered by the same reply: they are handled.
        """
        await self._try(lambda: self._table.keep_reply(row, messages, pieces))

    async def mark_sent(self, row: int, n_sent: int) -> bool:
        """Write how much of a reply was sent; say whether the rest is to be sent."""
        return await self._try(self._table.mark_sent, row, n_sent) is not False

    async def finish(self, numbers: Sequence[int]) -> None:
        """Erase all but the ids of messages that were handled, now or as soon as it can be."""
        self._handled.update(numbers)
        await self._try(self._finish, sorted(self._handled))

    async def maintain(self) -> None:
        """Do what has to be done every few seconds."""
        await self._try(self._maintain)

    async def close(self) -> None:
        """Let go of what is not handled: it is taken up at the next start, or by another server."""
        await self._try(self._close)

    def _hash(self, platform: str, message: IncomingMessage) -> str:
        text = f"message\0{platform}\0{message.id}".encode("utf-8", "surrogatepass")
        return hmac.new(self._secret, text, hashlib.sha256).hexdigest()

    def _finish(self, numbers: Sequence[int]) -> None:
        if numbers:
            self._table.finish(numbers)
            self._has_erased = True
            self._handled.difference_update(numbers)

    def _maintain(self) -> None:
        self._finish(sorted(self._handled))
        self._table.renew()
        now = time.time()
        if now >= self._next_prune:
            n_late = self._table.prune(unhandled_before=now - GIVE_UP_S, before=now - KEEP_IDS_S)
            if n_late:
                logger.error("Messages were never answered, and are a day old: %d.", n_late)
            self._next_prune = now + PRUNE_EVERY_S
        self._scrub()

    def _close(self) -> None:
        self._finish(sorted(self._handled))
        self._table.release()
        self._scrub()

    def _scrub(self) -> None:
        if self._has_erased:
            self._table.scrub()
            self._has_erased = False

    async def _try(self, act: Callable[..., Result], *args: object) -> Result | None:
        """Do what a reply does not depend on: where it cannot be done, the reply goes out."""
        try:
            return await self._do(act, *args)
        except InboxUnavailable:
            return None  # said once

    async def _do(
        self, act: Callable[..., Result], *args: Any, timeout_s: float = WRITE_TIMEOUT_S
    ) -> Result:
        """Call the table in its thread.

        Raises:
            InboxUnavailable: If it cannot be used.
        """
        try:
            result: Result = await self._calls.run(act, *args, timeout_s=timeout_s)
        except ERRORS as err:
            reason = describe(err)
            self._say_failing(reason)
            raise InboxUnavailable(reason) from None
        if self._is_failing:
            logger.info("The inbox of platforms can be used again.")
            self._is_failing = False
        return result

    def _say_failing(self, reason: str) -> None:
        # Once: every message would say it again.
        if not self._is_failing:
            logger.error(
                "The inbox of platforms cannot be used: %s. Until it can, webhooks are refused, "
                "and only emergencies are answered (%s, docs/setup.md).",
                reason,
                table.INBOX_URL.key,
            )
        self._is_failing = True
