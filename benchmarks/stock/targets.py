"""What was asked of the assistant beside the `rasa init` bot, and whether it is reached."""

from dataclasses import dataclass

from benchmarks.stock.metrics import MEMORY, SQL, TRAINING, Json, list_metrics


@dataclass(frozen=True, slots=True)
class Target:
    """One line of what must hold.

    Attributes:
        label: What is compared.
        wanted: The goal in words.
        key: The metric.
        least: Smallest ratio that reaches it; 0 for a figure of the assistant's alone.
        most: Largest figure that reaches it, where there is no ratio.
        parts: Where it is measured with each store; nothing where it is not.
    """

    label: str
    wanted: str
    key: str
    least: float = 0.0
    most: float = 0.0
    parts: tuple[str, str] = (MEMORY, SQL)

    def reach(self, part: Json) -> float:
        """Return the ratio reached, or the figure where there is no ratio."""
        found: float = (
            part["ratios"][self.key] if self.least else part["medians"]["bonafide"][self.key]
        )
        return found

    def is_reached(self, part: Json) -> bool:
        """Say whether the measurement of a part reaches it."""
        found = self.reach(part)
        return found >= self.least if self.least else found <= self.most


# Resident memory wavers by a hundredth when nothing is said at all.
FLAT = 2.0
TARGETS = (
    Target(
        "1 user, new conversation, half of the replies", "12 times faster", "fresh.1.p50_ms", 12
    ),
    Target("1 user, after 50 turns, half of the replies", "10 times faster", "aged.1.p50_ms", 10),
    Target("16 users, replies per second", "7 times more", "fresh.16.per_s", 7),
    Target("16 users, 95 in 100 replies", "under a sixth: 6 times faster", "fresh.16.p95_ms", 6),
    Target("From start to first reply", "under 0.4: 2.5 times faster", "ready_s", 2.5),
    Target(
        "Memory, both processes together", "under 0.7: 1.4 times less", "loaded.total_mb", 1 / 0.7
    ),
    Target(
        "Memory stays flat",
        f"the second half of the messages adds {FLAT:g} % at most",
        "growth_percent",
        most=FLAT,
        parts=(MEMORY, ""),
    ),
    Target("Training", "under 0.25: 4 times faster", "train_s", 4, parts=(TRAINING, TRAINING)),
)


def spell(target: Target, part: Json | None) -> str:
    """Return how far the measurement of a part reaches a target, as a cell of a table."""
    if part is None:
        return "not measured"
    found = target.reach(part)
    end = "reached" if target.is_reached(part) else "**not reached**"
    if not target.least:
        return f"{found:.1f} %, {end}"
    metric = next(m for m in list_metrics(target.parts[0]) if m.key == target.key)
    word, times = (metric.better, found) if found >= 1 else (metric.worse, 1 / found)
    return f"{times:.1f} times {word}, {end}"


def make_rows(parts: Json) -> list[list[str]]:
    """Return a row for each target: label, goal, and what is reached with each store."""
    return [
        [
            target.label,
            target.wanted,
            *(spell(target, parts.get(name)) if name else "" for name in target.parts),
        ]
        for target in TARGETS
    ]
