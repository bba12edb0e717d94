"""What the channel of a conversation can show."""

from rasa_sdk import Tracker

# Channels whose clients read the payload of docs/contract.md beside the plain text.
CONTRACT_CHANNELS = frozenset({"rest"})


def reads_contract(tracker: Tracker) -> bool:
    """Say whether the client of this conversation reads the turn contract's payload."""
    return tracker.get_latest_input_channel() in CONTRACT_CHANNELS
