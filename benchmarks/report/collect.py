"""Measure what the report shows of the quality: `python -m benchmarks collect`.

Asks every question of tests/data and keeps what became of it (`results/outcomes.json`), then ranks
LiveQA-Med by the shipped code (`results/evaluate.json`) where the data set is there, and
cross-validates the intents (`results/nlu.json`).
"""

import json
import subprocess
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from benchmarks.files import RESULTS, ROOT, save_results
from benchmarks.nlu import measure
from benchmarks.retrieval import refusal
from knowledge import Settings, load_encoder
from knowledge.evaluation.collection import (
    Field,
    open_collection,
    read_grades,
    read_lines,
    read_queries,
)
from knowledge.evaluation.measure import DEPTH, measure_ranking

OUTCOMES, EVALUATE = RESULTS / "outcomes.json", RESULTS / "evaluate.json"
# Holds words of the data set, so it stays out of the repository.
WORST = ROOT / "build/report/worst.json"
WORST_FIELD, N_WORST = "message", 10
FIELDS = ("summary", "paraphrase", "message", "message_only")
Json = dict[str, Any]

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def run(
    data: Annotated[Path, typer.Option(help="Folder of liveqa/.")] = Path("../shared/data"),
) -> None:
    """Measure again and write both files of results."""
    save_results(collect_outcomes(), OUTCOMES)
    save_results(measure.measure_all(data), measure.RESULTS)
    liveqa = data / "liveqa"
    if not liveqa.is_dir():
        print(f"No {liveqa}: the figures for LiveQA-Med stay as they are.", file=sys.stderr)
        return
    save_results(evaluate(liveqa), EVALUATE)
    save_results({"field": WORST_FIELD, "worst": find_worst(liveqa)}, WORST)


def collect_outcomes() -> Json:
    """Return every question of both splits with what was found and how sure the refusal was."""
    return {
        "command": "python -m benchmarks collect",
        "date": date.today().isoformat(),
        "threshold": Settings().threshold,
        "development": [describe(outcome) for outcome in refusal.ask_all("development")],
        # Nobody is to tune on these: without their words.
        "held_out": [
            {key: described[key] for key in ("kind", "probability", "is_right")}
            for described in map(describe, refusal.ask_all("held_out"))
        ],
    }


def describe(outcome: refusal.Outcome) -> Json:
    """Return one question's outcome; `found` is the passage that came first."""
    return {
        "question": outcome.question,
        "kind": outcome.kind,
        "probability": round(outcome.probability, 4),
        "is_right": outcome.is_right,
        "found": outcome.hits[0].passage.id if outcome.hits else "",
        "expected": list(outcome.expected),
    }


def evaluate(liveqa: Path) -> Json:
    """Return the figures of `python -m knowledge evaluate` for every way to ask."""
    results: Json = {
        "command": "python -m knowledge evaluate --passages liveqa/passages.jsonl.gz "
        "--queries liveqa/queries.jsonl --qrels liveqa/qrels.tsv --field FIELD --json",
        "date": date.today().isoformat(),
    }
    for field in FIELDS:
        results[field] = run_json(
            "-m", "knowledge", "evaluate",
            "--passages", str(liveqa / "passages.jsonl.gz"),
            "--queries", str(liveqa / "queries.jsonl"),
            "--qrels", str(liveqa / "qrels.tsv"),
            "--field", field, "--json",
        )  # fmt: skip
    return results


def find_worst(liveqa: Path) -> list[Json]:
    """Return the questions ranked worst, with what came first and what should have."""
    settings = Settings()
    passages = {p["id"]: p for p in read_lines(liveqa / "passages.jsonl.gz", "id", "text")}
    collection = open_collection(
        liveqa / "passages.jsonl.gz",
        settings,
        load_encoder(settings),
        asking=load_encoder(settings, quantized=True),
    )
    queries = read_queries(liveqa / "queries.jsonl", Field(WORST_FIELD))
    ranked = []
    for id_, grades in read_grades(liveqa / "qrels.tsv").items():
        if id_ not in queries or not any(grades.values()):
            continue
        found = collection.rank(queries[id_])[:DEPTH]
        best = max(grades, key=lambda passage_id: grades[passage_id])
        ranked.append(
            {
                "question": queries[id_],
                "ndcg_at_10": measure_ranking(found, grades)[0],
                "found": passages[found[0]]["title"],
                "found_grade": grades.get(found[0], 0),
                "expected": passages[best]["title"],
                "expected_grade": grades[best],
            }
        )
    return sorted(ranked, key=lambda outcome: float(outcome["ndcg_at_10"]))[:N_WORST]


def run_json(*arguments: str) -> Json:
    """Return what a Python command prints as JSON."""
    done = _run(arguments)
    printed: Json = json.loads(done.stdout)
    return printed


def _run(arguments: Sequence[str]) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True
    )


if __name__ == "__main__":
    app(prog_name="python -m benchmarks collect")
