"""Make a text safe to read: for people, and for programs whose work grows with its oddities."""

import re

# Longest run of characters without a blank. No word is as long, of an address the rest tells
# nothing, and tokenizers take the square of a run's length.
MAX_RUN = 100
# Longest run of signs: "}}}}", "!!!!".
MAX_SIGNS = 20
# Words and signs of a message that are read: its first and its last. What matters most stands at
# either end of a long message, and 2,000 characters of plain English have fewer.
FIRST_TOKENS, LAST_TOKENS = 400, 250
MAX_TOKENS = FIRST_TOKENS + LAST_TOKENS

_LINE_END = re.compile("\r\n|[\r\v\f\x85\u2028\u2029]")
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f]")
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
# Format characters (category Cf: bidirectional overrides, zero width, tags) but for the joiners of
# Persian, Indic languages and emoji; and the selectors of variants, in which a text can be hidden.
_HIDDEN = re.compile(
    "["
    "\u00ad\u0600-\u0605\u061c\u06dd\u070f\u0890-\u0891\u08e2\u180e\u200b\u200e-\u200f"
    "\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb\U000110bd\U000110cd"
    "\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0000-\U000e007f\U000e0100-\U000e01ef"
    "]"
)
_RUN = re.compile(rf"(\S{{{MAX_RUN}}})\S+")
_SIGNS = re.compile(rf"([^\w\s]{{{MAX_SIGNS}}})[^\w\s]+")
_TOKEN = re.compile(r"\w+|[^\w\s]")


def sanitize_characters(text: str) -> str:
    r"""Return `text` without what nobody sees; its blanks, tabs and lines stay.

    Line ends of all systems become "\n", control characters a space. Format characters are
    dropped, but for the joiners of Persian, Indic languages and emoji. A lone surrogate, which
    cannot be encoded, becomes U+FFFD.
    """
    if text.isascii() and text.isprintable():
        return text
    text = _CONTROL.sub(" ", _LINE_END.sub("\n", text))
    return _LONE_SURROGATE.sub("\ufffd", _HIDDEN.sub("", text))


def sanitize_message(text: str) -> str:
    r"""Return a person's message as it may be understood, searched and matched.

    It bounds the work of what reads it. Blanks stand alone, as "\n" where a line ended, for a
    sentence may end there. Long runs without a blank, and of signs, are cut. Of a very long message
    the first and the last words are left, on lines of their own.

    Sanitized again, a message stays the same.
    """
    lines = (" ".join(line.split()) for line in sanitize_characters(text).split("\n"))
    text = "\n".join(filter(None, lines))
    return _keep_ends(_RUN.sub(r"\1", _SIGNS.sub(r"\1", text)))


def _keep_ends(text: str) -> str:
    if len(text) <= MAX_TOKENS:
        return text
    tokens = list(_TOKEN.finditer(text))
    if len(tokens) <= MAX_TOKENS:
        return text
    return f"{text[: tokens[FIRST_TOKENS - 1].end()]}\n{text[tokens[-LAST_TOKENS].start() :]}"
