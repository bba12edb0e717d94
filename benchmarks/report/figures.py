"""The report's plots, as SVG with real text: drawn by Matplotlib, sharp and small on a phone."""

import io
from collections.abc import Sequence
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure

Json = dict[str, Any]

# Okabe and Ito's colours, told apart by people who are colour-blind.
BLUE, ORANGE, GREEN, PURPLE = "#0072B2", "#D55E00", "#009E73", "#AA4499"
# Inches: as wide as a phone, so that the letters keep their size there.
WIDTH, HEIGHT = 4.6, 3.5
STYLE: Any = {
    "svg.fonttype": "none",
    "svg.hashsalt": "report",  # the same figures make the same file
    "font.family": "sans-serif",
    "font.size": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.color": "#dddddd",
    "axes.axisbelow": True,
    "legend.frameon": False,
}


def draw_risk(curves: Sequence[tuple[str, Sequence[float], float]], limit: float) -> bytes:
    """Return the risk-coverage curves.

    Args:
        curves: For each its name, the share of wrong answers among the surest k questions for
            each k, and the coverage at the threshold.
        limit: Highest share shown.
    """
    with mpl.rc_context(STYLE):
        figure, axes = start()
        for (name, risks, coverage), colour in zip(curves, (BLUE, ORANGE), strict=False):
            shares = [(k + 1) / len(risks) for k in range(len(risks))]
            axes.plot(shares, risks, color=colour, label=name)
            at = max(round(coverage * len(risks)) - 1, 0)
            axes.plot([coverage], [risks[at]], "o", color=colour)
        for share in (0.02, 0.05):
            axes.axhline(share, color="#777777", linewidth=0.8, linestyle=":")
            axes.text(1.0, share, f"{100 * share:.0f} %", ha="right", va="bottom", fontsize=9)
        axes.set_xlim(0, 1)
        axes.set_ylim(0, limit)
        axes.set_xlabel("share of all questions answered")
        axes.set_ylabel("share of answers that are wrong")
        axes.legend(loc="upper left")
        return finish(figure)


def draw_scores(
    answerable: Sequence[float], unanswerable: Sequence[float], threshold: float
) -> bytes:
    """Return histograms of how sure the refusal was, and the threshold."""
    with mpl.rc_context(STYLE):
        figure, axes = start()
        bins = [i / 20 for i in range(21)]
        axes.hist(unanswerable, bins, color=ORANGE, alpha=0.45, label="no passage answers")
        axes.hist(answerable, bins, color=BLUE, histtype="step", linewidth=2, label="one does")
        axes.axvline(threshold, color="black", linestyle="--", label=f"threshold {threshold:g}")
        axes.set_xlim(0, 1)
        axes.set_xlabel("probability that the first passage answers")
        axes.set_ylabel("questions")
        figure.legend(loc="outside upper center", ncols=2)
        return finish(figure)


def draw_latency(lines: Sequence[tuple[str, Sequence[int], Sequence[float]]]) -> bytes:
    """Return the 95th percentile of a search over the library's size, one line a system."""
    with mpl.rc_context(STYLE):
        figure, axes = start(height=HEIGHT + 0.5)
        for (name, sizes, times), colour, mark in zip(
            lines, (BLUE, GREEN, ORANGE, PURPLE), "osD^", strict=False
        ):
            axes.plot(sizes, times, color=colour, marker=mark, label=name)
        axes.set_xscale("log")
        axes.set_yscale("log")
        sizes = sorted({size for _, sizes, _ in lines for size in sizes})
        axes.set_xticks(sizes, [f"{size:,}" for size in sizes])
        axes.minorticks_off()
        axes.yaxis.set_major_formatter("{x:g}")
        axes.set_xlabel("passages in the library")
        axes.set_ylabel("95 in 100 searches within (ms)")
        figure.legend(loc="outside upper center", ncols=2)
        return finish(figure)


def draw_users(lines: Sequence[tuple[str, Sequence[int], Sequence[float]]]) -> bytes:
    """Return the 95th percentile of the replies over the users at once.

    Args:
        lines: For each its name, the numbers of users and the times; those of one bot follow each
            other, the second one dashed.
    """
    with mpl.rc_context(STYLE):
        figure, axes = start(height=HEIGHT + 0.5)
        looks = [(colour, dash) for colour in (ORANGE, BLUE) for dash in ("-", "--")]
        for (name, users, times), (colour, dash) in zip(lines, looks, strict=False):
            axes.plot(users, times, color=colour, linestyle=dash, marker="o", label=name)
        users = sorted({n for _, numbers, _ in lines for n in numbers})
        axes.set_xscale("log")
        axes.set_yscale("log")
        axes.set_xticks(users, [str(n) for n in users])
        axes.minorticks_off()
        axes.yaxis.set_major_formatter("{x:g}")
        axes.set_xlabel("users at once")
        axes.set_ylabel("95 in 100 replies within (ms)")
        figure.legend(loc="outside upper center", ncols=2)
        return finish(figure)


def start(*, height: float = HEIGHT) -> tuple[Figure, Any]:
    """Return an empty figure and its axes."""
    figure = Figure(figsize=(WIDTH, height), layout="constrained")
    return figure, figure.subplots()


def finish(figure: Figure) -> bytes:
    """Return the figure as SVG."""
    file = io.BytesIO()
    figure.savefig(file, format="svg", metadata={"Date": None, "Creator": None})
    return file.getvalue()
