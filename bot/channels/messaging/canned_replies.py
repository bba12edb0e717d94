"""Replies that people get without the assistant being asked."""

from enum import Enum

_EMERGENCY = "If this is an emergency, call {emergency} now."


class CannedReply(Enum):
    """A reply in its words.

    `{emergency}` is the number of the person's country, or "your local emergency number": what
    nobody read may have been an emergency.
    """

    NONE = ""
    NO_WORDS = f"I can only read text. Please type your question.\n{_EMERGENCY}"
    TOO_LONG = (
        "That is more than I can read at once. "
        f"Please ask in at most {{max_chars}} characters.\n{_EMERGENCY}"
    )
    SLOW_DOWN = (
        "You are writing faster than I can answer. Please wait a minute, then ask again.\n"
        f"{_EMERGENCY}"
    )
    OLD_TAP = "I no longer know what that button meant. Please type your question."
    LATE = (
        "I was away when you wrote, and have not answered. "
        f"If you still want to know, please ask again.\n{_EMERGENCY}"
    )
    FAILED = f"Something went wrong, and I have no answer. Please ask again.\n{_EMERGENCY}"
    DIRECT = "I answer in our direct messages."
