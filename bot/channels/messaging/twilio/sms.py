"""SMS through Twilio: form fields of its Messages resource, in as few segments as the words allow.

Choices are numbered lines: people type the number or the words, and "good answer" for feedback.
"""

from collections.abc import Sequence

from bot.channels.messaging.json_fields import Json
from bot.channels.messaging.rendering.parts import Part, join_parts, pack_parts, plan_turn
from bot.channels.messaging.rendering.turn import read_turn
from bot.channels.messaging.twilio.gsm import count_segments, fold_to_gsm
from contract.turn import Turn

# https://www.twilio.com/docs/api/errors/21617: 1,600 characters, fewer with characters outside of
# the GSM alphabet. Ten segments are within that in both alphabets (1,530 and 670).
MAX_SEGMENTS = 10
_MAX_CHARS = 1600
# The one that the words come from.
MAX_SOURCES = 1


def render(payload: Turn) -> list[Json]:
    """Return the messages of a turn."""
    parts, _ = plan_turn(
        read_turn(payload), max_sources=MAX_SOURCES, max_buttons=0, max_title=0, with_urls=True
    )
    return [{"Body": _write(group)} for group in pack_parts(parts, _fits)]


def _fits(parts: Sequence[Part]) -> bool:
    body = _write(parts)
    return len(body) <= _MAX_CHARS and count_segments(body) <= MAX_SEGMENTS


def _write(parts: Sequence[Part]) -> str:
    # A blank line between the parts would cost as much as a character of the words.
    return fold_to_gsm(join_parts(parts, gap="\n"))
