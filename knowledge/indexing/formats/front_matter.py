"""What a Markdown file says about itself on top: in YAML, TOML or JSON, or Pandoc's three lines."""

import json
import re
import tomllib
from collections.abc import Mapping

from knowledge.indexing.formats import metadata
from knowledge.indexing.formats.outline import FormatError, Metadata

WHERE = "front matter"
_EMPTY_LINES = re.compile(r"\A(?:[^\S\n]*\n)+")
# By the line that opens it, the lines that close it.
_ENDS = {"---": ("---", "..."), "+++": ("+++",)}


def read(content: str) -> tuple[Metadata, tuple[str, ...], str]:
    """Return the metadata of a Markdown text, what in it is left out, and the text without it.

    Other programs keep values of their own there, under the names that are used here, too: one
    that has another form than ours is left out, and named.

    Raises:
        FormatError: If the front matter is not closed, or not in the language that it starts in.
    """
    values, body = _split(content)
    found, faults = metadata.sift(values, where=WHERE)
    return found, tuple(f"{fault[:1].upper()}{fault[1:]} It is ignored." for fault in faults), body


def _split(content: str) -> tuple[Mapping[str, object], str]:
    content = _EMPTY_LINES.sub("", content)
    if re.match(r'\{\s*"', content):
        return _read_json(content)
    lines = content.splitlines()
    if lines and lines[0].startswith("% ") and not lines[0].endswith("%"):
        n_lines = next((n for n, line in enumerate(lines[:3]) if not line.startswith("%")), 3)
        return {"title": lines[0][2:].strip()}, "\n".join(lines[n_lines:])
    mark = lines[0].strip() if lines else ""
    if mark not in _ENDS:
        return {}, content
    ends = [n for n, line in enumerate(lines[1:], start=1) if line.rstrip() in _ENDS[mark]]
    if not ends:
        raise FormatError(f"its {WHERE} has no closing {mark} line.")
    front, body = "\n".join(lines[1 : ends[0]]), "\n".join(lines[ends[0] + 1 :])
    return (metadata.load_yaml(front, where=WHERE) if mark == "---" else _read_toml(front)), body


def _read_toml(front: str) -> Mapping[str, object]:
    try:
        return tomllib.loads(front)
    except (tomllib.TOMLDecodeError, RecursionError) as err:
        number = re.search(r"at line (\d{1,9})", str(err))
        lines = front.splitlines()
        line = lines[int(number[1]) - 1].strip() if number else lines[-1].strip()
        reason = (
            f"its {WHERE} is not TOML: `{line[:80]}` cannot be read. A text needs quotes there."
        )
        raise FormatError(reason) from err


def _read_json(content: str) -> tuple[Mapping[str, object], str]:
    try:
        values, end = json.JSONDecoder().raw_decode(content)
    except (ValueError, RecursionError) as err:
        number = getattr(err, "lineno", 1)
        line = content.splitlines()[number - 1].strip()
        reason = f"its {WHERE} is not JSON: there is a mistake in `{line[:80]}` or just before it."
        raise FormatError(reason) from err
    return values, content[end:]
