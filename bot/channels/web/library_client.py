"""What the action server tells of the library, kept for as long as its index is the same."""

import json
import logging
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Any, cast
from urllib.parse import quote

from bot import action_server
from bot.channels.http import RETRY_AFTER_S
from bot.channels.web.library_reply import Reply
from bot.circuit_breaker import CircuitBreaker
from bot.server.errors import Unavailable
from contract.library import LIBRARY, SearchResults

logger = logging.getLogger(__name__)

# Seconds for which nothing is asked again: many readers then cost no more than one.
FRESH_S = 5.0
MAX_KEPT = 500
SEARCH = f"{LIBRARY}-search"


class LibraryClient:
    """Asks the action server; while that is away, what it said last still counts."""

    def __init__(self, *, now: Callable[[], float] = time.monotonic) -> None:
        """Start with nothing.

        Args:
            now: The time in seconds.
        """
        self._now = now
        self._breaker = CircuitBreaker(now=now)
        self._kept: OrderedDict[str, tuple[Reply, float]] = OrderedDict()

    def is_fresh(self, path: str) -> bool:
        """Say whether nothing is asked for an address."""
        kept = self._kept.get(path)
        return kept is not None and self._now() < kept[1] + FRESH_S

    def find_known(self, path: str) -> Reply | None:
        """Return what was last said of an address; None if nothing was."""
        kept = self._kept.get(path)
        return kept[0] if kept else None

    async def get(self, path: str) -> Reply:
        """Return what is at an address of the action server.

        Raises:
            Unavailable: The action server does not say, and never said.
        """
        kept = self._kept.get(path)
        if kept and self.is_fresh(path):
            return kept[0]
        known = kept[0] if kept else None
        try:
            headers = {"If-None-Match": known.etag} if known else {}
            status, etag, data = await self._call("GET", path, headers=headers)
        except Unavailable:
            if known is None:
                raise
            return known
        reply = known if status == 304 and known else Reply(path, etag, data)
        self._kept[path] = reply, self._now()
        self._kept.move_to_end(path)
        if len(self._kept) > MAX_KEPT:
            self._kept.popitem(last=False)
        return reply

    async def search(self, query: str) -> SearchResults:
        """Return the passages nearest to a question.

        Raises:
            Unavailable: The action server does not say.
        """
        _, _, data = await self._call("POST", SEARCH, json={"query": query})
        return cast(SearchResults, data)

    async def _call(self, method: str, path: str, **options: Any) -> tuple[int, str, Any]:
        if not self._breaker.allows_call():
            raise _unavailable()
        try:
            status, etag, body = await action_server.request(method, path, **options)
            data = json.loads(body) if status == 200 else None
        except action_server.ERRORS as err:
            self._fail(type(err).__name__)
            raise _unavailable() from err
        if status not in (200, 304, 404):
            self._fail(str(status))
            raise _unavailable()
        self._breaker.succeed()
        return status, etag, data

    def _fail(self, reason: str) -> None:
        if self._breaker.n_failures == 0:  # once: every request would say it again
            logger.error("The action server does not show the library (%s).", reason)
        self._breaker.fail()


def list_path(start: int = 0) -> str:
    """Return where the action server lists documents, from `start` on."""
    return f"{LIBRARY}?start={start}" if start else LIBRARY


def document_path(id_: str) -> str:
    """Return where the action server has a document."""
    return f"{LIBRARY}/{quote(id_, safe='/')}"


def _unavailable() -> Unavailable:
    return Unavailable("The library cannot be shown.", retry_after_s=RETRY_AFTER_S)
