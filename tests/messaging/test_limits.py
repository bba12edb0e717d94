"""The checks of limits see what is wrong: each case breaks one committed message in one place."""

import copy
import json

import pytest

from tests.messaging.platforms import DATA, PLATFORMS

CASES = [
    ("telegram", ["text"], "x" * 4097),
    ("telegram", ["text"], "a < b"),
    ("telegram", ["text"], "a & b"),
    ("telegram", ["text"], "<b>open"),
    ("telegram", ["text"], '<a href="javascript:x">y</a>'),
    ("telegram", ["text"], " "),
    ("telegram", ["reply_markup", "inline_keyboard", 0, 0, "callback_data"], "é" * 33),
    ("slack", ["text"], "x" * 4001),
    ("slack", ["blocks", 0, "text", "text"], "x" * 3001),
    ("slack", ["blocks", 0, "text", "text"], "<!channel>"),
    ("slack", ["blocks", 0, "text", "text"], "a & b"),
    ("slack", ["blocks"], [{"type": "section", "text": {"type": "mrkdwn", "text": "x"}}] * 51),
    ("slack", ["blocks", 5, "elements", 0, "text", "text"], "x" * 76),
    ("slack", ["blocks", 5, "elements", 0, "value"], "x" * 2001),
    ("slack", ["blocks", 5, "elements", 0, "action_id"], "choice_2"),
    ("messenger", ["message", "text"], "é" * 1001),
    ("messenger", ["message", "text"], ""),
    ("messenger", ["message", "quick_replies"], [{"content_type": "text"}] * 14),
    ("whatsapp", ["Body"], "x" * 1601),
    ("sms", ["Body"], "x" * 1531),
    ("sms", ["Body"], "½" * 671),
    ("teams", ["summary"], "x" * 28_000),
    ("teams", ["attachments", 0, "content", "version"], "1.6"),
    ("teams", ["attachments", 0, "content", "body", 0, "inlines", 0, "text"], "a\nb"),
    ("mattermost", ["message"], "x" * 16_384),
    ("mattermost", ["message"], "hello @all"),
    ("mattermost", ["props", "attachments", 0, "actions", 0, "id"], "choice_1"),
    *((platform, [], "\ud800") for platform in ("whatsapp", "sms")),
]


@pytest.mark.parametrize(("platform", "path", "value"), CASES)
def test_what_is_wrong_is_seen(platform, path, value):
    messages = json.loads((DATA / platform / "answer.json").read_text("utf-8"))
    message = copy.deepcopy(messages[0])
    *way, last = path or ["Body"]
    part = message
    for step in way:
        part = part[step]
    part[last] = value

    try:
        wrong = PLATFORMS[platform].check(message)
    except (KeyError, UnicodeEncodeError):  # what is missing, or cannot even be counted
        wrong = ["broken"]

    assert wrong
    assert PLATFORMS[platform].check(messages[0]) == []
