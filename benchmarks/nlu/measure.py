"""Measure the understanding: `python -m benchmarks nlu`.

Alone, it cross-validates the shipped intents and writes results/nlu.json. With `--train`, `--test`
and `--oos-label` it trains the same pipeline on any CSV (columns sentence and label).
"""

import json
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer
import yaml

from benchmarks import files
from benchmarks.files import ROOT, save_results
from benchmarks.nlu import data as nlu_data
from benchmarks.nlu import metrics
from benchmarks.nlu.data import BadData, Prediction, Run, Utterance
from benchmarks.nlu.metrics import Outcome

INTENTS = ROOT / "data/nlu.yml"
RULES = ROOT / "data/rules.yml"
OUT_OF_SCOPE = "out_of_scope"
RESULTS = files.RESULTS / "nlu.json"
DATA = Path("../shared/data")
N_FOLDS = 5
# Components behind the classifier give these intents, and take them out of what it says: other sets
# of tests/data measure those.
DETECTED = frozenset({"report_emergency", "seek_advice"})
Json = dict[str, Any]

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def run(
    train: Annotated[Path | None, typer.Option(help="CSV to learn from.")] = None,
    test: Annotated[Path | None, typer.Option(help="CSV to measure on.")] = None,
    oos_label: Annotated[str, typer.Option(help="Label of sentences out of scope.")] = "",
    data: Annotated[Path, typer.Option(help="Folder of curekart/.")] = DATA,
    as_json: Annotated[bool, typer.Option("--json", help="Print everything as JSON.")] = False,
) -> None:
    """Measure the shipped intents, or the same pipeline on the utterances of two CSV files."""
    try:
        if train and test and oos_label:
            results = measure_files(train, test, oos_label)
        elif train or test or oos_label:
            raise BadData("--train, --test and --oos-label go together.")
        else:
            results = measure_all(data)
            save_results(results, RESULTS)
    except BadData as err:
        print(err, file=sys.stderr)
        raise typer.Exit(2) from err
    print(json.dumps(results, indent=1) if as_json else summarize(results))


def measure_all(data: Path = DATA) -> Json:
    """Return the figures of the shipped intents, and of Curekart where that data set is there."""
    results = measure_intents()
    folder = data / "curekart"
    if folder.is_dir():
        found = measure_files(folder / "train.csv", folder / "test.csv", "NO_NODES_DETECTED")
        kept = {key: value for key, value in found.items() if key != "per_intent"}
        results["scope"] = {"Curekart (HINT3, chats with a health shop)": kept}
    return results


def measure_files(train_path: Path, test_path: Path, oos_label: str) -> Json:
    """Return how the pipeline, trained on one file, does on another at one threshold.

    The threshold comes from a cross-validation of the training file; the test file is only
    measured on.

    Raises:
        BadData: A file cannot be read or measured on.
    """
    train, test = nlu_data.read_csv(train_path), nlu_data.read_csv(test_path)
    nlu_data.check(train, test, oos_label)
    runs = nlu_data.cross_validate(train, n_folds=N_FOLDS)
    *held_out, predicted = nlu_data.predict([*runs, Run(train, test)])
    threshold = metrics.choose_threshold(pair_up(runs, held_out), oos_label)
    outcomes = list(zip(test, predicted, strict=True))
    scores = metrics.score_labels(
        [(u.label, metrics.decide(p, threshold, oos_label)) for u, p in outcomes]
    )
    n_out = sum(utterance.label == oos_label for utterance in test)
    return {
        "command": f"python -m benchmarks nlu --train {train_path} --test {test_path} "
        f"--oos-label {oos_label} --json",
        **metrics.measure_scope(outcomes, threshold, oos_label),
        "macro_f1": metrics.macro_f1(scores),
        "n": len(test),
        "n_in_scope": len(test) - n_out,
        "n_out_of_scope": n_out,
        "n_train": len(train),
        "threshold_from": f"{N_FOLDS}-fold cross-validation of the training file: "
        f"{metrics.KEEP:.0%} of the sentences understood rightly pass",
        "curve": metrics.trade_off(outcomes, oos_label),
        "per_intent": scores,
    }


def read_questions(path: Path = RULES) -> frozenset[str]:
    """Return the intents that are answered from the library: those that no rule names."""
    rules = yaml.safe_load(path.read_text(encoding="utf-8"))["rules"]
    steps = [each for rule in rules for step in rule["steps"] for each in step.get("or", [step])]
    named = {step["intent"] for step in steps if "intent" in step}
    return frozenset(u.label for u in nlu_data.read_intents(INTENTS)) - named - {OUT_OF_SCOPE}


def measure_intents(path: Path = INTENTS) -> Json:
    """Return the cross-validated figures of the shipped intents, but those in `DETECTED`."""
    runs = [
        Run(run.train, [utterance for utterance in run.test if utterance.label not in DETECTED])
        for run in nlu_data.cross_validate(nlu_data.read_intents(path), n_folds=N_FOLDS)
    ]
    outcomes = pair_up(runs, nlu_data.predict(runs, without=DETECTED))
    pairs = [(utterance.label, prediction.label or "") for utterance, prediction in outcomes]
    scores = metrics.score_labels(pairs)
    matrix = metrics.confusion(pairs)
    questions = read_questions()
    return {
        "command": "python -m benchmarks nlu",
        "date": date.today().isoformat(),
        "n_folds": N_FOLDS,
        "n": len(pairs),
        "n_intents": len(scores),
        "left_out": sorted(DETECTED),
        "macro_f1": metrics.macro_f1(scores),
        "accuracy": round(sum(one == other for one, other in pairs) / len(pairs), 4),
        # What hangs on an intent is whether it is a question, not which kind of one.
        "questions_found": metrics.share_in([p for p in pairs if p[0] in questions], questions),
        "talk_taken_for_questions": metrics.share_in(
            [p for p in pairs if p[0] not in questions], questions
        ),
        "confused": metrics.confused_pairs(matrix),
        "per_intent": scores,
        "confusion": matrix,
    }


def pair_up(runs: Sequence[Run], predicted: Sequence[Sequence[Prediction]]) -> list[Outcome]:
    """Return every utterance that was asked with what was made of it."""
    asked: list[Utterance] = [utterance for run in runs for utterance in run.test]
    return list(zip(asked, [p for predictions in predicted for p in predictions], strict=True))


def summarize(results: Json) -> str:
    """Return the figures that matter, one a line."""
    keys = ("in_scope_accuracy", "oos_recall", "threshold", "macro_f1", "accuracy", "n")
    return "\n".join(f"{key}: {results[key]}" for key in keys if key in results)


if __name__ == "__main__":
    app(prog_name="python -m benchmarks nlu")
