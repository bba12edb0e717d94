"""All platforms, and those of them that are switched on."""

import os
import sys
from collections.abc import Mapping

from bot.channels.messaging.api_client import ApiClient
from bot.channels.messaging.mattermost.platform import SPEC as MATTERMOST
from bot.channels.messaging.messenger.platform import SPEC as MESSENGER
from bot.channels.messaging.platform import Platform
from bot.channels.messaging.settings import Account, Spec, read_account
from bot.channels.messaging.slack.platform import SPEC as SLACK
from bot.channels.messaging.teams.platform import SPEC as TEAMS
from bot.channels.messaging.telegram.platform import SPEC as TELEGRAM
from bot.channels.messaging.twilio.platform import SPEC as TWILIO
from settings import SettingInvalid, table

# Channels that are always open (credentials.yml).
ALWAYS_ON = ("web", "rest")
SPECS: tuple[Spec, ...] = (TELEGRAM, SLACK, MESSENGER, TWILIO, TEAMS, MATTERMOST)
# Most platforms are one channel of the same name.
CHANNELS = frozenset(name for spec in SPECS for name in (spec.channels or [spec.name]))


def read_accounts(environ: Mapping[str, str] = os.environ) -> dict[str, Account]:
    """Return the account of each platform that is on, by its name.

    Raises:
        SettingInvalid: If a platform is half set, or a value has the wrong form.
    """
    table.PUBLIC_URL.read(environ)
    accounts = {spec.name: read_account(spec, environ) for spec in SPECS}
    return {name: account for name, account in accounts.items() if account is not None}


def name_channels(accounts: Mapping[str, Account]) -> list[str]:
    """Return the channels that are on: most platforms are one of the same name."""
    names = []
    for spec in SPECS:
        if spec.name in accounts:
            account, several = accounts[spec.name], spec.channels.items()
            names += [name for name, key in several if account[key]] or [spec.name]
    return names


def print_channels(environ: Mapping[str, str] = os.environ) -> int:
    """Print the channels to stdout, or what is wrong with a setting to stderr; return the code."""
    try:
        channels = name_channels(read_accounts(environ))
    except SettingInvalid as err:
        print(err, file=sys.stderr)
        return 1
    print(f"Channels: {', '.join([*ALWAYS_ON, *channels])}")
    return 0


def open_platforms(client: ApiClient, environ: Mapping[str, str] = os.environ) -> list[Platform]:
    """Return the platforms that are on, ready to be asked.

    Raises:
        SettingInvalid: As `read_accounts`.
    """
    accounts = read_accounts(environ)
    return [spec.open(accounts[spec.name], client) for spec in SPECS if spec.name in accounts]
