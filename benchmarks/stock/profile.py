"""Where the processor time of each server goes: `python -m benchmarks profile`.

Needs py-spy (`.venv/bin/python -m pip install py-spy`) and the right to look into processes of this
user (on some machines: `sysctl kernel.yama.ptrace_scope=0`).
"""

import contextlib
import datetime
import itertools
import shutil
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from benchmarks.files import ROOT, save_results
from benchmarks.harness import client
from benchmarks.harness.servers import Running, run_to_end, serve
from benchmarks.stock import bots, conversations, performance
from benchmarks.stock.metrics import MEMORY, SQL

SCRATCH = ROOT / "build/bench"
LOGS = SCRATCH / "logs"
# Samples a second.
RATE = 400
TITLES = {"rasa server": "The Rasa server", "action server": "The action server"}
REST = "everything else"
# Looked for in each frame of a stack, from the innermost outwards; the first that fits names it.
GROUPS = (
    ("the sentence encoder", ("encoder/onnx.py", "onnxruntime/")),
    ("logging", ("logging/", "structlog/")),
    ("outcomes", ("bot/conversations/event_broker.py", "outcomes/")),
    ("red flags and advice", (
        "bot/red_flags/", "bot/advice/", "bot/matching/", "red_flag_detector.py",
        "personal_advice_detector.py",
    )),
    ("conversations: store and events", (
        "bot/conversations/tracker_store.py", "bot/conversations/trackers.py",
        "bot/conversations/event_log.py",
        "rasa/core/tracker_store.py", "rasa/shared/core/trackers.py", "rasa/shared/core/events.py",
    )),
    ("policies", ("rasa/core/policies/", "rasa/core/featurizers/", "core/generator.py")),
    ("understanding: the other components", ("bot/components/", "rasa/nlu/", "sklearn/", "spacy/")),
    ("the call of the action server", (
        "rasa/core/actions/", "rasa/utils/endpoints.py", "aiohttp/", "bot/patches/",
    )),
    ("wording and channels", (
        "bot/conversations/nlg.py", "rasa/core/nlg/", "core/channels/", "bot/channels/",
    )),
    ("the library", ("knowledge/",)),
    ("composing the reply", ("actions/",)),
    ("the SDK: reading the call", ("rasa_sdk/",)),
    ("running Rasa's graph", ("dask/", "rasa/engine/")),
    ("Rasa's processing of a message", ("rasa/core/processor.py", "rasa/core/agent.py")),
    ("web server and event loop", ("sanic/", "asyncio/", "uvloop/", "selectors.py")),
)  # fmt: skip
# Innermost frames of threads that wait: py-spy cannot always tell. The event loop's own work, in C,
# looks like its waiting.
WAITS = (
    "(concurrent/futures/thread.py", "(threading.py", "(queue.py", "(selectors.py",
    "(sanic/server/runners.py", "_take (outcomes/recorder.py",
)  # fmt: skip
Json = dict[str, Any]

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def run(
    talks: Annotated[int, typer.Option(min=1, help="Conversations of eight messages.")] = 60,
    sql: Annotated[bool, typer.Option("--sql", help="Keep conversations in SQLite.")] = False,
    keep: Annotated[bool, typer.Option(help="Write results/profile.json and the table.")] = True,
) -> None:
    """Profile both servers while one user talks."""
    spy = shutil.which("py-spy", path=str(bots.PYTHON.parent)) or shutil.which("py-spy")
    if spy is None:
        print(__doc__, file=sys.stderr)
        raise typer.Exit(1)
    assistant = bots.make_assistant(SCRATCH / "bonafide")
    run_to_end(assistant.training, logs=LOGS)
    programs, port = assistant.make_servers(SQL if sql else MEMORY)
    source = conversations.mix(0)
    with serve(programs, port=port, logs=LOGS) as running:
        running.wait_until_ready(assistant.probe, assistant.is_ready)
        client.hold(port, say(source, 5), n_users=1)
        with watch(spy, running) as stacks:
            load = client.hold(port, say(source, talks), n_users=1)
    n_messages = len(load.latencies_ms)
    results = {
        "date": datetime.date.today().isoformat(),
        "store": SQL if sql else MEMORY,
        "messages": n_messages,
        "servers": [
            {"title": TITLES[name], "rows": add_up(path.read_text().splitlines(), n_messages)}
            for name, path in stacks.items()
        ],
    }
    print(performance.render_profile(results))
    if keep:
        save_results(results, performance.PROFILE)
        performance.write_all()


def say(
    source: Iterator[conversations.Talk], count: int
) -> list[tuple[client.Channel, conversations.Talk]]:
    """Return new conversations with what is said in them."""
    return [(client.Rest(), talk) for talk in itertools.islice(source, count)]


@contextlib.contextmanager
def watch(spy: str, running: Running) -> Iterator[dict[str, Path]]:
    """Sample every server; yield for each the file that has its stacks in the end."""
    files = {name: LOGS / f"{name.replace(' ', '-')}.stacks" for name in running.processes}
    spies = [
        subprocess.Popen(
            [spy, "record", "--rate", str(RATE), "--format", "raw", "--nonblocking",
             "--output", str(files[name]), "--pid", str(process.pid)],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )
        for name, process in running.processes.items()
    ]  # fmt: skip
    try:
        yield files
    finally:
        for spying in spies:
            spying.send_signal(signal.SIGINT)
        for spying in spies:
            spying.wait(60)


def add_up(lines: Sequence[str], n_messages: int) -> list[Json]:
    """Return the groups with their share and their time for a message, the largest first.

    Args:
        lines: Stacks as py-spy writes them: frames joined by semicolons, a space, how often.
        n_messages: How many messages were handled meanwhile.
    """
    counts: Counter[str] = Counter()
    for line in lines:
        joined, _, count = line.rpartition(" ")
        stack = joined.split(";")
        if not any(part in stack[-1] for part in WAITS):
            counts[find_group(stack)] += int(count)
    total = counts.total()
    return [
        {
            "name": name,
            "share": round(count / total, 4),
            "ms": round(1000 * count / RATE / n_messages, 2),
        }
        for name, count in sorted(counts.items(), key=lambda item: (item[0] == REST, -item[1]))
    ]


def find_group(stack: Sequence[str]) -> str:
    """Return the group of a stack, its outermost frame first."""
    for frame in reversed(stack):
        for name, parts in GROUPS:
            if any(part in frame for part in parts):
                return name
    return REST


if __name__ == "__main__":
    app(prog_name="python -m benchmarks profile")
