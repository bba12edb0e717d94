"""WhatsApp through Twilio: form fields of its Messages resource, in plain text.

Buttons would need templates that Meta approves one by one. Choices are numbered lines: people type
the number or the words, and "good answer" for feedback. WhatsApp makes links of addresses and
numbers itself.
"""

import re
from typing import Any, Dict, List, Mapping, Sequence

from bot.messaging.measure import utf16
from bot.messaging.parts import HEADING, Part, embolden, join, pack, plan
from bot.messaging.turn import read

# https://www.twilio.com/docs/api/errors/21617
MAX_TEXT = 1600
MAX_SOURCES = 2
# A line that begins so would become a quotation, and "> 5" would lose its sign.
_QUOTED = re.compile(r"^(?=>)", re.MULTILINE)


def render(payload: Mapping[str, Any]) -> List[Dict[str, str]]:
    """Return the messages of a turn."""
    parts, _ = plan(
        read(payload), max_sources=MAX_SOURCES, max_buttons=0, max_title=0, with_urls=True
    )
    return [{"Body": _write(group)} for group in pack(parts, _fits)]


def _fits(parts: Sequence[Part]) -> bool:
    return utf16(_write(parts)) <= MAX_TEXT


def _write(parts: Sequence[Part]) -> str:
    return _QUOTED.sub("\u200b", join(parts, _draw))


def _draw(part: Part) -> str:
    return embolden(part.text) if part.role == HEADING else part.text
