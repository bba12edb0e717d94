"""Every setting of the library, read from the environment once and passed down."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from knowledge.errors import SettingInvalid

PREFIX = "KNOWLEDGE_"


@dataclass(frozen=True, slots=True)
class Settings:
    """Where the library is and how it is searched; docs/setup.md describes each key.

    Attributes:
        documents: Folder of source files (`KNOWLEDGE_DOCUMENTS`).
        index: The index file (`KNOWLEDGE_INDEX`).
        encoder: Folder of the exported encoder (`KNOWLEDGE_ENCODER`).
        max_file_mb: Size of the largest file that is read, in millions of bytes
            (`KNOWLEDGE_MAX_FILE_MB`).
        max_words: Most words of a passage (`KNOWLEDGE_MAX_WORDS`).
        top_k: Most passages an answer cites (`KNOWLEDGE_TOP_K`).
        threshold: Lowest probability that counts as an answer, 0 to 1 (`KNOWLEDGE_THRESHOLD`).
        unsure: Lowest probability at which a passage may be near; below it a question is refused,
            0 to 1 (`KNOWLEDGE_UNSURE`).
        timeout_s: Longest a search may take, in seconds (`KNOWLEDGE_TIMEOUT_S`).
    """

    documents: Path = Path("knowledge/documents")
    index: Path = Path("build/knowledge.db")
    encoder: Path = Path("build/encoder")
    max_file_mb: float = 50.0
    max_words: int = 160
    top_k: int = 4
    threshold: float = 0.32
    unsure: float = 0.1
    timeout_s: float = 2.0

    @classmethod
    def from_env(cls, environ: Mapping[str, str] = os.environ) -> "Settings":
        """Return the settings that `environ` gives, with defaults for the rest.

        Raises:
            SettingInvalid: A value has the wrong form or is out of range.
        """
        defaults = cls()
        return cls(
            documents=Path(environ.get(PREFIX + "DOCUMENTS") or defaults.documents),
            index=Path(environ.get(PREFIX + "INDEX") or defaults.index),
            encoder=Path(environ.get(PREFIX + "ENCODER") or defaults.encoder),
            max_file_mb=_number(
                environ, "MAX_FILE_MB", defaults.max_file_mb, low=0.001, high=10_000
            ),
            max_words=int(_number(environ, "MAX_WORDS", defaults.max_words, low=20, high=1000)),
            top_k=int(_number(environ, "TOP_K", defaults.top_k, low=1, high=50)),
            threshold=_number(environ, "THRESHOLD", defaults.threshold, low=0, high=1),
            unsure=_number(environ, "UNSURE", defaults.unsure, low=0, high=1),
            timeout_s=_number(environ, "TIMEOUT_S", defaults.timeout_s, low=0.001, high=60),
        )


def _number(
    environ: Mapping[str, str], key: str, default: float, *, low: float, high: float
) -> float:
    value = environ.get(PREFIX + key)
    if not value:
        return default
    kind = "whole number" if isinstance(default, int) else "number"
    expected = f"a {kind} from {low:g} to {high:g}"
    try:
        number = int(value) if isinstance(default, int) else float(value)
    except ValueError as err:
        raise SettingInvalid(PREFIX + key, value, expected) from err
    if not low <= number <= high:
        raise SettingInvalid(PREFIX + key, value, expected)
    return number
