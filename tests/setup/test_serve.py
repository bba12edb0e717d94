"""scripts/serve.sh and scripts/shell.sh, with pretended servers."""

import contextlib
import os
import re
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
    (tmp_path / "actions.py").write_text("")  # all is well: "python -m actions check"
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


def wait_for(process, *events):
    """Read what a script says until all of these were in it; return it."""
    left, said = set(events), ""
    for line in iter(process.stdout.readline, ""):
        said += line
        left -= {event for event in left if event in line}
        if not left:
            return said
    raise AssertionError(f"{left} never came:\n{said}")


def test_serve_starts_a_server_again_that_died(start):
    process = start("serve.sh", actions="exec sleep 30", rasa="echo serving; exit 7")
    said = wait_for(process, "rasa: ended by itself (exit code 7); started again in 2 s")

    assert said.count("serving") == 2
    assert "actions: ended" not in said


def test_serve_ends_at_once_where_a_server_refuses_its_settings(start):
    started = time.monotonic()
    process = start("serve.sh", actions="exec sleep 30", rasa="exit 78")
    output, _ = process.communicate(timeout=20)

    assert process.returncode == 78
    assert "rasa: cannot start" in output
    assert "actions: stopped" in output
    assert time.monotonic() - started < 10


def test_serve_says_which_channels_are_on(start):
    process = start("serve.sh", actions=WAITING, rasa="exit 78")
    output, _ = process.communicate(timeout=20)

    assert output.startswith("Channels: web, pigeon\n")


@pytest.mark.parametrize("given", ["", "given-by-the-owner"])
def test_serve_gives_both_servers_one_token(start, folder, environment, given):
    environment["BONAFIDE_ACTIONS_TOKEN"] = given
    keep = 'printf %s "$BONAFIDE_ACTIONS_TOKEN" >'
    start(
        "serve.sh", actions=f"{keep}one; sleep 1; exit 78", rasa=f"{keep}two; {WAITING}"
    ).communicate(timeout=20)

    one, two = [(folder / name).read_text() for name in ("one", "two")]
    assert one == two
    assert one == given or re.fullmatch("[0-9a-f]{64}", one)


def test_nothing_starts_when_a_channel_is_half_set(start, folder):
    pretend_rasa(folder, 'echo "PIGEON_SECRET: expected a value" >&2; exit 1')
    process = start("serve.sh", rasa="touch started", actions=WAITING)
    output, _ = process.communicate(timeout=20)

    assert process.returncode == 1
    assert output == "PIGEON_SECRET: expected a value\n"
    assert not (folder / "started").exists()


def test_nothing_starts_when_the_action_server_finds_a_fault(start, folder):
    (folder / "actions.py").write_text("raise SystemExit('KNOWLEDGE_TOPK is no setting')\n")
    process = start("serve.sh", rasa="touch started", actions=WAITING)
    output, _ = process.communicate(timeout=20)

    assert process.returncode == 1
    assert output == "KNOWLEDGE_TOPK is no setting\n"
    assert not (folder / "started").exists()


def to_all(process):
    """Ctrl-C: the terminal sends the signal to every program in front of it."""
    os.killpg(process.pid, signal.SIGINT)


def to_the_script(process):
    """A service manager: the signal goes to the first process alone."""
    process.terminate()


@pytest.mark.parametrize("send", [to_all, to_the_script])
def test_serve_stops_both_servers_at_a_signal(start, send):
    process = start("serve.sh", actions=WAITING, rasa=WAITING)
    wait_for(process, "actions: started", "rasa: started")
    send(process)
    output, _ = process.communicate(timeout=20)

    assert process.returncode == 0
    # The action server last: what the other has begun needs it.
    assert output.endswith("rasa: stopped\nactions: stopped\nBoth servers are stopped.\n")


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
