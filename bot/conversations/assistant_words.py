"""The words of the assistant in the Rasa server: written ones, the rest from the library."""

import asyncio
import json
import logging
import time
from collections.abc import Awaitable, Callable

from bot import action_server
from contract.library import LIBRARY
from profiles import Assistant, MadeWords, Words, is_complete, make_words, read_current

logger = logging.getLogger(__name__)

# Seconds for which what the library said counts as new, and that a message waits for it.
FRESH_S, WAIT_S = 30.0, 0.5
Fetch = Callable[[], Awaitable[MadeWords]]


async def fetch_made_words() -> MadeWords:
    """Return what the documents of the action server say of themselves.

    Raises:
        ConnectionError: It does not say.
    """
    try:
        status, _, body = await action_server.request("GET", f"{LIBRARY}-words")
        said = json.loads(body) if status == 200 else None
        if said is None:
            raise ConnectionError
        return MadeWords(tuple(said["titles"]), said["n_documents"], tuple(said["starters"]))
    except (*action_server.ERRORS, KeyError, TypeError) as err:
        raise ConnectionError("the action server does not say what its documents have") from err


class AssistantWords:
    """Gives the words that count now; what the documents say is asked for again and again."""

    def __init__(
        self,
        assistant: Assistant | None = None,
        *,
        fetch: Fetch = fetch_made_words,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        """Start with what somebody wrote.

        Args:
            assistant: Of the profile; None for that of the environment.
            fetch: Asks what the documents say.
            now: The time in seconds.

        Raises:
            ProfileInvalid: The profile cannot be used.
            SettingInvalid: The name has the wrong form.
        """
        self._assistant = read_current().assistant if assistant is None else assistant
        self._fetch = fetch
        self._now = now
        self._asked_at: float | None = None
        self._asking: asyncio.Future[None] | None = None
        self._is_known = is_complete(self._assistant)
        self.known = make_words(self._assistant, MadeWords())

    async def get(self) -> Words:
        """Return the words; the first call waits a little for what the documents say."""
        if is_complete(self._assistant):
            return self.known
        if self._asked_at is None or self._now() >= self._asked_at + FRESH_S:
            self._asked_at = self._now()
            self._asking = asyncio.ensure_future(self._ask())
        if not self._is_known and self._asking is not None:
            await asyncio.wait({self._asking}, timeout=WAIT_S)
        return self.known

    async def _ask(self) -> None:
        try:
            made = await self._fetch()
        except ConnectionError:  # general words until it is there: it is asked again
            logger.warning("The words of the assistant could not be made from its documents yet.")
            self._asked_at = None if not self._is_known else self._asked_at
            return
        self.known = make_words(self._assistant, made)
        self._is_known = True
