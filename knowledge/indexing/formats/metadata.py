"""The metadata of a document (title, publisher, ...), read from YAML or JSON and checked."""

import datetime
import re
from collections.abc import Mapping
from typing import Any

import yaml
from yaml.composer import ComposerError

from knowledge.indexing.formats.outline import FormatError, Metadata, clean, drop_empty
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


_Loader.add_constructor("tag:yaml.org,2002:int", _read_int)


def parse_yaml(text: str, *, where: str) -> Metadata:
    """Return the checked metadata that a YAML text holds.

    Args:
        text: Lines of `key: value`.
        where: What holds them, as a message names it.

    Raises:
        FormatError: If the text is not a YAML mapping, or one of its values is faulty.
    """
    if len(text) > MAX_YAML:
        reason = f"its {where} has {len(text):,} characters; {MAX_YAML:,} are allowed."
        raise FormatError(reason)
    try:
        values = yaml.load(text, _Loader)  # noqa: S506 - a safe loader, with fewer types
    # ValueError: a date like 2026-02-30. RecursionError: a thousand brackets.
    except (yaml.YAMLError, ValueError, RecursionError) as err:
        raise FormatError(f"its {where} is not YAML ({err}).") from err
    if not isinstance(values, dict | None):
        raise FormatError(f"its {where} is not a list of `key: value` lines.")
    return check(values or {}, where=where)


def check(values: Mapping[str, object], *, where: str) -> Metadata:
    """Return the metadata among `values` that say something.

    Raises:
        FormatError: If one of them has the wrong form.
    """
    metadata: Metadata = {
        "title": _read_text(values, "title", where),
        "topic": _read_text(values, "topic", where),
        "publisher": _read_text(values, "publisher", where),
        "url": _read_text(values, "url", where),
        "licence": _read_text(values, "licence", where),
        "checked": _read_date(values, "checked", where) or _read_date(values, "reviewed", where),
        "reviewed_by": _read_text(values, "reviewed_by", where),
        "review_due": _read_date(values, "review_due", where),
        "sources": _read_sources(values, where),
    }
    url = metadata["url"]
    if url and not safe_url(url):
        reason = (
            f"`url: {url[:MAX_DIGITS]}` in its {where} is not a web address that can be a link."
        )
        raise FormatError(reason)
    return drop_empty(metadata)


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


def _read_sources(values: Mapping[str, object], where: str) -> tuple[Source, ...]:
    entries = values.get("sources") or []
    if not isinstance(entries, list) or not all(map(_is_source, entries)):
        raise FormatError(f"each of `sources` in its {where} needs a publisher and a url.")
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


def _is_source(entry: object) -> bool:
    if not isinstance(entry, dict):
        return False
    return bool(entry.get("publisher")) and bool(safe_url(clean(str(entry.get("url") or ""))))
