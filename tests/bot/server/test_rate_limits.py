"""Rate limits, and the address that a request counts for."""

import contextlib

import pytest

from bot.server.client_addresses import read_client_address
from bot.server.errors import (
    RateLimited,
)
from bot.server.rate_limits import RateLimit
from tests.bot.fakes import Clock, make_request


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_a_limit_refuses_one_too_many_and_says_when(clock):
    limit = RateLimit(2, clock=clock)
    limit.take("me")
    clock.time += 20
    limit.take("me")
    limit.take("you")
    with pytest.raises(RateLimited) as caught:
        limit.take("me")

    assert caught.value.retry_after_s in (40, 41)
    clock.time += 41
    limit.take("me")


def test_a_heavier_request_costs_more(clock):
    limit = RateLimit(10, clock=clock)
    limit.take("me", weight=5)
    limit.take("me", weight=5)

    with pytest.raises(RateLimited):
        limit.take("me")
    RateLimit(2, clock=clock).take("me", weight=5)


def test_a_limit_of_a_second_spreads_what_a_minute_may_have(clock):
    limit = RateLimit(6, per_second=2, clock=clock)

    def count() -> int:
        n_taken = 0
        with contextlib.suppress(RateLimited):
            while True:
                limit.take("me")
                n_taken += 1
        return n_taken

    taken = []
    for _ in range(4):
        taken.append(count())
        clock.time += 1.1

    assert taken == [2, 2, 2, 0]


def test_a_look_at_a_limit_counts_nothing(clock):
    limit = RateLimit(2, clock=clock)
    for _ in range(9):
        limit.check("me")
    limit.take("me")
    clock.time += 10
    limit.take("me")

    with pytest.raises(RateLimited) as caught:
        limit.check("me")
    assert caught.value.retry_after_s in (50, 51)
    limit.check("you")
    clock.time += 60
    limit.check("me")


def test_no_limit_and_a_bounded_memory(clock):
    for _ in range(1000):
        RateLimit(0, clock=clock).take("me")
    limit = RateLimit(1, max_keys=3, clock=clock)
    for key in "abcd":
        limit.take(key)

    assert len(limit._buckets) == 3


@pytest.mark.parametrize(
    ("proxies", "forwarded", "expected"),
    [
        (0, "198.51.100.7", "192.0.2.1"),
        (1, "6.6.6.6, 198.51.100.7", "198.51.100.7"),
        (2, "6.6.6.6, 198.51.100.7, 10.0.0.1", "198.51.100.7"),
        (2, "198.51.100.7", "192.0.2.1"),
        (1, "", "192.0.2.1"),
        (1, "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        (1, "::ffff:198.51.100.7", "198.51.100.7"),
        (1, "198.51.100.7:1234", "198.51.100.7"),
        (1, "198.51.100.007", "198.51.100.7"),
        (1, "198.051.100.7:443", "198.51.100.7"),
        (1, "0.0.0.0:1", "0.0.0.0"),
        (1, "[2001:db8:1:2:3::6]:1234", "2001:db8:1:2::/64"),
        (1, "[2001:db8:1:2:3::6]", "2001:db8:1:2::/64"),
        (1, "[2001:DB8:1:2:3::6%eth0]:1", "2001:db8:1:2::/64"),
        (1, "fe80::1%eth7", "fe80::/64"),
        (1, "[::ffff:198.51.100.7]:80", "198.51.100.7"),
        (1, "unknown", "unreadable"),
        (1, "_hidden", "unreadable"),
        (1, "198.51.100.7:x", "unreadable"),
        (1, "198.51.100.7.9", "unreadable"),
        (1, "...", "unreadable"),
        (1, "a" * 500, "unreadable"),
    ],
)
def test_only_trusted_proxies_say_who_asks(proxies, forwarded, expected):
    headers = {"x_forwarded_for": forwarded} if forwarded else {}

    assert read_client_address(make_request(**headers), proxies=proxies) == expected
