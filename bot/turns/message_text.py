"""The text of a message as the components, the tracker and the action server may have it."""

from spelling.sanitize import sanitize_characters, sanitize_message

# Longest "/intent{...}" that is one: feedback with the longest reason has some 6,100 characters.
MAX_COMMAND = 8000


def read_words(text: str) -> str:
    """Return a person's words, sanitized and never a command; empty if there are none."""
    words = plain = sanitize_message(text)
    # Rasa takes what follows a slash for an intent: "/restart".
    while plain.startswith("/"):
        plain = plain.lstrip("/").strip()
    return plain or words.replace("/", "\u2215")


def sanitize_text(text: str) -> str:
    """Return what a channel handed on: a command ("/greet"), or words as `read_words` gives them.

    The channels decide who may send commands; what is too long for one is words.
    """
    if text.startswith("/") and len(text) <= MAX_COMMAND:
        return sanitize_characters(text)
    return read_words(text)
