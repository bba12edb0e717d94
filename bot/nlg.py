"""Render the responses of domain.yml for the channel a conversation runs on."""

from typing import Any, Dict, Optional

from rasa.core.nlg import TemplatedNaturalLanguageGenerator
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig

from bot.safety.numbers import Numbers

# Channels whose clients read the turn contract (docs/contract.md) beside the plain text.
CONTRACT_CHANNELS = frozenset(
    {"rest", "web", "mattermost", "messenger", "slack", "sms", "teams", "telegram", "whatsapp"}
)
SHELL = "cmdline"
EMERGENCY = "emergency"
# Entity and slot with the kind of red flag (bot/components/red_flags.py).
RED_FLAG = "red_flag"
UNNAMED = "other"
# The kinds whose words name the crisis line: harm on purpose may be behind them.
IN_CRISIS = frozenset({"self_harm", "overdose", UNNAMED})


class TurnGenerator(TemplatedNaturalLanguageGenerator):
    """Adds the turn contract's payload to responses that state their `kind` in domain.yml.

    The words and buttons of a response stand in domain.yml once; here they become
    `{"kind", "text", "suggestions"}` on contract channels, plain lines in the shell, and stay
    ordinary buttons elsewhere. Actions that bring a payload of their own keep it. In every
    response `{emergency}` and `{crisis}` are the numbers of the user's country, as far as the
    settings know them.
    """

    def __init__(
        self, endpoint_config: Optional[EndpointConfig] = None, domain: Optional[Domain] = None
    ) -> None:
        """Take the responses of `domain`; `endpoint_config` is Rasa's and holds no option.

        Raises:
            NumbersInvalid: A setting of numbers has the wrong form.
        """
        super().__init__((domain or Domain.empty()).responses)
        self._numbers = Numbers.from_env()

    async def generate(
        self,
        utter_action: str,
        tracker: DialogueStateTracker,
        output_channel: str,
        **kwargs: Any,
    ) -> Optional[Dict[str, Any]]:
        """Return the message for `utter_action`, or nothing when there is no such response."""
        flag = self._flag(tracker)
        country = self._numbers.country(_metadata(tracker))
        # The slot keeps the last emergency's kind; which words are said depends on this message.
        slots = {**tracker.current_slot_values(), RED_FLAG: flag}
        values = {**self._numbers.words(country), **kwargs}
        message = self.generate_from_slots(utter_action, slots, output_channel, **values)
        if message is None:
            return None
        # REST and the shell share one output channel, so the input channel decides.
        channel = tracker.get_latest_input_channel()
        kind = (message.get("metadata") or {}).get("kind")
        if channel in CONTRACT_CHANNELS and kind and not kwargs.get("custom"):
            buttons = message.pop("buttons", [])
            rest = {"suggestions": buttons} if kind != EMERGENCY else self._help(flag, country)
            message["custom"] = {"kind": kind, "text": message["text"], **rest}
        elif channel == SHELL:
            choices = enumerate(message.pop("buttons", []), start=1)
            lines = [message["text"], *(f"{place}. {b['title']}" for place, b in choices)]
            message["text"] = "\n".join(lines)
        return message

    def _help(self, flag: Optional[str], country: str) -> Dict[str, Any]:
        kind = flag or UNNAMED
        numbers = self._numbers.payload(country, with_crisis=kind in IN_CRISIS)
        return {"flag": kind, "numbers": numbers}

    def _flag(self, tracker: DialogueStateTracker) -> Optional[str]:
        """Return the kind of red flag in the latest message, None for one without own words."""
        # Read here: Rasa sets `responses` anew when it has loaded a model.
        known = {
            condition["value"]
            for variants in self.responses.values()
            for variant in variants
            for condition in variant.get("condition") or []
            if condition["name"] == RED_FLAG
        }
        entities = tracker.latest_message.entities if tracker.latest_message else []
        kinds = [entity.get("value") for entity in entities if entity.get("entity") == RED_FLAG]
        # A typed "/report_emergency{…}" can name anything.
        return next((kind for kind in kinds if isinstance(kind, str) and kind in known), None)


def _metadata(tracker: DialogueStateTracker) -> Any:
    return tracker.latest_message.metadata if tracker.latest_message else None
