"""Telegram: bodies of `sendMessage`, in HTML, with an inline keyboard under the last one.

Telegram makes links of http(s) and tg addresses alone: a number to call is bold, and its apps make
longer ones a link themselves. A button's code has 64 bytes: choices carry a digest
(`bot/channels/messaging/rendering/tap_codes.py`).
"""

import html
from collections.abc import Sequence

from bot.channels.messaging.json_fields import Json
from bot.channels.messaging.rendering.parts import Part, Role, join_parts, pack_parts, plan_turn
from bot.channels.messaging.rendering.split import utf16
from bot.channels.messaging.rendering.tap_codes import TapButton, choice_buttons, thumb_buttons
from bot.channels.messaging.rendering.turn import read_turn
from contract.turn import Turn

# https://core.telegram.org/bots/api#sendmessage: 1-4096 characters after entities parsing.
MAX_TEXT = 4096
# https://core.telegram.org/bots/api#inlinekeyboardbutton: callback_data of 1-64 bytes.
MAX_CODE = 64
# No limit is published; about as much as a phone shows of a button that has a row for itself.
MAX_TITLE = 40
MAX_BUTTONS = 8
MAX_SOURCES = 3
_TAGS = {Role.HEADING: "b", Role.DISCLAIMER: "i"}


def render(payload: Turn) -> list[Json]:
    """Return the messages of a turn."""
    turn = read_turn(payload)
    parts, buttons = plan_turn(
        turn, max_sources=MAX_SOURCES, max_buttons=MAX_BUTTONS, max_title=MAX_TITLE
    )
    messages: list[Json] = [
        {
            "text": join_parts(group, _format_part),
            "parse_mode": "HTML",
            "link_preview_options": {"is_disabled": True},
        }
        for group in pack_parts(parts, _fits)
    ]
    choices = choice_buttons(buttons, max_bytes=MAX_CODE, with_text=False)
    rows = [*([choice] for choice in choices), thumb_buttons(turn.answer_id, max_bytes=MAX_CODE)]
    keyboard = [[_button(each) for each in row] for row in rows if row]
    if messages and keyboard:
        messages[-1]["reply_markup"] = {"inline_keyboard": keyboard}
    return messages


def _fits(parts: Sequence[Part]) -> bool:
    return utf16(join_parts(parts)) <= MAX_TEXT


def _format_part(part: Part) -> str:
    if part.source and part.source.url:
        link = f'<a href="{html.escape(part.source.url)}">{_escape(part.source.title)}</a>'
        return f"{part.label} {link}{_escape(part.source.details)}"
    if part.number:
        return f"{_escape(part.label)}<b>{_escape(part.number.number)}</b>"
    tag = _TAGS.get(part.role)
    return f"<{tag}>{_escape(part.text)}</{tag}>" if tag else _escape(part.text)


def _escape(text: str) -> str:
    return html.escape(text, quote=False)


def _button(button: TapButton) -> Json:
    return {"text": button.title, "callback_data": button.code}
