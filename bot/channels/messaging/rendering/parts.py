"""The parts of a turn that a message is made of, in order and in plain words."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum

from bot.channels.messaging.rendering.split import split_text, truncate, utf16
from bot.channels.messaging.rendering.turn import ANSWER, Choice, CitedSource, CleanTurn, Number

# The words that a rendering adds. Where domain.yml says the same in its plain text, they are the
# same (tests/messaging/test_words.py).
SOURCE_LABEL = "Source:"
SEE_ALSO = "See also:"
IN_GENERAL = "In general, my documents say:"
# Over numbered lines, by kind of turn; a question back and small talk need none.
FURTHER = "You can also ask (type a number):"
COVERED = "The nearest that my documents have (type a number):"
_CHOICES_HEADINGS = {"answer": FURTHER, "advice": FURTHER, "abstain": COVERED}


class Role(Enum):
    """The place of a part in a message."""

    LEAD = "lead"
    HEADING = "heading"
    TEXT = "text"
    SOURCE = "source"
    DISCLAIMER = "disclaimer"
    NUMBER = "number"
    CHOICES = "choices"


# What is said, before all that goes with it.
SPOKEN = (Role.LEAD, Role.HEADING, Role.TEXT)
# Parts of these roles stand in one block, a line each.
_IN_LINES = (Role.SOURCE, Role.NUMBER)
# Parts of these roles stand on a line right above the next part, in one message with its beginning.
_ABOVE = (Role.LEAD, Role.HEADING)


@dataclass(frozen=True)
class Part:
    """A part of a turn that a reader sees as one.

    Attributes:
        role: What it is.
        text: All of it in plain words.
        label: What stands before the name of a source.
        source: The document, where its title can be a link; None once the part had to be split.
        number: Whom to call; likewise.
    """

    role: Role
    text: str
    label: str = ""
    source: CitedSource | None = None
    number: Number | None = None


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
# Returns a part as the platform shows it.
FormatPart = Callable[[Part], str]


def plan_turn(
    turn: CleanTurn, *, max_sources: int, max_buttons: int, max_title: int, with_urls: bool = False
) -> tuple[list[Part], list[Button]]:
    """Return the parts of a turn in order, and its buttons.

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
        *_spoken_parts(turn),
        *_source_parts(turn.sources[:max_sources], with_urls=with_urls),
        *([Part(Role.DISCLAIMER, turn.disclaimer)] if turn.disclaimer else []),
        *(_number_part(number) for number in turn.numbers),
    ]
    titles = [choice.title for choice in turn.choices]
    is_short = len(titles) <= max_buttons and all(utf16(title) <= max_title for title in titles)
    if titles and not (is_short and parts):
        heading = [_CHOICES_HEADINGS[turn.kind]] if turn.kind in _CHOICES_HEADINGS else []
        lines = [f"{choice.place}. {choice.title}" for choice in turn.choices]
        parts.append(Part(Role.CHOICES, "\n".join([*heading, *lines])))
    buttons = [
        Button(
            choice.title if is_short else truncate(f"{choice.place}. {choice.title}", max_title),
            choice,
        )
        for choice in turn.choices[:max_buttons]
    ]
    return parts, buttons


def pack_parts(parts: Sequence[Part], fits: FitTogether) -> list[list[Part]]:
    """Return the parts message by message, in order, none lost and none cut short.

    Args:
        parts: What is shown; a part that fits no message is split at sentence ends. A heading stays
            with the first piece of what it is the heading of.
        fits: Says what one message can hold.
    """
    messages: list[list[Part]] = []
    for above, part in _stack(parts):
        for group in _split_part(above, part, fits):
            if messages and fits([*messages[-1], *group]):
                messages[-1] += group
            else:
                messages.append(group)
    return messages


def _stack(parts: Sequence[Part]) -> Iterator[tuple[list[Part], Part]]:
    """Yield each part with those that stand right above it."""
    above: list[Part] = []
    for part in parts:
        if part.role in _ABOVE:
            above.append(part)
        else:
            yield above, part
            above = []


def plain_text(part: Part) -> str:
    """Return a part in plain words."""
    return part.text


def join_parts(
    parts: Sequence[Part], format_part: FormatPart = plain_text, *, gap: str = "\n\n"
) -> str:
    """Return the parts as one text.

    Args:
        parts: Parts.
        format_part: Returns one of them as the platform shows it; plain words by default.
        gap: What stands between two; lines of one block have a line end.
    """
    text = ""
    for before, part in zip([None, *parts], parts, strict=False):
        text += _between(before, part, gap) + format_part(part)
    return text


def _between(before: Part | None, part: Part, gap: str) -> str:
    if not before:
        return ""
    is_block = before.role == part.role and part.role in _IN_LINES
    return "\n" if is_block or before.role in _ABOVE else gap


def embolden(text: str) -> str:
    """Return a text bold on Slack and WhatsApp; as it is where a star of its own would end that."""
    return text if "*" in text else f"*{text}*"


def _split_part(above: Sequence[Part], part: Part, fits: FitTogether) -> list[list[Part]]:
    """Return a part in pieces that fit, the first with what stands above it."""
    if fits([*above, part]):
        return [[*above, part]]
    plain = replace(part, source=None, number=None)
    first, *others = [
        replace(plain, text=text)
        for text in split_text(part.text, lambda text: fits([*above, replace(plain, text=text)]))
    ]
    return [[*above, first], *([piece] for piece in others)]


def _spoken_parts(turn: CleanTurn) -> list[Part]:
    """Return the words in order; the heading is that of an answer's text, else of the quote."""
    heading = Part(Role.HEADING, turn.heading)
    is_answer = turn.kind == ANSWER
    groups = [
        [Part(Role.TEXT, turn.preface)],
        [*([heading] if is_answer else []), Part(Role.TEXT, turn.text)],
        [
            Part(Role.LEAD, IN_GENERAL),
            *([] if is_answer else [heading]),
            Part(Role.TEXT, turn.quote),
        ],
    ]
    return [part for group in groups if group[-1].text for part in group if part.text]


def _source_parts(sources: Sequence[CitedSource], *, with_urls: bool) -> list[Part]:
    parts: list[Part] = []
    for source in sources:
        label = SEE_ALSO if parts else SOURCE_LABEL
        text = f"{label} {source.title}{source.details}"
        if with_urls and source.url:
            text += f", {source.url}"
        parts.append(Part(Role.SOURCE, text, label=label, source=None if with_urls else source))
    return parts


def _number_part(number: Number) -> Part:
    label = f"{number.label}: " if number.label else ""
    return Part(Role.NUMBER, label + number.number, label=label, number=number)
