"""Tell the language of a message: by its script, or by its commonest words.

An English message is never to be taken for another: a word, a name or a title of another language
in it decides nothing. A message that shows its language in none of its words counts as English.
"""

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from bot.matching.yaml_files import PhrasesInvalid, read_yaml
from spelling.words import FUNCTION_WORDS

PATH = Path(__file__).with_name("languages.yml")
# A script without a language of ours.
OTHER = "other"
# The script as Unicode's names begin with it; letters that only one of its languages has.
SCRIPTS = {
    "ARABIC": "ar",
    "BENGALI": "bn",
    "CJK": "zh",
    "CYRILLIC": "ru",
    "DEVANAGARI": "hi",
    "GREEK": "el",
    "HANGUL": "ko",
    "HEBREW": "he",
    "HIRAGANA": "ja",
    "KATAKANA": "ja",
    **dict.fromkeys(
        """ARMENIAN ETHIOPIC GEORGIAN GUJARATI GURMUKHI KANNADA KHMER LAO MALAYALAM MYANMAR SINHALA
        TAMIL TELUGU THAI TIBETAN""".split(),  # noqa: SIM905 - as a person can read it
        OTHER,
    ),
}
_LETTERS = (
    ("ru", "uk", "іїєґ"),
    ("ru", OTHER, "јљњћђџ"),
    ("ar", "ur", "ٹڈڑںےہھ"),
    ("ar", "fa", "پچژگیک"),
)
MIN_LETTERS = 2
# Words of English that a message in another script may have.
MAX_ENGLISH = 1
MIN_WORDS = 2
# Of the words that are looked at, so many at least show the language.
MIN_SHARE = 0.25
# Words that are looked at: a language shows in the first ones.
MAX_WORDS = 200
_WORD = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True)
class Language:
    """How a language shows.

    Attributes:
        sure: Words that no English message has.
        also: Words that count beside one of those.
    """

    sure: frozenset[str]
    also: frozenset[str]


def detect_language(text: str) -> str | None:
    """Return the language of a message that is not in English; None for English, or unknown.

    Returns:
        A code of ISO 639-1, or "other" for a script whose languages are not told apart.
    """
    words = split_words(text)
    return _find_script(words) or _find_latin(words)


def split_words(text: str) -> list[str]:
    """Return the first words of a text in small letters, composed, cut at apostrophes."""
    composed = unicodedata.normalize("NFC", text.lower())
    # Marks of a script are part of a word that `\\w` ends at.
    plain = "".join(each for each in composed if not unicodedata.category(each).startswith("M"))
    return _WORD.findall(plain)[:MAX_WORDS]


def _find_script(words: list[str]) -> str | None:
    """Return the language of the letters that are not Latin; None if they are few or none."""
    letters = Counter(
        language
        for word in words
        # A letter alone is a sign, as in the names of proteins.
        if len(word) >= MIN_LETTERS and None not in (found := [_script_of(each) for each in word])
        for language in found
    )
    if letters["ja"]:  # which has Chinese signs, too
        letters["ja"] += letters.pop("zh", 0)
    english = sum(word in FUNCTION_WORDS for word in set(words) if len(word) > 1)
    if not letters.total() or english > MAX_ENGLISH:
        return None
    language = letters.most_common(1)[0][0]
    used = set("".join(words))
    return next(
        (own for base, own, sign in _LETTERS if base == language and used & set(sign)), language
    )


@lru_cache(maxsize=4096)
def _script_of(letter: str) -> str | None:
    """Return the language that a letter's script stands for; None for Latin and for signs."""
    return SCRIPTS.get(unicodedata.name(letter, "").partition(" ")[0])


def _find_latin(words: list[str]) -> str | None:
    """Return the language whose words a message has; None where English has more of them."""
    # A letter of the alphabet alone is part of another word, or a choice.
    different = {word for word in words if len(word) > 1 or not word.isascii()}
    best, best_key = None, (0, 0)
    for code, language in read_languages().items():
        sure, also = different & language.sure, different & language.also
        english = (different & FUNCTION_WORDS) - sure - also
        n_words = len(sure) + len(also)
        is_shown = sure and n_words >= MIN_WORDS and n_words > len(english)
        if is_shown and n_words >= MIN_SHARE * len(different) and (n_words, len(sure)) > best_key:
            best, best_key = code, (n_words, len(sure))
    return best


@lru_cache(maxsize=1)
def read_languages(path: Path = PATH) -> dict[str, Language]:
    """Return the languages in Latin letters, by their codes.

    Raises:
        PhrasesInvalid: If the file is damaged.
    """
    found = {}
    for code, lists in read_yaml(path).items():
        if not isinstance(lists, dict) or lists.keys() != {"sure", "also"}:
            raise PhrasesInvalid(path, f"{code!r} needs `sure` and `also`.")
        words = {name: frozenset(split_words(str(line))) for name, line in lists.items()}
        found[code] = Language(words["sure"] - words["also"], words["also"])
    return found
