"""What people are told without the assistant being asked.

`{emergency}` is the number of the person's country, or "your local emergency number": what nobody
read may have been an emergency.
"""

_EMERGENCY = "If this is an emergency, call {emergency} now."

NO_WORDS = f"I can only read text. Please type your question.\n{_EMERGENCY}"
TOO_LONG = (
    "That is more than I can read at once. "
    f"Please ask in at most {{max_chars}} characters.\n{_EMERGENCY}"
)
SLOW_DOWN = (
    f"You are writing faster than I can answer. Please wait a minute, then ask again.\n{_EMERGENCY}"
)
OLD_TAP = "I no longer know what that button meant. Please type your question."
FAILED = f"Something went wrong, and I have no answer. Please ask again.\n{_EMERGENCY}"
DIRECT = "I answer in our direct messages."
