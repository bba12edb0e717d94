"""Slack: bodies of `chat.postMessage`, in blocks, with the same words as `text`.

`text` is what notifications show and screen readers read, so it holds the whole turn. Slack has no
way to escape its formatting marks: a word between asterisks would be bold. What could do harm is
escaped: links, mentions and commands, all of which begin with "<".
"""

import re
from collections.abc import Sequence

from bot.channels.messaging.json_fields import Json
from bot.channels.messaging.rendering.links import format_links
from bot.channels.messaging.rendering.parts import (
    Part,
    Role,
    embolden,
    join_parts,
    pack_parts,
    plan_turn,
)
from bot.channels.messaging.rendering.split import utf16
from bot.channels.messaging.rendering.tap_codes import TapButton, choice_buttons, thumb_buttons
from bot.channels.messaging.rendering.turn import read_turn
from contract.turn import Turn

# https://docs.slack.dev/reference/block-kit: characters of a text object in a section, blocks of a
# message, characters of a button's text and of its value.
MAX_SECTION = 3000
MAX_BLOCKS = 50
MAX_TITLE = 75
MAX_CODE = 2000
# https://docs.slack.dev/reference/methods/chat.postMessage: what it recommends at most.
MAX_TEXT = 4000
# More than fit beside one another are hard to take in; an actions block could hold 25.
MAX_BUTTONS = 5
MAX_SOURCES = 3
# A line that begins so would become a quotation, and "> 5" would lose its sign.
_QUOTED = re.compile(r"^(?=&gt;)", re.MULTILINE)
# Two rows of buttons come after the parts.
_MAX_PARTS = MAX_BLOCKS - 2


def render(payload: Turn) -> list[Json]:
    """Return the messages of a turn."""
    turn = read_turn(payload)
    parts, buttons = plan_turn(
        turn, max_sources=MAX_SOURCES, max_buttons=MAX_BUTTONS, max_title=MAX_TITLE
    )
    rows = [
        choice_buttons(buttons, max_bytes=MAX_CODE),
        thumb_buttons(turn.answer_id, max_bytes=MAX_CODE),
    ]
    groups = pack_parts(parts, _fits)
    blocks = [[_block(part) for part in group] for group in groups]
    if blocks:
        blocks[-1] += [
            {"type": "actions", "elements": [_button(each) for each in row]} for row in rows if row
        ]
    return [
        {
            "text": escape(join_parts(group)),
            "blocks": shown,
            "unfurl_links": False,
            "unfurl_media": False,
        }
        for group, shown in zip(groups, blocks, strict=True)
    ]


def escape(text: str) -> str:
    """Return a text in which Slack sees no link, mention or command."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _fits(parts: Sequence[Part]) -> bool:
    return (
        len(parts) <= _MAX_PARTS
        and all(utf16(_format_part(part)) <= MAX_SECTION for part in parts)
        and utf16(escape(join_parts(parts))) <= MAX_TEXT
    )


def _block(part: Part) -> Json:
    # Without "verbatim" Slack would look for names of channels and people in the words.
    text = {"type": "mrkdwn", "text": _format_part(part), "verbatim": True}
    if part.role is Role.DISCLAIMER:
        return {"type": "context", "elements": [text]}
    return {"type": "section", "text": text}


def _format_part(part: Part) -> str:
    if part.source and part.source.url:
        link = _link(part.source.url, part.source.title)
        return f"{part.label} {link}{_with_links(part.source.details)}"
    if part.number and part.number.href:
        return _with_links(part.label) + _link(part.number.href, part.number.number)
    return embolden(_with_links(part.text)) if part.role is Role.HEADING else _with_links(part.text)


def _with_links(text: str) -> str:
    """Return a text escaped, its addresses as links."""
    linked = format_links(text, escape=escape, link=lambda url: f"<{escape(url)}>")
    return _QUOTED.sub("\u200b", linked)


def _link(url: str, title: str) -> str:
    # A bar would end the address, or begin the title a second time.
    return f"<{escape(url)}|{escape(title.replace('|', '/'))}>"


def _button(button: TapButton) -> Json:
    shown: Json = {
        "type": "button",
        "action_id": button.id,
        # A thumb is an emoji; the words of a choice hold none.
        "text": {"type": "plain_text", "text": button.title, "emoji": bool(button.label)},
        "value": button.code,
    }
    return {**shown, "accessibility_label": button.label} if button.label else shown
