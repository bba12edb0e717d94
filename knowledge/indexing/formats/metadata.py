"""The metadata of a document (title, publisher, ...), read from YAML or JSON and checked."""

import datetime
import re
from collections.abc import Callable, Mapping
from typing import Any, cast

import yaml
from yaml.composer import ComposerError

from knowledge.indexing.formats.outline import FormatError, Metadata, clean, drop_empty
from knowledge.indexing.formats.yaml_errors import describe_yaml_error
from knowledge.types import Source
from spelling.addresses import safe_url

# Characters of a front matter or a sidecar.
MAX_YAML = 100_000
MAX_DIGITS = 100


class _Loader(yaml.SafeLoader):
    """YAML without what a few lines of can fill a memory: references, and numbers without end."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        """Return the next node.

        Raises:
            ComposerError: If it is a reference to another one.
        """
        if self.check_event(yaml.AliasEvent):
            event = self.peek_event()  # type: ignore[no-untyped-call]
            reason = f"references like *{event.anchor} are not read"
            raise ComposerError(None, None, reason, event.start_mark)
        return super().compose_node(parent, index)


def _read_int(loader: _Loader, node: Any) -> int | str:
    """Return a number; one that is too long for any purpose stays a text."""
    return str(node.value) if len(node.value) > MAX_DIGITS else loader.construct_yaml_int(node)


def _read_day(loader: _Loader, node: Any) -> object:
    """Return a date; one that no calendar has stays a text, and is named where it is used."""
    try:
        return loader.construct_yaml_timestamp(node)
    except ValueError:
        return str(node.value)


_Loader.add_constructor("tag:yaml.org,2002:int", _read_int)
_Loader.add_constructor("tag:yaml.org,2002:timestamp", _read_day)


def parse_yaml(text: str, *, where: str) -> Metadata:
    """Return the checked metadata that a YAML text holds.

    Args:
        text: Lines of `key: value`.
        where: What holds them, as a message names it.

    Raises:
        FormatError: If the text is not a YAML mapping, or one of its values is faulty.
    """
    return check(load_yaml(text, where=where), where=where)


def load_yaml(text: str, *, where: str) -> Mapping[str, object]:
    """Return the values that a YAML text holds, whatever they are.

    Args:
        text: Lines of `key: value`.
        where: What holds them, as a message names it.

    Raises:
        FormatError: If the text is not a YAML mapping.
    """
    if len(text) > MAX_YAML:
        reason = f"its {where} has {len(text):,} characters; {MAX_YAML:,} are allowed."
        raise FormatError(reason)
    try:
        values = yaml.load(text, _Loader)  # noqa: S506 - a safe loader, with fewer types
    # ValueError: a number like 0x. RecursionError: a thousand brackets.
    except (yaml.YAMLError, ValueError, RecursionError) as err:
        raise FormatError(f"its {where} is not YAML: {describe_yaml_error(err, text)}") from err
    if not isinstance(values, dict | None):
        raise FormatError(f"its {where} is not a list of `key: value` lines.")
    return values or {}


def check(values: Mapping[str, object], *, where: str) -> Metadata:
    """Return the metadata among `values` that say something.

    Raises:
        FormatError: If one of them has the wrong form.
    """
    metadata, faults = sift(values, where=where)
    if faults:
        raise FormatError(faults[0])
    return metadata


def sift(values: Mapping[str, object], *, where: str) -> tuple[Metadata, tuple[str, ...]]:
    """Return the metadata among `values` that say something, and what is wrong with the others."""
    found: dict[str, object] = {}
    faults: list[str] = []
    for key, read in _FIELDS.items():
        try:
            value = read(values, key, where)
        except FormatError as err:
            faults.append(str(err))
        else:
            name = _OLDER_NAMES.get(key, key)
            found[name] = found.get(name) or value
    return drop_empty(cast(Metadata, found)), tuple(faults)


def _read_text(values: Mapping[str, object], key: str, where: str) -> str:
    value = values.get(key)
    if value is None:
        return ""
    if not isinstance(value, str | int | float):
        raise FormatError(f"`{key}` in its {where} is not a text.")
    return clean(str(value))


def _read_date(values: Mapping[str, object], key: str, where: str) -> str:
    value = values.get(key)
    if value is None or value == "":
        return ""
    if type(value) is datetime.date:  # a datetime is one too, and has a time of day
        return value.isoformat()
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value):
        try:
            return datetime.date.fromisoformat(value).isoformat()
        except ValueError as err:
            raise FormatError(_describe_bad_date(key, value, where)) from err
    raise FormatError(_describe_bad_date(key, value, where))


def _describe_bad_date(key: str, value: object, where: str) -> str:
    return f"`{key}: {str(value)[:MAX_DIGITS]}` in its {where} is not a date like 2026-05-01."


def _read_sources(values: Mapping[str, object], key: str, where: str) -> tuple[Source, ...]:
    entries = values.get(key) or []
    if not isinstance(entries, list) or not all(map(_is_source, entries)):
        raise FormatError(f"each of `{key}` in its {where} needs a publisher and a url.")
    return tuple(
        Source(
            publisher=clean(str(entry["publisher"])),
            url=clean(str(entry["url"])),
            title=clean(str(entry.get("title") or "")),
            is_closed=entry.get("closed") is True,
            note=clean(str(entry.get("note") or "")),
        )
        for entry in entries
    )


def _read_url(values: Mapping[str, object], key: str, where: str) -> str:
    url = _read_text(values, key, where)
    if url and not safe_url(url):
        shown = url[:MAX_DIGITS]
        reason = f"`{key}: {shown}` in its {where} is not a web address that can be a link."
        raise FormatError(reason)
    return url


def _is_source(entry: object) -> bool:
    if not isinstance(entry, dict):
        return False
    return bool(entry.get("publisher")) and bool(safe_url(clean(str(entry.get("url") or ""))))


_FIELDS: Mapping[str, Callable[[Mapping[str, object], str, str], object]] = {
    "title": _read_text,
    "topic": _read_text,
    "publisher": _read_text,
    "url": _read_url,
    "licence": _read_text,
    "checked": _read_date,
    "reviewed": _read_date,
    "reviewed_by": _read_text,
    "review_due": _read_date,
    "sources": _read_sources,
}
_OLDER_NAMES = {"reviewed": "checked"}
