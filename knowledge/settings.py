"""The settings of the library, read from the environment once and passed down."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from settings import table
from settings.reading import read_settings, setting_field


@dataclass(frozen=True, slots=True)
class Settings:
    """Where the library is and how it is searched; settings/table.py says what each does."""

    documents: tuple[Path, ...] = setting_field(table.DOCUMENTS)
    index: Path = setting_field(table.INDEX)
    encoder: Path = setting_field(table.ENCODER)
    max_file_mb: float = setting_field(table.MAX_FILE_MB)
    read_timeout_s: float = setting_field(table.READ_TIMEOUT_S)
    read_memory_mb: float = setting_field(table.READ_MEMORY_MB)
    max_words: int = setting_field(table.MAX_WORDS)
    top_k: int = setting_field(table.TOP_K)
    threshold: float = setting_field(table.THRESHOLD)
    unsure: float = setting_field(table.UNSURE)
    timeout_s: float = setting_field(table.TIMEOUT_S)

    @classmethod
    def from_env(cls, environ: Mapping[str, str] = os.environ) -> "Settings":
        """Return the settings that `environ` gives, with defaults for the rest.

        Raises:
            SettingInvalid: A value is not what is expected.
        """
        return read_settings(cls, environ)
