"""Shares of right and wrong answers among questions whose outcome is known."""

from collections.abc import Sequence
from typing import Any

Json = dict[str, Any]


def format_percent(share: float) -> str:
    """Return a share as a percentage, with a decimal."""
    return f"{100 * share:.1f} %"


# Keys of `measure` with what they are called and how they are written.
SHARES = (
    ("n", "Questions", "{:,}".format),
    ("first", "Right passage first, of the answerable", format_percent),
    ("right", "Answered, of the answerable", format_percent),
    ("refused", "Refused, of the unanswerable", format_percent),
    ("at_2", "Coverage at 2 % wrong answers", format_percent),
    ("at_5", "Coverage at 5 % wrong answers", format_percent),
    ("aurc", "Area under the risk-coverage curve", "{:.3f}".format),
)


def measure(records: Sequence[Json], threshold: float) -> dict[str, float]:
    """Return the shares of `SHARES`, and `answered`: the share of all questions answered."""
    answerable = [r for r in records if r["kind"] == "answerable"]
    others = [r for r in records if r["kind"] != "answerable"]
    curve = risks(records)
    return {
        "n": len(records),
        "first": _share([r["is_right"] for r in answerable]),
        "right": _share([r["probability"] >= threshold for r in answerable]),
        "refused": _share([r["probability"] < threshold for r in others]),
        "at_2": _coverage(curve, 0.02),
        "at_5": _coverage(curve, 0.05),
        "aurc": sum(curve) / len(curve),
        "answered": _share([r["probability"] >= threshold for r in records]),
    }


def risks(records: Sequence[Json]) -> list[float]:
    """Return the share of wrong answers among the surest k questions, for each k."""
    curve, n_wrong = [], 0
    for k, record in enumerate(sorted(records, key=lambda r: -r["probability"]), start=1):
        n_wrong += not record["is_right"]
        curve.append(n_wrong / k)
    return curve


def _coverage(curve: Sequence[float], risk: float) -> float:
    within = [k for k, share in enumerate(curve, start=1) if share <= risk]
    return within[-1] / len(curve) if within else 0.0


def _share(values: Sequence[bool]) -> float:
    return sum(values) / len(values) if values else 0.0
