"""Telegram: bodies of `sendMessage`, in HTML, with an inline keyboard under the last one.

Telegram makes links of http(s) and tg addresses alone: a number to call is bold, and its apps make
longer ones a link themselves. A button's code has 64 bytes: choices carry a digest
(`bot/messaging/actions.py`).
"""

import html
from typing import Any, Dict, List, Mapping, Sequence

from bot.messaging import words
from bot.messaging.actions import encode_choice, encode_feedback
from bot.messaging.measure import utf16
from bot.messaging.parts import DISCLAIMER, HEADING, Button, Part, join, pack, plan, say
from bot.messaging.turn import Turn, read

Json = Dict[str, Any]

# https://core.telegram.org/bots/api#sendmessage: 1-4096 characters after entities parsing.
MAX_TEXT = 4096
# https://core.telegram.org/bots/api#inlinekeyboardbutton: callback_data of 1-64 bytes.
MAX_CODE = 64
# No limit is published; about as much as a phone shows of a button that has a row for itself.
MAX_TITLE = 40
MAX_BUTTONS = 8
MAX_SOURCES = 3
_TAGS = {HEADING: "b", DISCLAIMER: "i"}


def render(payload: Mapping[str, Any]) -> List[Json]:
    """Return the messages of a turn."""
    turn = read(payload)
    parts, buttons = plan(
        turn, max_sources=MAX_SOURCES, max_buttons=MAX_BUTTONS, max_title=MAX_TITLE
    )
    messages: List[Json] = [
        {
            "text": join(group, _draw),
            "parse_mode": "HTML",
            "link_preview_options": {"is_disabled": True},
        }
        for group in pack(parts, _fits)
    ]
    rows = [*([_choice(button)] for button in buttons), *_thumbs(turn)]
    if messages and rows:
        messages[-1]["reply_markup"] = {"inline_keyboard": rows}
    return messages


def _fits(parts: Sequence[Part]) -> bool:
    return utf16(join(parts, say)) <= MAX_TEXT


def _draw(part: Part) -> str:
    if part.source and part.source.url:
        link = f'<a href="{html.escape(part.source.url)}">{_escape(part.source.title)}</a>'
        return f"{part.label} {link}{_escape(part.source.details)}"
    if part.number:
        return f"{_escape(part.label)}<b>{_escape(part.number.number)}</b>"
    tag = _TAGS.get(part.role)
    return f"<{tag}>{_escape(part.text)}</{tag}>" if tag else _escape(part.text)


def _escape(text: str) -> str:
    return html.escape(text, quote=False)


def _choice(button: Button) -> Json:
    choice = button.choice
    code = encode_choice(choice.place, choice.text, max_bytes=MAX_CODE, with_text=False)
    return {"text": button.title, "callback_data": code}


def _thumbs(turn: Turn) -> List[List[Json]]:
    """Return the row of thumbs; none for a turn that cannot be rated."""
    row = [
        {
            "text": thumb,
            "callback_data": encode_feedback(rating, turn.answer_id, max_bytes=MAX_CODE),
        }
        for rating, thumb in (("up", words.THUMB_UP), ("down", words.THUMB_DOWN))
    ]
    return [row] if turn.answer_id and all(button["callback_data"] for button in row) else []
