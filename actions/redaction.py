"""Take personal data out of a question, with the recognisers of well-kept libraries.

Links and e-mail addresses are found by linkify-it-py (markdown-it's own), telephone numbers by
phonenumbers (Google's libphonenumber), and numbers with a check digit by python-stdnum. Names and
addresses cannot be found without a trained model. docs/decisions/0005 has the reasons.
"""

import ipaddress
import re
from collections.abc import Iterator
from functools import cache

import phonenumbers
from linkify_it import LinkifyIt
from linkify_it.tlds import TLDS
from stdnum import iban, luhn
from stdnum.gb import nhs
from stdnum.us import ssn

# A place in a text and what is written there instead.
Span = tuple[int, int, str]

EMAIL, LINK, PHONE, NUMBER = "[email]", "[link]", "[phone]", "[number]"

# Without one of these no e-mail address or link is found, and without a digit no telephone number.
# To look for these first saves nearly all of the 0.17 ms that the recognisers take.
LINK_SIGN = re.compile(r"@|//|www\.", re.IGNORECASE)
DIGIT = re.compile(r"\d")
# What stands between two addresses and is never inside one.
AROUND_EMAIL = str.maketrans(dict.fromkeys(',;:/=|<>()[]{}"', " "))
# Countries whose numbers are known without their country code. Numbers with it are always known.
REGIONS = ("US", "GB", "IE", "AU", "NZ", "IN", "ZA", "DE", "FR")
# Anything longer than a dose, a year or a range: dates, file numbers, telephone numbers of other
# countries. Three groups or more joined by the same sign, so that "1000-1200" stays.
LONG_NUMBER = re.compile(r"(?<!\w)(?:\d{7,}|\d+([-/.])\d+(?:\1\d+)+)(?!\w)")
MIN_DIGITS = 6
WORD = re.compile(r"[^\W_]+(?:[-./:][^\W_]+)*")
# The longest number that is written in groups: an IBAN of 34 characters, four at a time.
MAX_GROUPS = 9
NHS_FORM = re.compile(r"\d{3}[ -]?\d{3}[ -]?\d{4}")
SSN_FORM = re.compile(r"\d{3}[ -]\d{2}[ -]\d{4}")
CARD_FORM = re.compile(r"(?:\d[ -]?){12,18}\d")


def redact(text: str) -> str:
    """Return `text` with e-mail addresses, links, telephone and identity numbers taken out.

    Each becomes `[email]`, `[link]`, `[phone]` or `[number]`. Doses, scores and years stay.
    """
    spans = [
        *find_links(text),
        *find_identity_numbers(text),
        *find_phones(text),
        *find_long_numbers(text),
    ]
    end = 0
    parts = []
    # The longest of those that start together is the one that was meant.
    for start, stop, label in sorted(spans, key=lambda span: (span[0], -span[1])):
        if start >= end:
            parts += [text[end:start], label]
        end = max(end, stop)
    return "".join([*parts, text[end:]])


def find_links(text: str) -> Iterator[Span]:
    """Yield e-mail addresses and links."""
    if not LINK_SIGN.search(text):
        return
    # Looked for twice: a list of addresses with commas only is one word to the recogniser.
    for match in _linkify().match(text.translate(AROUND_EMAIL)) or []:
        if match.schema == "mailto:":
            yield match.index, match.last_index, EMAIL
    for match in _linkify().match(text) or []:
        if match.schema == "mailto:":
            yield match.index, match.last_index, EMAIL
        # Without a scheme or "www." it may be two sentences with no space between.
        elif match.schema or match.raw.lower().startswith("www."):
            yield match.index, match.last_index, LINK


def find_phones(text: str) -> Iterator[Span]:
    """Yield telephone numbers that are valid in their country."""
    if not DIGIT.search(text):
        return
    for region in REGIONS:
        for match in phonenumbers.PhoneNumberMatcher(text, region):
            yield match.start, match.end, PHONE


def find_identity_numbers(text: str) -> Iterator[Span]:
    """Yield numbers whose check digits are right: bank accounts, cards, health and tax numbers."""
    words = list(WORD.finditer(text))
    for first, word in enumerate(words):
        if not any(c.isdigit() for c in word.group()):
            continue
        for last in reversed(words[first : first + MAX_GROUPS]):
            if is_identity_number(text[word.start() : last.end()]):
                yield word.start(), last.end(), NUMBER
                break


def is_identity_number(text: str) -> bool:
    """Say whether `text` is one number that names a person, an account or a machine."""
    digits = "".join(c for c in text if c.isdigit())
    return (
        (NHS_FORM.fullmatch(text) is not None and nhs.is_valid(text))
        or (SSN_FORM.fullmatch(text) is not None and ssn.is_valid(text))
        or (CARD_FORM.fullmatch(text) is not None and luhn.is_valid(digits))
        or (text[:2].isalpha() and iban.is_valid(text))
        or is_ip_address(text)
    )


def is_ip_address(text: str) -> bool:
    """Say whether `text` is an address of a machine on the internet."""
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def find_long_numbers(text: str) -> Iterator[Span]:
    """Yield digits that are more than a dose, a score or a year."""
    for match in LONG_NUMBER.finditer(text):
        if sum(c.isdigit() for c in match.group()) >= MIN_DIGITS:
            yield match.start(), match.end(), NUMBER


@cache
def _linkify() -> LinkifyIt:
    linkify = LinkifyIt()
    linkify.tlds(TLDS)  # all of them, not the dozen oldest
    return linkify
