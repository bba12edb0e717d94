"""The settings of the outcomes: where they are kept and for how long."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy.engine import URL, make_url

from settings import table
from settings.reading import read_settings, setting_field
from storage.database import read_url

FILE = "outcomes.db"
DEFAULT_FOLDER = table.STATE.default
# Where earlier versions kept them; "make clean" takes that folder away.
EARLIER_FILE = Path("build") / FILE


@dataclass(frozen=True, slots=True)
class Settings:
    """Where the outcomes are kept and for how long; settings/table.py says what each does.

    Attributes:
        url: The database; empty to keep nothing.
        salt: Empty for one that is made once and kept beside the database.
    """

    url: str = f"sqlite:///{DEFAULT_FOLDER}/{FILE}"
    salt: str = setting_field(table.SALT)
    keep_days: int = setting_field(table.KEEP_DAYS)

    @classmethod
    def from_env(cls, environ: Mapping[str, str] = os.environ) -> "Settings":
        """Return the settings that `environ` gives, with defaults for the rest.

        Raises:
            SettingInvalid: A value is not what is expected.
        """
        # Set, but empty, it keeps nothing.
        is_set = table.OUTCOMES_URL.key in environ
        url = read_url(table.OUTCOMES_URL, environ) if is_set else default_url(environ)
        return replace(read_settings(cls, environ), url=url)

    @property
    def is_on(self) -> bool:
        """Whether anything is kept."""
        return bool(self.url)

    @property
    def file(self) -> Path | None:
        """The database file; None if the database is not in one."""
        url: URL = make_url(self.url)
        is_file = url.get_backend_name() == "sqlite" and url.database not in (None, "", ":memory:")
        return Path(url.database or "") if is_file else None

    @property
    def salt_file(self) -> Path:
        """Where a salt is kept that no setting gives."""
        return (self.file or Path(DEFAULT_FOLDER, FILE)).with_suffix(".salt")


def default_url(environ: Mapping[str, str]) -> str:
    """Return the default database, or that of an earlier version if it is still there."""
    file = table.STATE.read(environ) / FILE
    is_named = file != Path(DEFAULT_FOLDER, FILE)
    goes_on = not is_named and not file.exists() and EARLIER_FILE.exists()
    return f"sqlite:///{EARLIER_FILE if goes_on else file}"
