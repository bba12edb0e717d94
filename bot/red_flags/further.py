"""Further kinds of emergency, of a profile: found by their own signs and nearest examples.

Nothing of it is trained, and nothing that ships is changed by it: it is asked for itself, with
signs, rules and words of its own (docs/safety.md).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from bot.red_flags.context import Context
from bot.red_flags.rules import get_rule_matcher
from profiles import find_folder, read_profile
from profiles.emergencies import FurtherKind, name_of_sign, read_emergencies

# By how much nearer a message must be to an example of its kind than to what is none: where a sign
# of the kind is in the message, and where none is. Cosines, measured (docs/safety.md).
MARGIN_OF_SIGN = -0.1
MARGIN = 0.1
# Least likeness to an example where no sign is in the message: nearly the example itself. Lower
# finds no more of what was measured, and takes what is calm.
LIKE = 0.75


@dataclass(frozen=True)
class FurtherDetection:
    """A further kind that was found.

    Attributes:
        kind: The kind.
        by: What decided: the sign, or "likeness"; and how much nearer its examples are.
        has_sign: Whether a sign of it is in the message. Likeness alone takes no words away.
    """

    kind: FurtherKind
    by: str
    has_sign: bool


class FurtherRules:
    """The signs of further kinds, found in a message with the context of those that ship."""

    def __init__(self, kinds: Sequence[FurtherKind]) -> None:
        """Compile the signs of `kinds`.

        Raises:
            PhrasesInvalid: If a file of the signs that ship cannot be used, or a sign names one
                that does not ship.
        """
        phrases: dict[str, list[str]] = {}
        rules: dict[str, list[str]] = {kind.name: [] for kind in kinds}
        self._written: dict[str, str] = {}
        for kind in kinds:
            for sign in kind.signs:
                rule = " & ".join(name_of_sign(part) or _note(part, phrases) for part in sign)
                rules[kind.name].append(rule)
                self._written[rule] = " & ".join(sign)
        self._matcher = get_rule_matcher().extend(phrases, rules, Path("emergencies.yml"))

    def match(self, text: str) -> tuple[Context, dict[str, str]]:
        """Return the context of `text`, and the sign of each kind that has one there now."""
        context, rules = self._matcher.match_all(text)
        return context, {kind: self._written[rule] for kind, rule in rules.items()}


class FurtherKinds:
    """Finds the further kinds in messages."""

    def __init__(
        self,
        kinds: Sequence[FurtherKind],
        rules: FurtherRules,
        encode: Callable[[Sequence[str]], np.ndarray],
    ) -> None:
        """Encode the examples.

        Args:
            kinds: The kinds, one at least.
            rules: Their signs.
            encode: Gives one embedding of length 1 per text.
        """
        self._kinds = {kind.name: kind for kind in kinds}
        self._rules = rules
        self._examples = {kind.name: _encode(encode, kind.examples) for kind in kinds}
        self._calm = _encode(encode, [text for kind in kinds for text in kind.calm])

    def find(self, text: str, embedding: np.ndarray) -> FurtherDetection | None:
        """Return the kind that a message is of, None if it is of none.

        Args:
            text: The message.
            embedding: Its embedding `(dim,)`, of length 1.
        """
        context, signs = self._rules.match(text)
        calm = _nearest(self._calm, embedding)
        margins = {
            # Without an example there is nothing to compare.
            name: _nearest(rows, embedding) - calm if len(rows) else 0.0
            for name, rows in self._examples.items()
        }
        signed = [kind for kind in signs if margins[kind] >= MARGIN_OF_SIGN]
        if signed:
            kind = max(signed, key=lambda name: margins[name])
            by = f"{signs[kind]} ({margins[kind]:.2f})"
            return FurtherDetection(self._kinds[kind], by, has_sign=True)
        kind = max(margins, key=lambda name: margins[name])
        if context.is_quiet() or margins[kind] < MARGIN or margins[kind] + calm < LIKE:
            return None
        return FurtherDetection(
            self._kinds[kind], f"likeness ({margins[kind]:.2f})", has_sign=False
        )


@lru_cache(maxsize=1)
def get_further_kinds() -> tuple[FurtherKind, ...]:
    """Return the further kinds of this process's profile, read once; empty where it has none.

    Raises:
        ProfileInvalid: The profile, or its emergencies, cannot be used.
    """
    path = read_profile(find_folder()).emergencies
    return tuple(read_emergencies(path)) if path is not None else ()


@lru_cache(maxsize=1)
def get_further_rules() -> FurtherRules | None:
    """Return the rules of the further kinds, compiled once a process; None where there are none.

    Raises:
        ProfileInvalid: As `get_further_kinds`.
    """
    kinds = get_further_kinds()
    return FurtherRules(kinds) if kinds else None


def _note(part: str, phrases: dict[str, list[str]]) -> str:
    """Return the name of the sign that a phrase becomes, and note it in `phrases`."""
    name = f"further {len(phrases)}"
    phrases[name] = [part]
    return name


def _encode(encode: Callable[[Sequence[str]], np.ndarray], texts: Sequence[str]) -> np.ndarray:
    return encode(texts) if texts else np.empty((0, 0))


def _nearest(rows: np.ndarray, embedding: np.ndarray) -> float:
    """Return the cosine of the nearest row, 0 where there is none."""
    return float((rows @ embedding).max()) if len(rows) else 0.0
