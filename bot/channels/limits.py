"""How often one session, and one address, may ask."""

import time
from collections import OrderedDict
from ipaddress import IPv6Address, ip_address
from typing import Callable

from pyrate_limiter import Decision, Duration, InMemoryBucket, Rate, RateItem
from sanic.request import Request

from bot.channels.errors import RateLimited

MAX_KEYS = 10_000


class Limit:
    """At most so many requests within any minute for each key, counted in memory.

    The least recently used keys are forgotten, so that many keys cannot fill the memory.
    """

    def __init__(
        self,
        per_minute: int,
        *,
        max_keys: int = MAX_KEYS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Take the limit; 0 for none.

        Args:
            per_minute: Most requests of a key within a minute.
            max_keys: Most keys that are remembered.
            clock: The time in seconds.
        """
        self._per_minute = per_minute
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
            bucket = InMemoryBucket([Rate(self._per_minute, Duration.MINUTE)])
            self._buckets[key] = bucket
        self._buckets.move_to_end(key)
        while len(self._buckets) > self._max_keys:
            self._buckets.popitem(last=False)
        bucket.leak(now_ms)
        verdict = bucket.put_decision(RateItem("", now_ms, weight=min(weight, self._per_minute)))
        assert isinstance(verdict, Decision)  # a bucket in memory has no need to wait
        if not verdict.allowed:
            wait_s = (verdict.retry_after_ms or 0) / 1000
            raise RateLimited("Too many requests in a minute.", retry_after_s=wait_s)


def read_address(request: Request, *, proxies: int) -> str:
    """Return who a request comes from: an IPv4 address, or the network of an IPv6 address.

    Args:
        request: Its X-Forwarded-For counts only as far as trusted proxies wrote it.
        proxies: How many trusted proxies stand in front of the server.
    """
    address = str(request.ip)
    if proxies:
        hops = [
            hop.strip()
            for hop in ",".join(request.headers.getall("x-forwarded-for", [])).split(",")
        ]
        if len(hops) >= proxies and hops[-proxies]:
            address = hops[-proxies]
    return _network(address)


def _network(address: str) -> str:
    try:
        parsed = ip_address(address)
    except ValueError:
        return address[:64]
    if isinstance(parsed, IPv6Address):
        if parsed.ipv4_mapped:
            return str(parsed.ipv4_mapped)
        # One household or one server has the whole of a /64.
        return f"{IPv6Address(int(parsed) >> 64 << 64)}/64"
    return str(parsed)
