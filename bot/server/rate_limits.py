"""Rate limits: how often one session, and one address, may ask, and may be refused."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable

from pyrate_limiter import Decision, Duration, InMemoryBucket, Rate, RateItem
from sanic.request import Request

from bot.server.client_addresses import read_client_address
from bot.server.errors import RateLimited

MAX_KEYS = 10_000
MAX_REFUSALS = 30
# How long a reply waits that only tells of a refusal, in seconds: no loop asks faster than that.
DELAY_S = 1.0
TOO_MANY = "Too many requests in a minute."


class RateLimit:
    """At most so many requests within any minute, or second, for each key, counted in memory.

    The least recently used keys are forgotten, so that many keys cannot fill the memory.
    """

    def __init__(
        self,
        per_minute: int,
        *,
        per_second: int = 0,
        max_keys: int = MAX_KEYS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Take the limit; 0 for none.

        Args:
            per_minute: Most requests of a key within a minute.
            per_second: Most of them within a second; 0 for as many.
            max_keys: Most keys that are remembered.
            clock: The time in seconds.
        """
        self._per_minute = per_minute
        self._rates = [Rate(per_minute, Duration.MINUTE)] if per_minute else []
        if 0 < per_second < per_minute:
            self._rates.insert(0, Rate(per_second, Duration.SECOND))
        self._max_keys = max_keys
        self._clock = clock
        self._buckets: OrderedDict[str, InMemoryBucket] = OrderedDict()

    def take(self, key: str, *, weight: int = 1) -> None:
        """Count a request of `key`, as `weight` requests.

        Raises:
            RateLimited: It is one too many, and not counted.
        """
        if not self._per_minute:
            return
        now_ms = int(1000 * self._clock())
        bucket = self._buckets.get(key)
        if bucket is None:
            bucket = InMemoryBucket(self._rates)
            self._buckets[key] = bucket
        self._buckets.move_to_end(key)
        while len(self._buckets) > self._max_keys:
            self._buckets.popitem(last=False)
        bucket.leak(now_ms)
        weight = min(weight, *(rate.limit for rate in self._rates))
        verdict = bucket.put_decision(RateItem("", now_ms, weight=weight))
        # A bucket in memory has no need to wait; stated for the type checker.
        assert isinstance(verdict, Decision)  # noqa: S101
        if not verdict.allowed:
            wait_s = (verdict.retry_after_ms or 0) / 1000
            raise RateLimited(TOO_MANY, retry_after_s=wait_s)

    def check(self, key: str) -> None:
        """Refuse a request of `key` if the next would be one too many; count nothing.

        Raises:
            RateLimited: It would.
        """
        bucket = self._buckets.get(key)
        if bucket is None:
            return
        now_ms = int(1000 * self._clock())
        bucket.leak(now_ms)
        oldest = bucket.peek(self._per_minute - 1)
        if oldest is not None:
            wait_s = (oldest.timestamp + Duration.MINUTE - now_ms) / 1000
            raise RateLimited(TOO_MANY, retry_after_s=wait_s)


class RefusalLimit:
    """Counts refused requests by address; who has too many has to wait."""

    def __init__(self, *, proxies: int, per_minute: int = MAX_REFUSALS) -> None:
        """Take the limit.

        Args:
            proxies: How many trusted proxies stand in front.
            per_minute: Most refusals of an address within a minute that cost it nothing.
        """
        self._limit = RateLimit(per_minute)
        self._proxies = proxies

    async def check(self, request: Request) -> None:
        """Refuse a request, after a wait, whose address was refused too often in this minute.

        Raises:
            RateLimited: It was.
        """
        try:
            self._limit.check(read_client_address(request, proxies=self._proxies))
        except RateLimited:
            if request.stream is not None:
                request.stream.request_max_size = 0  # nothing of the body is taken in
            await slow_down()
            raise

    def add(self, request: Request) -> bool:
        """Count a refusal; return False if there were too many in this minute already."""
        try:
            self._limit.take(read_client_address(request, proxies=self._proxies))
        except RateLimited:
            return False
        return True


async def slow_down() -> None:
    """Let the reply to a refused request wait."""
    await asyncio.sleep(DELAY_S)
