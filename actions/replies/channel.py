"""The channel of a conversation: what it can show, and how it shows a turn and its choices."""

from collections.abc import Sequence
from dataclasses import dataclass

from rasa_sdk import Tracker

from contract.channels import reads_turns
from contract.turn import Abstain, Advice, Answer, Clarify, Suggestion

# A message with more buttons than these loses all of them (rasa/core/channels).
MAX_BUTTONS = {"facebook": 3}
# Rasa's shell would show buttons as a menu that has to be answered before anything can be typed.
SHELL = "cmdline"


@dataclass(frozen=True, slots=True)
class Channel:
    """What the client of a conversation can show.

    Attributes:
        reads_turns: It reads the turn of docs/contract.md beside the plain text.
        shows_buttons: Choices can be buttons.
        max_buttons: Most buttons of a message; None for no limit.
    """

    reads_turns: bool
    shows_buttons: bool
    max_buttons: int | None

    def attach(self, turn: Answer | Advice | Clarify | Abstain) -> dict[str, object]:
        """Return what goes with the words of a turn: itself, or its choices as buttons."""
        if self.reads_turns:
            return {"json_message": turn}
        if self.shows_buttons:
            return {"buttons": turn["suggestions"][: self.max_buttons]}
        return {}

    def list_choices(self, heading: str, choices: Sequence[Suggestion]) -> str:
        """Return choices as numbered lines under a heading; empty where buttons show them."""
        if not choices or (self.shows_buttons and not self.reads_turns):
            return ""
        lines = [f"{place}. {choice['title']}" for place, choice in enumerate(choices, start=1)]
        return "\n" + "\n".join([*([heading] if heading else []), *lines])


def read_channel(tracker: Tracker) -> Channel:
    """Return the channel of the latest message."""
    name = tracker.get_latest_input_channel()
    return Channel(
        reads_turns=reads_turns(name, tracker.latest_message.get("metadata")),
        shows_buttons=name != SHELL,
        max_buttons=MAX_BUTTONS.get(name),
    )
