"""Start servers, wait until they answer, weigh them, and stop them whatever happens."""

import contextlib
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import psutil

from benchmarks.files import ROOT

HOST = "127.0.0.1"
WEBHOOK = "/webhooks/rest/webhook"
STOP_TIMEOUT_S = 15.0
POLL_S = 0.05
LOG_LINES = 20

Reply = list[dict[str, Any]]


class ServerFailed(RuntimeError):
    """A program ended by itself, failed or was too slow; the message quotes its last lines."""


@dataclass(frozen=True, slots=True)
class Program:
    """A command and where it runs.

    Attributes:
        name: Names the program in messages and its log file.
        command: Program and arguments.
        folder: Its working folder.
        environ: What is added to the environment.
    """

    name: str
    command: tuple[str, ...]
    folder: Path = ROOT
    environ: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Running:
    """Servers that were started together; the one on `port` takes the messages."""

    port: int
    processes: Mapping[str, subprocess.Popen[bytes]]
    logs: Path
    started: float

    def wait_until_ready(
        self, message: str, is_ready: Callable[[Reply], bool], *, timeout_s: float = 300.0
    ) -> float:
        """Send `message` until the reply satisfies `is_ready`; return the seconds since the start.

        Raises:
            ServerFailed: A server ended, or none was ready in time.
        """
        url = f"http://{HOST}:{self.port}{WEBHOOK}"
        body = {"sender": "ready", "message": message}

        def answers(client: httpx.Client) -> bool:
            return is_ready(client.post(url, json=body).raise_for_status().json())

        return self.wait_for(answers, timeout_s=timeout_s, waits_for=f"answer {message!r}")

    def wait_for(
        self, is_done: Callable[[httpx.Client], bool], *, timeout_s: float, waits_for: str
    ) -> float:
        """Ask again and again until `is_done`; return the seconds since the start.

        Raises:
            ServerFailed: A server ended, or did not do what `waits_for` says in time.
        """
        with httpx.Client(timeout=timeout_s, trust_env=False) as client:
            while time.perf_counter() - self.started < timeout_s:
                self.check_alive()
                with contextlib.suppress(httpx.TransportError, httpx.HTTPStatusError):
                    if is_done(client):
                        return time.perf_counter() - self.started
                time.sleep(POLL_S)
        names = " and ".join(self.processes)
        raise ServerFailed(f"{names} did not {waits_for} in {timeout_s:.0f} s.")

    def check_alive(self) -> None:
        """Raise when a server has ended.

        Raises:
            ServerFailed: It names the server and quotes its log.
        """
        for name, process in self.processes.items():
            if process.poll() is not None:
                raise ServerFailed(describe_end(name, process.returncode, self.logs))

    def measure_memory(self) -> dict[str, int]:
        """Return the resident bytes of each server with every process it started.

        Pages that two processes share count for both.
        """
        return {
            name: sum(process.memory_info().rss for process in tree(leader))
            for name, leader in self.processes.items()
        }

    def measure_cpu(self) -> float:
        """Return the seconds of processor time that all those processes have used so far."""
        times = [
            process.cpu_times() for leader in self.processes.values() for process in tree(leader)
        ]
        return sum(used.user + used.system for used in times)


def tree(leader: subprocess.Popen[bytes]) -> Iterator[psutil.Process]:
    """Yield a process and everything it started."""
    process = psutil.Process(leader.pid)
    yield process
    yield from process.children(recursive=True)


@contextlib.contextmanager
def serve(programs: Sequence[Program], *, port: int, logs: Path) -> Iterator[Running]:
    """Run `programs` at the same time; the one on `port` takes the messages. Stops them all."""
    started = time.perf_counter()
    processes: dict[str, subprocess.Popen[bytes]] = {}
    try:
        for program in programs:
            processes[program.name] = start(program, logs)
        yield Running(port, processes, logs, started)
    finally:
        stop(processes.values())


def run_to_end(program: Program, *, logs: Path, timeout_s: float = 900.0) -> float:
    """Run `program` until it ends and return the seconds it took.

    Raises:
        ServerFailed: It failed or took longer than `timeout_s`.
    """
    started = time.perf_counter()
    process = start(program, logs)
    try:
        code = process.wait(timeout_s)
    except subprocess.TimeoutExpired as err:
        raise ServerFailed(f"{program.name} did not end in {timeout_s:.0f} s.") from err
    finally:
        stop([process])
    if code != 0:
        raise ServerFailed(describe_end(program.name, code, logs))
    return time.perf_counter() - started


def start(program: Program, logs: Path) -> subprocess.Popen[bytes]:
    """Start `program` as the leader of a process group of its own, its output in its log file."""
    logs.mkdir(parents=True, exist_ok=True)
    with log_of(program.name, logs).open("wb") as log:
        return subprocess.Popen(
            program.command,
            cwd=program.folder,
            env=clean_environment(os.environ) | dict(program.environ),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def stop(processes: Iterable[subprocess.Popen[bytes]]) -> None:
    """End the processes and everything they started: politely, then by force."""
    processes = list(processes)
    for process in processes:
        signal_group(process, signal.SIGTERM)
    deadline = time.monotonic() + STOP_TIMEOUT_S
    for process in processes:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(max(0.0, deadline - time.monotonic()))
        signal_group(process, signal.SIGKILL)
        process.wait(STOP_TIMEOUT_S)


def signal_group(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    """Signal the group of `process`; nothing happens when all of it has ended."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, number)


def find_free_ports(count: int) -> list[int]:
    """Return ports of this machine that nobody listens on, all different."""
    with contextlib.ExitStack() as stack:
        listeners = [stack.enter_context(socket.create_server((HOST, 0))) for _ in range(count)]
        return [listener.getsockname()[1] for listener in listeners]


def clean_environment(environ: Mapping[str, str]) -> dict[str, str]:
    """Return `environ` without this project's settings: what is measured are the defaults."""
    ours = ("BONAFIDE_", "KNOWLEDGE_", "RASA_", "PYTHON")
    kept = {key: value for key, value in environ.items() if not key.startswith(ours)}
    return kept | {"RASA_TELEMETRY_ENABLED": "false", "TF_CPP_MIN_LOG_LEVEL": "3"}


def describe_end(name: str, code: int, logs: Path) -> str:
    """Return one message that says how a program ended and the last lines of its log."""
    lines = log_of(name, logs).read_text(errors="replace").splitlines()[-LOG_LINES:]
    return "\n".join([f"{name} ended with exit code {code}. Its last lines:", *lines])


def log_of(name: str, logs: Path) -> Path:
    """Return the log file of the program called `name`."""
    return logs / f"{name.replace(' ', '-')}.log"
