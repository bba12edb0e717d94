"""YAML files of phrases, rules and exemplars: read and checked."""

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml

# libyaml reads the same ten times as fast, where PyYAML was built with it.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class PhrasesInvalid(Exception):
    """A file of phrases, rules or exemplars cannot be used.

    Attributes:
        path: The file.
    """

    def __init__(self, path: Path, reason: str) -> None:
        """Name the file and what is wrong with it."""
        super().__init__(f"{path}: {reason}")
        self.path = path


def read_yaml(path: Path) -> dict[str, Any]:
    """Return the mapping in a file.

    Raises:
        PhrasesInvalid: If the file is missing, not YAML, or no mapping.
    """
    try:
        content = yaml.load(path.read_text(encoding="utf-8"), Loader=_LOADER)  # noqa: S506 - a safe one
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as err:
        raise PhrasesInvalid(path, f"cannot be read ({err}).") from err
    if not isinstance(content, dict):
        raise PhrasesInvalid(path, "expected `name: [phrase, …]` lines.")
    return content


def check_lists(content: dict[str, Any], path: Path) -> dict[str, list[str]]:
    """Return `content` when it maps names to lists of texts.

    Raises:
        PhrasesInvalid: If it does not map so.
    """
    for name, lines in content.items():
        if not isinstance(lines, list) or not all(isinstance(line, str) for line in lines):
            raise PhrasesInvalid(
                path, f"{name!r} needs a list of texts; quote yes, no and numbers."
            )
    return content


def read_lists(path: Path) -> dict[str, list[str]]:
    """Return the lists of texts in a file, by name.

    Raises:
        PhrasesInvalid: If the file is missing, not YAML, or holds something else.
    """
    return check_lists(read_yaml(path), path)


def hash_files(paths: Iterable[Path]) -> str:
    """Return a digest of the content of some files, in the order of their paths."""
    return hashlib.sha256(b"\n".join(path.read_bytes() for path in sorted(paths))).hexdigest()
