"""The report's section on understanding: which intents are mistaken for which."""

from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure

from benchmarks.report import figures
from benchmarks.report.blocks import Part, Picture, Table, to_address
from benchmarks.report.risk import format_percent

# Inches for each intent: small letters, but all of them readable when zoomed in.
CELL = 0.15
Json = dict[str, Any]


def show_understanding(nlu: Json | None) -> Part:
    """Return the part about the intents, cross-validated."""
    title = "Does it understand what is wanted?"
    if nlu is None:
        return Part("understanding", title, missing="python -m benchmarks nlu")
    worst = nlu["confused"][0] if nlu["confused"] else None
    told = f"Most often mistaken: {worst['one']} and {worst['other']}. " if worst else ""
    return Part(
        "understanding",
        title,
        texts=(
            f"{nlu['n']:,} utterances of {nlu['n_intents']} intents, each judged by a classifier "
            f"that never saw it ({nlu['n_folds']}-fold cross-validation). Macro F1, the mean over "
            f"the intents: {nlu['macro_f1']:.3f}; {format_percent(nlu['accuracy'])} of all "
            "utterances get their intent.",
        ),
        figures=(
            Picture(
                to_address(draw_confusion(nlu["confusion"])),
                "A square with a row for each intent and a column for each intent predicted; the "
                f"diagonal is dark. {told}The tables below have the figures.",
                "What an utterance means (row) and what it is taken for (column); the darker, the "
                "larger the share of the row.",
            ),
        ),
        tables=(_confused_table(nlu), *_scope_tables(nlu)),
        details=[_intent_table(nlu["per_intent"])],
        details_title="Every intent",
        command=nlu["command"],
        date=nlu["date"],
    )


def draw_confusion(confusion: Json) -> bytes:
    """Return the confusion matrix: colour is the share of a row, numbers are the mistakes."""
    labels, counts = confusion["labels"], confusion["matrix"]
    shares = [[n / max(sum(row), 1) for n in row] for row in counts]
    with mpl.rc_context({**figures.STYLE, "font.size": 6, "axes.grid": False}):
        side = 1.6 + CELL * len(labels)
        figure = Figure(figsize=(side, side), layout="constrained")
        axes = figure.subplots()
        axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
        for i, row in enumerate(counts):
            for j, n in enumerate(row):
                if n and i != j:
                    axes.text(j, i, str(n), ha="center", va="center", color=figures.ORANGE)
        names = [label or "(nothing)" for label in labels]
        axes.set_xticks(range(len(labels)), names, rotation=90)
        axes.set_yticks(range(len(labels)), names)
        axes.set_xlabel("taken for")
        axes.set_ylabel("meant")
        return figures.finish(figure)


def _confused_table(nlu: Json) -> Table:
    return Table(
        "Intents mistaken for each other most often",
        ["Intents", "First taken for second", "Second for first"],
        [
            [f"{p['one']}, {p['other']}", str(p["one_as_other"]), str(p["other_as_one"])]
            for p in nlu["confused"]
        ],
    )


def _scope_tables(nlu: Json) -> list[Table]:
    """Return how the pipeline does on other people's utterances, where that was measured."""
    measured: dict[str, Json] = nlu.get("scope", {})
    if not measured:
        return []
    head = ["Data", "In scope, right", "Out of scope, caught", "Threshold"]
    rows = [
        [
            name,
            format_percent(found["in_scope_accuracy"]),
            format_percent(found["oos_recall"]),
            f"{found['threshold']:.3f}",
        ]
        for name, found in measured.items()
    ]
    return [
        Table("Trained on other data, at the threshold chosen on the training data", head, rows)
    ]


def _intent_table(scores: dict[str, Json]) -> Table:
    ordered = sorted(scores.items(), key=lambda entry: float(entry[1]["f1"]))
    return Table(
        "Scores of each intent, the worst first",
        ["Intent", "F1", "Precision", "Recall", "Utterances"],
        [
            [name, *(f"{s[key]:.2f}" for key in ("f1", "precision", "recall")), str(s["n"])]
            for name, s in ordered
        ],
    )
