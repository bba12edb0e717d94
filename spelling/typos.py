"""The typos of a text, and how places in it and in the corrected one go together."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Typo:
    """A misspelt word of a text.

    Attributes:
        start: Where it starts in the text as it was written.
        end: Where it ends there.
        correction: The word that is meant.
    """

    start: int
    end: int
    correction: str


def apply_corrections(text: str, typos: Sequence[Typo]) -> str:
    """Return `text` with each typo replaced by its correction.

    Args:
        text: As it was written.
        typos: In the order of the text.
    """
    parts, done = [], 0
    for typo in typos:
        parts += [text[done : typo.start], typo.correction]
        done = typo.end
    return "".join([*parts, text[done:]])


def locate_original(start: int, end: int, typos: Sequence[Typo]) -> tuple[int, int]:
    """Return where a part of a corrected text stands in the text as it was written.

    A part that starts or ends inside a corrected word has all of the misspelt one.

    Args:
        start: Where it starts in the corrected text.
        end: Where it ends there.
        typos: What was corrected, in the order of the text.
    """
    return _place(start, typos, at_end=False), _place(end, typos, at_end=True)


def _place(place: int, typos: Sequence[Typo], *, at_end: bool) -> int:
    grown = 0  # letters that the corrected text has more, up to here
    for typo in typos:
        start = typo.start + grown
        end = start + len(typo.correction)
        if place <= start:
            break
        if place < end:
            return typo.end if at_end else typo.start
        grown = end - typo.end
    return place - grown
