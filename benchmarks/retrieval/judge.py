"""Fit and measure the judge of knowledge/search/judge.py: `python -m benchmarks judge`.

It is fitted on the shipped library and on slices of MedQuAD (benchmarks/retrieval/libraries.py), on
no row that is held out, and every figure is of rows that it was not fitted on: by cross-validation,
and with a whole library left out. `--fit` writes knowledge/search/judge.json. `--pairs` measures it
on pairs of a question and an answer, such as those of MEDIQA 2019.

Needs the index, and scikit-learn (the encoder's export brings it); the words of the vocabulary are
spelt out by the trained model.
"""

import json
import re
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from numpy.typing import NDArray

from benchmarks import files
from benchmarks.retrieval import libraries
from benchmarks.retrieval.libraries import Asked
from knowledge import Retriever, Settings, build_index, load_encoder
from knowledge.evaluation.collection import read_lines
from knowledge.search import judge
from knowledge.search.signals import SIGNALS, Signals, compare_signals

RESULTS = files.RESULTS / "judge.json"
FOLDS, REPEATS = 5, 4
# Strengths of the ridge. Strong beside others: a weak one knows the libraries that it was fitted on
# better, and others worse (docs/decisions/0010).
RIDGE_TOGETHER, RIDGE_ALONE = 300.0, 10.0
# Graded so or better, a pair's answer is one (MEDIQA: 3 correct but incomplete, 4 excellent).
GOOD = 3
# Letters before the first colon that can be a title.
MAX_TITLE = 150
# The answers are one file, whatever its size.
ANY_SIZE_MB = 1_000_000
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Example:
    """A question with the first passages that the search finds.

    Attributes:
        asked: The question.
        signals: Of the passages, `(n, n_signals)`.
        is_right: Of each, whether it answers.
    """

    asked: Asked
    signals: Signals
    is_right: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Model:
    """A logistic regression on signals, and on their distances from the others' where `beside`."""

    weights: Floats
    intercept: float
    beside: bool

    @classmethod
    def fit(cls, examples: Sequence[Example], *, beside: bool = True) -> "Model":
        """Return what tells passages that answer from those that do not."""
        inputs = np.vstack([compare_signals(e.signals) if beside else e.signals for e in examples])
        right = np.concatenate([example.is_right for example in examples])
        ridge = RIDGE_TOGETHER if beside else RIDGE_ALONE
        return cls(*regress(inputs, right, ridge=ridge), beside)

    def judge(self, signals: Signals) -> Floats:
        """Return how sure it is that each passage answers, 0 to 1."""
        inputs = compare_signals(signals) if self.beside else signals
        return judge.predict_probability(inputs, self.weights, self.intercept)

    def describe(self) -> dict[str, Any]:
        """Return the weights as `knowledge.search.judge` reads them."""
        kinds = ("own", "beside") if self.beside else ("own",)
        parts = np.split(self.weights.round(4), len(kinds))
        named = [dict(zip(SIGNALS, part.tolist(), strict=True)) for part in parts]
        return {**dict(zip(kinds, named, strict=True)), "intercept": round(self.intercept, 4)}


def regress(
    inputs: Floats, right: NDArray[np.bool_], *, ridge: float, counts: Floats | None = None
) -> tuple[Floats, float]:
    """Return weights and intercept of a logistic regression of `right` on `inputs`.

    Args:
        inputs: `(n, n_inputs)`, of any scale.
        right: `(n,)`.
        ridge: How strongly weights are kept small, on inputs scaled to a spread of 1.
        counts: What each row counts; None for the same.
    """
    from sklearn.linear_model import LogisticRegression

    mean, spread = inputs.mean(axis=0), inputs.std(axis=0) + 1e-9
    model = LogisticRegression(C=1 / ridge, max_iter=3000)
    model.fit((inputs - mean) / spread, right, sample_weight=counts)
    weights = model.coef_[0] / spread
    return weights, float(model.intercept_[0] - weights @ mean)


def save(examples: Sequence[Example], path: Path) -> None:
    """Fit both cases; write the weights of knowledge/search/judge.py beside those of follow-ups."""
    made = {
        **json.loads(path.read_text(encoding="utf-8")),
        "together": Model.fit(examples).describe(),
        "alone": Model.fit(examples, beside=False).describe(),
    }
    path.write_text(json.dumps(made, indent=1) + "\n", encoding="utf-8")


