"""scripts/serve.sh with the real servers: ready, one dies, both stop; and what does not start."""

import json
import os
import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.e2e.conftest import ROOT, free_port

pytestmark = pytest.mark.e2e

START_TIMEOUT_S = 120.0


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """Free ports, and databases of their own."""
    return {
        **os.environ,
        "BONAFIDE_PORT": str(free_port()),
        "BONAFIDE_ACTIONS_PORT": str(free_port()),
        "BONAFIDE_OUTCOMES_URL": f"sqlite:///{tmp_path}/outcomes.db",
        "BONAFIDE_CONVERSATIONS_URL": f"sqlite:///{tmp_path}/conversations.db",
        "BONAFIDE_STATE": str(tmp_path / "state"),
        "BONAFIDE_SECRET": "only for these tests, and no secret",
    }


@pytest.fixture
def served(environ: dict[str, str], tmp_path: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """serve.sh, and its log beside the databases."""
    with (tmp_path / "serve.log").open("wb") as log:
        process = subprocess.Popen(
            ["scripts/serve.sh"], cwd=ROOT, env=environ, stdout=log, stderr=subprocess.STDOUT
        )
    yield process
    if process.poll() is None:
        process.terminate()
        process.wait(60)


def ask(port: str, path: str = "/ready") -> tuple[int, Any]:
    """Return status and body; 0 where nobody answers."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as reply:
            return reply.status, json.load(reply)
    except urllib.error.HTTPError as err:
        return err.code, json.load(err)
    except OSError:
        return 0, None


def wait_until(port: str, *, is_ready: bool) -> None:
    """Wait until a server is ready, or is not."""
    give_up = time.monotonic() + START_TIMEOUT_S
    while (ask(port)[0] == 200) is not is_ready:
        assert time.monotonic() < give_up, ask(port)
        time.sleep(0.1)


def test_a_server_that_dies_comes_back_and_both_stop_in_order(
    served: "subprocess.Popen[bytes]", environ: dict[str, str], tmp_path: Path
) -> None:
    rasa, actions = environ["BONAFIDE_PORT"], environ["BONAFIDE_ACTIONS_PORT"]
    wait_until(rasa, is_ready=True)
    children = psutil.Process(served.pid).children()
    (victim,) = [child for child in children if child.cmdline()[-2:] == ["-m", "actions"]]
    victim.kill()
    wait_until(rasa, is_ready=False)
    assert ask(rasa)[1]["not_ready"] == ["action server"]
    wait_until(rasa, is_ready=True)

    started = time.monotonic()
    served.send_signal(signal.SIGTERM)
    assert served.wait(40) == 0
    took_s = time.monotonic() - started
    print(f"stopped in {took_s:.1f} s")
    log = (tmp_path / "serve.log").read_text()
    assert took_s < 10
    assert log.index("\nrasa: stopped\n") < log.index("\nactions: stopped\n")
    assert log.endswith("Both servers are stopped.\n")
    assert "killed" not in log
    assert ask(actions) == (0, None)


def test_an_index_that_cannot_be_used_is_not_ready_until_there_is_one(
    environ: dict[str, str], tmp_path: Path
) -> None:
    index, log = tmp_path / "knowledge.db", tmp_path / "actions.log"
    index.write_bytes(b"\xa5" * 100_000)
    environ["KNOWLEDGE_INDEX"] = str(index)
    port = environ["BONAFIDE_ACTIONS_PORT"]
    with log.open("wb") as file:
        process = subprocess.Popen(
            [ROOT / ".venv/bin/python", "-m", "actions"], cwd=ROOT, env=environ, stderr=file
        )
    try:
        give_up = time.monotonic() + START_TIMEOUT_S
        while ask(port, "/live")[0] != 200 and time.monotonic() < give_up:
            time.sleep(0.1)
        assert ask(port) == (503, {"ready": False, "not_ready": ["library"]})
        said = log.read_text()
        assert said.count(" ERROR ") == 1
        assert "Traceback" not in said

        new = tmp_path / "new.db"
        new.write_bytes((ROOT / "build/knowledge.db").read_bytes())
        new.replace(index)
        wait_until(port, is_ready=True)
    finally:
        process.terminate()
        assert process.wait(20) == 0


@pytest.mark.parametrize("content", [b"", b"\xa5" * 5000, None])
def test_a_model_that_is_damaged_or_missing_ends_the_start(
    content: bytes | None, environ: dict[str, str], tmp_path: Path
) -> None:
    model = tmp_path / "model.tar.gz"
    if content is not None:
        model.write_bytes(content)
    command = [ROOT / ".venv-rasa/bin/python", "-m", "bot", "run", "--model", model]
    done = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, timeout=60)

    assert done.returncode == 78
    assert str(model).encode() in done.stderr
    assert b"up and running" not in done.stdout + done.stderr
    assert len(done.stderr.splitlines()) == 1
