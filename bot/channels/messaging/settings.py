"""The accounts of the platforms that are switched on, read from the environment once.

A platform is on when all it needs is set, and off when nothing of it is. In between nothing starts.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from bot.channels.messaging.api_client import ApiClient
from bot.channels.messaging.platform import Platform
from settings import Setting, SettingInvalid, table


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
        settings: Each is its own: setting one of them asks for the platform.
        open: Makes the platform; may raise SettingInvalid.
        needs_public_url: Whether it works with BONAFIDE_PUBLIC_URL alone.
        channels: Where the platform is several channels, each with the variable that opens it: one
            of them has to be set.
    """

    name: str
    settings: tuple[Setting[str], ...]
    open: Callable[[Account, ApiClient], Platform]
    needs_public_url: bool = False
    channels: Mapping[str, str] = field(default_factory=dict)


def read_account(spec: Spec, environ: Mapping[str, str]) -> Account | None:
    """Return what is set for a platform; None if it is off.

    Raises:
        SettingInvalid: If it is half set, or a value is not what is expected.
    """
    named = [each.key for each in spec.settings if environ.get(each.key, "").strip()]
    public_url = table.PUBLIC_URL.read(environ)
    if not named:
        return None
    missing = [each.key for each in spec.settings if each.is_required and each.key not in named]
    if spec.needs_public_url and not public_url:
        missing.append(table.PUBLIC_URL.key)
    if spec.channels and not any(key in named for key in spec.channels.values()):
        missing.append(" or ".join(spec.channels.values()))
    if missing:
        raise SettingInvalid(" and ".join(missing), f"a value, since {named[0]} is set")
    return Account({each.key: each.read(environ) for each in spec.settings}, public_url)
