"""What a turn shows, in order and in plain words, and which of it goes into one message."""

from dataclasses import dataclass, replace
from typing import Callable, Iterator, List, Optional, Sequence, Tuple

from bot.messaging import words
from bot.messaging.measure import utf16
from bot.messaging.split import cut, split
from bot.messaging.turn import ANSWER, Choice, Number, Source, Turn

LEAD = "lead"
HEADING = "heading"
TEXT = "text"
SOURCE = "source"
DISCLAIMER = "disclaimer"
NUMBER = "number"
CHOICES = "choices"

# Parts of these roles stand in one block, a line each.
_IN_LINES = (SOURCE, NUMBER)
# What is said, before all that goes with it.
SAID = (LEAD, HEADING, TEXT)
# Parts of these roles stand on a line right above the next part, in one message with its beginning.
_ABOVE = (LEAD, HEADING)


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
        parts: What is shown; a part that fits no message is split at sentence ends. A heading stays
            with the first piece of what it is the heading of.
        fits: Says what one message can hold.
    """
    messages: List[List[Part]] = []
    for above, part in _stack(parts):
        for group in _split(above, part, fits):
            if messages and fits([*messages[-1], *group]):
                messages[-1] += group
            else:
                messages.append(group)
    return messages


def _stack(parts: Sequence[Part]) -> Iterator[Tuple[List[Part], Part]]:
    """Yield each part with those that stand right above it."""
    above: List[Part] = []
    for part in parts:
        if part.role in _ABOVE:
            above.append(part)
        else:
            yield above, part
            above = []


def join(parts: Sequence[Part], draw: Draw, *, gap: str = "\n\n") -> str:
    """Return the parts as one text.

    Args:
        parts: Parts.
        draw: Returns one of them as the platform shows it.
        gap: What stands between two; lines of one block have a line end.
    """
    text = ""
    for before, part in zip([None, *parts], parts, strict=False):
        text += _between(before, part, gap) + draw(part)
    return text


def _between(before: Optional[Part], part: Part, gap: str) -> str:
    if not before:
        return ""
    is_block = before.role == part.role and part.role in _IN_LINES
    return "\n" if is_block or before.role in _ABOVE else gap


def say(part: Part) -> str:
    """Return a part in plain words."""
    return part.text


def embolden(text: str) -> str:
    """Return a text bold on Slack and WhatsApp; as it is where a star of its own would end that."""
    return text if "*" in text else f"*{text}*"


def _split(above: Sequence[Part], part: Part, fits: FitTogether) -> List[List[Part]]:
    """Return a part in pieces that fit, the first with what stands above it."""
    if fits([*above, part]):
        return [[*above, part]]
    plain = replace(part, source=None, number=None)
    first, *others = [
        replace(plain, text=text)
        for text in split(part.text, lambda text: fits([*above, replace(plain, text=text)]))
    ]
    return [[*above, first], *([piece] for piece in others)]


def _says(turn: Turn) -> List[Part]:
    """Return the words in order; the heading is that of an answer's text, else of the quote."""
    heading = Part(HEADING, turn.heading)
    is_answer = turn.kind == ANSWER
    groups = [
        [Part(TEXT, turn.preface)],
        [*([heading] if is_answer else []), Part(TEXT, turn.text)],
        [Part(LEAD, words.IN_GENERAL), *([] if is_answer else [heading]), Part(TEXT, turn.quote)],
    ]
    return [part for group in groups if group[-1].text for part in group if part.text]


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
