"""The errors that become HTTP replies."""

from typing import Any

import bot.channels.rest.access  # noqa: F401 - has an error of its own
from bot.server.errors import HttpError


def test_every_error_has_its_own_code():
    codes = {cls.code for cls in all_subclasses(HttpError) if cls.code}

    assert codes == {
        "bad_json", "bad_message", "bad_token", "origin_not_allowed", "too_long", "not_json",
        "rate_limited", "rest_not_allowed", "unavailable",
    }  # fmt: skip


def all_subclasses(cls: type) -> set[Any]:
    return {one for sub in cls.__subclasses__() for one in {sub, *all_subclasses(sub)}}
