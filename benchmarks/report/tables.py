"""Tables of results in Markdown: benchmarks/README.md and docs/retrieval.md have them."""

from typing import Any

from benchmarks.files import NOT_MEASURED, RESULTS, ROOT, load_results
from benchmarks.markdown import render_table, replace_section

README, RETRIEVAL = ROOT / "benchmarks/README.md", ROOT / "docs/retrieval.md"
SCALE_COMMAND = ".venv/bin/python -m benchmarks scale"
SYSTEMS = {"bonafide": "Bonafide", "bm25s": "BM25 alone (bm25s)", "lancedb": "LanceDB, flat"}
FIELDS = {
    "summary": "Summary",
    "paraphrase": "Paraphrase",
    "message": "Message",
    "message_only": "Message without subject",
}
EVALUATE_HEAD = ("What is searched", "nDCG@10", "MRR@10", "Recall@10")
Json = dict[str, Any]


def write_all() -> None:
    """Write every table into its document between its markers."""
    scale = load_results(RESULTS / "scale.json")
    replace_section(README, "scale", render_scale(scale))
    replace_section(RETRIEVAL, "evaluate", render_evaluate(load_results(RESULTS / "evaluate.json")))


def render_evaluate(results: Json | None) -> str:
    """Return what the shipped ranking reaches on LiveQA-Med."""
    if results is None:
        return NOT_MEASURED.format(command="make report")
    return render_table(EVALUATE_HEAD, evaluate_rows(results))


def evaluate_rows(results: Json) -> list[list[str]]:
    """Return a row for each part of a question that is searched."""
    columns = ("ndcg_at_10", "mrr_at_10", "recall_at_10")
    return [
        [label, *(f"{results[field][column]:.3f}" for column in columns)]
        for field, label in FIELDS.items()
        if field in results
    ]


def render_scale(results: Json | None) -> str:
    """Return the build's figures and the table of all sizes."""
    if results is None:
        return NOT_MEASURED.format(command=SCALE_COMMAND)
    machine = results["machine"]
    where = (
        f"Measured on {results['date']} with `{results['command']}`: {machine['cpu']}, "
        f"{machine['cores']} cores, {machine['memory_gb']:g} GB of memory."
    )
    build = results.get("build")
    parts = [where, render_build(build)] if build else [where]
    largest = results["sizes"][-1]
    same = (
        f"With {largest['n_passages']:,} passages {largest['bonafide']['same_as_in_full']:.1%} of "
        "the questions find the same four passages in the same order as with every vector "
        "compared in full."
    )
    return "\n\n".join([*parts, render_table(SCALE_HEAD, scale_rows(results)), same])


def render_build(build: Json) -> str:
    """Return the figures of the build from nothing, as one paragraph."""
    return (
        f"MedQuAD from nothing: {build['n_pairs']:,} pairs ({build['folder_mb']:,.0f} MB of text) "
        f"became {build['n_passages']:,} passages in {build['build_s']:,.0f} s "
        f"({build['passages_per_s']:,.0f} passages a second), {build['size_mb']:,.0f} MB on disk, "
        f"at most {build['peak_memory_mb']:,.0f} MB of memory. "
        f"All {build['unchanged_pairs']:,} pairs built again, with nothing changed: "
        f"{build['unchanged_rebuild_s']:.1f} s."
    )


SCALE_HEAD = (
    "Passages",
    "System",
    "Half within",
    "95 in 100 within",
    "Loaded in",
    "Memory",
    "Disk",
)
# What is timed of Bonafide beside the search itself.
EXTRA = {
    "search_with_encoder": "with the encoder",
    "answer": "whole answer",
    "answer_short": "whole answer, 20 words at most",
}


def scale_rows(results: Json) -> list[list[str]]:
    """Return the rows of every size, each with its number of passages."""
    return [
        [f"{size['n_passages']:,}", *row] for size in results["sizes"] for row in size_rows(size)
    ]


def size_rows(size: Json) -> list[list[str]]:
    """Return a row for each system at one size, and one for each thing more that was timed."""
    rows = []
    for key, label in SYSTEMS.items():
        measured = size[key]
        rows.append(
            [
                label,
                *format_latency(measured["search"]),
                f"{measured['load_s']:.2f} s",
                f"{measured['memory_after_search_mb']:,.0f} MB",
                f"{measured['size_mb']:,.0f} MB",
            ]
        )
        for job, name in EXTRA.items():
            if job in measured:
                rows.append([f"{label}, {name}", *format_latency(measured[job]), *3 * [""]])
    return rows


def format_latency(timings: Json) -> list[str]:
    """Return the median and the 95th percentile in milliseconds."""
    return [f"{timings['p50_ms']:.1f} ms", f"{timings['p95_ms']:.1f} ms"]
