"""The lines of a passage as paragraphs and lists."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

_SIGN = re.compile(r"(-|\d{1,9}\.) ")


@dataclass(frozen=True)
class Block:
    """A paragraph, or a list.

    Attributes:
        tag: "p", "ul" or "ol".
        start: The first number of an "ol", 1 for others.
        lines: The paragraph, or the items without their signs.
    """

    tag: str
    start: int
    lines: tuple[str, ...]


def split_blocks(text: str) -> Iterator[Block]:
    """Yield the blocks of a passage, in which each line is a paragraph or an item of a list."""
    for tag, group in groupby(text.split("\n"), key=_find_tag):
        lines = list(group)
        if tag == "p":
            yield from (Block(tag, 1, (line,)) for line in lines)
        else:
            start = int(lines[0].partition(".")[0]) if tag == "ol" else 1
            yield Block(tag, start, tuple(line.partition(" ")[2] for line in lines))


def _find_tag(line: str) -> str:
    sign = _SIGN.match(line)
    if sign is None:
        return "p"
    return "ul" if sign[1] == "-" else "ol"
