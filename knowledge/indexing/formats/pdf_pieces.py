"""The words on a PDF's pages: their letters, place, look and mark."""

import math
from dataclasses import dataclass

BULLET = "\u2022"
# A letter that its font does not name.
UNKNOWN = "\ufffd"


@dataclass(frozen=True, slots=True)
class Piece:
    """A word on a page, or a part of one that has a look of its own.

    Attributes:
        size: Height of the letters, in points.
        x: Where it starts along its own direction, in points.
        end: Where it ends.
        y: Its base line, in points; more is higher up for who reads it.
        turn: Its direction, in degrees.
        page: From 1.
        is_word: A blank comes before it.
        is_symbol: It is a picture rather than letters.
        mcid: The number of its marked content; -1 for none.
        is_artifact: The file says that it is no part of the text.
    """

    text: str
    size: float
    is_bold: bool
    x: float
    end: float
    y: float
    turn: int
    page: int
    is_word: bool
    is_symbol: bool
    mcid: int
    is_artifact: bool


@dataclass(frozen=True, slots=True)
class Page:
    """A page.

    Attributes:
        number: From 1.
        pieces: In the order in which the file draws them.
        box: Left, lower, right and upper edge, in points.
        n_unnamed: Words whose first letter their font does not name.
        is_picture: It has hardly a word and a picture over most of it.
    """

    number: int
    pieces: tuple[Piece, ...]
    box: tuple[float, float, float, float]
    n_unnamed: int = 0
    is_picture: bool = False


def turn_back(x: float, y: float, turn: int) -> tuple[float, float]:
    """Return a place as who reads text of that direction sees it."""
    if not turn:
        return x, y
    cos, sin = math.cos(math.radians(turn)), math.sin(math.radians(turn))
    return x * cos + y * sin, y * cos - x * sin
