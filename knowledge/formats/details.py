"""What a document says about itself (title, publisher, ...), checked."""

import datetime
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from knowledge.errors import DocumentUnreadable
from knowledge.formats.outline import clean
from knowledge.types import Source

TEXTS = ("title", "topic", "publisher", "url", "licence")


def parse_yaml(text: str, path: Path, *, where: str) -> dict[str, Any]:
    """Return the checked details that a YAML text holds.

    Args:
        text: Lines of `key: value`.
        path: The document that they describe.
        where: What holds them, as a message names it.

    Raises:
        DocumentUnreadable: The text is not a YAML mapping, or one of its values is faulty.
    """
    try:
        values = yaml.safe_load(text)
    # ValueError: a date like 2026-02-30. RecursionError: a thousand brackets.
    except (yaml.YAMLError, ValueError, RecursionError) as err:
        raise DocumentUnreadable(path, f"its {where} is not YAML ({err}).") from err
    if not isinstance(values, dict | None):
        raise DocumentUnreadable(path, f"its {where} is not a list of `key: value` lines.")
    return check(values or {}, path, where=where)


def check(values: Mapping[str, Any], path: Path, *, where: str) -> dict[str, Any]:
    """Return the details among `values` that say something, by the names of `Document`'s fields.

    Raises:
        DocumentUnreadable: One of them has the wrong form.
    """
    details: dict[str, Any] = {key: _text(values, key, path, where) for key in TEXTS}
    details["reviewed"] = _date(values, path, where)
    details["sources"] = _sources(values, path, where)
    url = details["url"]
    if url and not is_address(url):
        raise DocumentUnreadable(path, f"`url: {url}` in its {where} is not a web address.")
    return {key: value for key, value in details.items() if value}


def is_address(url: str) -> bool:
    """Say whether a reader's browser may be sent to `url`."""
    return re.match(r"https?://\S+$", url, re.IGNORECASE) is not None


def _text(values: Mapping[str, Any], key: str, path: Path, where: str) -> str:
    value = values.get(key)
    if value is None:
        return ""
    if not isinstance(value, str | int | float):
        raise DocumentUnreadable(path, f"`{key}` in its {where} is not a text.")
    return clean(str(value))


def _date(values: Mapping[str, Any], path: Path, where: str) -> str:
    value = values.get("reviewed")
    if value is None or value == "":
        return ""
    if type(value) is datetime.date:  # a datetime is one too, and has a time of day
        return value.isoformat()
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value):
        try:
            return datetime.date.fromisoformat(value).isoformat()
        except ValueError as err:
            raise DocumentUnreadable(path, _no_date(value, where)) from err
    raise DocumentUnreadable(path, _no_date(value, where))


def _no_date(value: object, where: str) -> str:
    return f"`reviewed: {value}` in its {where} is not a date like 2026-05-01."


def _sources(values: Mapping[str, Any], path: Path, where: str) -> tuple[Source, ...]:
    entries = values.get("sources") or []
    if not isinstance(entries, list) or not all(map(_is_source, entries)):
        raise DocumentUnreadable(
            path, f"each of `sources` in its {where} needs a publisher and a url."
        )
    return tuple(
        Source(
            publisher=clean(str(entry["publisher"])),
            url=clean(str(entry["url"])),
            title=clean(str(entry.get("title") or "")),
        )
        for entry in entries
    )


def _is_source(entry: object) -> bool:
    if not isinstance(entry, dict):
        return False
    return bool(entry.get("publisher")) and is_address(str(entry.get("url") or ""))
