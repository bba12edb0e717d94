"""The pieces alone: the action server, the library, the encoder, and what a start-up waits for."""

import asyncio
import itertools
import json
import statistics
import subprocess
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from benchmarks.files import ROOT
from benchmarks.harness import client
from benchmarks.harness.servers import HOST, Program, run_to_end, serve
from benchmarks.harness.wire import Connection
from benchmarks.stock import bots, conversations, recorder
from benchmarks.stock.bots import Bot
from benchmarks.stock.library import describe
from benchmarks.stock.metrics import MEMORY

READY_S = 60.0
Json = dict[str, Any]
Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Plan:
    """How much is measured of the pieces.

    Attributes:
        starts: How often something is started.
        talks: Conversations whose calls of the action server are recorded.
        questions: How many the library is asked.
    """

    starts: int = 3
    talks: int = 25
    questions: int = 300


def measure(plan: Plan, assistant: Bot, model: Path, *, logs: Path, on_progress: Progress) -> Json:
    """Return the figures of every piece.

    Args:
        plan: How much is measured.
        assistant: Whose conversations are recorded.
        model: Its trained model.
        logs: Folder of log files.
        on_progress: Called with what happens next.

    Raises:
        ServerFailed: A server ended or was too slow.
        ReplyRefused: A reply was an error or empty.
    """
    on_progress("pieces: starting each server's half alone")
    starts = measure_starts(plan.starts, model, logs=logs)
    on_progress("pieces: the action server, by recorded calls")
    webhook = measure_webhook(plan.talks, assistant, model, logs=logs)
    on_progress("pieces: library and encoder")
    command = [str(bots.PYTHON), "-m", "benchmarks.stock.library", str(plan.questions)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return {"starts": starts, "webhook": webhook, "library": json.loads(done.stdout)}


def measure_starts(count: int, model: Path, *, logs: Path) -> Json:
    """Return the seconds until the action server alone is ready, and of importing TensorFlow."""
    imports, readies = [], []
    for _ in range(count):
        command = str(bots.RASA_PYTHON), "-c", "import tensorflow"
        imports.append(run_to_end(Program("import tensorflow", command), logs=logs))
        (actions, _), _ = bots.make_assistant_servers(model, MEMORY)
        with serve([actions], port=0, logs=logs) as running:
            health = f"http://{HOST}:{actions.environ['BONAFIDE_ACTIONS_PORT']}/health"

            def is_healthy(http: httpx.Client, health: str = health) -> bool:
                return http.get(health).is_success

            ready_s = running.wait_for(is_healthy, timeout_s=READY_S, waits_for="get healthy")
            readies.append(ready_s)
    return {
        "import_tensorflow_s": round(statistics.median(imports), 2),
        "action_server_s": round(statistics.median(readies), 2),
    }


def measure_webhook(n_talks: int, assistant: Bot, model: Path, *, logs: Path) -> Json:
    """Return how long the action server takes for calls that Rasa made, by action.

    The calls are recorded with one action server and made again at another, which has heard none
    of them.
    """
    (actions, _), _ = bots.make_assistant_servers(model, MEMORY)
    port = int(actions.environ["BONAFIDE_ACTIONS_PORT"])
    with recorder.record(port) as (url, calls):
        (_, rasa), rasa_port = bots.make_assistant_servers(model, MEMORY, actions_url=url)
        with serve([actions, rasa], port=rasa_port, logs=logs) as running:
            running.wait_until_ready(assistant.probe, assistant.is_ready)
            talks = itertools.islice(conversations.mix(0), n_talks)
            held = [(client.Rest(), talk) for talk in talks]
            client.hold(rasa_port, held, n_users=1, outage=assistant.outage)
    with serve([actions], port=port, logs=logs) as running:

        def is_healthy(http: httpx.Client) -> bool:
            return http.get(f"http://{HOST}:{port}/health").is_success

        running.wait_for(is_healthy, timeout_s=READY_S, waits_for="get healthy")
        return asyncio.run(call_again(port, calls))


async def call_again(port: int, calls: Sequence[recorder.Call]) -> Json:
    """Make the calls one after the other and return the latencies of each action."""
    times: dict[str, list[float]] = defaultdict(list)
    async with Connection(HOST, port) as connection:
        for call in calls:
            started = time.perf_counter()
            status, reply = await connection.exchange("POST", call.path, call.body, call.headers)
            elapsed_ms = (time.perf_counter() - started) * 1000
            if status != 200:
                raise client.ReplyRefused(f"The action server answered {status}: {reply!r}")
            times[name_action(call)].append(elapsed_ms)
    return {
        "all": describe([ms for found in times.values() for ms in found]),
        "actions": {name: describe(found) for name, found in sorted(times.items())},
        "call_kb": round(statistics.median(len(call.body) for call in calls) / 1e3, 1),
    }


def name_action(call: recorder.Call) -> str:
    """Return the name of the action that is called."""
    if call.headers.get("Content-Encoding"):
        return "compressed"
    return str(json.loads(call.body)["next_action"])
