"""scripts/serve.sh and scripts/shell.sh, with pretended servers."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

SCRIPTS = Path("scripts").resolve()
WAITING = "exec sleep 30"


@pytest.fixture
def folder(tmp_path):
    """A folder with this environment as .venv, and a .venv-rasa that knows the channels."""
    (tmp_path / ".venv").symlink_to(sys.prefix)
    pretend_rasa(tmp_path, 'echo "Channels: web, pigeon"')
    return tmp_path


def pretend_rasa(folder, line):
    """Let the Python of Rasa's environment do this."""
    python = folder / ".venv-rasa/bin/python"
    python.parent.mkdir(parents=True, exist_ok=True)
    python.write_text(f"#!/usr/bin/env bash\n{line}\n")
    python.chmod(0o755)


@pytest.fixture
def environment():
    """Two free ports, in the environment."""
    with socket.create_server(("", 0)) as one, socket.create_server(("", 0)) as two:
        ports = one.getsockname()[1], two.getsockname()[1]
    return {
        **os.environ,
        "BONAFIDE_PORT": str(ports[0]),
        "BONAFIDE_ACTIONS_PORT": str(ports[1]),
    }


@pytest.fixture
def start(folder, environment):
    """Start a script with these lines as Procfile; what a test leaves running is ended."""
    with contextlib.ExitStack() as started:

        def start_script(script, **servers):
            (folder / "Procfile").write_text("".join(f"{n}: {c}\n" for n, c in servers.items()))
            process = subprocess.Popen(
                [SCRIPTS / script],
                cwd=folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                start_new_session=True,
            )
            started.enter_context(process)
            started.callback(process.terminate)
            return process

        yield start_script


def test_serve_stops_the_other_server_when_one_dies(start):
    started = time.monotonic()
    process = start("serve.sh", actions="sleep 1; exit 3", rasa=WAITING)
    output, _ = process.communicate(timeout=20)

    assert process.returncode == 3
    assert "A server ended by itself (exit 3)" in output
    assert time.monotonic() - started < 15


def test_serve_says_which_channels_are_on(start):
    process = start("serve.sh", actions="sleep 1", rasa=WAITING)
    output, _ = process.communicate(timeout=20)

    assert output.startswith("Channels: web, pigeon\n")


def test_nothing_starts_when_a_channel_is_half_set(start, folder):
    pretend_rasa(folder, 'echo "PIGEON_SECRET: expected a value" >&2; exit 1')
    process = start("serve.sh", rasa="touch started", actions=WAITING)
    output, _ = process.communicate(timeout=20)

    assert process.returncode == 1
    assert output == "PIGEON_SECRET: expected a value\n"
    assert not (folder / "started").exists()


def test_serve_fails_even_when_a_server_ends_without_an_error(start):
    process = start("serve.sh", actions="sleep 1", rasa=WAITING)
    process.communicate(timeout=20)

    assert process.returncode == 1


def to_all(process):
    """Ctrl-C: the terminal sends the signal to every program in front of it."""
    os.killpg(process.pid, signal.SIGINT)


def to_the_script(process):
    """A service manager: the signal goes to the first process alone."""
    process.terminate()


@pytest.mark.parametrize("send", [to_all, to_the_script])
def test_serve_stops_both_servers_at_a_signal(start, send):
    process = start("serve.sh", actions=WAITING, rasa=WAITING)
    waiting_for = {"actions.1 started", "rasa.1 started"}
    for line in iter(process.stdout.readline, ""):
        waiting_for -= {event for event in waiting_for if event in line}
        if not waiting_for:
            break
    send(process)
    output, _ = process.communicate(timeout=20)

    assert process.returncode == 0
    assert "actions.1 stopped" in output
    assert "rasa.1 stopped" in output
    assert output.endswith("Both servers are stopped.\n")


@pytest.mark.parametrize("script", ["serve.sh", "shell.sh"])
def test_nothing_starts_when_a_port_is_taken(script, start, folder, environment):
    with socket.create_server(("", int(environment["BONAFIDE_PORT"]))):
        process = start(script, rasa="touch started", actions=WAITING)
        output, _ = process.communicate(timeout=20)

    assert process.returncode == 1
    assert f"Port {environment['BONAFIDE_PORT']}, for the Rasa server, is taken" in output
    assert not (folder / "started").exists()


def test_shell_shows_why_the_action_server_did_not_start(start, folder):
    (folder / "actions.py").write_text("raise SystemExit('no index')\n")
    process = start("shell.sh")
    output, _ = process.communicate(timeout=20)

    assert process.returncode == 1
    assert "The action server ended before it was ready" in output
    assert "no index" in output


def test_shell_stops_the_action_server_when_the_talk_ends(start, folder, environment):
    (folder / "actions.py").write_text(
        "import http.server, os\n"
        "port = int(os.environ['BONAFIDE_ACTIONS_PORT'])\n"
        "http.server.HTTPServer(('', port), http.server.BaseHTTPRequestHandler).serve_forever()\n"
    )
    pretend_rasa(folder, 'echo "talking: $*"')
    process = start("shell.sh")
    output, _ = process.communicate(timeout=20)

    assert process.returncode == 0
    assert "talking: -m bot shell --model models/bonafide.tar.gz" in output
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", int(environment["BONAFIDE_ACTIONS_PORT"])))
