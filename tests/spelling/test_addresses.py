"""Addresses that people may be sent to; tests/widget/test_security.py asks the widget the same."""

import json
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from spelling.addresses import safe_url

CASES = json.loads((Path(__file__).parents[1] / "data" / "addresses.json").read_text("utf-8"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: ascii(case["url"][:60]))
def test_an_address_goes_where_it_seems_to_go_or_nowhere(case):
    safe = safe_url(case["url"])

    assert (urlsplit(safe).hostname if safe else None) == case["host"]
    assert safe.isascii()


@pytest.mark.parametrize("value", [None, 5, [], {}])
def test_what_is_no_text_is_no_address(value):
    assert safe_url(value) == ""


@pytest.mark.parametrize(
    ("url", "safe"),
    [
        ("https://a.example/b?c=d&e=f#g", "https://a.example/b?c=d&e=f#g"),
        ("https://a.example/a_(b)|[c]", "https://a.example/a_%28b%29%7C%5Bc%5D"),
        ("https://a.example/é%20x", "https://a.example/%C3%A9%20x"),
        ("https://A.example/<b>'\"", "https://a.example/%3Cb%3E'%22"),
    ],
)
def test_an_address_can_stand_in_any_link(url, safe):
    assert safe_url(url) == safe
