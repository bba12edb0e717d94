"""What the channel of a conversation can show."""

from rasa_sdk import Tracker

# Channels whose clients read the payload of docs/contract.md beside the plain text.
CONTRACT_CHANNELS = frozenset(
    {"rest", "web", "mattermost", "messenger", "slack", "sms", "teams", "telegram", "whatsapp"}
)

# A message with more buttons than these loses all of them (rasa/core/channels).
MAX_BUTTONS = {"facebook": 3}
# Rasa's shell would show buttons as a menu that has to be answered before anything can be typed.
SHELL = "cmdline"


def shows_buttons(tracker: Tracker) -> bool:
    """Say whether suggestions can be buttons on the channel of this conversation."""
    return bool(tracker.get_latest_input_channel() != SHELL)


def reads_contract(tracker: Tracker) -> bool:
    """Say whether the client of this conversation reads the turn contract's payload."""
    return tracker.get_latest_input_channel() in CONTRACT_CHANNELS


def max_buttons(tracker: Tracker) -> int | None:
    """Return the most buttons of a message on this conversation's channel; none for no limit."""
    return MAX_BUTTONS.get(tracker.get_latest_input_channel())
