"""JSON Lines of ready passages: each line is one, keeps its id and is cited by its own address."""

import json
from collections.abc import Mapping

from knowledge.indexing.formats import metadata, text
from knowledge.indexing.formats.outline import FormatError, ParsedDocument, clean, clean_lines
from knowledge.types import Section


def read(data: bytes, name: str) -> tuple[list[ParsedDocument], list[str]]:
    """Return what the lines hold, and what is wrong with those that are left out.

    Args:
        data: The file.
        name: Of the file, without its suffix: with their numbers, the id of lines without one.

    Raises:
        FormatError: If it is not UTF-8, or one JSON value over all its lines.
    """
    contents: list[ParsedDocument] = []
    faults: list[str] = []
    content = text.decode(data)
    if whole := _describe_whole(content):
        raise FormatError(whole)
    # Not splitlines: JSON may hold other line separators inside a text.
    for number, line in enumerate(content.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            contents.append(read_line(line, f"{name}/{number}"))
        except FormatError as err:
            faults.append(f"line {number}: {err}")
    return contents, faults


def _describe_whole(content: str) -> str:
    """Return what a file is that is one value of JSON and not one a line; "" if it is not."""
    lines = content.strip().split("\n")
    if content.lstrip()[:1] == "[" and not lines[0].rstrip().endswith("]"):
        return "it is one JSON list. Put one object a line, without brackets and commas between."
    if lines[0].strip() == "{" and lines[-1].strip() == "}":
        return "its JSON objects go over several lines. Put each on a line of its own."
    try:
        is_list = len(lines) == 1 and isinstance(json.loads(content), list)
    except (ValueError, RecursionError):
        is_list = False
    return "it is one JSON list. Put one object a line." if is_list else ""


def read_line(line: str, default_id: str) -> ParsedDocument:
    """Return the passage on a line, under `default_id` if it has no id.

    Raises:
        FormatError: If it is not a JSON object with a text, or one of its fields is faulty.
    """
    try:
        values = json.loads(line)
    except (ValueError, RecursionError) as err:  # RecursionError: a thousand brackets
        raise FormatError("it is not JSON.") from err
    if not isinstance(values, dict):
        raise FormatError("it is not a JSON object.")
    blocks = tuple(filter(None, map(clean_lines, text.split_blocks(_read_text(values, "text")))))
    if not blocks:
        raise FormatError("it has no `text`.")
    id_ = clean(_read_text(values, "id")) or default_id
    heading = clean(_read_text(values, "section"))
    headings = (heading,) if heading else ()
    section = Section(headings, blocks, _read_questions(values), id=id_)
    return ParsedDocument((section,), metadata.check(values, where="fields"), id_)


def _read_text(values: Mapping[str, object], key: str) -> str:
    value = values.get(key)
    if value is None:
        return ""
    if not isinstance(value, str | int):
        raise FormatError(f"its `{key}` is not a text.")
    return str(value)


def _read_questions(values: Mapping[str, object]) -> tuple[str, ...]:
    questions = values.get("questions") or []
    if not isinstance(questions, list) or not all(isinstance(asked, str) for asked in questions):
        raise FormatError("its `questions` are not a list of texts.")
    return tuple(filter(None, map(clean, questions)))
