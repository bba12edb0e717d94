"""The platforms, each with what renders for it, checks its limits and reads what is shown."""

import functools
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.channels.messaging.mattermost import render as mattermost
from bot.channels.messaging.messenger import render as messenger
from bot.channels.messaging.slack import render as slack
from bot.channels.messaging.teams import render as teams
from bot.channels.messaging.telegram import render as telegram
from bot.channels.messaging.twilio import sms, whatsapp
from tests.messaging import limits, shown

Json = dict[str, Any]

DATA = Path(__file__).parents[1] / "data" / "messaging"
TURNS = {path.stem: json.loads(path.read_text("utf-8")) for path in (DATA / "turns").glob("*.json")}
ACTION_URL = "https://bot.example/webhooks/mattermost/action"


@dataclass(frozen=True)
class Platform:
    """A platform.

    Attributes:
        render: A turn's payload to messages.
        check: A message to what is wrong with it.
        show: A message to the words that a person sees.
        taps: Messages to the codes of their buttons.
        keeps: What the platform does to words before it shows them.
    """

    render: Callable[[Json], list[Json]]
    check: Callable[[Json], list[str]]
    show: Callable[[Json], str]
    taps: Callable[[Json], list[str]] = lambda message: []
    keeps: Callable[[str], str] = lambda text: text


PLATFORMS = {
    "telegram": Platform(telegram.render, limits.telegram, shown.telegram, shown.telegram_taps),
    "slack": Platform(slack.render, limits.slack, shown.slack, shown.slack_taps),
    "messenger": Platform(
        messenger.render, limits.messenger, shown.messenger, shown.messenger_taps
    ),
    "whatsapp": Platform(whatsapp.render, limits.twilio, shown.twilio),
    "sms": Platform(sms.render, limits.sms, shown.twilio, keeps=shown.folded),
    "teams": Platform(teams.render, limits.teams, shown.teams, shown.teams_taps),
    "mattermost": Platform(
        functools.partial(mattermost.render, action_url=ACTION_URL),
        limits.mattermost,
        shown.mattermost,
        shown.mattermost_taps,
        # In an address "@" stands encoded, which is the same address.
        keeps=lambda text: text.replace("%40", "@"),
    ),
}
WITH_BUTTONS = {"telegram", "slack", "messenger", "teams", "mattermost"}
