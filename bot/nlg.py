"""Render the responses of domain.yml for the channel a conversation runs on."""

from typing import Any, Dict, Optional

from rasa.core.nlg import TemplatedNaturalLanguageGenerator
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig

# Channels whose clients read the turn contract (docs/contract.md) beside the plain text.
CONTRACT_CHANNELS = frozenset({"rest"})
SHELL = "cmdline"


class TurnGenerator(TemplatedNaturalLanguageGenerator):
    """Adds the turn contract's payload to responses that state their `kind` in domain.yml.

    The words and buttons of a response stand in domain.yml once; here they become
    `{"kind", "text", "suggestions"}` on contract channels, plain lines in the shell, and stay
    ordinary buttons elsewhere. Actions that bring a payload of their own keep it.
    """

    def __init__(
        self, endpoint_config: Optional[EndpointConfig] = None, domain: Optional[Domain] = None
    ) -> None:
        """Take the responses of `domain`; `endpoint_config` is Rasa's and holds no option."""
        super().__init__((domain or Domain.empty()).responses)

    async def generate(
        self,
        utter_action: str,
        tracker: DialogueStateTracker,
        output_channel: str,
        **kwargs: Any,
    ) -> Optional[Dict[str, Any]]:
        """Return the message for `utter_action`, or nothing when there is no such response."""
        message = await super().generate(utter_action, tracker, output_channel, **kwargs)
        if message is None:
            return None
        # REST and the shell share one output channel, so the input channel decides.
        channel = tracker.get_latest_input_channel()
        kind = (message.get("metadata") or {}).get("kind")
        if channel in CONTRACT_CHANNELS and kind and not kwargs.get("custom"):
            message["custom"] = {
                "kind": kind,
                "text": message["text"],
                "suggestions": message.pop("buttons", []),
            }
        elif channel == SHELL:
            lines = [message["text"], *(f"- {b['title']}" for b in message.pop("buttons", []))]
            message["text"] = "\n".join(lines)
        return message
