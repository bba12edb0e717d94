"""A setting, the kinds there are, and how dataclasses are filled with them.

Standard library only: both environments use it, and pydantic-settings needs a newer pydantic than
Rasa 3.6 allows.
"""

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Generic, TypeVar

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

OWN_PREFIXES = ("BONAFIDE_", "KNOWLEDGE_")
URL_PATTERN = r"https?://[A-Za-z0-9.:\[\]_-]+(?:/[A-Za-z0-9._~/-]*[A-Za-z0-9._~-])?"
URL_EXPECTED = "an address without a slash at its end (https://bot.example)"
# Longest value that a message shows, in characters.
MAX_SHOWN = 60


class SettingInvalid(ValueError):
    """A setting is missing or has a value that it cannot have.

    Attributes:
        key: The setting.
    """

    def __init__(self, key: str, expected: str, *, found: str = "", remedy: str = "") -> None:
        """Say what is wrong and what to do.

        Args:
            key: The setting.
            expected: What it may be.
            found: What it is; empty for a secret, which no message repeats.
            remedy: What to do, where that is more than to correct the value.
        """
        shown = found if len(found) <= MAX_SHOWN else f"{found[:MAX_SHOWN]}…"
        guide = "docs/setup.md" if key.startswith(OWN_PREFIXES) else "docs/channels.md"
        super().__init__(
            f"{key}: expected {expected}{f', found {shown!r}' if found else ''}. "
            f"{remedy or 'Correct it in the environment or in .env'} ({guide})."
        )
        self.key = key


@dataclass(frozen=True)
class Setting(Generic[T_co]):
    """A variable of the environment.

    Attributes:
        key: Its name.
        default: Its value where it is not set, or blank.
        expected: What it may be, in words.
        parse: Returns the value of a text; raises ValueError if it is not what is expected.
        what: What it does, as the guide says it.
        unset: What the guide shows as its default, where that is not `default`.
        is_secret: Whether no message may show its value.
        is_required: Whether it has to be set where others of its platform are.
    """

    key: str
    default: T_co
    expected: str
    parse: Callable[[str], T_co]
    what: str = ""
    unset: str = ""
    is_secret: bool = False
    is_required: bool = False

    def read(self, environ: Mapping[str, str] = os.environ) -> T_co:
        """Return the value that `environ` gives, or the default.

        Raises:
            SettingInvalid: The value is not what is expected.
        """
        text = environ.get(self.key, "")
        if not text.strip():
            return self.default
        try:
            return self.parse(text)
        except ValueError:
            raise self.make_error(text) from None

    def make_error(self, text: str) -> SettingInvalid:
        """Return the error that says that `text` is not what is expected."""
        return SettingInvalid(self.key, self.expected, found="" if self.is_secret else text)


def setting_field(setting: Setting[T]) -> T:
    """Return the field of a dataclass that `read_settings` fills from a setting."""
    metadata = {"setting": setting}
    return field(default=setting.default, repr=not setting.is_secret, metadata=metadata)


def read_settings(cls: type[T], environ: Mapping[str, str] = os.environ) -> T:
    """Return a dataclass of `setting_field`s with the values that `environ` gives.

    Raises:
        SettingInvalid: A value is not what is expected.
    """
    # mypy has no name for "a dataclass".
    found = {each.name: each.metadata.get("setting") for each in fields(cls)}  # type: ignore[arg-type]
    return cls(**{name: setting.read(environ) for name, setting in found.items() if setting})


def number(key: str, default: int, limits: tuple[int, int], what: str) -> Setting[int]:
    """Return a setting whose value is a whole number within limits, both included."""
    low, high = limits

    def parse(text: str) -> int:
        text = text.strip()
        # int() takes digits of other scripts and underscores, too; and no number of ours is longer.
        if not (
            text.isascii() and text.isdecimal() and len(text) < 10 and low <= int(text) <= high
        ):
            raise ValueError
        return int(text)

    return Setting(key, default, f"a whole number from {low} to {high}", parse, what)


def decimal(key: str, default: float, limits: tuple[float, float], what: str) -> Setting[float]:
    """Return a setting whose value is a number within limits, both included."""
    low, high = limits

    def parse(text: str) -> float:
        value = float(text)
        if not low <= value <= high:
            raise ValueError
        return value

    expected = f"a number from {low} to {high}"
    return Setting(key, default, expected, parse, what)


def flag(key: str, what: str) -> Setting[bool]:
    """Return a setting that is on (1) or off (0)."""

    def parse(text: str) -> bool:
        return bool(["0", "1"].index(text.strip()))

    return Setting(key, False, "0 or 1", parse, what, unset="`0`")


def text(
    key: str,
    pattern: str,
    expected: str,
    what: str = "",
    *,
    default: str = "",
    unset: str = "",
    is_secret: bool = False,
    is_required: bool = False,
    is_exact: bool = False,
) -> Setting[str]:
    """Return a setting whose value matches a regular expression.

    Blanks around the value do not count, unless it `is_exact`.
    """

    def parse(text: str) -> str:
        value = text if is_exact else text.strip()
        if not re.fullmatch(pattern, value):
            raise ValueError
        return value

    return Setting(key, default, expected, parse, what, unset, is_secret, is_required)


def url(key: str, what: str = "", *, default: str = "", is_required: bool = False) -> Setting[str]:
    """Return a setting whose value is an address of a server."""
    return text(key, URL_PATTERN, URL_EXPECTED, what, default=default, is_required=is_required)


def credential(key: str, pattern: str, expected: str) -> Setting[str]:
    """Return a setting that a platform cannot do without, and that no message shows."""
    return text(key, pattern, expected, is_secret=True, is_required=True)


def secret(key: str, what: str, *, min_bytes: int, unset: str) -> Setting[str]:
    """Return a setting whose value is a secret, taken as it is, blanks included."""

    def parse(text: str) -> str:
        # Bytes that are not UTF-8 come as surrogates, which are not printable.
        if not (text.isprintable() and len(text.encode("utf-8")) >= min_bytes):
            raise ValueError
        return text

    expected = f"at least {min_bytes} characters, or nothing"
    return Setting(key, "", expected, parse, what, unset, is_secret=True)


def word_list(key: str, pattern: str, expected: str, what: str) -> Setting[frozenset[str]]:
    """Return a setting of words with spaces between, in small letters."""

    def parse(text: str) -> frozenset[str]:
        found = frozenset(text.lower().split())
        if not all(re.fullmatch(pattern, each) for each in found):
            raise ValueError
        return found

    return Setting(key, frozenset(), expected, parse, what)


def path(key: str, default: str, what: str) -> Setting[Path]:
    """Return a setting whose value is a file or folder."""
    return Setting(key, Path(default), "a path", lambda text: Path(text.strip()), what)


def paths(key: str, default: str, what: str) -> Setting[tuple[Path, ...]]:
    """Return a setting whose value is one folder, or several with the system's mark between."""

    def parse(text: str) -> tuple[Path, ...]:
        found = tuple(Path(each.strip()) for each in text.split(os.pathsep) if each.strip())
        if not found:
            raise ValueError
        return found

    expected = f"a path, or several with `{os.pathsep}` between"
    return Setting(key, (Path(default),), expected, parse, what)
