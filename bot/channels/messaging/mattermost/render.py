"""Mattermost: bodies of `POST /api/v4/posts`, in Markdown, with buttons in an attachment.

A tap makes the Mattermost server call an address of ours; without one there are numbered lines
instead of buttons, and no thumbs.
"""

import re
from collections.abc import Sequence

from bot.channels.messaging.json_fields import Json
from bot.channels.messaging.rendering.links import format_links
from bot.channels.messaging.rendering.parts import Part, Role, join_parts, pack_parts, plan_turn
from bot.channels.messaging.rendering.split import utf16
from bot.channels.messaging.rendering.tap_codes import TapButton, choice_buttons, thumb_buttons
from bot.channels.messaging.rendering.turn import read_turn
from contract.turn import Turn

# https://docs.mattermost.com/administration-guide/manage/message-and-post-limits: characters of a
# post, since 5.0.
MAX_TEXT = 16_383
# None is published. Context comes back whole, and all props had 8,000 characters in old versions.
MAX_CODE = 500
MAX_TITLE = 80
MAX_BUTTONS = 5
MAX_SOURCES = 3

# Signs that a backslash protects.
_ESCAPED = re.compile(r"([`*_\[\]~|])")
# Those that none does become character references, which every app of Mattermost decodes once and
# then takes for text: other references, tags, a backslash, formulas, hashtags, emoji (":x:", ":)",
# ";)", "x-d"), and what makes a heading, a list, a rule or a quotation of a line.
_REFERRED = re.compile(
    r"[&<\\$#]|:(?=[^\s\d]|\d+:)|;(?=-?\))|(?<=\bx)-(?=d\b)|^[=+>]|^-(?! )|^-(?=[ -]*$)",
    re.MULTILINE | re.IGNORECASE,
)
# "@all" would alert everybody there; behind an invisible space it is no mention of anybody.
_MENTION = re.compile("@")
_REFERENCE = re.compile(r"&(?=#?\w+(?:;|$))")


def render(payload: Turn, *, action_url: str = "") -> list[Json]:
    """Return the messages of a turn.

    Args:
        payload: The turn.
        action_url: Where the Mattermost server sends taps; empty for no buttons.
    """
    turn = read_turn(payload)
    parts, buttons = plan_turn(
        turn,
        max_sources=MAX_SOURCES,
        max_buttons=MAX_BUTTONS if action_url else 0,
        max_title=MAX_TITLE,
    )
    messages: list[Json] = [
        {"message": join_parts(group, _format_part)} for group in pack_parts(parts, _fits)
    ]
    rows = [choice_buttons(buttons, max_bytes=MAX_CODE)]
    if action_url:
        rows.append(thumb_buttons(turn.answer_id, max_bytes=MAX_CODE))
    attachments = [
        {
            "fallback": ", ".join(each.title for each in row),
            "actions": [_action(each, action_url) for each in row],
        }
        for row in rows
        if row
    ]
    if messages and attachments:
        messages[-1]["props"] = {"attachments": attachments}
    return messages


def escape(text: str) -> str:
    """Return a text in which Mattermost sees addresses, and no other Markdown and no mention."""
    return format_links(text, escape=_escape, link=_address)


def _escape(text: str) -> str:
    """Return a text in which Mattermost sees nothing but text."""
    referred = _REFERRED.sub(lambda match: f"&#{ord(match[0])};", text)
    return _MENTION.sub("@\u200b", _ESCAPED.sub(r"\\\1", referred))


def _address(url: str) -> str:
    """Return an address without what is read before it: mentions and character references."""
    return _REFERENCE.sub("&amp;", url.replace("@", "%40"))


def _fits(parts: Sequence[Part]) -> bool:
    return utf16(join_parts(parts, _format_part)) <= MAX_TEXT


def _format_part(part: Part) -> str:
    if part.source and part.source.url:
        # Nothing in a link's words is a link.
        link = f"[{_escape(part.source.title)}]({_address(part.source.url)})"
        return f"{part.label} {link}{escape(part.source.details)}"
    if part.number and part.number.href:
        return f"{escape(part.label)}[{_escape(part.number.number)}]({part.number.href})"
    text = escape(part.text)
    if part.role is Role.HEADING:
        return f"**{text}**"
    return "> " + text.replace("\n", "\n> ") if part.role is Role.DISCLAIMER else text


def _action(button: TapButton, action_url: str) -> Json:
    integration = {"url": action_url, "context": {"tap": button.code}}
    return {
        # An id has letters and digits alone, or the tap is lost.
        "id": button.id.replace("_", ""),
        "type": "button",
        "name": button.title,
        "integration": integration,
    }
