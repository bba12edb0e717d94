"""WhatsApp through Twilio: form fields of its Messages resource, in plain text.

Buttons would need templates that Meta approves one by one. Choices are numbered lines: people type
the number or the words, and "good answer" for feedback. WhatsApp makes links of addresses and
numbers itself.
"""

import re
from collections.abc import Sequence

from bot.channels.messaging.json_fields import Json
from bot.channels.messaging.rendering.parts import (
    Part,
    Role,
    embolden,
    join_parts,
    pack_parts,
    plan_turn,
)
from bot.channels.messaging.rendering.split import utf16
from bot.channels.messaging.rendering.turn import read_turn
from contract.turn import Turn

# https://www.twilio.com/docs/api/errors/21617
MAX_TEXT = 1600
MAX_SOURCES = 2
# A line that begins so would become a quotation, and "> 5" would lose its sign.
_QUOTED = re.compile(r"^(?=>)", re.MULTILINE)


def render(payload: Turn) -> list[Json]:
    """Return the messages of a turn."""
    parts, _ = plan_turn(
        read_turn(payload), max_sources=MAX_SOURCES, max_buttons=0, max_title=0, with_urls=True
    )
    return [{"Body": _write(group)} for group in pack_parts(parts, _fits)]


def _fits(parts: Sequence[Part]) -> bool:
    return utf16(_write(parts)) <= MAX_TEXT


def _write(parts: Sequence[Part]) -> str:
    return _QUOTED.sub("\u200b", join_parts(parts, _format_part))


def _format_part(part: Part) -> str:
    return embolden(part.text) if part.role is Role.HEADING else part.text
