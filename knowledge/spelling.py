"""Mend the words of a query that no document and no dictionary has."""

import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from importlib import resources
from itertools import islice

from jellyfish import metaphone
from symspellpy import SymSpell, Verbosity

from knowledge.words import FUNCTION_WORDS

# Shorter words have too many neighbours; words of four letters have many.
MIN_LETTERS = 4
# From this many letters on, a heading's word may be meant with two slips where both sound alike,
# or with a letter too many: "losec" is not "lose".
CLEAR_WORD = 6
# From this many letters on, two slips are forgiven where both have the same consonants.
LONG_WORD = 8
# Most slips forgiven.
MOST = 2
# The 82,765 English words of symspellpy's list, British and American, the most frequent first.
DICTIONARY = "frequency_dictionary_en_82_765.txt"
# So many of them a wrong word can be mended to; rarer ones are neighbours of too many names.
FREQUENT = 15_000
# Different words of a library that a wrong one can be mended to: those in most of its passages.
MAX_WORDS = 20_000
# Two slips apart, and the opposite: "hypocalcaemia" is no slip for "hypercalcaemia".
_OPPOSITES = re.compile(r"hyper|hypo|inter|intra|macro|micro|pre|post|non|un|i[mn]")
# "shouldnt", "theyre": right but for their apostrophe, where the rest is a function word.
_CONTRACTED = re.compile(r"(\w+?)(?:nt?|re|ve|ll|d|m|s)")
# How drugs are named, by the stems of the WHO's list of international names: "statin" is no
# slip for "station". Their neighbours among common words are none that is meant.
_DRUG = re.compile(
    r"\w*(?:statin|mab|mib|n[iu]b|pril|sartan|olol|azole|dronate|dronic|cept|xaban|parin|gliptin"
    r"|gliflozin|glutide|ifene|tidine|cillin|mycin|micin|floxacin|cycline|setron|triptan|oxetine"
    r"|pine|profen|coxib|sone|solone|caine|vir|zepam|zolam|platin|paratide|tocin|trexate)s?"
)
_LONG = re.compile(rf"[a-z]{{{MIN_LETTERS},}}")
_WORD = re.compile(r"[^\W\d_]+")
_SENTENCE_START = re.compile(r"(?:^|[.?!\n])\W*$")


class Spelling:
    """Knows the words of a library and frequent English ones; never changes a word it knows."""

    def __init__(
        self,
        headings: Iterable[str],
        texts: Iterable[str] = (),
        *,
        is_known: Callable[[str], bool],
    ) -> None:
        """Read the words that a wrong one can be mended to.

        Args:
            headings: Titles, headings, other ways to ask: what passages are called.
            texts: What else the library says.
            is_known: Says whether a form of a word occurs in the library.
        """
        self._is_known = is_known
        self._headings = _read(headings)
        self._texts = _read(texts)

    def mend(self, text: str) -> str:
        """Return `text` with each wrong word replaced by the nearest right one.

        One slip (a letter left out, added, changed, or two that changed places) is mended to a
        word of a heading. So are two slips where both words sound alike ("fysical", "physical")
        or, in a long word, have the same consonants: "osteopetrosis" is another disease than
        osteoporosis. Another first letter has to sound alike. Short words need more of a reason.

        Where no heading has a word one slip away, other words of the library and frequent English
        ones are tried, but only for slips that are typical of writing: a common word is the
        neighbour of many a name. A capital inside a sentence marks a name, which is mended to no
        common word. One that ends as drugs do is mended to words of headings alone.
        """
        return _WORD.sub(self._mend, text)

    def _mend(self, match: re.Match[str]) -> str:
        word = match.group()
        lower = word.lower()
        # Letters with accents are another language's.
        if len(word) < MIN_LETTERS or not lower.isascii() or self._is_right(lower):
            return word
        near = _find(self._headings, lower, _is_slip)
        is_clear = bool(near) and near[0].distance == 1
        if not (is_clear or _is_name(match) or _DRUG.fullmatch(lower)):
            common = _find(self._texts, lower, _is_typo)
            common = common or _find(_frequent(), lower, _is_typo, most=1)
            near = min(near, common, key=lambda found: found[0].distance if found else MOST + 1)
        if near and self._is_known(lower) and not near[0].is_alike:
            # Another form of a word of the library; "osteoporosys" only looks like one.
            return word
        return near[0].word if near else word

    def _is_right(self, word: str) -> bool:
        if word in FUNCTION_WORDS or word in _dictionary() or self._has(word):
            return True
        contracted = _CONTRACTED.fullmatch(word)
        return contracted is not None and contracted[1] in FUNCTION_WORDS

    def _has(self, word: str) -> bool:
        return word in self._headings.words or word in self._texts.words


def _read(texts: Iterable[str]) -> SymSpell:
    """Return the words that most texts have."""
    counts = Counter(word for text in texts for word in set(_LONG.findall(text.lower())))
    return _gather(counts.most_common(MAX_WORDS))


