"""A profile's emergencies.yml: further kinds of emergency, and more of the kinds there are.

Read and checked here, without the bot, so that a check of the profile takes no more than this.
"""

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from profiles.types import ProfileInvalid

GUIDE = "docs/safety.md"
# Where the kinds and signs stand that ship.
RED_FLAGS = Path(__file__).parents[1] / "bot" / "red_flags"
# What a sign can ask of the whole message, beside the names in signs.yml (bot/red_flags/rules.py).
OF_THE_MESSAGE = frozenset({"person", "person_now", "now", "short"})
# Kinds whose words no other kind can replace, and why.
_CRISIS = "its words name a crisis line and are always said"
KEPT = {
    "self_harm": _CRISIS,
    "overdose": _CRISIS,
    "other": "the general words give way by themselves where nothing speaks against it",
}
LISTS = ("instead_of", "signs", "examples", "calm")
KEYS = ("words", *LISTS)
# Fewest messages of a new kind: from fewer its likeness says nothing.
MIN_EXAMPLES, MIN_CALM = 5, 5
# Longest words that are said, in characters: a person in need reads no page.
MAX_WORDS = 600
# Most texts that a sign with groups may stand for; each takes memory.
MAX_TEXTS = 2000
_NAME = re.compile(r"[a-z][a-z0-9_]{1,39}")
_FIELD = re.compile(r"\{([^{}]*)\}")
_WORD = re.compile(r"[a-z0-9]+")
_GROUP = re.compile(r"\(([^()\[\]]*)\)|\[([^()\[\]]*)\]")


@dataclass(frozen=True)
class FurtherKind:
    """A kind of emergency of a profile, or more of one that ships.

    Attributes:
        name: Its name; that of a kind that ships where the profile adds to it.
        words: What is said, with {emergency} and perhaps {crisis}; None for a kind that ships.
        instead_of: The kinds that ship whose words these replace where both are found.
        signs: For each sign its parts, all of which must be in a message: phrases, or `{name}` for
            a sign that ships.
        examples: Messages that are one.
        calm: Messages that sound like one and are none.
    """

    name: str
    words: str | None = None
    instead_of: tuple[str, ...] = ()
    signs: tuple[tuple[str, ...], ...] = ()
    examples: tuple[str, ...] = ()
    calm: tuple[str, ...] = ()

    @property
    def names_crisis_line(self) -> bool:
        """Whether the words name the crisis line."""
        return "{crisis}" in (self.words or "")


def read_emergencies(path: Path, red_flags: Path = RED_FLAGS) -> list[FurtherKind]:
    """Return the kinds of a profile's emergencies.yml, in its order.

    Args:
        path: The file.
        red_flags: Folder with the kinds (flags.yml) and signs (signs.yml) that ship.

    Raises:
        ProfileInvalid: It cannot be used; a sentence for each fault.
    """
    content = _read(path)
    check = _Check(
        path,
        kinds=frozenset(_load(red_flags / "flags.yml")),
        signs=OF_THE_MESSAGE | _load(red_flags / "signs.yml").keys(),
        light=frozenset(_load(red_flags.parent / "matching" / "tokenizer.yml")["light"]),
    )
    for name, entry in content.items():
        check.kind(name, entry)
    if check.faults:
        raise ProfileInvalid(*check.faults)
    return [_make(name, entry) for name, entry in content.items()]


def check_emergencies(path: Path) -> list[str]:
    """Return what is wrong with a profile's emergencies.yml, a sentence for each fault."""
    try:
        read_emergencies(path)
    except ProfileInvalid as err:
        return list(err.faults)
    return []


def split_sign(sign: str) -> tuple[str, ...]:
    """Return the parts of a sign: "a & b" has two."""
    return tuple(part.strip() for part in sign.split("&"))


def name_of_sign(part: str) -> str | None:
    """Return the name of the sign that ships which `part` stands for, None for a phrase."""
    found = _FIELD.fullmatch(part)
    return found[1] if found else None


