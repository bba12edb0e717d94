"""The rules over the signs of a message, each for a kind of red flag."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from bot.matching.phrases import Mention, Phrases
from bot.matching.tokenizer import TABLES, Tokenizer, Word
from bot.matching.yaml_files import PhrasesInvalid, read_lists, read_yaml
from bot.red_flags.context import Context

FOLDER = Path(__file__).parent
# Most words between two signs that belong together.
GAP = 5
# Most words of a message that names a sign and nothing else.
SHORT = 4
# What a rule can ask of the whole message, beside the names in signs.yml.
OF_THE_MESSAGE = frozenset({"person", "person_now", "now", "short"})


@dataclass(frozen=True)
class Condition:
    """One condition of a rule.

    Attributes:
        chain: Alternatives for each place of a chain; a chain of one place is a plain sign.
        is_ordered: Whether the places of the chain must follow one another.
    """

    chain: tuple[frozenset[str], ...]
    is_ordered: bool


@dataclass(frozen=True)
class ParsedMessage:
    """A message, the rule that holds for it, and how its signs are meant.

    Attributes:
        kind: Kind of red flag, None for none.
        rule: The rule that held, as it stands in flags.yml.
        text: The message.
        context: Its words and signs, and how they are meant.
    """

    kind: str | None
    rule: str
    text: str
    context: Context

    def sentences(self) -> list[str]:
        """Return the words of each sentence, as they were read."""
        sentences: dict[int, list[str]] = {}
        for word in self.context.words:
            sentences.setdefault(word.sentence, []).append(word.text)
        return [" ".join(words) for words in sentences.values()]

    def facts(self) -> dict[str, float]:
        """Return what a score can weigh, by name: signs, how they are meant, cues, the rule."""
        context = self.context
        facts: dict[str, float] = {
            f"cue {name}": 1.0 for name, cues in context.cues.items() if cues
        }
        for sign in context.signs:
            is_calm = context.is_calm(sign.start, sign.end)
            facts[f"calm {sign.name}" if is_calm else sign.name] = 1.0
        facts.update({name: 1.0 for name, is_so in context.summary().items() if is_so})
        facts["length"] = min(len(context.words), 60) / 30
        if self.kind is not None:
            facts["a rule holds"] = 1.0
        return facts


class RuleMatcher:
    """Matches messages against the signs, cues and rules of a folder."""

    def __init__(self, folder: Path = FOLDER) -> None:
        """Compile the files of `folder`.

        Raises:
            PhrasesInvalid: If a file is missing or damaged, or a rule names what no file has.
        """
        tables = read_yaml(TABLES)
        self._tokenizer = Tokenizer(tables["expansions"], tables["skipped"], tables["lemmas"])
        self._light = frozenset(tables["light"])
        cues = read_lists(folder / "context.yml")
        self._blocks = frozenset(cues.pop("blocks"))
        self._however_asked = frozenset(cues.pop("however_asked"))
        self._cue_names = tuple(cues)
        self._cues = Phrases(
            self._tokenizer, {name: ["=" + p for p in cues[name]] for name in cues}
        )
        signs = read_lists(folder / "signs.yml")
        self._known = frozenset(signs) | OF_THE_MESSAGE
        self._signs: tuple[Phrases, ...] = (Phrases(self._tokenizer, signs, left_out=self._light),)
        self._set_rules(read_lists(folder / "flags.yml"), folder / "flags.yml")

    def extend(
        self, signs: dict[str, list[str]], rules: Mapping[str, list[str]], path: Path
    ) -> "RuleMatcher":
        """Return a matcher with further signs, and with other rules; this one stays as it is.

        Args:
            signs: Phrases of the further signs.
            rules: The rules of each kind.
            path: Where they are from.

        Raises:
            PhrasesInvalid: If a rule names a sign that is not there.
        """
        other = copy(self)
        # What the further signs teach it corrects no word of the rules that ship.
        other._tokenizer = self._tokenizer.copy()
        other._known = self._known | signs.keys()
        other._signs = (*self._signs, Phrases(other._tokenizer, signs, left_out=self._light))
        other._set_rules(rules, path)
        return other

    def _set_rules(self, rules: Mapping[str, list[str]], path: Path) -> None:
        self._rules = [
            (kind, rule, parse_rule(rule)) for kind, lines in rules.items() for rule in lines
        ]
        # The numbers of the rules that cannot hold without a sign, by that sign.
        self._rules_of: dict[str, list[int]] = {}
        for place, (_, _, conditions) in enumerate(self._rules):
            for name in _fewest_names(conditions):
                self._rules_of.setdefault(name, []).append(place)
        named = {
            name
            for _, _, conditions in self._rules
            for condition in conditions
            for names in condition.chain
            for name in names
        }
        if unknown := named - self._known:
            raise PhrasesInvalid(path, f"no such signs: {', '.join(sorted(unknown))}.")

    def match(self, text: str) -> ParsedMessage:
        """Return `text` parsed, with the first rule that holds; its kind is None if none does."""
        context = self._read(text)
        kind, rule = next(self._find_rules(context), (None, ""))
        return ParsedMessage(kind, rule, text, context)

    def match_all(self, text: str) -> tuple[Context, dict[str, str]]:
        """Return the context of `text`, and of each kind that has one the first rule that holds."""
        context = self._read(text)
        rules: dict[str, str] = {}
        for kind, rule in self._find_rules(context):
            rules.setdefault(kind, rule)
        return context, rules

    def _read(self, text: str) -> Context:
        words = self._tokenizer.tokenize(text)
        cues: dict[str, list[Mention]] = {name: [] for name in self._cue_names}
        for cue in self._cues.find(words):
            cues[cue.name].append(cue)
        return Context(words, cues, self._find_signs(words), self._blocks)

    def _find_rules(self, context: Context) -> Iterator[tuple[str, str]]:
        """Yield kind and text of each rule that holds, in the order of the rules."""
        present: dict[str, list[Mention]] = {}
        for sign in context.signs:
            if sign.name in self._however_asked or not context.is_calm(sign.start, sign.end):
                present.setdefault(sign.name, []).append(sign)
        whole = self._of_the_message(context, {sign.name for sign in context.signs})
        places = {place for name in whole.union(present) for place in self._rules_of.get(name, ())}
        for kind, rule, conditions in map(self._rules.__getitem__, sorted(places)):
            if all(_holds(each, present, whole, context.words) for each in conditions):
                yield kind, rule

    def _find_signs(self, words: Sequence[Word]) -> list[Mention]:
        """Find signs among the words that carry meaning; places count all words."""
        places = [place for place, word in enumerate(words) if word.text not in self._light]
        heavy = [words[place] for place in places]
        found = [mention for phrases in self._signs for mention in phrases.find(heavy)]
        if len(self._signs) > 1:
            found.sort(key=lambda mention: (mention.start, -mention.end))
        return [Mention(sign.name, places[sign.start], places[sign.end - 1] + 1) for sign in found]

    @staticmethod
    def _of_the_message(context: Context, signs: Iterable[str]) -> frozenset[str]:
        is_person = context.has_person()
        facts = {
            "person": is_person or context.has_people() or bool({"relative", "child"} & set(signs)),
            "person_now": is_person,
            "now": context.is_now(),
            "short": len(context.words) <= SHORT,
        }
        return frozenset(name for name, is_so in facts.items() if is_so)


@lru_cache(maxsize=1)
def get_rule_matcher() -> RuleMatcher:
    """Return the matcher of this folder, compiled once a process: it takes half a second."""
    return RuleMatcher()


def parse_rule(rule: str) -> list[Condition]:
    """Return the conditions of a rule written as in flags.yml."""
    conditions = []
    for text in rule.split("&"):
        chain = tuple(
            frozenset(name.strip() for name in names.split("|"))
            for names in re.split(r"[>+]", text)
        )
        conditions.append(Condition(chain, "+" not in text))
    return conditions


def _fewest_names(conditions: Sequence[Condition]) -> frozenset[str]:
    """Return the names of which a rule needs one: those of the place that has the fewest."""
    places = (names for condition in conditions for names in condition.chain)
    return min(places, key=lambda names: (bool(names & OF_THE_MESSAGE), len(names)))


def _holds(
    condition: Condition,
    present: dict[str, list[Mention]],
    whole: frozenset[str],
    words: Sequence[Word],
) -> bool:
    chain = condition.chain
    if len(chain) == 1:
        return any(name in present or name in whole for name in chain[0])
    if _follows(chain, present, words):
        return True
    return not condition.is_ordered and _follows(chain[::-1], present, words)


def _follows(
    chain: Sequence[frozenset[str]], present: dict[str, list[Mention]], words: Sequence[Word]
) -> bool:
    """Say whether mentions follow one another as `chain` has them, near and in one clause."""
    ends = [mention for name in chain[0] for mention in present.get(name, ())]
    for names in chain[1:]:
        ends = [
            mention
            for name in names
            for mention in present.get(name, ())
            if any(_is_near(before, mention, words) for before in ends)
        ]
    return bool(ends)


def _is_near(one: Mention, other: Mention, words: Sequence[Word]) -> bool:
    return (
        one.end <= other.start <= one.end + GAP
        and words[one.start].clause == words[other.start].clause
    )
