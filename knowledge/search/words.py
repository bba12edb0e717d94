"""The words of a message that are looked up, those that point back, and the questions in it."""

import re

from spelling.words import FUNCTION_WORDS

# What points back at something that was spoken of before.
POINTING_WORDS = frozenset(
    "it its they them their this that these those he she him her one ones such".split()  # noqa: SIM905
)


def content_words(text: str) -> list[str]:
    """Return the different words of `text` that mean something, lower-cased, in order.

    A text of function words alone keeps them all: they are then all there is to go by.
    """
    words = list(dict.fromkeys(re.findall(r"\w+", text.lower())))
    return [word for word in words if word not in FUNCTION_WORDS] or words


def has_content(text: str) -> bool:
    """Say whether any word of `text` means something: "the thing with the" has "thing" alone."""
    return any(word not in FUNCTION_WORDS for word in re.findall(r"\w+", text.lower()))


def split_questions(message: str) -> list[str]:
    """Return the questions of a message of several sentences; none of a message of one.

    "What is lupus? Can it be cured?" asks two things, and no passage may answer both. A story
    around a question may drown it.
    """
    parts = re.split(r"(?<=[.?!])\s+|\n+", message.strip())
    questions = [part.strip() for part in parts if part.endswith("?") and has_content(part)]
    return questions if len(parts) > 1 else []
