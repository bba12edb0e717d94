"""Mend the words of a text that neither its field nor a dictionary has."""

import re
from collections import Counter
from collections.abc import Callable, Mapping

from spelling.atlantic import common_form, has_english_form
from spelling.english import find_english
from spelling.field import Field
from spelling.near import (
    MAX_LETTERS,
    MIN_LETTERS,
    Near,
    Wrong,
    choose,
    is_rare_typo,
    is_slip,
    is_typo,
)
from spelling.slips import Slip, correct
from spelling.words import FUNCTION_WORDS

# So many English words a wrong one can be mended to; rarer ones are neighbours of too many names.
FREQUENT = 15_000
# So many where both sound alike and the slip is a typical one.
LESS_FREQUENT = 20_000
# Wrong words of a text that are looked up: each takes a quarter of a millisecond, and a text with
# more of them is in another language.
MAX_WRONG = 50
# "shouldnt", "theyre": right but for their apostrophe, where the rest is a function word.
_CONTRACTED = re.compile(r"(\w+?)(?:nt?|re|ve|ll|d|m|s)")
# How drugs are named, by the stems of the WHO's list of international names: "statin" is no
# slip for "station". Their neighbours among common words are none that is meant.
_DRUG = re.compile(
    r"\w*(?:statin|mab|mib|n[iu]b|pril|sartan|olol|azole|dronate|dronic|cept|xaban|parin|gliptin"
    r"|gliflozin|glutide|ifene|tidine|cillin|mycin|micin|floxacin|cycline|setron|triptan|oxetine"
    r"|pine|profen|coxib|sone|solone|caine|vir|zepam|zolam|platin|paratide|tocin|trexate)s?"
)
_WORD = re.compile(r"[^\W\d_]+")
_SENTENCE_START = re.compile(r"(?:^|[.?!\n])\W*$")
# How many letters at its end another form of a word changes, at most: "steroid", "steroidal".
_ENDING = 3


class Spelling:
    """Knows the words of a field and frequent English ones; never changes a word it knows.

    But of the British and the American form of a word all get the one that the field has more of.
    """

    def __init__(
        self,
        names: Mapping[str, int],
        texts: Mapping[str, int],
        *,
        is_known: Callable[[str], bool] = lambda word: False,
    ) -> None:
        """Take the words that a wrong one can be mended to, each with how frequent it is.

        Args:
            names: Those that things are called by, in titles, headings or a vocabulary.
            texts: Those of what else is said of them.
            is_known: Says whether a form of a word occurs in the field.
        """
        self._is_known = is_known
        self._names = Field(names)
        self._texts = Field(texts)
        counts = Counter(names) + Counter(texts)
        words = sorted(counts, key=lambda word: (counts[word], word))  # the most frequent last
        self._forms = dict(zip(common_form(" ".join(words)).split(), words, strict=True))

    def mend(self, text: str) -> str:
        """Return `text` with each wrong word replaced by the nearest right one."""
        return correct(text, self.find_slips(text))

    def find_slips(self, text: str) -> list[Slip]:
        """Return the wrong words of `text` for which a right one is found, in order.

        One slip (a letter left out, added, changed, or two that changed places) is mended to a
        word of a name. So are two slips where both words sound alike ("fysical", "physical")
        or, in a long word, have the same consonants: "osteopetrosis" is another disease than
        osteoporosis. Another first letter has to sound alike. Short words need more of a reason.

        Where no name has a word one slip away, other words of the field and frequent English ones
        are tried, but only for slips that are typical of writing: a common word is the neighbour
        of many a name. A capital inside a sentence marks a name, which is mended to no common
        word. One that ends as drugs do is mended to words of names alone.
        """
        found: list[Slip] = []
        n_wrong = 0
        for match in filter(_is_long, _WORD.finditer(text)):
            right = self._find_other_form(match.group().lower())
            if not right and n_wrong < MAX_WRONG and not self._is_right(match.group().lower()):
                n_wrong += 1
                right = self._find_right(match)
            if right:
                found.append(Slip(*match.span(), right))
        return found

    def _find_other_form(self, word: str) -> str:
        """Return the British or American form that the field has of a word; empty if the word."""
        form = self._forms.get(common_form(word), word)
        return "" if form == word or word in FUNCTION_WORDS else form

    def _find_right(self, match: re.Match[str]) -> str:
        """Return what a wrong word should be; empty when nothing is near."""
        wrong = Wrong.read(match.group().lower())
        near = choose(self._names.find(wrong), is_slip)
        is_clear = near is not None and near.distance == 1
        if not (is_clear or _is_name(match) or _DRUG.fullmatch(wrong.word)):
            common = choose(self._texts.find(wrong), is_typo) or _choose_english(wrong)
            if common and (near is None or common.distance < near.distance):
                near = common
        if near is not None and not self._is_other_form(near):
            return near.word
        plural = re.sub("ys$", "ies", wrong.word)
        return plural if plural != wrong.word and self._is_right(plural) else ""

    def _is_other_form(self, near: Near) -> bool:
        """Say whether a wrong word is another form of a right one; "osteoporosys" only looks so."""
        has_other_end = near.wrong[-_ENDING:] != near.word[-_ENDING:]
        return has_other_end and not near.is_alike and self._is_known(near.wrong)

    def _is_right(self, word: str) -> bool:
        if word in FUNCTION_WORDS or self._has(word) or has_english_form(word):
            return True
        contracted = _CONTRACTED.fullmatch(word)
        return contracted is not None and contracted[1] in FUNCTION_WORDS

    def _has(self, word: str) -> bool:
        return word in self._names or word in self._texts


def _choose_english(wrong: Wrong) -> Near | None:
    """Return the frequent English word that is meant, or nothing."""
    frequent = choose(find_english(wrong, n_words=FREQUENT), is_typo)
    return frequent or choose(find_english(wrong, n_words=LESS_FREQUENT), is_rare_typo)


def _is_long(match: re.Match[str]) -> bool:
    """Say whether a word is looked at; letters with accents are another language's."""
    word = match.group()
    return MIN_LETTERS <= len(word) <= MAX_LETTERS and word.isascii()


def _is_name(match: re.Match[str]) -> bool:
    """Say whether a word has a capital though it starts no sentence."""
    word, before = match.group(), match.string[: match.start()]
    return word[0].isupper() and not _SENTENCE_START.search(before)