@dataclass
class _Check:
    """Collects what is wrong with the kinds of a file."""

    path: Path
    kinds: frozenset[str]
    signs: frozenset[str]
    light: frozenset[str]
    faults: list[str] = field(default_factory=list)

    def kind(self, name: object, entry: object) -> None:
        """Look at one kind."""
        if not isinstance(name, str) or not _NAME.fullmatch(name) or name == "calm":
            self._add(
                f"{name!r} is no name of a kind; use lower-case letters, digits and _, as in "
                f"low_sugar (not calm)."
            )
        elif not isinstance(entry, dict):
            self._add(f"{name} needs lines under it: {', '.join(KEYS)}.")
        else:
            self._keys(name, entry)
            self._words(name, entry)
            for key in LISTS:
                self._check_texts(f"{name}.{key}", entry.get(key, []))
            self._instead_of(name, entry)
            self._enough(name, entry)
            self._twice(name, entry)
            self._signs(name, entry.get("signs", []))

    def _add(self, sentence: str) -> None:
        self.faults.append(f"{self.path}: {sentence.rstrip('.')} ({GUIDE}).")

    def _keys(self, name: str, entry: Mapping[object, object]) -> None:
        for key in entry:
            if key not in KEYS:
                near = difflib.get_close_matches(str(key), KEYS, n=1)
                hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(KEYS)}."
                self._add(f"{name} has {key!r}, which is no key of a kind; {hint}")

    def _words(self, name: str, entry: Mapping[object, object]) -> None:
        words = entry.get("words")
        if name in self.kinds:
            if words is not None:
                self._add(f"{name}.words: this kind ships with its words; leave them out.")
        elif not isinstance(words, str) or not words.strip():
            self._add(f"{name} needs words: what is said in this emergency, with {{emergency}}.")
        else:
            self._check_words(f"{name}.words", words)

    def _check_words(self, where: str, words: str) -> None:
        fields = _FIELD.findall(words)
        if "emergency" not in fields:
            self._add(f"{where} must hold {{emergency}}, which becomes the number to call.")
        unknown = sorted(set(fields) - {"emergency", "crisis"})
        if unknown or re.search(r"[{}]", _FIELD.sub("", words)):
            self._add(f"{where}: of what stands in braces only {{emergency}} and {{crisis}} exist.")
        if len(words) > MAX_WORDS:
            self._add(f"{where} has {len(words)} characters; {MAX_WORDS} are the most.")

    def _instead_of(self, name: str, entry: Mapping[object, object]) -> None:
        others = _texts(entry, "instead_of")
        if others and name in self.kinds:
            self._add(f"{name}.instead_of: a kind that ships stands in for no other; leave it out.")
            return
        for other in others:
            if other in KEPT:
                self._add(f"{name}.instead_of: {other}: {KEPT[other]}; leave it out.")
            elif other not in self.kinds:
                known = ", ".join(sorted(self.kinds - KEPT.keys()))
                self._add(f"{name}.instead_of: {other!r} is no kind that ships; there are {known}.")

    def _check_texts(self, where: str, lines: object) -> None:
        if not isinstance(lines, list):
            self._add(f"{where} needs a list, a line each after a dash.")
            return
        for place, line in enumerate(lines, start=1):
            if not isinstance(line, str) or not line.strip():
                self._add(f"{where}, line {place}: {line!r} is no text; put it in quotation marks.")

    def _enough(self, name: str, entry: Mapping[object, object]) -> None:
        found = {key: len(_texts(entry, key)) for key in ("signs", "examples", "calm")}
        if name in self.kinds:
            if not found["signs"] and not found["examples"]:
                self._add(f"{name} adds nothing; give it signs or examples.")
            return
        for key, least in (("signs", 1), ("examples", MIN_EXAMPLES), ("calm", MIN_CALM)):
            if found[key] < least:
                self._add(f"{name} needs {least} {key} at least; it has {found[key]}.")

    def _twice(self, name: str, entry: Mapping[object, object]) -> None:
        calm = {text.casefold() for text in _texts(entry, "calm")}
        for text in _texts(entry, "examples"):
            if text.casefold() in calm:
                self._add(f"{name}: {text!r} stands in examples and in calm; take one out.")

    def _signs(self, name: str, lines: object) -> None:
        for line in _texts({"signs": lines}, "signs"):
            for part in split_sign(line):
                if reason := self._reason(part):
                    self._add(f"{name}.signs: {line!r} {reason}")

    def _reason(self, part: str) -> str:
        """Return what is wrong with a part of a sign, nothing if it is well."""
        sign = name_of_sign(part)
        if sign is not None:
            near = difflib.get_close_matches(sign, self.signs, n=1)
            hint = f"; did you mean {near[0]}?" if near else " (bot/red_flags/signs.yml)."
            return "" if sign in self.signs else f"names {{{sign}}}, which is no sign{hint}"
        n_texts, rest = _count_texts(part)
        if re.search(r"[][(){}|>+]", rest):
            return "cannot be read; use (a|b) for one of several, [a] for a or nothing, & for both."
        if set(_WORD.findall(part.lower())) <= self.light:
            return "has a part without a word that is looked for."
        return f"stands for {n_texts} texts; {MAX_TEXTS} are the most." * (n_texts > MAX_TEXTS)


