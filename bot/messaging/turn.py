"""A turn's payload, read so that nothing in it can break a message."""

import datetime
import re
import unicodedata
from dataclasses import dataclass
from typing import Any, List, Mapping, Tuple

from bot.messaging.links import safe_url
from bot.messaging.split import cut

ANSWER = "answer"
CLARIFY = "clarify"
EMERGENCY = "emergency"
# Longest title, section or publisher that is shown; the library's are far shorter.
MAX_NAME = 120
# Longest title of a choice in a numbered line.
MAX_TITLE = 160
# Longest heading of a quotation: with the start of the words, within every platform's message.
MAX_HEADING = 160
_ANSWER_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_PAGE = re.compile(r", (page \d{1,9})\Z")
_TEL = re.compile(r"tel:\+?[0-9]{2,20}")
# What databases and platforms refuse: control characters, and halves of pairs.
_CONTROL = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f]")
_HALF_PAIR = re.compile("[\ud800-\udfff]")
_LINE_END = re.compile("\r\n|[\r\v\f\x85\u2028\u2029]")


@dataclass(frozen=True)
class Source:
    """A document that a turn quotes.

    Attributes:
        title: Its title.
        details: Section, publisher and day of the last check, each after a comma; may be empty.
        url: Its address, empty where it has none.
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
class Turn:
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
    sources: Tuple[Source, ...]
    disclaimer: str
    choices: Tuple[Choice, ...]
    numbers: Tuple[Number, ...]
    answer_id: str


def read(payload: Mapping[str, Any]) -> Turn:
    """Return a payload's turn; a field of the wrong type counts as missing.

    An emergency shows its words and numbers and nothing else, whatever else the payload holds.
    """
    kind = clean(payload.get("kind"))
    calm: Mapping[str, Any] = {} if kind == EMERGENCY else payload
    answer_id = calm.get("answer_id") if kind != CLARIFY else None
    is_id = isinstance(answer_id, str) and _ANSWER_ID.fullmatch(answer_id)
    heading = one_line(calm.get("heading"))
    return Turn(
        kind=kind,
        preface=clean(calm.get("preface")),
        heading=cut(heading, MAX_HEADING),
        text=clean(payload.get("text")),
        quote=clean(calm.get("quote")),
        sources=_read_sources(calm.get("citations"), heading),
        disclaimer=clean(calm.get("disclaimer")),
        choices=_read_choices(calm.get("suggestions")),
        numbers=_read_numbers(payload.get("numbers")),
        answer_id=str(answer_id) if is_id else "",
    )


def clean(text: object) -> str:
    """Return a text in lines, none of them blank; nothing for what is no text."""
    if not isinstance(text, str):
        return ""
    text = _CONTROL.sub(" ", _LINE_END.sub("\n", _HALF_PAIR.sub("\ufffd", text)))
    return "\n".join(line.strip() for line in text.split("\n") if _has_ink(line))


def _has_ink(line: str) -> bool:
    """Say whether a line shows: spaces and invisible signs alone are no message to a platform."""
    return any(unicodedata.category(char)[0] not in "CZ" for char in line)


def name(text: object, limit: int = MAX_NAME) -> str:
    """Return a text on one line, cut at the limit."""
    return cut(one_line(text), limit)


def one_line(text: object) -> str:
    """Return a text on one line, its words one space apart."""
    return " ".join(clean(text).split())


def _list(value: object) -> List[Any]:
    return value if isinstance(value, list) else []


def _dicts(value: object) -> List[Mapping[str, Any]]:
    return [item for item in _list(value) if isinstance(item, dict)]


def _read_sources(citations: object, shown: str) -> Tuple[Source, ...]:
    sources = [
        _read_source(citation, "" if place else shown)
        for place, citation in enumerate(_dicts(citations))
    ]
    return tuple(dict.fromkeys(source for source in sources if source.title))


def _read_source(citation: Mapping[str, Any], shown: str) -> Source:
    """Return a source; the section that is `shown` as the heading is not named again."""
    section = one_line(citation.get("section"))
    page = _PAGE.search(section)
    heading = section[: page.start()] if page else section
    heading = "" if heading == shown else name(heading)
    url = safe_url(citation.get("url"))
    names = [name(citation.get("title")), heading, name(citation.get("publisher")), url]
    title = next(filter(None, names), "")
    details = [
        f"section “{heading}”" if heading and heading != title else "",
        page[1] if page else "",
        names[2] if names[2] != title else "",
        _spell_check(citation.get("reviewed")),
    ]
    return Source(title, "".join(f", {detail}" for detail in details if detail), url)


def _spell_check(iso: object) -> str:
    """Return "checked 1 May 2026", which no country reads the wrong way round."""
    try:
        date = datetime.date.fromisoformat(iso if isinstance(iso, str) else "")
    except ValueError:  # the document does not say
        return ""
    return f"checked {date.day} {date:%B} {date.year}"


def _read_choices(suggestions: object) -> Tuple[Choice, ...]:
    choices = []
    for place, suggestion in enumerate(_list(suggestions), start=1):
        title = name(suggestion.get("title"), MAX_TITLE) if isinstance(suggestion, dict) else ""
        if title:
            choices.append(Choice(place, title, choice_text(suggestion)))
    return tuple(choices)


def choice_text(suggestion: Mapping[str, Any]) -> str:
    """Return what a suggestion asks, on one line."""
    return one_line(suggestion.get("payload")) or one_line(suggestion.get("title"))


def _read_numbers(numbers: object) -> Tuple[Number, ...]:
    found = []
    for entry in _dicts(numbers):
        number, href = name(entry.get("number")), entry.get("href")
        if number:
            is_tel = isinstance(href, str) and _TEL.fullmatch(href)
            found.append(Number(name(entry.get("label")), number, str(href) if is_tel else ""))
    return tuple(found)
