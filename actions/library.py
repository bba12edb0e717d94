"""Where passages are found, within a deadline."""

import asyncio
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import TypeVar

from knowledge.search import Retriever
from knowledge.settings import Settings
from knowledge.thread import Thread
from knowledge.types import Found, Hit

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Library:
    """The retriever and its settings.

    Every method raises KnowledgeError if the library cannot be used, and TimeoutError if it takes
    longer than the settings allow.
    """

    get_retriever: Callable[[], Retriever]
    settings: Settings

    async def find(self, text: str, *, top_k: int) -> list[Hit]:
        """Return the passages nearest to a question, best first."""
        return await self._call(lambda retriever: retriever.search(text, top_k=top_k))

    async def follow(
        self, text: str, thread: Thread, *, top_k: int, without: Collection[str] = ()
    ) -> Found:
        """Return the passages nearest to a message of a conversation, best first."""
        return await self._call(
            lambda retriever: retriever.follow(text, thread, top_k=top_k, without=without)
        )

    async def look_up(self, name: str) -> Hit | None:
        """Return the passage with this id or name; None if there is none."""
        return await self._call(lambda retriever: retriever.look_up(name))

    async def go_on(self, hit: Hit) -> Hit | None:
        """Return the passage with which the section of `hit` goes on; None if it ends there."""
        return await self._call(lambda retriever: retriever.go_on(hit))

    async def mark(self, text: str, hit: Hit) -> tuple[str, ...]:
        """Return the sentences of a passage that come nearest to a question, in their order."""
        return await self._call(lambda retriever: retriever.mark(text, hit))

    async def _call(self, do: Callable[[Retriever], T]) -> T:
        call = asyncio.to_thread(lambda: do(self.get_retriever()))
        return await asyncio.wait_for(call, self.settings.timeout_s)
