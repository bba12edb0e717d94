"""The sites whose pages may talk to the server."""

import pytest

from bot.channels.web.cors import CorsPolicy
from bot.server.errors import (
    OriginNotAllowed,
)
from tests.bot.fakes import make_request


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"origin": "https://bot.example", "host": "bot.example"},
        {"origin": "http://bot.example:5005", "host": "Bot.Example:5005"},
        {"origin": "https://OK.example", "host": "bot.example"},
        {"origin": "null", "host": "bot.example", "sec_fetch_site": "same-origin"},
    ],
)
def test_own_and_listed_sites_are_let_in(headers):
    CorsPolicy(frozenset({"https://ok.example"}), proxies=0).check(make_request(**headers))


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "null"},
        {"origin": "null", "host": "null"},
        {"origin": "http://ok.example"},
        {"origin": "https://ok.example.evil.example"},
        {"origin": "https://[bad"},
        {"origin": "https://evil.example", "x_forwarded_host": "evil.example"},
        {"origin": "https://evil.example", "sec_fetch_site": "cross-site"},
    ],
)
def test_other_sites_are_refused_and_can_read_why(headers):
    policy = CorsPolicy(frozenset({"https://ok.example"}), proxies=0)
    asked = make_request(**{"host": "bot.example", **headers})
    with pytest.raises(OriginNotAllowed):
        policy.check(asked)

    assert policy.response_headers(asked)["Access-Control-Allow-Origin"] == headers["origin"]
    assert "Access-Control-Allow-Credentials" not in policy.preflight_headers(asked)


def test_a_trusted_proxy_names_the_host():
    headers = {"origin": "https://bot.example", "host": "10.0.0.2:5005"}
    asked = make_request(**headers, x_forwarded_host="bot.example")

    CorsPolicy(frozenset(), proxies=1).check(asked)
    with pytest.raises(OriginNotAllowed):
        CorsPolicy(frozenset(), proxies=0).check(asked)
