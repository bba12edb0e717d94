"""What a turn shows, in order and in plain words, and which of it goes into one message."""

from dataclasses import dataclass, replace
from typing import Callable, List, Optional, Sequence, Tuple

from bot.messaging import words
from bot.messaging.measure import utf16
from bot.messaging.split import cut, split
from bot.messaging.turn import Choice, Number, Source, Turn

TEXT = "text"
SOURCE = "source"
DISCLAIMER = "disclaimer"
NUMBER = "number"
CHOICES = "choices"

# Parts of these roles stand in one block, a line each.
_IN_LINES = (SOURCE, NUMBER)


@dataclass(frozen=True)
class Part:
    """A part of a turn that a reader sees as one.

    Attributes:
        role: What it is, one of this module's names.
        text: All of it in plain words.
        label: What stands before the name of a source.
        source: The document, where its title can be a link; none once the part had to be split.
        number: Whom to call; likewise.
    """

    role: str
    text: str
    label: str = ""
    source: Optional[Source] = None
    number: Optional[Number] = None


@dataclass(frozen=True)
class Button:
    """A choice as a button.

    Attributes:
        title: What is shown, within the platform's limit.
        choice: What it stands for.
    """

    title: str
    choice: Choice


# Says whether some parts make a message that can be sent.
FitTogether = Callable[[Sequence[Part]], bool]
Draw = Callable[[Part], str]


def plan(
    turn: Turn, *, max_sources: int, max_buttons: int, max_title: int, with_urls: bool = False
) -> Tuple[List[Part], List[Button]]:
    """Return what a turn shows: its parts in order, and its buttons.

    Where a title has to be cut, or there are more choices than buttons, numbered lines say all of
    them in full, and the buttons bear the same numbers.

    Args:
        turn: The turn.
        max_sources: Most documents named. The first is where the words come from.
        max_buttons: Most choices that can be buttons; 0 on a platform without.
        max_title: Longest title of a button, in UTF-16 code units.
        with_urls: Addresses stand in the words themselves.
    """
    parts = [
        *_says(turn),
        *_sources(turn.sources[:max_sources], with_urls=with_urls),
        *([Part(DISCLAIMER, turn.disclaimer)] if turn.disclaimer else []),
        *(_number(number) for number in turn.numbers),
    ]
    titles = [choice.title for choice in turn.choices]
    is_short = len(titles) <= max_buttons and all(utf16(title) <= max_title for title in titles)
    if titles and not (is_short and parts):
        heading = [words.HEADINGS[turn.kind]] if turn.kind in words.HEADINGS else []
        lines = [f"{choice.place}. {choice.title}" for choice in turn.choices]
        parts.append(Part(CHOICES, "\n".join([*heading, *lines])))
    buttons = [
        Button(
            choice.title if is_short else cut(f"{choice.place}. {choice.title}", max_title), choice
        )
        for choice in turn.choices[:max_buttons]
    ]
    return parts, buttons


def pack(parts: Sequence[Part], fits: FitTogether) -> List[List[Part]]:
    """Return the parts message by message, in order, none lost and none cut short.

    Args:
        parts: What is shown; a part that fits no message is split at sentence ends.
        fits: Says what one message can hold.
    """
    messages: List[List[Part]] = []
    for part in parts:
        for piece in _split(part, fits):
            if messages and fits([*messages[-1], piece]):
                messages[-1].append(piece)
            else:
                messages.append([piece])
    return messages


def join(parts: Sequence[Part], draw: Draw, *, gap: str = "\n\n") -> str:
    """Return the parts as one text.

    Args:
        parts: Parts.
        draw: Returns one of them as the platform shows it.
        gap: What stands between two; lines of one block have a line end.
    """
    text = ""
    for before, part in zip([None, *parts], parts, strict=False):
        is_next = before and before.role == part.role and part.role in _IN_LINES
        text += ("\n" if is_next else gap if before else "") + draw(part)
    return text


def say(part: Part) -> str:
    """Return a part in plain words."""
    return part.text


def _split(part: Part, fits: FitTogether) -> List[Part]:
    if fits([part]):
        return [part]
    plain = replace(part, source=None, number=None)
    return [
        replace(plain, text=text)
        for text in split(part.text, lambda text: fits([replace(plain, text=text)]))
    ]


def _says(turn: Turn) -> List[Part]:
    quote = f"{words.IN_GENERAL}\n{turn.quote}" if turn.quote else ""
    return [Part(TEXT, text) for text in (turn.text, quote) if text]


def _sources(sources: Sequence[Source], *, with_urls: bool) -> List[Part]:
    parts: List[Part] = []
    for source in sources:
        label = words.SEE_ALSO if parts else words.SOURCE
        text = f"{label} {source.title}{source.details}"
        if with_urls and source.url:
            text += f", {source.url}"
        parts.append(Part(SOURCE, text, label=label, source=None if with_urls else source))
    return parts


def _number(number: Number) -> Part:
    label = f"{number.label}: " if number.label else ""
    return Part(NUMBER, label + number.number, label=label, number=number)
