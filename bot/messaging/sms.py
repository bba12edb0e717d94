"""SMS through Twilio: form fields of its Messages resource, in as few segments as the words allow.

Choices are numbered lines: people type the number or the words, and "good answer" for feedback.
"""

from typing import Any, Dict, List, Mapping, Sequence

from bot.messaging.gsm import count_segments, fold
from bot.messaging.parts import Part, join, pack, plan, say
from bot.messaging.turn import read

# https://www.twilio.com/docs/api/errors/21617: 1,600 characters, fewer with characters outside of
# the GSM alphabet. Ten segments are within that in both alphabets (1,530 and 670).
MAX_SEGMENTS = 10
_MAX_CHARS = 1600
# The one that the words come from.
MAX_SOURCES = 1


def render(payload: Mapping[str, Any]) -> List[Dict[str, str]]:
    """Return the messages of a turn."""
    parts, _ = plan(
        read(payload), max_sources=MAX_SOURCES, max_buttons=0, max_title=0, with_urls=True
    )
    return [{"Body": _write(group)} for group in pack(parts, _fits)]


def _fits(parts: Sequence[Part]) -> bool:
    body = _write(parts)
    return len(body) <= _MAX_CHARS and count_segments(body) <= MAX_SEGMENTS


def _write(parts: Sequence[Part]) -> str:
    # A blank line between the parts would cost as much as a character of the words.
    return fold(join(parts, say, gap="\n"))
