"""Judge the first passages of a search together: which one answers, and does it at all?

A logistic regression (benchmarks/judge.py fits and measures it). Beside others a passage is judged
by its signals and by how far they are from the others'; a passage alone, by its signals. What a
follow-up finds has weights of its own, for its vector has part of what was shown before.
"""

import json
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from knowledge.signals import FOLLOWING, SIGNALS, Signals, compare

# Made by "python -m benchmarks.judge --fit"; "following", by benchmarks.follow_ups.
WEIGHTS = Path(__file__).with_name("judge.json")


def judge(signals: Signals, *, is_follow_up: bool = False) -> NDArray[np.float64]:
    """Return for each passage how sure it is that it answers the query, 0 to 1, `(n,)`.

    Args:
        signals: Of the first passages of a search, `(n, n_signals)`, as `knowledge.signals` has
            them.
        is_follow_up: The query hangs on what was spoken of before: its signals end with those of
            `measure_following`.
    """
    if is_follow_up:
        return weigh(compare(signals), *_load("following"))
    is_alone = len(signals) == 1
    weights, intercept = _load("alone" if is_alone else "together")
    return weigh(signals if is_alone else compare(signals), weights, intercept)


def weigh(inputs: Signals, weights: Signals, intercept: float) -> NDArray[np.float64]:
    """Return the logistic function of the weighted sums of each row, `(n,)`."""
    certainty: NDArray[np.float64] = 1 / (1 + np.exp(-(inputs @ weights + intercept)))
    return certainty


@cache
def _load(case: str) -> tuple[Signals, float]:
    """Return the weights of a case, "together", "alone" or "following", and its intercept."""
    made = json.loads(WEIGHTS.read_text(encoding="utf-8"))[case]
    kinds = ("own",) if case == "alone" else ("own", "beside")
    names = (*SIGNALS, *FOLLOWING) if case == "following" else SIGNALS
    weights = [made[kind][name] for kind in kinds for name in names]
    return np.array(weights), float(made["intercept"])
