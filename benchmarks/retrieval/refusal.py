"""Measure the refusal on the questions of tests/data: `python -m benchmarks refusal`.

Needs the trained model and the index. What judges is fitted by benchmarks/retrieval/judge.py.
"""

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rasa_sdk import Tracker

from actions.question import Question, parse_message
from benchmarks import files
from benchmarks.files import DATA
from benchmarks.retrieval.libraries import understand
from knowledge import Hit, Retriever, Settings

RESULTS = files.RESULTS / "refusal.json"
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one question.

    Attributes:
        question: As the user typed it.
        expected: Ids of the passages that answer it; empty when none does.
        hits: What was found, best first.
        resolved: What was searched.
    """

    question: str
    expected: tuple[str, ...]
    kind: str
    hits: list[Hit]
    resolved: Question

    @property
    def probability(self) -> float:
        """How sure it is that the first hit answers; 0 when nothing was found."""
        return self.hits[0].score if self.hits else 0.0

    @property
    def is_right(self) -> bool:
        """The first hit is a passage that answers."""
        return bool(self.hits) and self.hits[0].passage.id in self.expected


def ask_all(split: str) -> list[Outcome]:
    """Return the outcome of every question of a split, "development" or "held_out"."""
    cases = [case for case in _read("answerable") + _read("unanswerable") if case["split"] == split]
    settings = Settings()
    retriever = Retriever.open(settings)
    outcomes = []
    for case, message in zip(cases, understand([c["question"] for c in cases]), strict=True):
        tracker = Tracker("benchmark", {}, message, [], False, None, {}, "action_listen")
        question = parse_message(tracker).question
        hits = retriever.search(question.text)
        outcomes.append(
            Outcome(
                question=case["question"],
                expected=tuple(case.get("passages", ())),
                kind=case.get("kind", "answerable"),
                hits=hits,
                resolved=question,
            )
        )
    return outcomes


def measure(outcomes: Sequence[Outcome], *, threshold: float) -> dict[str, float]:
    """Return the shares that matter at a threshold, and the area under the risk-coverage curve."""
    answerable = [o for o in outcomes if o.expected]
    unanswerable = [o for o in outcomes if not o.expected]
    health = [o for o in unanswerable if o.kind == "health"]
    risks = _risks(outcomes)
    return {
        "n_answerable": len(answerable),
        "n_unanswerable": len(unanswerable),
        "right_passage_first": _share([o.is_right for o in answerable]),
        "answered_of_answerable": _share([o.probability >= threshold for o in answerable]),
        "refused_of_unanswerable": _share([o.probability < threshold for o in unanswerable]),
        "refused_of_health_unanswerable": _share([o.probability < threshold for o in health]),
        "aurc": float(risks.mean()),
        "coverage_at_2_percent_wrong": _coverage(risks, 0.02),
        "coverage_at_5_percent_wrong": _coverage(risks, 0.05),
    }


def _risks(outcomes: Sequence[Outcome]) -> Floats:
    """Return the share of wrong answers among the surest k outcomes, for each k.

    An answer is wrong when nothing in the library answers the question, or another passage does.
    """
    order = sorted(outcomes, key=lambda outcome: -outcome.probability)
    wrong = np.cumsum([not outcome.is_right for outcome in order])
    return np.asarray(wrong / np.arange(1, len(order) + 1), dtype=np.float64)


def _coverage(risks: Floats, risk: float) -> float:
    within = np.flatnonzero(risks <= risk)
    return float((within[-1] + 1) / len(risks)) if len(within) else 0.0


def _share(values: Sequence[bool]) -> float:
    return sum(values) / len(values) if values else 0.0


def _read(name: str) -> list[dict[str, Any]]:
    text = (DATA / f"{name}.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


def main() -> int:
    """Print both measurements, and write them as JSON."""
    development, held_out = ask_all("development"), ask_all("held_out")
    threshold = Settings().threshold
    results = {
        "threshold": threshold,
        "development": measure(development, threshold=threshold),
        "held_out": measure(held_out, threshold=threshold),
    }
    text = json.dumps(results, indent=2)
    RESULTS.write_text(text + "\n", encoding="utf-8")
    print(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
