"""The settings of the channels: web, REST and messaging platforms."""

import os
from collections.abc import Mapping
from dataclasses import dataclass

from settings import table
from settings.reading import read_settings, setting_field

# Requests that a page may make at once.
MIN_BURST = 20


@dataclass(frozen=True)
class ChannelSettings:
    """Settings of the channels; settings/table.py says what each does.

    Attributes:
        secret: Empty for one that is made once and kept in a file.
        old_secret: Empty for none.
        platform_secret: Empty for `secret`.
        origins: As `https://host` in small letters.
    """

    secret: str = setting_field(table.SECRET)
    old_secret: str = setting_field(table.SECRET_OLD)
    platform_secret: str = setting_field(table.PLATFORM_SECRET)
    session_hours: int = setting_field(table.SESSION_HOURS)
    session_days: int = setting_field(table.SESSION_DAYS)
    origins: frozenset[str] = setting_field(table.WEB_ORIGINS)
    max_chars: int = setting_field(table.MAX_CHARS)
    proxies: int = setting_field(table.PROXIES)
    session_rate: int = setting_field(table.SESSION_RATE)
    address_rate: int = setting_field(table.ADDRESS_RATE)
    indexable: bool = setting_field(table.INDEXABLE)

    @classmethod
    def from_env(cls, environ: Mapping[str, str] = os.environ) -> "ChannelSettings":
        """Return the settings that `environ` gives, with defaults for the rest.

        Raises:
            SettingInvalid: A value is not what is expected.
        """
        return read_settings(cls, environ)

    @property
    def address_burst(self) -> int:
        """Most requests of one address within a second; others are answered between them."""
        return max(MIN_BURST, self.address_rate // 6)

    @property
    def max_body_bytes(self) -> int:
        """Longest body of a request: 16 kB, or what the longest message needs in JSON."""
        # Six bytes a character: \u00e9.
        return max(16384, 6 * self.max_chars + 2048)

    @property
    def max_form_bytes(self) -> int:
        """Longest body of a form."""
        # A character outside the basic plane takes twelve bytes there: %F0%9F%A6%B4.
        return 12 * self.max_chars + 4096
