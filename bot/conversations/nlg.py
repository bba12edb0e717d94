"""Render the responses of domain.yml for the channel a conversation runs on."""

from rasa.core.nlg import TemplatedNaturalLanguageGenerator
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig

from bot.conversations.assistant_words import AssistantWords
from bot.emergency_numbers import Numbers
from bot.red_flags.further import get_further_kinds
from contract.channels import reads_turns
from contract.turn import Emergency

SHELL = "cmdline"
EMERGENCY = "emergency"
UTTER_EMERGENCY = "utter_emergency"
# Entity and slot with the kind of red flag (bot/components/red_flag_detector.py).
RED_FLAG = "red_flag"
UNNAMED = "other"
SELF_HARM = "self_harm"
# The kinds whose words name the crisis line: harm on purpose may be behind them.
IN_CRISIS = frozenset({SELF_HARM, "overdose", UNNAMED})


class TurnGenerator(TemplatedNaturalLanguageGenerator):
    """Adds the turn contract's payload to responses that state their `kind` in domain.yml.

    The words and buttons of a response stand in domain.yml once; here they become
    `{"kind", "text", "suggestions"}` for clients that read turns, plain lines in the shell, and
    stay ordinary buttons elsewhere. Actions that bring a payload of their own keep it. In every
    response `{emergency}` and `{crisis}` are the numbers of the user's country, as far as they are
    known; all else that is the assistant's own comes from its profile.
    """

    def __init__(
        self,
        endpoint_config: EndpointConfig | None = None,
        domain: Domain | None = None,
        *,
        words: AssistantWords | None = None,
    ) -> None:
        """Take the responses of `domain`; `endpoint_config` is Rasa's and holds no option.

        Args:
            endpoint_config: Of Rasa.
            domain: What the model holds.
            words: Of the assistant; None for those of the profile.

        Raises:
            ProfileInvalid: The profile, or its emergencies, cannot be used.
            SettingInvalid: A setting of numbers, or the name, has the wrong form.
        """
        super().__init__((domain or Domain.empty()).responses)
        self._numbers = Numbers.from_env()
        self._words = AssistantWords() if words is None else words
        # The profile's further kinds of emergency, whose words stand there.
        self._further = {kind.name: kind for kind in get_further_kinds() if kind.words}

    async def generate(
        self,
        utter_action: str,
        tracker: DialogueStateTracker,
        output_channel: str,
        **kwargs: object,
    ) -> dict[str, object] | None:
        """Return the message for `utter_action`, or nothing when there is no such response."""
        flag = self._flag(tracker)
        metadata = _metadata(tracker)
        country = self._numbers.country(metadata)
        # The slot keeps the last emergency's kind; which words are said depends on this message.
        slots = {**tracker.current_slot_values(), RED_FLAG: flag}
        # An emergency waits for nothing.
        if utter_action != UTTER_EMERGENCY:
            await self._words.get()
        name = self._words.known.values["name"]
        values = {"name": name, **self._numbers.words(country), **kwargs}
        further = self._further.get(flag or "") if utter_action == UTTER_EMERGENCY else None
        response = {"text": further.words, "metadata": {"kind": EMERGENCY}} if further else None
        message = (
            self._fill_response(response, slots, **values)
            if response
            else self.generate_from_slots(utter_action, slots, output_channel, **values)
        )
        if message is None:
            return None
        # REST and the shell share one output channel, so the input channel decides.
        channel = tracker.get_latest_input_channel()
        kind = (message.get("metadata") or {}).get("kind")
        if reads_turns(channel, metadata) and kind and not kwargs.get("custom"):
            text, buttons = message["text"], message.pop("buttons", [])
            message["custom"] = (
                self._make_emergency(text, flag, country)
                if kind == EMERGENCY
                else {"kind": kind, "text": text, "suggestions": buttons}
            )
        elif channel == SHELL:
            choices = enumerate(message.pop("buttons", []), start=1)
            lines = [message["text"], *(f"{place}. {b['title']}" for place, b in choices)]
            message["text"] = "\n".join(lines)
        return message

    def _random_response_for(
        self, utter_action: str, output_channel: str, filled_slots: dict[str, object]
    ) -> dict[str, object] | None:
        """Return a variant of a response in the words of the assistant; None if there is none."""
        found = super()._random_response_for(utter_action, output_channel, filled_slots)
        return None if found is None else self._words.known.word_variant(utter_action, found)

    def _make_emergency(self, text: str, flag: str | None, country: str) -> Emergency:
        kind = flag or UNNAMED
        emergency = self._numbers.find_emergency(country)
        further = self._further.get(kind)
        in_crisis = kind in IN_CRISIS or (further is not None and further.names_crisis_line)
        crisis = self._numbers.find_crisis(country) if in_crisis else None
        # The one to call first in front.
        numbers = [crisis, emergency] if kind == SELF_HARM else [emergency, crisis]
        known = [number for number in numbers if number]
        return {"kind": "emergency", "text": text, "flag": kind, "numbers": known}

    def _flag(self, tracker: DialogueStateTracker) -> str | None:
        """Return the kind of red flag in the latest message, None for one without own words."""
        # Read here: Rasa sets `responses` anew when it has loaded a model.
        known = {
            condition["value"]
            for variants in self.responses.values()
            for variant in variants
            for condition in variant.get("condition") or []
            if condition["name"] == RED_FLAG
        } | self._further.keys()
        entities = tracker.latest_message.entities if tracker.latest_message else []
        kinds = [entity.get("value") for entity in entities if entity.get("entity") == RED_FLAG]
        # A typed "/report_emergency{…}" can name anything.
        return next((kind for kind in kinds if isinstance(kind, str) and kind in known), None)


def _metadata(tracker: DialogueStateTracker) -> object:
    return tracker.latest_message.metadata if tracker.latest_message else None
