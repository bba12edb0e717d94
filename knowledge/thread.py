"""The thread of a conversation: what was asked and shown, and whether a message hangs on it.

A follow-up is searched by the sum of its own vector and those of the passages shown before, which
the index has already: no message is rewritten. docs/decisions/0011 has the measurements.
"""

import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from knowledge.judge import weigh
from knowledge.words import FUNCTION_WORDS

Vector = NDArray[np.float32]

# Made by "python -m benchmarks.follow_ups --fit".
WEIGHTS = Path(__file__).with_name("thread.json")
# What the passage just shown, and the mean of all of the thread, add to a message's vector.
LAST_WEIGHT, MEAN_WEIGHT = 0.25, 0.25
# What the last question adds where nothing was shown for it.
QUESTION_WEIGHT = 0.5
# What a word of the thread's questions counts in BM25 beside one of the message.
TERM_WEIGHT = 0.6
# Questions of the thread whose words count: the latest.
MAX_QUESTIONS = 4

# What speaks for a follow-up, in the order of the columns of `measure_tie`.
TIES = (
    "n_words",
    "n_content",
    "is_short",
    "points_back",
    "content",
    "unknown",
    "rarity",
    "best_text",
    "best_name",
    "gap",
    "likeness",
)
POINTING = frozenset(
    "it its they them their this that these those he she him her one ones such".split()  # noqa: SIM905
)
_SHORT = 2
_MOST = 20


@dataclass(frozen=True, slots=True)
class Thread:
    """What a conversation has been about since its subject last changed.

    Attributes:
        questions: What was asked, the oldest first, as it was searched.
        shown: Ids of the passages shown for it, the oldest first.
        is_answered: The last of `shown` was shown for the last of `questions`.
    """

    questions: tuple[str, ...] = ()
    shown: tuple[str, ...] = ()
    is_answered: bool = True

    def __bool__(self) -> bool:
        """Say whether anything was asked or shown."""
        return bool(self.questions or self.shown)


def add_up(shown: NDArray[np.float32]) -> Vector:
    """Return what the passages of a thread, `(n, dim)`, the oldest first, add to a message."""
    total: Vector = LAST_WEIGHT * shown[-1] + MEAN_WEIGHT * shown.mean(axis=0)
    return total


def measure_tie(
    message: str,
    *,
    content: float,
    unknown: float,
    rarity: float,
    best_text: float,
    best_name: float,
    gap: float,
    likeness: float,
) -> NDArray[np.float64]:
    """Return what speaks for and against a message hanging on a thread, `(n_ties,)`.

    Args:
        message: Its text.
        content: The part of its embedding that its words of meaning have.
        unknown: The part that words have which the library does not know.
        rarity: How rare those words are in the library, added up.
        best_text: Its highest cosine with a passage.
        best_name: Its highest cosine with a name of a passage.
        gap: How far the names of the passage just shown are below that.
        likeness: Its cosine with the sum of itself and its thread.
    """
    words = re.findall(r"\w+", message.lower().replace("'", ""))
    n_content = sum(word not in FUNCTION_WORDS for word in words)
    return np.array([
        min(len(words), _MOST),
        min(n_content, _MOST),
        n_content <= _SHORT,
        any(word in POINTING for word in words),
        content,
        unknown,
        min(rarity, 2.0 * _MOST),
        best_text,
        best_name,
        gap,
        likeness,
    ])  # fmt: skip


def depends(ties: NDArray[np.float64]) -> float:
    """Return how likely a message hangs on its thread, 0 to 1."""
    weights, intercept = _load()
    return float(weigh(ties[np.newaxis], weights, intercept)[0])


@cache
def _load() -> tuple[NDArray[np.float64], float]:
    made = json.loads(WEIGHTS.read_text(encoding="utf-8"))
    return np.array([made["weights"][name] for name in TIES]), float(made["intercept"])
