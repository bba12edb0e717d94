"""Measure both bots in turn, round after round, and put the results together."""

import datetime
import os
import platform
import statistics
import subprocess
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import psutil

from benchmarks import bots, client, conversations, metrics
from benchmarks.bots import Bot
from benchmarks.servers import run_to_end, serve

FORMAT = 1
# One line of Python that each environment runs to say what it is.
VERSIONS = (
    "import importlib.metadata as m, platform, sys;"
    "print('Python', platform.python_version());"
    "[print(n, m.version(n)) for n in sys.argv[1:]]"
)
PACKAGES = {
    "rasa": (bots.RASA_PYTHON, ("rasa", "tensorflow", "numpy", "scikit-learn", "onnxruntime")),
    "actions": (bots.PYTHON, ("rasa-sdk", "numpy", "onnxruntime", "httpx")),
}

Json = dict[str, Any]
Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Plan:
    """How much is measured.

    Attributes:
        rounds: How often each bot is trained, started and talked to.
        requests: Fewest messages of each load, rounded up to whole conversations.
        users: Users who talk at once in the second load; the first has one.
    """

    rounds: int = 3
    requests: int = 400
    users: int = 16


def measure(plan: Plan, compared: Sequence[Bot], *, logs: Path, on_progress: Progress) -> Json:
    """Return the results: what was measured on, every round, the medians and the ratios.

    Args:
        plan: How much is measured.
        compared: The `rasa init` bot and the assistant; only one of them runs at any time.
        logs: Folder of log files.
        on_progress: Called with what happens next.

    Raises:
        ServerFailed: A server or a training ended or was too slow.
        ReplyRefused: A reply was an error or empty.
    """
    results: Json = {
        "format": FORMAT,
        "date": datetime.date.today().isoformat(),
        "machine": describe_machine(),
        "versions": {name: read_versions(*ask) for name, ask in PACKAGES.items()},
        "settings": asdict(plan) | {"turns": conversations.TURNS},
        "rounds": [],
    }
    for number in range(1, plan.rounds + 1):
        say = _prefixed(on_progress, f"round {number} of {plan.rounds}")
        results["rounds"].append(
            {bot.key: measure_bot(bot, plan, logs=logs, on_progress=say) for bot in compared}
        )
    return results | metrics.summarise(results["rounds"])


def measure_bot(bot: Bot, plan: Plan, *, logs: Path, on_progress: Progress) -> Json:
    """Train, start and talk to one bot; return the figures of this round."""
    on_progress(f"{bot.title}: training")
    train_s = run_to_end(bot.training, logs=logs)
    on_progress(f"{bot.title}: starting")
    programs, port = bot.make_servers()
    with serve(programs, port=port, logs=logs) as running:
        ready_s = running.wait_until_ready(bot.probe, bot.is_ready)
        rss_ready = running.measure_memory()

        def talk(n_users: int, n_messages: int) -> client.Load:
            load = client.run_load(
                running.url, bot.talks, n_users=n_users, n_messages=n_messages, outage=bot.outage
            )
            running.check_alive()
            return load

        on_progress(f"{bot.title}: every conversation once, not timed")
        talk(1, len(bot.talks) * conversations.TURNS)
        on_progress(f"{bot.title}: 1 user")
        cpu_before = running.measure_cpu()
        one = talk(1, plan.requests)
        one_cpu_s = running.measure_cpu() - cpu_before
        on_progress(f"{bot.title}: {plan.users} users")
        many = talk(plan.users, plan.requests)
        rss_load = running.measure_memory()
    return {
        "train_s": round(train_s, 2),
        "ready_s": round(ready_s, 2),
        "rss_ready_mb": round(rss_ready / 1e6, 1),
        "rss_load_mb": round(rss_load / 1e6, 1),
        "one_cpu_ms": round(one_cpu_s * 1000 / len(one.latencies_ms), 2),
        **summarise_loads(one, many),
    }


def summarise_loads(one: client.Load, many: client.Load) -> Json:
    """Return the figures of one user's load and of many users' load."""
    by_kind: dict[str, list[float]] = defaultdict(list)
    for kind, latency_ms in zip(one.kinds, one.latencies_ms, strict=True):
        by_kind[kind].append(latency_ms)
    return {
        "one_p50_ms": round(metrics.percentile(one.latencies_ms, 50), 2),
        "one_p95_ms": round(metrics.percentile(one.latencies_ms, 95), 2),
        "many_per_s": round(len(many.latencies_ms) / many.seconds, 2),
        "many_p95_ms": round(metrics.percentile(many.latencies_ms, 95), 2),
        "one_messages": len(one.latencies_ms),
        "many_messages": len(many.latencies_ms),
        "one_by_kind": {
            kind: {"messages": len(times), "p50_ms": round(statistics.median(times), 2)}
            for kind, times in sorted(by_kind.items())
        },
    }


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
