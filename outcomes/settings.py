"""Where the outcomes are kept and for how long, read from the environment once."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from outcomes.errors import SettingInvalid

URL_SETTING = "BONAFIDE_OUTCOMES_URL"
SALT_SETTING = "BONAFIDE_SALT"
KEEP_SETTING = "BONAFIDE_KEEP_DAYS"

DEFAULT_URL = "sqlite:///build/outcomes.db"
DEFAULT_KEEP_DAYS = 90
MIN_SALT = 16


@dataclass(frozen=True, slots=True)
class Settings:
    """Where the outcomes are kept and for how long; docs/setup.md describes each key.

    Attributes:
        url: The database (`BONAFIDE_OUTCOMES_URL`); empty to keep nothing.
        salt: Secret that sender ids are hashed with (`BONAFIDE_SALT`); empty for one that is made
            once and kept beside the database.
        keep_days: Days that a turn is kept, at least 1 (`BONAFIDE_KEEP_DAYS`).
    """

    url: str = DEFAULT_URL
    salt: str = ""
    keep_days: int = DEFAULT_KEEP_DAYS

    @classmethod
    def from_env(cls, environ: Mapping[str, str] = os.environ) -> "Settings":
        """Return the settings that `environ` gives, with defaults for the rest.

        Raises:
            SettingInvalid: A value has the wrong form or is out of range.
        """
        return cls(
            url=_read_url(environ.get(URL_SETTING, DEFAULT_URL).strip()),
            salt=_read_salt(environ.get(SALT_SETTING, "")),
            keep_days=_read_days(environ.get(KEEP_SETTING) or str(DEFAULT_KEEP_DAYS)),
        )

    @property
    def is_on(self) -> bool:
        """Whether anything is kept."""
        return bool(self.url)

    @property
    def file(self) -> Path | None:
        """The database file; none for a database that is not one."""
        url: URL = make_url(self.url)
        is_file = url.get_backend_name() == "sqlite" and url.database not in (None, "", ":memory:")
        return Path(url.database or "") if is_file else None

    @property
    def salt_file(self) -> Path:
        """Where a salt is kept that no setting gives."""
        return (self.file or Path("build/outcomes.db")).with_suffix(".salt")


def _read_url(url: str) -> str:
    if url:
        try:
            make_url(url)
        except (ArgumentError, ValueError) as err:
            expected = "a database address such as sqlite:///build/outcomes.db, or empty"
            raise SettingInvalid(URL_SETTING, expected) from err
    return url


def _read_salt(salt: str) -> str:
    if salt and len(salt) < MIN_SALT:
        raise SettingInvalid(SALT_SETTING, f"at least {MIN_SALT} characters long, or unset")
    return salt


def _read_days(days: str) -> int:
    if not days.isdecimal() or not 1 <= int(days) <= 36500:
        raise SettingInvalid(KEEP_SETTING, "a whole number of days from 1 to 36500")
    return int(days)
