"""JSON Lines of ready passages: each line is one, keeps its id and is cited by its own address."""

import json
from pathlib import Path
from typing import Any

from knowledge.errors import DocumentUnreadable
from knowledge.formats import details, text
from knowledge.formats.outline import Content, clean, clean_lines
from knowledge.types import Section


def read(path: Path, data: bytes) -> tuple[list[Content], list[str]]:
    """Return what the lines hold, and what is wrong with those that are left out.

    Raises:
        DocumentUnreadable: It is not UTF-8.
    """
    contents: list[Content] = []
    faults: list[str] = []
    # Not splitlines: JSON may hold other line separators inside a text.
    for number, line in enumerate(text.decode(path, data).split("\n"), start=1):
        if not line.strip():
            continue
        try:
            contents.append(read_line(line, path, number))
        except DocumentUnreadable as err:
            faults.append(f"line {number}: {err.reason}")
    return contents, faults


def read_line(line: str, path: Path, number: int) -> Content:
    """Return the passage on a line.

    Raises:
        DocumentUnreadable: It is not a JSON object with a text, or one of its fields is faulty.
    """
    try:
        values = json.loads(line)
    except (ValueError, RecursionError) as err:  # RecursionError: a thousand brackets
        raise DocumentUnreadable(path, "it is not JSON.") from err
    if not isinstance(values, dict):
        raise DocumentUnreadable(path, "it is not a JSON object.")
    blocks = tuple(filter(None, map(clean_lines, text.split_blocks(_text(values, "text", path)))))
    if not blocks:
        raise DocumentUnreadable(path, "it has no `text`.")
    id_ = clean(_text(values, "id", path)) or f"{path.stem}/{number}"
    heading = clean(_text(values, "section", path))
    headings = (heading,) if heading else ()
    section = Section(headings, blocks, _questions(values, path), id=id_)
    return Content((section,), details.check(values, path, where="fields"), id_)


def _text(values: dict[str, Any], key: str, path: Path) -> str:
    value = values.get(key)
    if value is None:
        return ""
    if not isinstance(value, str | int):
        raise DocumentUnreadable(path, f"its `{key}` is not a text.")
    return str(value)


def _questions(values: dict[str, Any], path: Path) -> tuple[str, ...]:
    questions = values.get("questions") or []
    if not isinstance(questions, list) or not all(isinstance(asked, str) for asked in questions):
        raise DocumentUnreadable(path, "its `questions` are not a list of texts.")
    return tuple(filter(None, map(clean, questions)))
