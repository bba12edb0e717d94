"""The alphabet of SMS, and what a message costs in it.

A text of the GSM 7-bit alphabet (3GPP TS 23.038, section 6.2.1) is sent in segments of 160
characters, or of 153 when there are several; one character outside of it makes all of the text
UCS-2, in segments of 70 or 67. Each segment is paid for.
"""

import unicodedata

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡"
    "ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
# These take the place of two.
_EXTENDED = frozenset("\f^{}\\[~]|€")

# Only what reads the same: a degree sign, a micro sign or a half has no equal in the alphabet.
_EQUALS = str.maketrans(
    {
        **dict.fromkeys("‘’‚‛′ʼ", "'"),  # noqa: RUF001
        **dict.fromkeys("“”„‟″", '"'),
        **dict.fromkeys("‐‑‒–—―−", "-"),  # noqa: RUF001
        **dict.fromkeys("\u00a0\u2002\u2003\u2007\u2009\u200a\u202f", " "),
        **dict.fromkeys("\u200b\u2060\ufeff\u00ad", ""),
        "…": "...",
        "•": "-",
        "≤": "<=",
        "≥": ">=",
        "ﬁ": "fi",
        "ﬂ": "fl",
    }
)


def fold_to_gsm(text: str) -> str:
    """Return `text` with the alphabet's own characters where equal ones exist; the rest stays."""
    return unicodedata.normalize("NFC", text).translate(_EQUALS)


def count_segments(text: str) -> int:
    """Return the segments that a text is sent in, 1 at least."""
    if all(char in _BASIC or char in _EXTENDED for char in text):
        sizes, alone, each = [1 + (char in _EXTENDED) for char in text], 160, 153
    else:
        sizes, alone, each = [1 + (char > "\uffff") for char in text], 70, 67
    if sum(sizes) <= alone:
        return 1
    segments, used = 1, 0
    for size in sizes:  # no character stands in two segments
        if used + size > each:
            segments, used = segments + 1, 0
        used += size
    return segments
