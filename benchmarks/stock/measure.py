"""Measure both bots in turn, round after round, part by part, and put the results together."""

import datetime
import os
import platform
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import psutil

from benchmarks.harness.servers import run_to_end
from benchmarks.stock import bots, conversations, metrics
from benchmarks.stock.bots import Bot
from benchmarks.stock.sessions import measure_session

FORMAT = 2
# One line of Python that each environment runs to say what it is.
VERSIONS = (
    "import importlib.metadata as m, platform, sys;"
    "print('Python', platform.python_version());"
    "[print(n, m.version(n)) for n in sys.argv[1:]]"
)
PACKAGES = {
    "rasa": (bots.RASA_PYTHON, ("rasa", "tensorflow", "numpy", "scikit-learn", "onnxruntime")),
    "actions": (bots.PYTHON, ("rasa-sdk", "numpy", "onnxruntime")),
}

Json = dict[str, Any]
Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Plan:
    """How much is measured.

    Attributes:
        rounds: How often each bot is trained, started and talked to.
        requests: Fewest messages of each load, rounded up to whole conversations, at least one
            for each user.
        total: Messages over which the assistant's memory is watched, with conversations in memory.
    """

    rounds: int = 3
    requests: int = 120
    total: int = 2000


def start_results(plan: Plan, earlier: Json | None) -> Json:
    """Return results without figures, or those of an earlier run that a part can be added to.

    Args:
        plan: How much is measured.
        earlier: What was measured before; kept only when it is of the same kind of machine, of
            the same versions and with the same plan.
    """
    same = {
        "format": FORMAT,
        "versions": {name: read_versions(*ask) for name, ask in PACKAGES.items()},
        "settings": asdict(plan) | {"turns": conversations.TURNS},
    }
    machine = describe_machine()
    parts: Json = {}
    if (
        earlier is not None
        and all(earlier.get(key) == value for key, value in same.items())
        and is_same_machine(earlier["machine"], machine)
    ):
        parts = earlier["parts"]
    return {**same, "date": datetime.date.today().isoformat(), "machine": machine, "parts": parts}


def is_same_machine(one: Json, other: Json) -> bool:
    """Say whether two descriptions are of the same kind of machine."""
    return all(one[key] == other[key] for key in ("cpu", "cores", "system"))


def measure_part(
    part: str, plan: Plan, compared: Sequence[Bot], *, logs: Path, on_progress: Progress
) -> Json:
    """Return one part of the results: every round, the medians and the ratios.

    Args:
        part: Training, or the store of the conversations.
        plan: How much is measured.
        compared: The `rasa init` bot and the assistant; only one of them runs at any time.
        logs: Folder of log files.
        on_progress: Called with what happens next.

    Raises:
        ServerFailed: A server or a training ended or was too slow.
        ReplyRefused: A reply was an error or empty.
    """
    rounds = []
    for number in range(1, plan.rounds + 1):
        figures = {}
        for bot in compared:
            say = _prefixed(on_progress, f"{part}, round {number} of {plan.rounds}, {bot.title}")
            if part == metrics.TRAINING:
                say("training")
                figures[bot.key] = {"train_s": round(run_to_end(bot.training, logs=logs), 2)}
            else:
                figures[bot.key] = measure_session(
                    bot, part, requests=plan.requests, seed=number, logs=logs, on_progress=say,
                    total=plan.total if part == metrics.MEMORY else 0,
                )  # fmt: skip
        rounds.append(figures)
    date = datetime.date.today().isoformat()
    return {"date": date, "rounds": rounds} | metrics.summarise(part, rounds)


def describe_machine() -> Json:
    """Return what the machine is, without its name."""
    return {
        "cpu": read_cpu_name(Path("/proc/cpuinfo")) or platform.processor() or platform.machine(),
        "cores": count_cores(),
        "memory_gb": round(psutil.virtual_memory().total / 1e9, 1),
        "system": f"{platform.system()} {platform.machine()}",
        "load_before": round(os.getloadavg()[0], 2),
    }


def count_cores() -> int:
    """Return how many cores this program may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def read_cpu_name(cpuinfo: Path) -> str:
    """Return the name of the first core; empty where Linux does not say."""
    if not cpuinfo.is_file():
        return ""
    for line in cpuinfo.read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return ""


def read_versions(python: Path, packages: Sequence[str]) -> dict[str, str]:
    """Return the versions of Python and of `packages` in the environment of `python`."""
    command = [str(python), "-c", VERSIONS, *packages]
    lines = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    return dict(line.split(" ", 1) for line in lines)


def _prefixed(on_progress: Progress, prefix: str) -> Progress:
    return lambda message: on_progress(f"{prefix}, {message}")
