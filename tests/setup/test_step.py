"""scripts/step.sh: what a person sees of a step that works, fails or is stopped."""

import contextlib
import os
import pty
import re
import signal
import subprocess
import time
from pathlib import Path

import pytest

SCRIPT = Path("scripts/step.sh").resolve()
TITLE = "[1/6] Something: doing it"


def run_step(folder, command, **options):
    return subprocess.run(
        [SCRIPT, "something", TITLE, "bash", "-c", command],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        **options,
    )


def test_step_shows_its_title_and_logs_the_rest(tmp_path):
    result = run_step(tmp_path, "echo noise; echo complaint >&2")

    assert (result.returncode, result.stderr) == (0, "")
    assert re.fullmatch(rf"{re.escape(TITLE)}\n      done in \d s\n", result.stdout)
    assert (tmp_path / "build/logs/something.log").read_text() == "noise\ncomplaint\n"


def test_step_shows_the_end_of_the_log_when_it_fails(tmp_path):
    result = run_step(tmp_path, "seq 1 30; exit 7")

    assert result.returncode == 7
    assert f"{TITLE}: FAILED" in result.stderr
    assert "(exit 7)" in result.stderr
    assert [line.strip() for line in result.stderr.splitlines()[2:22]] == [
        str(number) for number in range(11, 31)
    ]
    assert "What to do: read build/logs/something.log" in result.stderr


@pytest.mark.parametrize(
    ("output", "why"),
    [
        ("OSError: [Errno 28] No space left on device", "the disk is full"),
        ("Temporary failure in name resolution", "could not be reached"),
        ("NewConnectionError('failed to establish')", "could not be reached"),
        ("ERROR: No matching distribution found for numpy==2.4.6", "no build for this machine"),
        ("ERROR: No matching distribution found for torch==2.13.0+cpu", "CPU build is not in"),
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM", "not the one that was locked"),
        ("error: command 'gcc' failed: No such file or directory", "compiler"),
        ("MemoryError", "memory"),
        ("CERTIFICATE_VERIFY_FAILED", "certificate"),
    ],
)
def test_step_explains_a_known_cause(tmp_path, output, why):
    result = run_step(tmp_path, f'echo "{output}"; exit 1')

    explanation = result.stderr.partition("Why: ")[2]
    assert why in explanation
    assert "What to do: " in explanation


def test_step_explains_that_it_was_killed(tmp_path):
    result = run_step(tmp_path, "kill -KILL $$")

    assert result.returncode == 137
    assert "Why: it was killed" in result.stderr


def test_step_gives_its_command_nothing_to_read(tmp_path):
    assert run_step(tmp_path, "cat", input="unasked").returncode == 0
    assert (tmp_path / "build/logs/something.log").read_text() == ""


def test_step_stops_at_an_interrupt_and_says_how_to_go_on(tmp_path):
    process = subprocess.Popen(
        [SCRIPT, "something", TITLE, "sleep", "30"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    log = tmp_path / "build/logs/something.log"
    while process.poll() is None and not log.exists():
        time.sleep(0.01)
    os.killpg(process.pid, signal.SIGINT)
    _, errors = process.communicate(timeout=10)

    assert process.returncode == 130
    assert errors == f"{TITLE}: stopped. Run the same command again to go on.\n"


def test_step_shows_on_a_terminal_how_long_it_has_taken(tmp_path):
    leader, follower = pty.openpty()
    subprocess.run(
        [SCRIPT, "something", TITLE, "sleep", "2"], cwd=tmp_path, stdout=follower, check=True
    )
    os.close(follower)
    shown = ""
    with contextlib.suppress(OSError):  # the terminal's way to say that there is no more
        while chunk := os.read(leader, 10_000):
            shown += chunk.decode()
    os.close(leader)

    assert re.search(rf"{re.escape(TITLE)} \.\.\. [12] s", shown)
    assert f"{TITLE}: done in " in shown
