"""British and American forms of one word."""

import re
from functools import cache

from spelling.english import is_english, read_english

_C = "[b-df-hj-np-tv-z]"
# What stands before the letters looked for, in the same word; no word is longer.
_W = r"\w{0,30}"
# What both forms become. The common form is a key, not always a word.
_RULES = [
    # oestrogen, lymphoedema, oesophagus, coeliac, diarrhoea, foetus; not "poet", "does", "shoes".
    (r"oe(?=str|dem|soph|li|[aou])|(?<=\bf)oe(?=t)", "e"),
    # anaemia, haemoglobin, paediatric, aetiology; not "aerobic", "Israel", "vertebrae".
    (r"ae(?!l|r|s?\b)", "e"),
    # tumour, behavioural, favourite; not "hour", "four", "course".
    (rf"([aeiouy]{_W}(?:{_C}|vi))our(?=(?:s|ed|ing|ful|al|ites?|able|less|hood|y)?\b)", r"\1or"),
    # organize, hospitalization; not "size", "prize". To -is: Porter cuts "organize" to "organ".
    (rf"([aeiouy]{_W}{_C})iz(?=(?:e[sdr]?|ers|ing|ations?)\b)", r"\1is"),
    (r"yz(?=(?:e[sdr]?|ers|ing)\b)", "ys"),
    # fibre, litres, goitre; not "are", "figure".
    (rf"([aeiouy]{_C}*[bt])re(?=s?\b)", r"\1er"),
    # analogue, programme, sulphasalazine, defense.
    (r"([aeiou]log)ue(?=s?\b)", r"\1"),
    (r"([aeiou]gram)me(?=s?\b)", r"\1"),
    (r"sulph", "sulf"),
    (r"(fen)s(?=es?\b)", r"\1c"),
]
_COMPILED = [(re.compile(pattern, re.IGNORECASE), form) for pattern, form in _RULES]
# travelling, labelled; not "recalled", whose "recall" is a word.
_DOUBLE = re.compile(rf"\b({_W}[aeiouy]{_W}{_C}[ae]l)l(?=(?:ing|ed|ers?)\b)", re.IGNORECASE)


def common_form(text: str) -> str:
    """Return `text` with each word in the form that its British and American spelling share.

    "oestrogen" and "estrogen" become one, other words do not. What comes out is compared, never
    shown: it may be no word.
    """
    for pattern, form in _COMPILED:
        text = pattern.sub(form, text)
    return _DOUBLE.sub(_single, text)


def has_english_form(word: str) -> bool:
    """Say whether a word in lower case, or its form of the other side, is in the dictionary."""
    return is_english(word) or common_form(word) in _english_forms()


def _single(match: re.Match[str]) -> str:
    return match[0] if is_english(match[0].lower()) else match[1]


@cache
def _english_forms() -> frozenset[str]:
    return frozenset(common_form("\n".join(read_english())).split())
