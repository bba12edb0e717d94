"""Mattermost: bodies of `POST /api/v4/posts`, in Markdown, with buttons in an attachment.

A tap makes the Mattermost server call an address of ours; without one there are numbered lines
instead of buttons, and no thumbs.
"""

import re
from typing import Any, Dict, List, Mapping, Sequence

from bot.messaging import links, words
from bot.messaging.actions import encode_choice, encode_feedback
from bot.messaging.measure import utf16
from bot.messaging.parts import DISCLAIMER, HEADING, Button, Part, join, pack, plan
from bot.messaging.turn import Turn, read

Json = Dict[str, Any]

# https://docs.mattermost.com/administration-guide/manage/message-and-post-limits: characters of a
# post, since 5.0.
MAX_TEXT = 16_383
# None is published. Context comes back whole, and all props had 8,000 characters in old versions.
MAX_CODE = 500
MAX_TITLE = 80
MAX_BUTTONS = 5
MAX_SOURCES = 3

# What Markdown reads anywhere in a line, and at the beginning of one; a list may stay a list.
_ANYWHERE = re.compile(r"([\\`*_\[\]~|])")
_AT_START = re.compile(r"^([#+>]|-(?! ))", re.MULTILINE)
# "@all" would alert everybody there; an invisible space keeps it from being a mention.
_MENTION = re.compile(r"@(?=\w)")


def render(payload: Mapping[str, Any], *, action_url: str = "") -> List[Json]:
    """Return the messages of a turn.

    Args:
        payload: The turn.
        action_url: Where the Mattermost server sends taps; empty for no buttons.
    """
    turn = read(payload)
    parts, buttons = plan(
        turn,
        max_sources=MAX_SOURCES,
        max_buttons=MAX_BUTTONS if action_url else 0,
        max_title=MAX_TITLE,
    )
    messages: List[Json] = [{"message": join(group, _draw)} for group in pack(parts, _fits)]
    rows = [_choices(buttons, action_url), _thumbs(turn, action_url) if action_url else []]
    attachments = [
        {"fallback": ", ".join(action["name"] for action in row), "actions": row}
        for row in rows
        if row
    ]
    if messages and attachments:
        messages[-1]["props"] = {"attachments": attachments}
    return messages


def escape(text: str) -> str:
    """Return a text in which Mattermost sees addresses, and no other Markdown and no mention."""
    drawn, end = "", 0
    for match in links.IN_TEXT.finditer(text):
        drawn += _escape(text[end : match.start()]) + match[0]
        end = match.end()
    return _AT_START.sub(r"\\\1", drawn + _escape(text[end:]))


def _escape(text: str) -> str:
    return _MENTION.sub("@\u200b", _ANYWHERE.sub(r"\\\1", text))


def _fits(parts: Sequence[Part]) -> bool:
    return utf16(join(parts, _draw)) <= MAX_TEXT


def _draw(part: Part) -> str:
    if part.source and part.source.url:
        link = f"[{escape(part.source.title)}]({part.source.url})"
        return f"{part.label} {link}{escape(part.source.details)}"
    if part.number and part.number.href:
        return f"{escape(part.label)}[{escape(part.number.number)}]({part.number.href})"
    text = escape(part.text)
    if part.role == HEADING:
        return f"**{text}**"
    return "\n".join(f"> {line}" for line in text.split("\n")) if part.role == DISCLAIMER else text


def _choices(buttons: Sequence[Button], action_url: str) -> List[Json]:
    return [
        _action(
            f"choice{button.choice.place}",
            button.title,
            encode_choice(button.choice.place, button.choice.text, max_bytes=MAX_CODE),
            action_url,
        )
        for button in buttons
    ]


def _thumbs(turn: Turn, action_url: str) -> List[Json]:
    if not turn.answer_id:
        return []
    return [
        _action(
            f"feedback{rating}",
            thumb,
            encode_feedback(rating, turn.answer_id, max_bytes=MAX_CODE),
            action_url,
        )
        for rating, thumb in (("up", words.THUMB_UP), ("down", words.THUMB_DOWN))
    ]


def _action(action_id: str, title: str, code: str, action_url: str) -> Json:
    # An id has letters and digits alone, or the tap is lost.
    integration = {"url": action_url, "context": {"tap": code}}
    return {"id": action_id, "type": "button", "name": title, "integration": integration}
