"""Which platforms are switched on, and with what account: read from the environment once.

A platform is on when all it needs is set, and off when nothing of it is. In between nothing starts.
"""

import re
from dataclasses import dataclass, field
from typing import Callable, Mapping, Optional, Tuple

from bot.channels.platforms.outgoing import Outgoing
from bot.channels.platforms.platform import Platform
from bot.channels.settings import SettingInvalid

PUBLIC_URL = "BONAFIDE_PUBLIC_URL"
URL_PATTERN = r"https?://[A-Za-z0-9.:\[\]_-]+(?:/[A-Za-z0-9._~/-]*[A-Za-z0-9._~-])?"
URL_EXPECTED = "an address without a slash at its end (https://bot.example)"


@dataclass(frozen=True)
class Variable:
    """An environment variable of a platform.

    Attributes:
        key: Its name.
        pattern: Regular expression of the whole value.
        expected: The same in words, for who set it wrong.
        default: What counts where it is not set. None: it has to be set.
    """

    key: str
    pattern: str
    expected: str
    default: Optional[str] = None


@dataclass(frozen=True)
class Account:
    """What is set for one platform; it does not print its values, which may be secrets.

    Attributes:
        values: By variable.
        public_url: How the world reaches this server, without a slash at its end; may be empty.
    """

    values: Mapping[str, str] = field(repr=False)
    public_url: str = ""

    def __getitem__(self, key: str) -> str:
        return self.values[key]


@dataclass(frozen=True)
class Spec:
    """What a platform reads from the environment.

    Attributes:
        name: The platform.
        variables: Each is its own: setting one of them asks for the platform.
        open: Makes the platform; may raise SettingInvalid.
        needs_public_url: Whether it works with BONAFIDE_PUBLIC_URL alone.
        channels: Where the platform is several channels, each with the variable that opens it: one
            of them has to be set.
    """

    name: str
    variables: Tuple[Variable, ...]
    open: Callable[[Account, Outgoing], Platform]
    needs_public_url: bool = False
    channels: Mapping[str, str] = field(default_factory=dict)


def api_url(key: str, default: str) -> Variable:
    """Return the variable with the address of a platform's API: tests name a stand-in there."""
    return Variable(key, URL_PATTERN, URL_EXPECTED, default)


def read_public_url(environ: Mapping[str, str]) -> str:
    """Return how the world reaches this server, without a slash at its end; empty when not set.

    Raises:
        SettingInvalid: It is no address.
    """
    url = environ.get(PUBLIC_URL, "").strip()
    if url and not re.fullmatch(URL_PATTERN, url):
        raise SettingInvalid(PUBLIC_URL, URL_EXPECTED)
    return url


def read_account(spec: Spec, environ: Mapping[str, str]) -> Optional[Account]:
    """Return what is set for a platform; nothing when it is off.

    Raises:
        SettingInvalid: It is half set, or a value has the wrong form. The message has no value.
    """
    given = {each.key: environ.get(each.key, "").strip() for each in spec.variables}
    named = [key for key, value in given.items() if value]
    public_url = read_public_url(environ)
    if not named:
        return None
    missing = [each.key for each in spec.variables if each.default is None and not given[each.key]]
    if spec.needs_public_url and not public_url:
        missing.append(PUBLIC_URL)
    if spec.channels and not any(given[key] for key in spec.channels.values()):
        missing.append(" or ".join(spec.channels.values()))
    if missing:
        raise SettingInvalid(" and ".join(missing), f"a value, since {named[0]} is set")
    values = {}
    for each in spec.variables:
        value = given[each.key] or each.default or ""
        if value and not re.fullmatch(each.pattern, value):
            raise SettingInvalid(each.key, each.expected)
        values[each.key] = value
    return Account(values, public_url)
