"""Follow-ups: whether a message depends on its thread, and what the thread adds to it.

A follow-up is searched by the sum of its own vector and those of the passages shown before, which
the index has already: no message is rewritten. docs/decisions/0011 has the measurements.
"""

import json
import re
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from knowledge.search.judge import predict_probability
from knowledge.search.words import POINTING_WORDS
from spelling.words import FUNCTION_WORDS

Vector = NDArray[np.float32]

# Made by "python -m benchmarks follow-ups --fit".
WEIGHTS = Path(__file__).with_name("follow_ups.json")
# What the passage just shown, and the mean of all of the thread, add to a message's vector.
LAST_WEIGHT, MEAN_WEIGHT = 0.25, 0.25
# What the last question adds where nothing was shown for it.
QUESTION_WEIGHT = 0.5
# What a word of the thread's questions counts in BM25 beside one of the message.
TERM_WEIGHT = 0.6
# Questions of the thread whose words count: the latest.
MAX_QUESTIONS = 4

# The signals of a follow-up, in the order of the columns of `measure_dependence`.
DEPENDENCE_SIGNALS = (
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
# Words of meaning of a short message; most words that are counted.
_SHORT, _MOST = 2, 20


def sum_shown(shown: NDArray[np.float32]) -> Vector:
    """Return what the passages of a thread, `(n, dim)`, the oldest first, add to a message."""
    total: Vector = LAST_WEIGHT * shown[-1] + MEAN_WEIGHT * shown.mean(axis=0)
    return total


def measure_dependence(
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
    """Return the signals of whether a message depends on its thread, `(n_signals,)`.

    Args:
        message: Its text.
        content: The part of its embedding that its words of meaning have.
        unknown: The part that words have which the library does not know.
        rarity: How rare those words are in the library, added up.
        best_text: Its highest cosine with a passage.
        best_name: Its highest cosine with a name of one of the passages that are looked at.
        gap: How far the names of the passage just shown are below that.
        likeness: Its cosine with the sum of itself and its thread.
    """
    words = re.findall(r"\w+", message.lower().replace("'", ""))
    n_content = sum(word not in FUNCTION_WORDS for word in words)
    return np.array([
        min(len(words), _MOST),
        min(n_content, _MOST),
        n_content <= _SHORT,
        any(word in POINTING_WORDS for word in words),
        content,
        unknown,
        min(rarity, 2.0 * _MOST),
        best_text,
        best_name,
        gap,
        likeness,
    ])  # fmt: skip


def predict_dependence(signals: NDArray[np.float64]) -> float:
    """Return how likely a message depends on its thread, 0 to 1."""
    weights, intercept = _load()
    return float(predict_probability(signals[np.newaxis], weights, intercept)[0])


@cache
def _load() -> tuple[NDArray[np.float64], float]:
    made = json.loads(WEIGHTS.read_text(encoding="utf-8"))
    weights = [made["weights"][name] for name in DEPENDENCE_SIGNALS]
    return np.array(weights), float(made["intercept"])
