"""The settings of the Rasa server as a whole."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from settings import table
from settings.reading import read_settings, setting_field


@dataclass(frozen=True)
class ServerSettings:
    """Settings of the server; settings/table.py says what each does.

    Attributes:
        hosts: Names that it answers to, beside this machine's own, in small letters.
        rest_token: Empty where only this machine's programs may ask.
    """

    host: str = setting_field(table.HOST)
    hosts: frozenset[str] = setting_field(table.HOSTS)
    proxies: int = setting_field(table.PROXIES)
    address_rate: int = setting_field(table.ADDRESS_RATE)
    connections: int = setting_field(table.CONNECTIONS)
    address_connections: int = setting_field(table.ADDRESS_CONNECTIONS)
    rest_token: str = setting_field(table.REST_TOKEN)
    rest_commands: bool = setting_field(table.REST_COMMANDS)

    @classmethod
    def from_env(cls, environ: Mapping[str, str] = os.environ) -> "ServerSettings":
        """Return the settings that `environ` gives, with defaults for the rest.

        Raises:
            SettingInvalid: A value is not what is expected.
        """
        settings = read_settings(cls, environ)
        public = urlsplit(table.PUBLIC_URL.read(environ)).hostname
        return replace(settings, hosts=settings.hosts | ({public} if public else frozenset()))