def collect() -> list[Example]:
    """Return the examples of all libraries whose texts are there."""
    shipped = libraries.open_shipped()
    ids = [frozenset([passage.id]) for passage in shipped.index.passages]
    asked = libraries.read_shipped()
    spelt = expand_names([each.text for each in asked])
    examples = list(find(shipped, ids, zip(asked, spelt, strict=True)))
    for name in libraries.names():
        try:
            retriever, owners = libraries.open_slice(name, Settings())
        except FileNotFoundError as err:
            print(f"{name} is left out: {err}", file=sys.stderr)
            continue
        questions = libraries.read_slice(name)
        examples += find(retriever, owners, ((each, each.text) for each in questions))
    return examples


def expand_names(messages: Sequence[str]) -> list[str]:
    """Return each message as the actions search it: the vocabulary's names in full."""
    from rasa_sdk import Tracker

    from actions.question import parse_message

    trackers = [
        Tracker("benchmark", {}, message, [], False, None, {}, "action_listen")
        for message in libraries.understand(messages)
    ]
    return [parse_message(tracker).question.text for tracker in trackers]


def find(
    retriever: Retriever, ids: Sequence[frozenset[str]], asked: Iterable[tuple[Asked, str]]
) -> Iterable[Example]:
    """Yield an example for each question and its text as it is searched."""
    passages = retriever.index.passages
    for each, text in asked:
        rows, signals = retriever.signals(text)
        right = [
            bool(ids[row] & each.passages)
            or any(re.search(pattern, passages[row].text) for pattern in each.any)
            for row in rows
        ]
        yield Example(each, signals, np.array(right))


def cross_validate(examples: Sequence[Example]) -> dict[str, list[tuple[Example, Floats]]]:
    """Return the judgments of each set by models that were not fitted on the row judged.

    Rows that are held out are judged by a model of all others.
    """
    random = np.random.default_rng(0)
    open_rows = [example for example in examples if not example.asked.is_held_out]
    judged: dict[str, list[tuple[Example, Floats]]] = {}
    for _ in range(REPEATS):
        order = random.permutation(len(open_rows))
        for fold in range(FOLDS):
            left_out = set(order[fold::FOLDS].tolist())
            model = Model.fit([e for row, e in enumerate(open_rows) if row not in left_out])
            for row in sorted(left_out):
                example = open_rows[row]
                found = judged.setdefault(example.asked.set, [])
                found.append((example, model.judge(example.signals)))
    model = Model.fit(open_rows)
    for example in examples:
        if example.asked.is_held_out:
            found = judged.setdefault(f"{example.asked.set}, held out", [])
            found.append((example, model.judge(example.signals)))
    return judged


def leave_out(examples: Sequence[Example]) -> dict[str, list[tuple[Example, Floats]]]:
    """Return the judgments of each library by a model that saw no question on it."""
    judged: dict[str, list[tuple[Example, Floats]]] = {}
    slices = libraries.names()
    for name in [libraries.SHIPPED, *slices]:
        inside, others = [], []
        for example in examples:
            of = example.asked.set if example.asked.set in slices else libraries.SHIPPED
            if of == name:
                inside.append(example)
            elif not example.asked.is_held_out:
                others.append(example)
        if inside and others:
            model = Model.fit(others)
            judged[f"{name}, left out"] = [(e, model.judge(e.signals)) for e in inside]
    return judged


def measure(judged: Sequence[tuple[Example, Floats]], *, threshold: float) -> dict[str, float]:
    """Return the shares that matter at a threshold."""
    covered = [(e, sure) for e, sure in judged if e.asked.passages]
    uncovered = [sure.max() for e, sure in judged if not e.asked.passages]
    right = [bool(e.is_right[sure.argmax()]) for e, sure in covered]
    answered = [sure.max() >= threshold for _, sure in covered]
    among = [bool(e.is_right[np.argsort(-sure)[:4]].any()) for e, sure in covered]
    return {
        "n_answerable": len(covered),
        "n_uncovered": len(uncovered),
        "right_first": mean(right),
        "right_among_four": mean(among),
        "right_at_once": mean([a and r for a, r in zip(answered, right, strict=True)]),
        "wrong_at_once": mean([a and not r for a, r in zip(answered, right, strict=True)]),
        "uncovered_answered": mean([sure >= threshold for sure in uncovered]),
        "auc": area(
            [sure.max() for (_, sure), r in zip(covered, right, strict=True) if r], uncovered
        ),
    }


def mean(values: Sequence[bool]) -> float:
    """Return the share of true ones; not a number where there are none."""
    return float(np.mean(values)) if len(values) else float("nan")


