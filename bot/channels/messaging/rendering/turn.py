"""A turn's payload, cleaned so that nothing in it can break a message."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.channels.messaging.rendering.links import passage_url, short_url
from bot.channels.messaging.rendering.split import truncate
from contract.turn import Turn
from contract.wording import format_checked, format_heading, format_page, format_review
from spelling.sanitize import sanitize_characters

ANSWER = "answer"
CLARIFY = "clarify"
EMERGENCY = "emergency"
# Longest title, section or publisher that is shown; the library's are far shorter.
MAX_NAME = 120
# Further passages of a document that are named.
MAX_ALSO = 2
# Longest title of a choice in a numbered line.
MAX_TITLE = 160
# Longest heading of a quotation: with the start of the words, within every platform's message.
MAX_HEADING = 160
_ANSWER_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_TEL = re.compile(r"tel:\+?[0-9]{2,20}")


@dataclass(frozen=True)
class CitedSource:
    """A document that a turn quotes.

    Attributes:
        title: Its title.
        details: Sections, origin, day of the last check and its reviewer, each after a comma; may
            be empty.
        url: Where the passage can be read: on this server's page of the document if the world can
            reach it, else where the document is published; may be empty.
    """

    title: str
    details: str
    url: str


@dataclass(frozen=True)
class Choice:
    """Something to ask next.

    Attributes:
        place: Its number among the turn's suggestions, from 1: what the bot understands by "2".
        title: What is shown.
        text: What is asked by it.
    """

    place: int
    title: str
    text: str


@dataclass(frozen=True)
class Number:
    """A number to call.

    Attributes:
        label: Whose it is.
        number: As people write it.
        href: The same as a `tel:` link, empty where it makes none.
    """

    label: str
    number: str
    href: str


@dataclass(frozen=True)
class CleanTurn:
    """One turn of the bot; what it does not have is empty.

    Attributes:
        kind: Its kind in docs/contract.md, or one of a later version.
        preface: What the bot says itself, before anything else.
        heading: Of what is quoted, on one line: `text` of an `answer`, else `quote`.
        text: What is said.
        quote: What the documents say in general (`advice`).
        sources: What it is quoted from, best first, none twice.
        disclaimer: Goes with quotes.
        choices: What to ask next.
        numbers: Whom to call, best first.
        answer_id: What feedback names; none while a question is only asked back (`clarify`).
    """

    kind: str
    preface: str
    heading: str
    text: str
    quote: str
    sources: tuple[CitedSource, ...]
    disclaimer: str
    choices: tuple[Choice, ...]
    numbers: tuple[Number, ...]
    answer_id: str


def read_turn(payload: Turn) -> CleanTurn:
    """Return the turn of a payload; a field of the wrong type counts as missing.

    An emergency shows its words and numbers and nothing else, whatever else the payload holds.
    """
    kind = clean_text(payload.get("kind"))
    calm: Mapping[str, object] = {} if kind == EMERGENCY else payload
    answer_id = calm.get("answer_id") if kind != CLARIFY else None
    is_id = isinstance(answer_id, str) and _ANSWER_ID.fullmatch(answer_id)
    heading = one_line(calm.get("heading"))
    return CleanTurn(
        kind=kind,
        preface=clean_text(calm.get("preface")),
        heading=truncate(heading, MAX_HEADING),
        text=clean_text(payload.get("text")),
        quote=clean_text(calm.get("quote")),
        sources=_read_sources(calm.get("citations"), heading),
        disclaimer=clean_text(calm.get("disclaimer")),
        choices=_read_choices(calm.get("suggestions")),
        numbers=_read_numbers(payload.get("numbers")),
        answer_id=str(answer_id) if is_id else "",
    )


def clean_text(text: object) -> str:
    """Return a text in lines, none of them blank; an empty one for what is no text."""
    if not isinstance(text, str):
        return ""
    text = sanitize_characters(text).replace("\t", " ")
    return "\n".join(line.strip() for line in text.split("\n") if _has_ink(line))


def _has_ink(line: str) -> bool:
    """Say whether a line shows: spaces and invisible signs alone are no message to a platform."""
    return any(unicodedata.category(char)[0] not in "CZ" for char in line)


def short_line(text: object, limit: int = MAX_NAME) -> str:
    """Return a text on one line, cut at the limit."""
    return truncate(one_line(text), limit)


def one_line(text: object) -> str:
    """Return a text on one line, its words one space apart."""
    return " ".join(clean_text(text).split())


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _dicts(value: object) -> list[Mapping[str, object]]:
    return [item for item in _list(value) if isinstance(item, dict)]


def _read_sources(citations: object, shown: str) -> tuple[CitedSource, ...]:
    """Return a source for each document: several passages of one are one source."""
    groups: dict[object, list[Mapping[str, object]]] = {}
    for place, citation in enumerate(_dicts(citations)):
        id_ = citation.get("document_id")
        groups.setdefault(id_ if isinstance(id_, str) else place, []).append(citation)
    sources = [
        _read_source(group, "" if place else shown, is_quoted=not place)
        for place, group in enumerate(groups.values())
    ]
    return tuple(dict.fromkeys(source for source in sources if source.title))


def _read_source(
    group: Sequence[Mapping[str, object]], shown: str, *, is_quoted: bool
) -> CitedSource:
    """Return a source; a section that is `shown` as the heading is not named again.

    How far what is quoted can be trusted is said with it; what is only named says it on its page.
    """
    first = group[0]
    published_at = short_url(first.get("url"))
    url = passage_url(first.get("path")) or published_at
    places = [_read_place(passage, shown) for passage in group]
    also = [place for place in dict.fromkeys(places) if any(place) and place != places[0]]
    section = places[0][0]
    names = [short_line(first.get("title")), section, short_line(first.get("origin")), url]
    title = next(filter(None, names), "")
    details = [
        *_format_place(section if section != title else "", places[0][1]),
        *(f"also {', '.join(_format_place(*place))}" for place in also[:MAX_ALSO]),
        names[2] if names[2] != title else "",
    ]
    if is_quoted:
        details.append(format_checked(first.get("checked")))
        details.append(format_review(short_line(first.get("reviewed_by")), url=published_at))
    return CitedSource(title, "".join(f", {detail}" for detail in details if detail), url)


def _read_place(citation: Mapping[str, object], shown: str) -> tuple[str, str]:
    """Return section and page of a passage; an empty section for one that is `shown`."""
    section = one_line(citation.get("section"))
    section = "" if section == shown else short_line(section)
    return section, format_page(citation.get("page"))


def _format_place(section: str, page: str) -> list[str]:
    return [part for part in (format_heading(section) if section else "", page) if part]


def _read_choices(suggestions: object) -> tuple[Choice, ...]:
    choices = []
    for place, suggestion in enumerate(_list(suggestions), start=1):
        if not isinstance(suggestion, dict):
            continue
        if title := short_line(suggestion.get("title"), MAX_TITLE):
            choices.append(Choice(place, title, choice_text(suggestion)))
    return tuple(choices)


def choice_text(suggestion: Mapping[str, object]) -> str:
    """Return what a suggestion asks, on one line."""
    return one_line(suggestion.get("payload")) or one_line(suggestion.get("title"))


def _read_numbers(numbers: object) -> tuple[Number, ...]:
    found = []
    for entry in _dicts(numbers):
        number, href = short_line(entry.get("number")), entry.get("href")
        if number:
            is_tel = isinstance(href, str) and _TEL.fullmatch(href)
            found.append(
                Number(short_line(entry.get("label")), number, str(href) if is_tel else "")
            )
    return tuple(found)
