"""Run the servers of the Procfile: start again what died, stop them one after the other.

A server that ends by itself is started again after 1, 2, 4 … seconds; after 5 quick ends in a row
everything is stopped. One that ends because of its settings (exit code 78) is not started again:
it would only say the same once more. SIGTERM, SIGINT (Ctrl-C) and SIGHUP stop the servers in the
reverse order of the Procfile, each when the one before it has ended. On Linux they are
asked to stop also when this program is killed: nobody would look after them, and they hold ports.
"""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
SETTINGS_FAULTY = os.EX_CONFIG
# A server that lived longer than this has a new first chance.
QUICK_S = 60.0
MAX_QUICK_ENDS = 5
FIRST_PAUSE_S, LONGEST_PAUSE_S = 1.0, 30.0
# A server finishes what it has begun in 10 seconds (bot/server/drain.py); then it is killed.
STOP_TIMEOUT_S = 15.0
POLL_S = 0.1
# Linux: PR_SET_PDEATHSIG of prctl(2).
_SIGNAL_OF_PARENTS_DEATH = 1
_prctl = getattr(ctypes.CDLL(None), "prctl", None)


def say(line: str) -> None:
    """Print a line between those of the servers."""
    print(line, flush=True)


@dataclass
class Server:
    """One line of the Procfile.

    Attributes:
        name: Of the server.
        command: For a shell.
        process: The server while it runs.
        n_quick_ends: How often in a row it ended soon after its start.
        next_start: When it is started again, on the monotonic clock.
    """

    name: str
    command: str
    process: "subprocess.Popen[bytes] | None" = None
    started: float = 0.0
    n_quick_ends: int = 0
    next_start: float = 0.0

    def start(self) -> None:
        """Start it, out of reach of the terminal's Ctrl-C: the order of the stop is ours."""
        self.started = time.monotonic()
        shell = ["bash", "-c", self.command]  # the one that the scripts run in, wherever it is
        # Unsafe beside other threads; here are none.
        self.process = subprocess.Popen(shell, start_new_session=True, preexec_fn=_end_with_parent)
        say(f"{self.name}: started (process {self.process.pid})")

    def find_end(self) -> "int | None":
        """Return the exit code of a server that has just ended by itself, None for others."""
        if self.process is None or self.process.poll() is None:
            return None
        code = self.process.returncode
        self.process = None
        is_quick = time.monotonic() - self.started < QUICK_S
        self.n_quick_ends = self.n_quick_ends + 1 if is_quick else 1
        pause_s = min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2 ** (self.n_quick_ends - 1))
        self.next_start = time.monotonic() + pause_s
        return int(code)

    def stop(self, *, timeout_s: float = STOP_TIMEOUT_S) -> None:
        """Let it finish what it has begun; kill it when that takes too long."""
        if self.process is None:
            return
        _signal_group(self.process, signal.SIGTERM)
        try:
            self.process.wait(timeout_s)
            say(f"{self.name}: stopped")
        except subprocess.TimeoutExpired:
            _signal_group(self.process, signal.SIGKILL)
            self.process.wait()
            say(f"{self.name}: killed, it did not end within {timeout_s:.0f} seconds")
        self.process = None


def read_procfile(text: str) -> "list[Server]":
    """Return the servers of a Procfile: `name: command`, one a line."""
    pairs = [line.partition(":") for line in text.splitlines() if line.strip()[:1] not in ("", "#")]
    return [Server(name.strip(), command.strip()) for name, _, command in pairs]


def supervise(servers: Sequence[Server], is_over: Callable[[], bool]) -> int:
    """Keep servers running until `is_over` says so, or one cannot; return the exit code.

    When it returns, all are stopped: the last of the Procfile first.
    """
    code = 0
    while not code and not is_over():
        for server in servers:
            code = code or _look_after(server)
        time.sleep(POLL_S)
    for server in reversed(servers):
        server.stop()
    return code


def _look_after(server: Server) -> int:
    """Start a server that does not run; return a code other than 0 where that makes no sense."""
    code = server.find_end()
    if code is None:
        if server.process is None and time.monotonic() >= server.next_start:
            server.start()
        return 0
    if code == SETTINGS_FAULTY:
        say(f"{server.name}: cannot start; its last lines above say why.")
        return code
    if server.n_quick_ends >= MAX_QUICK_ENDS:
        say(
            f"{server.name}: ended {MAX_QUICK_ENDS} times in a row within {QUICK_S:.0f} seconds "
            f"(the last time with exit code {code}); its last lines above say why."
        )
        return code if 0 < code < 128 else 1
    wait_s = server.next_start - time.monotonic()
    say(f"{server.name}: ended by itself (exit code {code}); started again in {wait_s:.0f} s")
    return 0


def _end_with_parent() -> None:
    if _prctl is not None:
        _prctl(_SIGNAL_OF_PARENTS_DEATH, signal.SIGTERM)


def _signal_group(process: "subprocess.Popen[bytes]", number: int) -> None:
    try:
        os.killpg(process.pid, number)
    except ProcessLookupError:
        return  # it has just ended


def main() -> int:
    """Run the Procfile of this folder; 0 after a signal, else the code of the server that ended."""
    received: list[int] = []
    for number in SIGNALS:
        signal.signal(number, lambda each, _: received.append(each))
    servers = read_procfile(Path("Procfile").read_text(encoding="utf-8"))
    code = supervise(servers, lambda: bool(received))
    if code:
        print("Both servers are stopped: one of them could not go on.", file=sys.stderr)
    else:
        say("Both servers are stopped.")
    return code


if __name__ == "__main__":
    sys.exit(main())