def area(higher: Sequence[float], lower: Sequence[float]) -> float:
    """Return how often one of `higher` is above one of `lower`: the area under the ROC curve."""
    if not higher or not lower:
        return float("nan")
    difference = np.subtract.outer(np.array(higher), np.array(lower))
    return float(((difference > 0) + 0.5 * (difference == 0)).mean())


def judge_pairs(path: Path, settings: Settings) -> dict[str, float]:
    """Return how well the judge tells answers from others in a file of pairs.

    Args:
        path: JSON Lines, gzipped where it ends in .gz: `qid`, `question`, `answer`, `score`, of
            which 3 and 4 are answers.
        settings: Where the encoder is, and the threshold.
    """
    rows = list(read_lines(path, "qid", "question", "answer", "score"))
    retriever = _open_answers(rows, settings, path.name)
    places: dict[int, list[int]] = {}
    for place, passage in enumerate(retriever.index.passages):
        places.setdefault(int(passage.document_id), []).append(place)
    sure = np.array([
        max(float(judge.judge_passages(signals[np.newaxis])[0]) for signals in found)
        for number, row in enumerate(rows)
        for found in [retriever.signals(row["question"], rows=places[number])[1]]
    ])  # fmt: skip
    good = np.array([int(row["score"]) >= GOOD for row in rows])
    by_question: dict[str, list[tuple[float, bool]]] = {}
    for row, certainty, is_good in zip(rows, sure.tolist(), good.tolist(), strict=True):
        by_question.setdefault(str(row["qid"]), []).append((certainty, is_good))
    ranks = [
        [is_good for _, is_good in sorted(found, reverse=True, key=lambda each: each[0])]
        for found in by_question.values()
        if any(is_good for _, is_good in found)
    ]
    return {
        "n_pairs": len(rows),
        "threshold": settings.threshold,
        "accuracy": float(((sure >= settings.threshold) == good).mean()),
        "auc": area(sure[good].tolist(), sure[~good].tolist()),
        "mrr": float(np.mean([1 / (1 + rank.index(True)) for rank in ranks])),
        "precision_at_1": mean([rank[0] for rank in ranks]),
    }


def _open_answers(rows: Sequence[dict[str, Any]], settings: Settings, name: str) -> Retriever:
    """Return the retriever of a library in which every answer is a document."""
    folder = settings.index.parent / "pairs" / name
    documents = folder / "documents"
    documents.mkdir(parents=True, exist_ok=True)
    with (documents / "answers.jsonl").open("w", encoding="utf-8") as file:
        for number, row in enumerate(rows):
            # MEDIQA puts the page's title before the text.
            title, colon, text = row["answer"].partition(": ")
            if not colon or not text.strip() or len(title) > MAX_TITLE:
                title, text = " ".join(row["answer"].split()[:8]), row["answer"]
            made = {"id": str(number), "title": title, "text": text}
            file.write(json.dumps(made) + "\n")
    own = replace(
        settings, documents=(documents,), index=folder / "knowledge.db", max_file_mb=ANY_SIZE_MB
    )
    index = build_index(own, load_encoder(settings))
    return Retriever(load_encoder(settings, quantized=True), index)


app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def main(
    fit: Annotated[bool, typer.Option(help="Fit it anew and write its weights.")] = False,
    pairs: Annotated[Path | None, typer.Option(help="Measure it on such a file instead.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON only.")] = False,
) -> None:
    """Measure the judge, each row by a model that was not fitted on it."""
    settings = Settings.from_env()
    if pairs is not None:
        print(json.dumps(judge_pairs(pairs, settings), indent=None if as_json else 2))
        return
    examples = collect()
    if fit:
        save([e for e in examples if not e.asked.is_held_out], judge.WEIGHTS)
    judged = {**cross_validate(examples), **leave_out(examples)}
    results = {name: measure(rows, threshold=settings.threshold) for name, rows in judged.items()}
    RESULTS.write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(results, indent=2) if as_json else _table(results))


def _table(results: dict[str, dict[str, float]]) -> str:
    columns = list(next(iter(results.values())))
    lines = [" " * 24 + "  ".join(columns)]
    for name, row in results.items():
        cells = [
            f"{row[c]:>{len(c)}.0f}" if c.startswith("n_") else f"{row[c]:>{len(c)}.3f}"
            for c in columns
        ]
        lines.append(f"{name:<24}" + "  ".join(cells))
    return "\n".join(lines)


if __name__ == "__main__":
    app(prog_name="python -m benchmarks judge")
