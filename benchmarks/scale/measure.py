"""Measure the library as it grows: `python -m benchmarks scale`.

MedQuAD, or a part of it, is built from nothing; the whole of it is built again unchanged. Then
libraries of several sizes are searched. Each library has a process of its own.
"""

import datetime
import json
import os
import platform
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from benchmarks import files
from benchmarks.files import ROOT, load_results, save_results
from benchmarks.report import tables
from benchmarks.scale.jobs import ROUNDS, size_bytes
from benchmarks.scale.library import DataMissing, read_queries, write_pairs, write_passages
from benchmarks.stock.measure import describe_machine
from knowledge import Settings

RESULTS = files.RESULTS / "scale.json"
SCRATCH = ROOT / "build/scale"
# What was embedded of MedQuAD, for every library but the one whose build is measured.
MEMORY = SCRATCH / "memory"
SIZES = "1000,10000,100000"
FORMAT = 1
Json = dict[str, Any]

stderr = Console(stderr=True, highlight=False)
app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


class JobFailed(Exception):
    """A measuring process ended with an error, which stands above on stderr."""

    def __init__(self, command: list[str]) -> None:
        """Name the command."""
        super().__init__(f"This failed, for the reason above: {' '.join(command)}")


@app.command()
def run(
    sizes: Annotated[str, typer.Option(help="Passages of the libraries searched.")] = SIZES,
    pairs: Annotated[
        int, typer.Option(min=0, help="MedQuAD pairs built from nothing; 0 for all.")
    ] = 0,
    data: Annotated[Path, typer.Option(help="Folder of medquad.jsonl.gz and liveqa/.")] = Path(
        "../shared/data"
    ),
    out: Annotated[Path, typer.Option(help="The results as JSON.")] = RESULTS,
    skip_build: Annotated[
        bool, typer.Option("--skip-build", help="Keep the build's figures of the last run.")
    ] = False,
) -> None:
    """Measure build and search at several sizes; write the results and the README's table."""
    counts = [int(size) for size in sizes.split(",")]
    medquad = data / "medquad.jsonl.gz"
    queries = read_queries(data / "liveqa")
    last = load_results(out) or {}
    results: Json = {
        "format": FORMAT,
        "command": f"python -m benchmarks scale --sizes {sizes} --pairs {pairs}",
        "date": datetime.date.today().isoformat(),
        "machine": describe_machine(),
        "queries": {"n": len(queries), "rounds": ROUNDS, "from": "LiveQA-Med"},
    }
    results["build"] = last.get("build") if skip_build else measure_build(medquad, pairs)
    # What was measured beside it once keeps its figures.
    earlier = {size["n_passages"]: size for size in last.get("sizes", ())}
    results["sizes"] = [
        earlier.get(count, {}) | measure_size(medquad, count, queries) for count in counts
    ]
    results["versions"] = last.get("versions", {}) | {"bonafide": read_versions()}
    save_results(results, out)
    if out == RESULTS:
        tables.write_all()
    print(json.dumps(results, indent=1))


def measure_build(medquad: Path, pairs: int) -> Json:
    """Return what it takes to build pairs from nothing, and all of them with nothing changed."""
    folder = SCRATCH / "medquad"
    shutil.rmtree(folder, ignore_errors=True)
    n_pairs = write_pairs(medquad, folder / "documents", pairs)
    folder_mb = size_bytes(folder / "documents") / 1e6
    stderr.print(f"Building {n_pairs:,} pairs from nothing (minutes)")
    paths = [str(folder / "documents"), str(folder / "index.db")]
    built = run_library_job("build", *paths, str(folder / "memory"))
    n_whole = write_pairs(medquad, folder / "documents", 0)
    if n_pairs == n_whole:
        shutil.rmtree(MEMORY, ignore_errors=True)
        (folder / "memory").rename(MEMORY)
    else:
        stderr.print(f"Building all {n_whole:,} pairs (minutes, once)")
        run_library_job("build", *paths, str(MEMORY))
    stderr.print("Building them again, unchanged")
    settings = {"KNOWLEDGE_DOCUMENTS": paths[0], "KNOWLEDGE_INDEX": paths[1]}
    started = time.perf_counter()
    run_job([sys.executable, "-m", "knowledge", "build"], settings)
    return built | {
        "n_pairs": n_pairs,
        "folder_mb": round(folder_mb, 1),
        "unchanged_pairs": n_whole,
        "unchanged_rebuild_s": round(time.perf_counter() - started, 2),
    }


def measure_size(medquad: Path, n_passages: int, queries: list[str]) -> Json:
    """Return the figures of the library at one size."""
    folder = SCRATCH / str(n_passages)
    shutil.rmtree(folder, ignore_errors=True)
    max_words = Settings().max_words
    write_passages(medquad, folder / "documents", n_passages, max_words=max_words)
    (folder / "queries.json").write_text(json.dumps(queries), encoding="utf-8")
    index = str(folder / "index.db")
    stderr.print(f"{n_passages:,} passages: making the library")
    run_library_job("build", str(folder / "documents"), index, str(MEMORY))
    stderr.print(f"{n_passages:,} passages: searching")
    found = run_library_job("search", index, str(folder))
    shutil.rmtree(folder)
    return {"n_passages": found.pop("n_passages"), "bonafide": found}


def read_versions() -> Json:
    """Return the versions of what was measured."""
    names = ("numpy", "onnxruntime")
    return {"Python": platform.python_version()} | {name: version(name) for name in names}


def run_library_job(*job: str) -> Json:
    """Run one job of the library in a process of its own and return what it measured."""
    # As the action server runs: a second thread for a product waits longer than it helps.
    settings = {"OPENBLAS_NUM_THREADS": "1"}
    return run_job([sys.executable, "-m", "benchmarks.scale.jobs", *job], settings)


def run_job(command: list[str], settings: Mapping[str, str] | None = None) -> Json:
    """Run a command and return the JSON on the last line it prints; nothing when that is none.

    Raises:
        JobFailed: It ended with an error.
    """
    environ = os.environ | {"PYTHONWARNINGS": "ignore"} | dict(settings or {})
    done = subprocess.run(
        command, cwd=ROOT, env=environ, stdout=subprocess.PIPE, text=True, check=False
    )
    if done.returncode:
        raise JobFailed(command)
    lines = done.stdout.strip().splitlines()
    measured: Json = json.loads(lines[-1]) if lines and lines[-1].startswith("{") else {}
    return measured


def main() -> None:
    """Run the command line; exit 0 when done, 1 when something failed, 2 on wrong usage."""
    try:
        app(prog_name="python -m benchmarks scale")
    except (DataMissing, JobFailed) as err:
        stderr.print(str(err), style="red", markup=False)
        sys.exit(1)


if __name__ == "__main__":
    main()
