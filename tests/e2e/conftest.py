"""Both servers, started as `make run` starts them, on free ports."""

import json
import os
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
START_TIMEOUT_S = 120


class Server:
    """One server process and its log."""

    def __init__(self, command: list[str], environ: dict[str, str], log: Path, ready: str) -> None:
        self.command = command
        self.environ = environ
        self.log = log
        self.ready = ready
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the process and wait until it answers."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command, cwd=ROOT, env=self.environ, stdout=log, stderr=subprocess.STDOUT
            )
        deadline = time.monotonic() + START_TIMEOUT_S
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                break
            try:
                urllib.request.urlopen(self.ready, timeout=1).close()
                return
            except (urllib.error.URLError, OSError):
                time.sleep(0.1)
        tail = self.log.read_text(errors="replace")[-3000:]
        self.stop()
        pytest.fail(f"{self.command} did not get ready. The end of its log:\n{tail}")

    def stop(self) -> None:
        """Kill the process, whatever it is doing."""
        if self.process is not None:
            self.process.kill()
            self.process.wait(timeout=30)
            self.process = None


class Assistant:
    """The running assistant, talked to over the REST channel."""

    def __init__(self, rasa: Server, actions: Server, port: int, outcomes: Path) -> None:
        self.rasa = rasa
        self.actions = actions
        self.port = port
        self.outcomes = outcomes

    def ask(self, sender: str, message: str, **more: Any) -> list[dict[str, Any]]:
        """Send one message, with what the request says beside it; return the bot's messages."""
        token = self.rasa.environ.get("BONAFIDE_REST_TOKEN")
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/webhooks/rest/webhook",
            json.dumps({"sender": sender, "message": message, **more}).encode(),
            {
                "Content-Type": "application/json",
                **({"Authorization": f"Bearer {token}"} if token else {}),
            },
        )
        with urllib.request.urlopen(request, timeout=30) as reply:
            messages: list[dict[str, Any]] = json.load(reply)
        return messages

    def turn(self, sender: str, message: str, **more: Any) -> dict[str, Any]:
        """Send one message; return the payload of the turn, checked to be the one and only."""
        messages = self.ask(sender, message, **more)
        assert [sorted(m) for m in messages] == [
            ["recipient_id", "text"],
            ["custom", "recipient_id"],
        ]
        assert all(m["recipient_id"] == sender for m in messages)
        payload: dict[str, Any] = messages[1]["custom"]
        return payload

    def warnings_logged(self) -> list[str]:
        """Return what either server logged above WARNING, and tracebacks."""
        lines = [
            line
            for log in (self.rasa.log, self.actions.log)
            for line in log.read_text(errors="replace").splitlines()
        ]
        return [
            line for line in lines if any(w in line for w in (" ERROR ", " CRITICAL ", "Traceback"))
        ]


@pytest.fixture(scope="session")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    """Start both servers once for all end-to-end tests."""
    with start_assistant(tmp_path_factory.mktemp("logs"), {}) as running:
        yield running


@contextmanager
def start_assistant(logs: Path, settings: dict[str, str]) -> Iterator[Assistant]:
    """Start both servers, with their logs and outcomes in a folder, and stop them afterwards."""
    actions_port, rasa_port = free_port(), free_port()
    outcomes = logs / "outcomes.db"
    environ = {
        **os.environ,
        "BONAFIDE_ACTIONS_PORT": str(actions_port),
        "BONAFIDE_OUTCOMES_URL": f"sqlite:///{outcomes}",
        "BONAFIDE_INBOX_URL": f"sqlite:///{logs / 'inbox.db'}",
        "BONAFIDE_STATE": str(logs / "state"),
        "BONAFIDE_SECRET": "only for these tests, and no secret",
        "BONAFIDE_ACTIONS_TOKEN": "only-for-these-tests",
        "BONAFIDE_ADDRESS_RATE": "0",
        **settings,
    }
    environ.pop("BONAFIDE_ACTIONS_URL", None)
    actions = Server(
        [str(ROOT / ".venv/bin/python"), "-m", "actions"],
        environ,
        logs / "actions.log",
        f"http://127.0.0.1:{actions_port}/health",
    )
    rasa = Server(
        [
            *(str(ROOT / ".venv-rasa/bin/python"), "-m", "bot", "run"),
            *("--model", "models/bonafide.tar.gz", "--endpoints", "endpoints.yml"),
            *("--credentials", "credentials.yml", "--port", str(rasa_port)),
        ],
        environ,
        logs / "rasa.log",
        f"http://127.0.0.1:{rasa_port}/webhooks/rest/",
    )
    try:
        actions.start()
        rasa.start()
        yield Assistant(rasa, actions, rasa_port, outcomes)
    finally:
        rasa.stop()
        actions.stop()


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port