def _gather(counts: Iterable[tuple[str, int]], *, most: int = MOST) -> SymSpell:
    words = SymSpell(max_dictionary_edit_distance=most)
    for word, count in counts:
        words.create_dictionary_entry(word, count)
    return words


def _find(
    words: SymSpell, word: str, is_meant: Callable[["_Near"], bool], *, most: int = MOST
) -> list["_Near"]:
    """Return what `word` can be, the likeliest first."""
    most = most if len(word) >= CLEAR_WORD else 1
    found = (
        _Near(word, near.term, near.distance, near.count, metaphone(word) == metaphone(near.term))
        for near in words.lookup(word, Verbosity.ALL, max_edit_distance=most)
    )
    return sorted(filter(is_meant, found), key=_Near.order)


@dataclass(frozen=True, slots=True)
class _Near:
    """A word that may be meant.

    Attributes:
        wrong: The word as it is written.
        word: The word that may be meant.
        distance: Slips between both.
        count: How frequent it is.
        is_alike: Both sound alike.
    """

    wrong: str
    word: str
    distance: int
    count: int
    is_alike: bool

    def order(self) -> tuple[int, bool, int, str]:
        """Return what likelier words have less of."""
        return self.distance, not self.is_alike, -self.count, self.word


def _is_slip(near: _Near) -> bool:
    """Say whether a heading's word can be meant, rather than another word like it."""
    wrong, meant = near.wrong, near.word
    if _prefix(wrong) != _prefix(meant):
        return False
    if len(wrong) == MIN_LETTERS:
        # A silent letter left out: "rist", "brok", "cach". But "mins" is not "minus".
        is_silent = wrong in meant or _vowels(wrong) == _vowels(meant)
        return near.is_alike and len(wrong) < len(meant) and is_silent
    if near.is_alike:
        return True
    if wrong[0] != meant[0]:
        return False
    if near.distance > 1:
        return len(wrong) >= LONG_WORD and _consonants(wrong) == _consonants(meant)
    return len(wrong) >= CLEAR_WORD or len(wrong) == len(meant) or _is_typical(near)


def _is_typo(near: _Near) -> bool:
    """Say whether a common word can be meant, rather than a name that is no common word."""
    wrong, meant = near.wrong, near.word
    if wrong[0] != meant[0]:
        return False
    if len(wrong) == MIN_LETTERS:
        return meant in FUNCTION_WORDS and _is_typical(near)
    if near.distance > 1:
        return len(wrong) >= LONG_WORD and near.is_alike
    if _is_typical(near):
        # "hallo" is not "halo".
        return len(wrong) >= CLEAR_WORD or len(wrong) <= len(meant)
    # Not another ending: "equina" is not "equine". Nor fewer sounds: "loopus" is not "loops".
    is_near = len(wrong) == len(meant) or wrong.replace("e", "") == meant.replace("e", "")
    return len(wrong) >= CLEAR_WORD and near.is_alike and is_near and wrong[-1] == meant[-1]


def _is_typical(near: _Near) -> bool:
    """Say whether letters changed places, one was left out, or one was written twice."""
    wrong, meant = near.wrong, near.word
    if len(wrong) < len(meant) or sorted(wrong) == sorted(meant):
        return True
    return len(wrong) > len(meant) and _single(wrong) == _single(meant)


def _is_name(match: re.Match[str]) -> bool:
    """Say whether a word has a capital though it starts no sentence."""
    word, before = match.group(), match.string[: match.start()]
    return word[0].isupper() and not _SENTENCE_START.search(before)


def _consonants(word: str) -> list[str]:
    """Return the consonants of a word in the order of the alphabet, double ones once.

    An h often makes no sound: "rumatoid".
    """
    return sorted(_single(re.sub("[aeiouyh]", "", word)))


def _prefix(word: str) -> str:
    """Return what turns a word into its opposite, "im" as "in": "imflammation"."""
    found = _OPPOSITES.match(word)
    return found[0].replace("im", "in") if found else ""


def _vowels(word: str) -> str:
    return re.sub("[^aeiouy]", "", word)


def _single(word: str) -> str:
    """Return a word with each double letter once."""
    return re.sub(r"(.)\1+", r"\1", word)


@cache
def _dictionary() -> dict[str, int]:
    """Return English words and how often each was counted, the most frequent first."""
    text = resources.files("symspellpy").joinpath(DICTIONARY).read_text(encoding="utf-8-sig")
    lines = (line.split(" ", 1) for line in text.splitlines())
    return {word: int(count) for word, count in lines}


@cache
def _frequent() -> SymSpell:
    frequent = islice(_dictionary().items(), FREQUENT)
    return _gather((pair for pair in frequent if len(pair[0]) >= MIN_LETTERS), most=1)