def _count_texts(phrase: str) -> tuple[int, str]:
    """Return how many texts a phrase with groups stands for, at most, and what is left of it."""
    phrase, n_texts = phrase.removeprefix("="), 1
    while group := _GROUP.search(phrase):
        one_of, optional = group.groups()
        n_texts *= one_of.count("|") + 1 if one_of is not None else optional.count("|") + 2
        phrase = f"{phrase[: group.start()]}x{phrase[group.end() :]}"
    return n_texts, phrase


def _make(name: str, entry: Mapping[str, Any]) -> FurtherKind:
    words = entry.get("words")
    return FurtherKind(
        name,
        words.strip() if words else None,
        tuple(entry.get("instead_of", ())),
        tuple(split_sign(sign) for sign in entry.get("signs", ())),
        tuple(entry.get("examples", ())),
        tuple(entry.get("calm", ())),
    )


def _texts(entry: Mapping[Any, object], key: str) -> list[str]:
    """Return the texts of a list, none where it is no list."""
    lines = entry.get(key)
    return [line for line in lines if isinstance(line, str)] if isinstance(lines, list) else []


def _read(path: Path) -> dict[str, Any]:
    try:
        content = yaml.load(path.read_text(encoding="utf-8"), Loader=_OnceLoader)  # noqa: S506 - makes texts alone
    except (OSError, UnicodeDecodeError) as err:
        reason = "it is not UTF-8" if isinstance(err, ValueError) else err.strerror
        raise ProfileInvalid(f"{path} cannot be read: {reason}.") from err
    except yaml.YAMLError as err:
        mark = getattr(err, "problem_mark", None)
        line = f", line {mark.line + 1}" if mark else ""
        problem = getattr(err, "problem", None) or "it is not YAML"
        raise ProfileInvalid(
            f"{path}{line}: {problem}. Put quotation marks around a line that holds a colon, a"
            f" brace or a bracket ({GUIDE})."
        ) from err
    if content is None:  # nothing yet
        return {}
    if not isinstance(content, dict):
        raise ProfileInvalid(
            f"{path}: expected kinds of emergency, each a name with lines under it ({GUIDE})."
        )
    return content


@lru_cache
def _load(path: Path) -> dict[str, Any]:
    loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
    content: dict[str, Any] = yaml.load(path.read_text(encoding="utf-8"), Loader=loader)  # noqa: S506 - makes texts alone
    return content


class _OnceLoader(yaml.BaseLoader):
    """Makes texts alone, and refuses a name that stands twice: the first would be lost."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """Return the mapping of a node."""
        seen = set()
        for key, _ in node.value:
            if key.value in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"{key.value!r} stands twice", key.start_mark
                )
            seen.add(key.value if isinstance(key, yaml.ScalarNode) else id(key))
        return super().construct_mapping(node, deep)
