"""The judge: how surely each of the first passages of a search answers, judged together.

A logistic regression (benchmarks/retrieval/judge.py fits and measures it). Beside others a passage
is judged by its signals and by how far they are from the others'; a passage alone, by its signals.
What a follow-up finds has weights of its own, for its vector has part of what was shown before.
"""

import json
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from knowledge.search.signals import FOLLOW_UP_SIGNALS, SIGNALS, Signals, compare_signals

# Made by "python -m benchmarks judge --fit"; "following", by
# benchmarks.conversations.follow_ups.
WEIGHTS = Path(__file__).with_name("judge.json")


def judge_passages(signals: Signals, *, is_follow_up: bool = False) -> NDArray[np.float64]:
    """Return for each passage how sure it is that it answers the query, 0 to 1, `(n,)`.

    Args:
        signals: Of the first passages of a search, `(n, n_signals)`, as `knowledge.search.signals`
            has them.
        is_follow_up: The query depends on what was spoken of before: its signals end with those of
            `measure_follow_up_signals`.
    """
    if len(signals) == 1 and not is_follow_up:
        return predict_probability(signals, *_load("alone"))
    case = "following" if is_follow_up else "together"
    return predict_probability(compare_signals(signals), *_load(case))


def predict_probability(inputs: Signals, weights: Signals, intercept: float) -> NDArray[np.float64]:
    """Return the logistic function of the weighted sums of each row, `(n,)`."""
    certainty: NDArray[np.float64] = 1 / (1 + np.exp(-(inputs @ weights + intercept)))
    return certainty


@cache
def _load(case: str) -> tuple[Signals, float]:
    """Return the weights of a case, "together", "alone" or "following", and its intercept."""
    made = json.loads(WEIGHTS.read_text(encoding="utf-8"))[case]
    kinds = ("own",) if case == "alone" else ("own", "beside")
    names = (*SIGNALS, *FOLLOW_UP_SIGNALS) if case == "following" else SIGNALS
    weights = [made[kind][name] for kind in kinds for name in names]
    return np.array(weights), float(made["intercept"])
