"""Rules over the signs of a message: which kind of red flag it is, if any."""

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Dict, FrozenSet, Iterable, List, Optional, Sequence, Tuple

from bot.safety.context import Context
from bot.safety.phrases import (
    FOLDER,
    Mention,
    Phrases,
    SafetyFaulty,
    lists_of,
    read_yaml,
)
from bot.safety.words import Reader, Word

# Most words between two signs that belong together.
GAP = 5
# Most words of a message that names a sign and nothing else.
SHORT = 4
# What a rule can ask of the whole message, beside the names in signs.yml.
OF_THE_MESSAGE = frozenset({"person", "person_now", "now", "short"})


@dataclass(frozen=True)
class Part:
    """One condition of a rule.

    Attributes:
        chains: Alternatives for each place of a chain; a chain of one place is a plain sign.
        is_ordered: Whether the places of the chain must follow one another.
    """

    chain: Tuple[FrozenSet[str], ...]
    is_ordered: bool


@dataclass(frozen=True)
class Reading:
    """What the gate made of a message.

    Attributes:
        kind: Kind of red flag, None for none.
        rule: The rule that held, as it stands in flags.yml.
        text: The message.
        context: How its signs were meant.
    """

    kind: Optional[str]
    rule: str
    text: str
    context: Context

    def sentences(self) -> List[str]:
        """Return the words of each sentence, as they were read."""
        sentences: Dict[int, List[str]] = {}
        for word in self.context.words:
            sentences.setdefault(word.sentence, []).append(word.text)
        return [" ".join(words) for words in sentences.values()]

    def facts(self) -> Dict[str, float]:
        """Return what a score can weigh, by name: signs, how they are meant, cues, the rule."""
        context = self.context
        facts: Dict[str, float] = {
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


class Gate:
    """Reads messages with the words, contexts and rules of a folder."""

    def __init__(self, folder: Path = FOLDER) -> None:
        """Compile the files of `folder`.

        Raises:
            SafetyFaulty: A file is missing or damaged, or a rule names what no file has.
        """
        reading = read_yaml("reading.yml", folder)
        self._reader = Reader(reading["spelt_out"], reading["skipped"], reading["lemmas"])
        self._light = frozenset(reading["light"])
        cues = lists_of(read_yaml("context.yml", folder), folder / "context.yml")
        self._blocks = frozenset(cues.pop("blocks"))
        self._however_asked = frozenset(cues.pop("however_asked"))
        self._cue_names = tuple(cues)
        self._cues = Phrases(self._reader, {name: ["=" + p for p in cues[name]] for name in cues})
        signs = lists_of(read_yaml("signs.yml", folder), folder / "signs.yml")
        self._signs = Phrases(self._reader, signs, left_out=self._light)
        rules = lists_of(read_yaml("flags.yml", folder), folder / "flags.yml")
        self.kinds = tuple(rules)
        self._rules = [
            (kind, rule, parse_rule(rule)) for kind, lines in rules.items() for rule in lines
        ]
        # The places of rules under each sign that they cannot hold without, or one like it.
        self._rules_of: Dict[str, List[int]] = {}
        for place, (_, _, parts) in enumerate(self._rules):
            for name in _fewest_names(parts):
                self._rules_of.setdefault(name, []).append(place)
        named = {
            name
            for _, _, parts in self._rules
            for p in parts
            for names in p.chain
            for name in names
        }
        unknown = named - set(signs) - OF_THE_MESSAGE
        if unknown:
            raise SafetyFaulty(
                folder / "flags.yml", f"no such signs: {', '.join(sorted(unknown))}."
            )

    def read(self, text: str) -> Reading:
        """Return what `text` says; the kind is None when nothing in it is a red flag."""
        words = self._reader.read(text)
        signs = self._find_signs(words)
        cues: Dict[str, List[Mention]] = {name: [] for name in self._cue_names}
        for cue in self._cues.find(words):
            cues[cue.name].append(cue)
        context = Context(words, cues, signs, self._blocks)
        present: Dict[str, List[Mention]] = {}
        for sign in signs:
            if sign.name in self._however_asked or not context.is_calm(sign.start, sign.end):
                present.setdefault(sign.name, []).append(sign)
        whole = self._of_the_message(context, {sign.name for sign in signs})
        places = {place for name in whole.union(present) for place in self._rules_of.get(name, ())}
        for kind, rule, parts in map(self._rules.__getitem__, sorted(places)):
            if all(_holds(part, present, whole, words) for part in parts):
                return Reading(kind, rule, text, context)
        return Reading(None, "", text, context)

    def _find_signs(self, words: Sequence[Word]) -> List[Mention]:
        """Find signs among the words that carry meaning; places count all words."""
        places = [place for place, word in enumerate(words) if word.text not in self._light]
        return [
            Mention(sign.name, places[sign.start], places[sign.end - 1] + 1)
            for sign in self._signs.find([words[place] for place in places])
        ]

    @staticmethod
    def _of_the_message(context: Context, signs: Iterable[str]) -> FrozenSet[str]:
        is_person = context.has_person()
        facts = {
            "person": is_person or context.has_people() or bool({"relative", "child"} & set(signs)),
            "person_now": is_person,
            "now": context.is_now(),
            "short": len(context.words) <= SHORT,
        }
        return frozenset(name for name, is_so in facts.items() if is_so)


@lru_cache(maxsize=1)
def get_gate() -> Gate:
    """Return the gate of this package, compiled once for a process: it takes half a second."""
    return Gate()


def parse_rule(rule: str) -> List[Part]:
    """Return the conditions of a rule written as in flags.yml."""
    parts = []
    for text in rule.split("&"):
        chain = tuple(
            frozenset(name.strip() for name in names.split("|"))
            for names in re.split(r"[>+]", text)
        )
        parts.append(Part(chain, "+" not in text))
    return parts


def _fewest_names(parts: Sequence[Part]) -> FrozenSet[str]:
    """Return the names of a place of a rule, of which one has to be there: seldom, at best."""
    places = (names for part in parts for names in part.chain)
    return min(places, key=lambda names: (bool(names & OF_THE_MESSAGE), len(names)))


def _holds(
    part: Part,
    present: Dict[str, List[Mention]],
    whole: FrozenSet[str],
    words: Sequence[Word],
) -> bool:
    if len(part.chain) == 1:
        return any(name in present or name in whole for name in part.chain[0])
    if _follows(part.chain, present, words):
        return True
    return not part.is_ordered and _follows(part.chain[::-1], present, words)


def _follows(
    chain: Sequence[FrozenSet[str]], present: Dict[str, List[Mention]], words: Sequence[Word]
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
