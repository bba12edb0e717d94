"""Fit and measure the refusal: `python -m benchmarks.refusal`.

The development questions of tests/data fit the weights of knowledge/refusal.py; the held-out ones
only measure. Needs the trained model, the index, and scikit-learn (the encoder's export brings it).
"""

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rasa_sdk import Tracker

from actions.resolve import Question, resolve
from knowledge import refusal
from knowledge.search import Retriever
from knowledge.settings import Settings
from knowledge.types import Hit

ROOT = Path(__file__).parents[1]
DATA = ROOT / "tests" / "data"
RESULTS = Path(__file__).parent / "results" / "refusal.json"
SIGNALS = ("similarity", "question_similarity", "coverage", "agreement", "objection")
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
    def signals(self) -> list[float]:
        """The values the refusal decides by, in the order of `SIGNALS`."""
        hit = self.hits[0]
        understanding = self.resolved.understanding(hit)
        return [
            hit.similarity,
            hit.question_similarity,
            hit.coverage,
            understanding.agreement,
            understanding.objection,
        ]

    @property
    def probability(self) -> float:
        """How sure the refusal is that the first hit answers; 0 when nothing was found."""
        if not self.hits:
            return 0.0
        return refusal.estimate(self.hits[0], self.resolved.understanding(self.hits[0]))

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
        question = resolve(tracker, default_subject=settings.subject)
        hits = retriever.search(question.text, topic=question.topic, subject=question.subject)
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


def understand(messages: Sequence[str]) -> list[dict[str, Any]]:
    """Return what the trained model understands of each message (bot/parse.py)."""
    lines = "\n".join(json.dumps(message) for message in messages)
    run = subprocess.run(
        [str(ROOT / ".venv-rasa/bin/python"), "-m", "bot.parse"],
        cwd=ROOT, input=lines, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if run.returncode:
        raise RuntimeError(
            f'bot.parse failed. Run "make train". Its last words:\n{run.stderr[-2000:]}'
        )
    return [json.loads(line) for line in run.stdout.splitlines() if line.startswith("{")]


def fit(outcomes: Sequence[Outcome]) -> dict[str, float]:
    """Return the weights of a logistic regression, an intercept and one a signal."""
    from sklearn.linear_model import LogisticRegression

    found = [outcome for outcome in outcomes if outcome.hits]
    signals = np.array([outcome.signals for outcome in found])
    answerable = np.array([bool(outcome.expected) for outcome in found])
    model = LogisticRegression(C=3.0, max_iter=1000).fit(signals, answerable)
    return {
        "intercept": float(model.intercept_[0]),
        **dict(zip(SIGNALS, map(float, model.coef_[0]), strict=True)),
    }


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
    """Print the fitted weights and both measurements; write the measurements as JSON."""
    development, held_out = ask_all("development"), ask_all("held_out")
    print("weights fitted on the development questions:", json.dumps(fit(development), indent=2))
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
