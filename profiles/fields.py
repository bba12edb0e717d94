"""The keys of assistant.yml, and what each may be."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from settings import Setting, table
from settings.reading import text

# Longest text of one key, in characters: a screen of a phone.
MAX_TEXT = 600
# Most questions that are offered at once.
MAX_STARTERS = 6
# Pictures that browsers show, by suffix.
LOGOS = {".svg": "image/svg+xml", ".png": "image/png"}
# Every page shows it.
MAX_LOGO_BYTES = 200_000
COLOUR = r"#[0-9a-fA-F]{6}"
LANGUAGE = r"[a-zA-Z]{2,3}(-[a-zA-Z0-9]{2,8})*"
_PLACES = "name|subject|ask_whom|organisation"
# A text in which only known places stand in braces; with the number to call where that is filled.
_WORDS = r"(?:[^{}\x00-\x08\x0b-\x1f\x7f]|\{(?:%s)\}){1,%d}"
WORDS = _WORDS % (_PLACES, MAX_TEXT)
WORDS_TO_CALL = _WORDS % (f"{_PLACES}|emergency", MAX_TEXT)
PHRASE = r"[^{}\x00-\x1f\x7f]{1,200}"


@dataclass(frozen=True)
class Field:
    """A key and the form of its value.

    Attributes:
        expected: The form, in words.
        is_well: Whether a text has it.
    """

    expected: str
    is_well: Callable[[str], bool]


def _of(setting: Setting[str]) -> Field:
    """Return the field whose value is that of a setting."""

    def is_well(value: str) -> bool:
        try:
            setting.parse(value)
        except ValueError:
            return False
        return True

    return Field(setting.expected, is_well)


def _text(pattern: str, expected: str) -> Field:
    return _of(text("", f"(?s:{pattern})", expected))


_EXPECTED = (
    f"a text of at most {MAX_TEXT} characters, with no braces but those of {{name}}, {{subject}}, "
    "{organisation}, {ask_whom}"
)
_words = _text(WORDS, _EXPECTED)
_words_to_call = _text(WORDS_TO_CALL, f"{_EXPECTED} and {{emergency}}")
_phrase = _text(PHRASE, "a phrase of at most 200 characters on one line, without braces")

TEXTS = {
    "name": _of(table.NAME),
    "organisation": _of(table.OPERATOR),
    "organisation_url": _of(table.OPERATOR_URL),
    "subject": _phrase,
    "greeting": _words_to_call,
    "capabilities": _words_to_call,
    "ask_whom": _phrase,
    "disclaimer": _words,
    "privacy_url": _of(table.PRIVACY_URL),
    "country": _of(table.REGION),
}
CONTACT = {
    "name": _of(table.CONTACT_NAME),
    "phone": _of(table.CONTACT_PHONE),
    "email": _of(table.CONTACT_EMAIL),
    "url": _of(table.CONTACT_URL),
    "hours": _of(table.CONTACT_HOURS),
    "time_zone": _of(table.CONTACT_TIME_ZONE),
}
COLOURS = dict.fromkeys(
    ("accent", "header"), _text(COLOUR, 'a colour as "#0a5a6b", in quotation marks')
)
STARTER = dict.fromkeys(("title", "question"), _phrase)
LANGUAGE_FIELD = _text(LANGUAGE, "a language as two letters (en)")
RESPONSE = re.compile(r"utter_[a-z_]+")
RESPONSE_FIELD = Field(
    f"a text of at most {MAX_TEXT} characters", lambda value: 0 < len(value) <= MAX_TEXT
)
KEYS = frozenset(
    (*TEXTS, "starters", "languages", "logo", "contact", "colours", "health", "responses")
) | {"documents"}
