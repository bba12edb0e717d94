"""What can be set for the web channel, read from the environment once."""

import os
import re
from dataclasses import dataclass
from typing import FrozenSet, Mapping

SECRET = "BONAFIDE_SECRET"
SESSION_HOURS = "BONAFIDE_SESSION_HOURS"
WEB_ORIGINS = "BONAFIDE_WEB_ORIGINS"
MAX_CHARS = "BONAFIDE_MAX_CHARS"
PROXIES = "BONAFIDE_PROXIES"
SESSION_RATE = "BONAFIDE_SESSION_RATE"
ADDRESS_RATE = "BONAFIDE_ADDRESS_RATE"

# HMAC-SHA-256 is as strong as its key up to 32 bytes (RFC 7518, section 3.2).
MIN_SECRET = 32
_ORIGIN = re.compile(r"https?://[a-z0-9.-]+(:\d{1,5})?|https?://\[[0-9a-f:]+\](:\d{1,5})?")


class SettingInvalid(ValueError):
    """A setting of the web channel has the wrong form.

    Attributes:
        key: The setting.
    """

    def __init__(self, key: str, expected: str) -> None:
        """Name the setting and what it should look like, not its value: it may be a secret."""
        super().__init__(f"{key}: expected {expected} (docs/setup.md).")
        self.key = key


@dataclass(frozen=True)
class Settings:
    """Settings of the web channel; docs/setup.md describes each key.

    Attributes:
        secret: Signs session tokens; empty for one that is made once and kept in a file.
        session_hours: Hours after its last use that a session ends.
        origins: Other sites that may embed the widget, as `https://host` in small letters.
        max_chars: Longest message, in characters.
        proxies: How many trusted proxies stand in front of the server.
        session_rate: Most messages of one session within a minute; 0 for any number.
        address_rate: Most requests of one address within a minute; 0 for any number.
    """

    secret: str = ""
    session_hours: int = 24
    origins: FrozenSet[str] = frozenset()
    max_chars: int = 2000
    proxies: int = 0
    session_rate: int = 20
    address_rate: int = 120

    @classmethod
    def from_env(cls, environ: Mapping[str, str] = os.environ) -> "Settings":
        """Return the settings that `environ` gives, with defaults for the rest.

        Raises:
            SettingInvalid: A value has the wrong form or is out of range.
        """
        return cls(
            secret=_read_secret(environ.get(SECRET, "")),
            session_hours=_read_number(environ, SESSION_HOURS, cls.session_hours, 1, 8760),
            origins=_read_origins(environ.get(WEB_ORIGINS, "")),
            max_chars=_read_number(environ, MAX_CHARS, cls.max_chars, 100, 10000),
            proxies=_read_number(environ, PROXIES, cls.proxies, 0, 10),
            session_rate=_read_number(environ, SESSION_RATE, cls.session_rate, 0, 100000),
            address_rate=_read_number(environ, ADDRESS_RATE, cls.address_rate, 0, 100000),
        )

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


def _read_secret(secret: str) -> str:
    if secret and len(secret.encode("utf-8")) < MIN_SECRET:
        raise SettingInvalid(SECRET, f"at least {MIN_SECRET} characters, or nothing")
    return secret


def _read_number(environ: Mapping[str, str], key: str, default: int, low: int, high: int) -> int:
    value = environ.get(key, "").strip() or str(default)
    if not (value.isascii() and value.isdecimal() and low <= int(value[:9]) <= high):
        raise SettingInvalid(key, f"a whole number from {low} to {high}")
    return int(value)


def _read_origins(value: str) -> FrozenSet[str]:
    origins = frozenset(value.lower().split())
    if not all(_ORIGIN.fullmatch(origin) for origin in origins):
        example = "origins with spaces between (https://www.example.org), each without a path"
        raise SettingInvalid(WEB_ORIGINS, example)
    return origins
