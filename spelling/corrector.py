"""The corrector of words that neither the field of a text nor a dictionary has."""

import re
from collections import Counter
from collections.abc import Callable, Mapping

from spelling.atlantic import common_form, has_english_form
from spelling.candidates import (
    MAX_LETTERS,
    MIN_LETTERS,
    Candidate,
    Misspelling,
    choose_candidate,
    may_be_common_word,
    may_be_name,
    may_be_rarer_word,
)
from spelling.english import find_english
from spelling.known_words import KnownWords
from spelling.typos import Typo, apply_corrections
from spelling.words import FUNCTION_WORDS

# So many English words a misspelt one can become; rarer ones are neighbours of too many names.
FREQUENT = 15_000
# So many where both sound alike and the typo is a typical one.
LESS_FREQUENT = 20_000
# Misspelt words of a text that are looked up: each takes a quarter of a millisecond, and a text
# with more of them is in another language.
MAX_MISSPELT = 50
# "shouldnt", "theyre": right but for their apostrophe, where the rest is a function word.
_CONTRACTIONS = ("nt", "n", "re", "ve", "ll", "d", "m", "s")
# How drugs are named, by the stems of the WHO's list of international names: "statin" is no
# typo for "station". Their neighbours among common words are none that is meant.
_DRUG = re.compile(
    r"(?:statin|mab|mib|n[iu]b|pril|sartan|olol|azole|dronate|dronic|cept|xaban|parin|gliptin"
    r"|gliflozin|glutide|ifene|tidine|cillin|mycin|micin|floxacin|cycline|setron|triptan|oxetine"
    r"|pine|profen|coxib|sone|solone|caine|vir|zepam|zolam|platin|paratide|tocin|trexate)s?\Z"
)
_WORD = re.compile(r"[^\W\d_]+")
_SENTENCE_START = re.compile(r"(?:^|[.?!\n])\W*$")
# How many letters at its end another form of a word changes, at most: "steroid", "steroidal".
_ENDING = 3


class Corrector:
    """Corrects by the words of a field and frequent English ones; never changes one of them.

    But of the British and the American form of a word all get the one that the field has more of.
    """

    def __init__(
        self,
        names: Mapping[str, int],
        texts: Mapping[str, int],
        *,
        is_known: Callable[[str], bool] = lambda word: False,
    ) -> None:
        """Take the words that a misspelt one can become, each with how frequent it is.

        Args:
            names: Those that things are called by, in titles, headings or a vocabulary.
            texts: Those of what else is said of them.
            is_known: Says whether a form of a word occurs in the field.
        """
        self._is_known = is_known
        self._names = KnownWords(names)
        self._texts = KnownWords(texts)
        counts = Counter(names) + Counter(texts)
        words = sorted(counts, key=lambda word: (counts[word], word))  # the most frequent last
        self._forms = dict(zip(common_form(" ".join(words)).split(), words, strict=True))

    def correct(self, text: str) -> str:
        """Return `text` with each misspelt word replaced by the likeliest right one."""
        return apply_corrections(text, self.find_typos(text))

    def find_typos(self, text: str) -> list[Typo]:
        """Return the misspelt words of `text` for which a right one is found, in order.

        One edit (a letter left out, added, changed, or two that changed places) leads to a word
        of a name. So do two edits where both words sound alike ("fysical", "physical")
        or, in a long word, have the same consonants: "osteopetrosis" is another disease than
        osteoporosis. Another first letter has to sound alike. Short words need more of a reason.

        Where no name has a word one edit away, other words of the field and frequent English ones
        are tried, but only for typos that are typical of writing: a common word is the neighbour
        of many a name. A capital inside a sentence marks a name, which becomes no common
        word. One that ends as drugs do becomes words of names alone.
        """
        typos: list[Typo] = []
        n_misspelt = 0
        for match in filter(_is_long, _WORD.finditer(text)):
            word = match.group().lower()
            correction = self._find_other_form(word)
            if not correction and n_misspelt < MAX_MISSPELT and not self._is_right(word):
                n_misspelt += 1
                correction = self._find_correction(match)
            if correction:
                typos.append(Typo(*match.span(), correction))
        return typos

    def _find_other_form(self, word: str) -> str:
        """Return the British or American form that the field has of a word; empty if the word."""
        form = self._forms.get(common_form(word), word)
        return "" if form == word or word in FUNCTION_WORDS else form

    def _find_correction(self, match: re.Match[str]) -> str:
        """Return what a misspelt word should be; empty if nothing is near."""
        misspelling = Misspelling.of(match.group().lower())
        best = choose_candidate(self._names.find_candidates(misspelling), may_be_name)
        is_clear = best is not None and best.distance == 1
        if not (is_clear or _is_name(match) or _DRUG.search(misspelling.word)):
            common = self._choose_common(misspelling)
            if common and (best is None or common.distance < best.distance):
                best = common
        if best is not None and not self._is_other_form(best):
            return best.word
        plural = re.sub("ys$", "ies", misspelling.word)
        return plural if plural != misspelling.word and self._is_right(plural) else ""

    def _choose_common(self, misspelling: Misspelling) -> Candidate | None:
        """Return the word of the field's texts or of English that is meant; None if none is."""
        found = self._texts.find_candidates(misspelling)
        return choose_candidate(found, may_be_common_word) or _choose_english(misspelling)

    def _is_other_form(self, best: Candidate) -> bool:
        """Say whether a misspelt word is a form of a right one; "osteoporosys" only looks so."""
        has_other_end = best.misspelt[-_ENDING:] != best.word[-_ENDING:]
        return has_other_end and not best.is_alike and self._is_known(best.misspelt)

    def _is_right(self, word: str) -> bool:
        if word in FUNCTION_WORDS or self._has(word) or has_english_form(word):
            return True
        return any(
            word.endswith(ending) and word.removesuffix(ending) in FUNCTION_WORDS
            for ending in _CONTRACTIONS
        )

    def _has(self, word: str) -> bool:
        return word in self._names or word in self._texts


def _choose_english(misspelling: Misspelling) -> Candidate | None:
    """Return the frequent English word that is meant; None if none is."""
    frequent = choose_candidate(find_english(misspelling, n_words=FREQUENT), may_be_common_word)
    rarer = find_english(misspelling, n_words=LESS_FREQUENT)
    return frequent or choose_candidate(rarer, may_be_rarer_word)


def _is_long(match: re.Match[str]) -> bool:
    """Say whether a word is looked at; letters with accents are another language's."""
    word = match.group()
    return MIN_LETTERS <= len(word) <= MAX_LETTERS and word.isascii()


def _is_name(match: re.Match[str]) -> bool:
    """Say whether a word has a capital though it starts no sentence."""
    word, before = match.group(), match.string[: match.start()]
    return word[0].isupper() and not _SENTENCE_START.search(before)
