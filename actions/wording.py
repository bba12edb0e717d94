"""The words of a message, and whether they say something of their own."""

import re

from knowledge.words import FUNCTION_WORDS

_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
# Verbs of a finite clause. A question or statement of its own nearly always has one of them.
VERBS = frozenset(
    """
    am is are was were be been being isn't isnt aren't arent wasn't do does did don't dont doesn't
    doesnt didn't can cant can't could couldn't will won't would wouldn't shall should shouldn't
    may might must has have had hasn't haven't i'm im i've ive it's what's whats how's hows who's
    where's there's that's means gets makes causes happens helps runs goes need needs
    """.split()  # noqa: SIM905
)
QUESTION_WORDS = frozenset("what which who whom whose when where why how".split())  # noqa: SIM905


def words_of(text: str) -> list[str]:
    """Return the words of a text, lower-cased, with the apostrophe of a keyboard."""
    return _WORD.findall(text.lower().replace("\u2019", "'"))


def content_of(text: str) -> list[str]:
    """Return the different words of a text that mean something, in order."""
    words = dict.fromkeys(words_of(text))
    return [word for word in words if word not in FUNCTION_WORDS and word not in VERBS]


def has_verb(text: str) -> bool:
    """Say whether a text has the verb of a clause."""
    return any(word in VERBS for word in words_of(text))
