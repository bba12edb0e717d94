"""The sections of the report's page, each from one file of results."""

from collections.abc import Iterable
from typing import Any

from benchmarks.report import figures, tables
from benchmarks.report.blocks import Case, Cases, Part, Picture, Table, to_address
from benchmarks.report.risk import SHARES, format_percent, measure, risks

# Most questions of each list: enough to see a pattern, few enough to read.
MAX_CASES = 15
Json = dict[str, Any]


def show_ranking(evaluated: Json | None) -> Part:
    """Return the part about which passage comes first."""
    title = "Does the right passage come first?"
    if evaluated is None:
        return Part("ranking", title, missing="make report")
    return Part(
        "ranking",
        title,
        texts=(
            "Patients' real questions to the US National Library of Medicine (LiveQA-Med), each "
            "with judged answers. Differences below 0.01 mean nothing.",
        ),
        tables=(Table("The first ten", [*tables.EVALUATE_HEAD], tables.evaluate_rows(evaluated)),),
        command=evaluated["command"],
        date=evaluated["date"],
    )


def show_refusal(outcomes: Json | None) -> Part:
    """Return the part about what is answered and what refused."""
    title = "Does it refuse what the documents do not answer?"
    if outcomes is None:
        return Part("refusal", title, missing="make report")
    threshold = outcomes["threshold"]
    splits = {"Development": outcomes["development"], "Held out": outcomes["held_out"]}
    measured = {name: measure(records, threshold) for name, records in splits.items()}
    curves = [(name, risks(r), measured[name]["answered"]) for name, r in splits.items()]
    told = "; ".join(
        f"{name.lower()}: {format_percent(m['right'])} of the answerable answered, "
        f"{format_percent(m['refused'])} of the others refused"
        for name, m in measured.items()
    )
    scores = {
        answerable: [
            r["probability"]
            for r in splits["Development"]
            if (r["kind"] == "answerable") == answerable
        ]
        for answerable in (True, False)
    }
    return Part(
        "refusal",
        title,
        texts=(
            "Half of the questions are answered by a passage of the library, half by none. The "
            "development questions fitted the decision; the held-out ones only measure it. "
            "An answer is wrong when no passage answers the question, or another one does.",
        ),
        figures=(
            Picture(
                to_address(figures.draw_risk(curves, 0.6)),
                "Two curves that rise from left to right: the more questions are answered, the "
                "larger the share of wrong answers. Area under the curve: "
                + ", ".join(f"{name.lower()} {m['aurc']:.3f}" for name, m in measured.items())
                + ".",
                "Risk and coverage, the surest questions first; the dot is the threshold. "
                "Dotted: 2 % and 5 % wrong.",
            ),
            Picture(
                to_address(figures.draw_scores(scores[True], scores[False], threshold)),
                f"Two histograms of the probability, with the threshold at {threshold:g}. "
                f"At the threshold, {told}.",
                "How sure the refusal is, development questions.",
            ),
        ),
        tables=(
            Table(
                "What the threshold does",
                ["", *splits],
                [[label, *(fmt(m[key]) for m in measured.values())] for key, label, fmt in SHARES],
            ),
        ),
        command=outcomes["command"],
        date=outcomes["date"],
    )


def show_scale(scale: Json | None) -> Part:
    """Return the part about speed and size."""
    title = "How fast is it in a large library?"
    if scale is None:
        return Part("scale", title, missing="python -m benchmarks scale")
    sizes = [size["n_passages"] for size in scale["sizes"]]
    lines = [
        (label, sizes, [size[key]["search"]["p95_ms"] for size in scale["sizes"]])
        for key, label in tables.SYSTEMS.items()
    ]
    lines.append(
        (
            "Bonafide, with the encoder",
            sizes,
            [size["bonafide"]["search_with_encoder"]["p95_ms"] for size in scale["sizes"]],
        )
    )
    told = "; ".join(f"{name} {times[-1]:.1f} ms" for name, _, times in lines)
    build = [tables.render_build(scale["build"])] if scale.get("build") else []
    machine = scale["machine"]
    return Part(
        "scale",
        title,
        texts=(
            *build,
            f"{machine['cpu']}, {machine['cores']} cores, {machine['memory_gb']:g} GB of memory.",
            "A library larger than MedQuAD repeats its pairs, with vectors moved a little: "
            "good for timing, and for nothing else.",
        ),
        figures=(
            Picture(
                to_address(figures.draw_latency(lines)),
                f"Lines of the time within which 95 in 100 searches end, for {len(sizes)} sizes. "
                f"With {sizes[-1]:,} passages: {told}.",
                "Latency by size of the library, lower is better; both axes grow by factors.",
            ),
        ),
        tables=[
            Table(f"{size['n_passages']:,} passages", tables.SCALE_HEAD[1:], tables.size_rows(size))
            for size in scale["sizes"]
        ],
        command=scale["command"],
        date=scale["date"],
    )


def show_worst(outcomes: Json | None, liveqa: Json | None = None) -> Part:
    """Return the part with the questions that went wrong, the surest mistakes first."""
    title = "What does it get wrong?"
    if outcomes is None:
        return Part("worst", title, missing="make report")
    threshold = outcomes["threshold"]
    records = sorted(outcomes["development"], key=lambda r: -r["probability"])
    answerable = [r for r in records if r["kind"] == "answerable"]
    lists = (
        Cases("Another passage came first", _cases(r for r in answerable if not r["is_right"])),
        Cases(
            "Answered, though no passage answers it",
            _cases(
                r for r in records
                if r["kind"] != "answerable" and r["probability"] >= threshold
            ),
        ),
        Cases(
            "Refused, though a passage answers it",
            _cases(r for r in reversed(answerable) if r["probability"] < threshold),
        ),
    )  # fmt: skip
    return Part(
        "worst",
        title,
        texts=(
            f"The shipped library: development questions only, at most {MAX_CASES} a list, the "
            "worst first. The held-out ones stay unread, or they would no longer measure.",
        ),
        lists=[*lists, *_show_liveqa(liveqa)],
        command=outcomes["command"],
        date=outcomes["date"],
    )


def _cases(records: Iterable[Json]) -> list[Case]:
    return [
        Case(
            record["question"],
            (
                ("Came first", record["found"] or "nothing"),
                ("Should have", ", ".join(record["expected"]) or "no passage"),
                ("Probability", f"{record['probability']:.2f}"),
            ),
        )
        for record in list(records)[:MAX_CASES]
    ]


def _show_liveqa(liveqa: Json | None) -> list[Cases]:
    if liveqa is None:
        return []
    cases = [
        Case(
            asked["question"],
            (
                ("Came first", f"{asked['found']} (grade {asked['found_grade']})"),
                ("Should have", f"{asked['expected']} (grade {asked['expected_grade']})"),
                ("nDCG@10", f"{asked['ndcg_at_10']:.2f}"),
            ),
        )
        for asked in liveqa["worst"]
    ]
    return [Cases(f"LiveQA-Med, ranked worst ({liveqa['field']}; grades 0 to 3)", cases)]
