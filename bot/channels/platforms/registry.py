"""The platforms that there are, and those of them that are switched on."""

import os
from typing import Dict, List, Mapping

from bot.channels.platforms import mattermost, messenger, slack, teams, telegram, twilio
from bot.channels.platforms.outgoing import Outgoing
from bot.channels.platforms.platform import Platform
from bot.channels.platforms.settings import Account, Spec, read_account, read_public_url

SPECS: "tuple[Spec, ...]" = (
    telegram.SPEC,
    slack.SPEC,
    messenger.SPEC,
    twilio.SPEC,
    teams.SPEC,
    mattermost.SPEC,
)


def read_accounts(environ: Mapping[str, str] = os.environ) -> Dict[str, Account]:
    """Return the account of each platform that is on, by its name.

    Raises:
        SettingInvalid: A platform is half set, or a value has the wrong form.
    """
    read_public_url(environ)
    accounts = {spec.name: read_account(spec, environ) for spec in SPECS}
    return {name: account for name, account in accounts.items() if account is not None}


def name_channels(accounts: Mapping[str, Account]) -> List[str]:
    """Return the channels that are on: most platforms are one of the same name."""
    names = []
    for spec in SPECS:
        if spec.name in accounts:
            account, several = accounts[spec.name], spec.channels.items()
            names += [name for name, key in several if account[key]] or [spec.name]
    return names


def open_platforms(outgoing: Outgoing, environ: Mapping[str, str] = os.environ) -> List[Platform]:
    """Return the platforms that are on, ready to be asked.

    Raises:
        SettingInvalid: As `read_accounts`.
    """
    accounts = read_accounts(environ)
    return [spec.open(accounts[spec.name], outgoing) for spec in SPECS if spec.name in accounts]
