"""Where a text is written wrongly, and how places in it and in the mended one go together."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Slip:
    """A wrong word.

    Attributes:
        start: Where it starts in the text as it was written.
        end: Where it ends there.
        right: The word that is meant.
    """

    start: int
    end: int
    right: str


def correct(text: str, slips: Sequence[Slip]) -> str:
    """Return `text` with the right word in the place of each wrong one.

    Args:
        text: As it was written.
        slips: In the order of the text.
    """
    parts, done = [], 0
    for slip in slips:
        parts += [text[done : slip.start], slip.right]
        done = slip.end
    return "".join([*parts, text[done:]])


def locate(start: int, end: int, slips: Sequence[Slip]) -> tuple[int, int]:
    """Return where a part of a mended text stands in the text as it was written.

    A part that starts or ends inside a mended word has all of the wrong one.

    Args:
        start: Where it starts in the mended text.
        end: Where it ends there.
        slips: What was mended, in the order of the text.
    """
    return _place(start, slips, at_end=False), _place(end, slips, at_end=True)


def _place(place: int, slips: Sequence[Slip], *, at_end: bool) -> int:
    grown = 0  # letters that the mended text has more, up to here
    for slip in slips:
        start = slip.start + grown
        end = start + len(slip.right)
        if place <= start:
            break
        if place < end:
            return slip.end if at_end else slip.start
        grown = end - slip.end
    return place - grown
