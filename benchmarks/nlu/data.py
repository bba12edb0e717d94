"""Labelled utterances: read from CSV or Rasa's YAML, split into folds, given to the pipeline."""

import csv
import json
import random
import re
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from benchmarks.files import ROOT

COLUMNS = ("sentence", "label")
# [the words](entity) or [the words]{"entity": …}: Rasa's training data marks entities like this.
MARKED = re.compile(r"\[([^\]]+)\](?:\([^)]*\)|\{[^}]*\})")
Json = dict[str, Any]


class BadData(ValueError):
    """A file of utterances that cannot be measured on; the message says which and why."""


@dataclass(frozen=True, slots=True)
class Utterance:
    """What somebody typed, and what it means."""

    text: str
    label: str


@dataclass(frozen=True, slots=True)
class Prediction:
    """What the classifier made of an utterance.

    Attributes:
        label: Nothing when the text holds nothing to understand.
        confidence: 0 to 1.
    """

    label: str | None
    confidence: float


@dataclass(frozen=True, slots=True)
class Run:
    """One training: on what, and what it is asked."""

    train: Sequence[Utterance]
    test: Sequence[Utterance]


def read_csv(path: Path) -> list[Utterance]:
    """Return the utterances of a CSV file with the columns `sentence` and `label`.

    Raises:
        BadData: The file is missing, no UTF-8, empty, lacks a column, or a row has no label.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
            if missing:
                raise BadData(f"{path}: no column {' or '.join(map(repr, missing))} in its header.")
            rows = [(reader.line_num, row) for row in reader]
    except OSError as err:
        raise BadData(f"{path}: {err.strerror}.") from err
    except (UnicodeDecodeError, csv.Error) as err:
        raise BadData(f"{path}: no CSV in UTF-8: {err}.") from err
    if not rows:
        raise BadData(f"{path}: no utterance, only a header.")
    for line, row in rows:
        if not (row["label"] or "").strip():
            raise BadData(f"{path}, line {line}: no label.")
    return [Utterance(row["sentence"] or "", row["label"].strip()) for _, row in rows]


def read_intents(path: Path) -> list[Utterance]:
    """Return the utterances of a file of Rasa's training data, without their entity marks."""
    parts = yaml.safe_load(path.read_text(encoding="utf-8"))["nlu"]
    return [
        Utterance(MARKED.sub(r"\1", line.removeprefix("- ").strip()), part["intent"])
        for part in parts
        if "intent" in part
        for line in part["examples"].splitlines()
        if line.strip()
    ]


def check(train: Sequence[Utterance], test: Sequence[Utterance], oos_label: str) -> None:
    """Refuse sets that nothing can be measured on.

    Raises:
        BadData: Too few labels to learn, a label of `test` that `train` does not have, or no
            sentence of `test` in or out of scope.
    """
    texts: dict[str, set[str]] = {}
    for utterance in train:
        texts.setdefault(utterance.label, set()).add(_fold_key(utterance.text))
    known = set(texts)
    if sum(len(found) > 1 for label, found in texts.items() if label != oos_label) < 2:
        raise BadData(
            "The training file needs two labels with two different sentences each at least, "
            f"beside {oos_label!r}."
        )
    found = {utterance.label for utterance in test}
    if oos_label not in found:
        raise BadData(f"No sentence of the test file is labelled {oos_label!r}.")
    unknown = sorted(found - known - {oos_label})
    if unknown:
        raise BadData(f"Labels of the test file that the training file lacks: {unknown}.")
    if found == {oos_label}:
        raise BadData(f"Every sentence of the test file is labelled {oos_label!r}.")


def split(utterances: Sequence[Utterance], *, n_folds: int = 5, seed: int = 0) -> list[int]:
    """Return the fold of each utterance: every label is spread over the folds as evenly as can be.

    The same text never stands in two folds: what was learned would be asked again.
    """
    shuffled = random.Random(seed)
    groups: dict[str, dict[str, None]] = {}
    for utterance in utterances:
        groups.setdefault(utterance.label, {})[_fold_key(utterance.text)] = None
    folds: dict[str, int] = {}
    offset = 0  # a label smaller than the number of folds does not always begin at the first
    for label in sorted(groups):
        texts = [text for text in groups[label] if text not in folds]
        shuffled.shuffle(texts)
        folds |= {text: (offset + i) % n_folds for i, text in enumerate(texts)}
        offset += len(texts)
    return [folds[_fold_key(utterance.text)] for utterance in utterances]


def cross_validate(
    utterances: Sequence[Utterance], *, n_folds: int = 5, seed: int = 0
) -> list[Run]:
    """Return one run a fold: it is asked what all others are learned from."""
    folds = split(utterances, n_folds=n_folds, seed=seed)
    placed = list(zip(utterances, folds, strict=True))
    return [
        Run([u for u, own in placed if own != fold], [u for u, own in placed if own == fold])
        for fold in range(n_folds)
    ]


def predict(runs: Sequence[Run], *, without: Iterable[str] = ()) -> list[list[Prediction]]:
    """Train the pipeline for each run and return what it predicts (bot/evaluation/assess.py).

    Args:
        runs: What to learn, and what to ask.
        without: Labels that are learned and never predicted: the next one counts.

    Raises:
        RuntimeError: Rasa's environment or the encoder is not there, or training failed.
    """
    texts = {u.text: None for run in runs for u in (*run.train, *run.test)}
    rows = {text: row for row, text in enumerate(texts)}
    request = {
        "texts": list(texts),
        "without": sorted(without),
        "runs": [
            {
                "train": [(rows[u.text], u.label) for u in run.train],
                "test": [rows[u.text] for u in run.test],
            }
            for run in runs
        ],
    }
    response = ask_pipeline(request)
    return [[Prediction(p["label"], p["confidence"]) for p in run] for run in response["runs"]]


def ask_pipeline(request: Json) -> Json:
    """Return what `python -m bot.evaluation.assess` answers.

    Raises:
        RuntimeError: As `predict`.
    """
    done = subprocess.run(
        [str(ROOT / ".venv-rasa/bin/python"), "-m", "bot.evaluation.assess"],
        cwd=ROOT, input=json.dumps(request), capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(
            'bot.evaluation.assess failed. Run "make venvs encoder". Its last words:\n'
            + done.stderr[-2000:]
        )
    response: Json = json.loads(done.stdout.splitlines()[-1])
    return response


def _fold_key(text: str) -> str:
    return " ".join(text.lower().split())
