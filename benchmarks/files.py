"""The files of the benchmarks: results, and the questions of tests/data."""

import json
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT / "tests/data"
RESULTS = ROOT / "benchmarks/results"
NOT_MEASURED = "Not measured yet: run `{command}`."

Json = dict[str, Any]


def load_results(path: Path) -> Json | None:
    """Return the results in a file; None if there are none yet."""
    if not path.is_file():
        return None
    results: Json = json.loads(path.read_text(encoding="utf-8"))
    return results


def save_results(results: Json, path: Path) -> None:
    """Write results to a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(results, indent=1, ensure_ascii=False)
    path.write_text(text + "\n", encoding="utf-8")


def read_rows(path: Path) -> list[Json]:
    """Return the objects of a JSON Lines file."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines if line.strip()]
