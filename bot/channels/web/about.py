"""What anybody can know of the assistant before they say a word; no turn of the bot, no session."""

import json
from collections.abc import Mapping, Sequence
from typing import cast

from rasa.core.agent import Agent
from rasa.shared.core.events import UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.channels.collector import NAME, TurnCollector
from bot.channels.http import RETRY_AFTER_S, require_model
from bot.channels.settings import ChannelSettings
from bot.channels.web.facts import Facts
from bot.channels.web.requests import parse_locale
from bot.channels.web.static_files import StaticFile, StaticFolder
from bot.emergency_numbers import Numbers, parse_country
from bot.server.errors import Unavailable
from contract.about import About
from contract.channels import GREETING
from contract.contact import Contact
from contract.turn import Chat, Turn

LANGUAGES = ("en",)
# Browsers ask again after so long; a changed setting shows by then.
CACHE = "public, max-age=300"


class AboutPage:
    """Makes the description of the assistant, and its greeting."""

    def __init__(
        self,
        facts: Facts,
        settings: ChannelSettings,
        *,
        contact: Contact | None,
        numbers: Numbers,
        widget: StaticFolder,
        languages: Sequence[str] | None = None,
    ) -> None:
        """Take what is described.

        Args:
            facts: Of the operator and of what is kept.
            settings: Of the channel.
            contact: A way to a person; None for none.
            numbers: Emergency numbers by country.
            widget: Its version is that of the description.
            languages: What it answers in, as BCP 47 tags; None for English.
        """
        self._facts = facts
        self._settings = settings
        self._contact = contact
        self._numbers = numbers
        self._widget = widget
        self._languages = [*(languages or LANGUAGES)]

    async def describe(self, place: Mapping[str, str], agent: Agent | None) -> StaticFile:
        """Return the description as JSON.

        Args:
            place: Country and locale of the client, as far as it names them.
            agent: Rasa's; None while it loads.

        Raises:
            Unavailable: There is no model yet.
        """
        facts = self._facts
        about: About = {
            "name": facts.name,
            "operator": {"name": facts.operator, "url": facts.operator_url},
            "region": facts.region,
            "retention_days": facts.retention_days,
            "session_hours": facts.session_hours,
            "privacy_url": facts.privacy_url,
            "languages": self._languages,
            "version": self._widget.version,
            "max_chars": self._settings.max_chars,
            "greeting": cast("Chat", (await self.greet(place, agent))[0]),
            "contact": self._contact,
            "emergency": self._numbers.find_emergency(self._numbers.country(dict(place))),
        }
        text = json.dumps(about, ensure_ascii=False, separators=(",", ":"))
        return StaticFile.from_bytes(text.encode("utf-8", "replace"), "application/json")

    async def greet(self, place: Mapping[str, str], agent: Agent | None) -> list[Turn]:
        """Return the words with which the assistant greets; nothing of it is kept.

        Args:
            place: Country and locale of the client, as far as it names them.
            agent: Rasa's; None while it loads.

        Raises:
            Unavailable: There is no model yet, or it has no greeting.
        """
        nobody = UserUttered("", input_channel=NAME, metadata=dict(place))
        tracker = DialogueStateTracker.from_events("", [nobody])
        said = await require_model(agent).nlg.generate(GREETING, tracker, NAME)
        collector = TurnCollector()
        await collector.send_response("", said or {})
        if not collector.turns:
            raise Unavailable("There is no greeting.", retry_after_s=RETRY_AFTER_S)
        return collector.turns


def read_place(data: Mapping[str, object]) -> dict[str, str]:
    """Return the country and the locale that a client names, as far as they have that form."""
    said = {
        "country": parse_country(data.get("country")),
        "locale": parse_locale(data.get("locale")),
    }
    return {name: value for name, value in said.items() if value}
