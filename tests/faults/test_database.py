"""The database of conversations is locked, full, gone or damaged while people talk."""

import os
import random
import resource
import shutil
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from tests.e2e.conftest import Server
from tests.faults.conftest import Length, Stack, Start
from tests.faults.visitors import EMERGENCY, Visitor, read_stored

pytestmark = pytest.mark.faults

SIDE_FILES = ("", "-wal", "-shm")
# Longest that a reply may take while a database is locked or full, in seconds.
PATIENT_S = 5.0
# What the log says of a file that has gone, and of a damaged one.
NAMED = "what comes now is kept in the file that is there."
NOT_STORED = "Conversations are not stored"


@contextmanager
def locked(database: Path, server: Server) -> Iterator[None]:
    connection = sqlite3.connect(database, isolation_level=None, timeout=20)
    connection.execute("BEGIN EXCLUSIVE")
    try:
        yield
    finally:
        connection.execute("ROLLBACK")
        connection.close()


@contextmanager
def full(database: Path, server: Server) -> Iterator[None]:
    """No file of the server can grow: databases, what it keeps beside them, its log."""
    assert server.process is not None
    before = resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (1, before[1]))
    try:
        yield
    finally:
        resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("fault", [locked, full])
def test_nothing_is_lost_by_a_database_that_takes_nothing(
    stack: Stack, length: Length, fault: Callable[[Path, Server], AbstractContextManager[None]]
) -> None:
    with stack.crowd(length) as visitors:
        time.sleep(length.well_s)
        with fault(stack.conversations, stack.assistant.rasa):
            time.sleep(length.broken_s)
            urgent = Visitor(stack.url)
            urgent.open()
            told = urgent.say(EMERGENCY)
        time.sleep(length.well_s)
    assert told.turns is not None
    assert told.turns[0]["kind"] == "emergency"
    assert told.took_s < 2
    slowest = max(message.took_s for visitor in visitors for message in visitor.said)
    assert slowest < PATIENT_S
    wait_until_written(stack, [*visitors, urgent])
    stack.assert_intact([*visitors, urgent])


def test_nothing_is_lost_by_a_kill_while_the_database_takes_nothing(
    stack: Stack, length: Length
) -> None:
    """What could not be written is written by the next start."""
    with stack.crowd(length) as visitors:
        time.sleep(length.well_s)
        with locked(stack.conversations, stack.assistant.rasa):
            time.sleep(length.broken_s)
            stack.assistant.rasa.stop()
        stack.assistant.rasa.start()
        time.sleep(length.well_s)
    wait_until_written(stack, visitors)
    stack.assert_intact(visitors)


def wait_until_written(stack: Stack, visitors: list[Visitor], *, within_s: float = 20.0) -> None:
    """Wait until what was kept elsewhere is in the database."""
    ids = {said.id for visitor in visitors for said in visitor.said if said.turns is not None}
    give_up = time.monotonic() + within_s
    while time.monotonic() < give_up and not ids <= read_stored(stack.conversations).keys():
        time.sleep(0.5)


def delete(database: Path) -> None:
    for suffix in SIDE_FILES:
        Path(f"{database}{suffix}").unlink(missing_ok=True)


def truncate(database: Path) -> None:
    os.truncate(database, database.stat().st_size // 2)


def scramble(database: Path) -> None:
    """Random bytes instead of a file and of what was written to it lately."""
    for suffix in SIDE_FILES[:2]:
        file = Path(f"{database}{suffix}")
        if file.exists():
            with file.open("r+b") as stream:
                stream.write(random.Random(14).randbytes(file.stat().st_size))


@pytest.mark.parametrize("damage", [delete, truncate, scramble])
def test_people_are_answered_without_a_usable_file(
    lost_stack: Stack, length: Length, damage: Callable[[Path], None]
) -> None:
    """Nobody is without a reply; what was in the file is there still, or the log says it is not."""
    stack = lost_stack
    with stack.crowd(length) as visitors:
        time.sleep(length.well_s)
        damage(stack.conversations)
        time.sleep(length.broken_s)
    assert all(message.turns for visitor in visitors for message in visitor.said)
    logged = stack.assistant.warnings_logged()
    # A short file that was cut may be whole in its log of writes.
    if not any(line.endswith(NAMED) or NOT_STORED in line for line in logged):
        stack.assert_intact(visitors)


def test_outcomes_never_touch_a_conversation(lost_stack: Stack, length: Length) -> None:
    outcomes, server = lost_stack.assistant.outcomes, lost_stack.assistant.rasa
    with lost_stack.crowd(length) as visitors:
        with locked(outcomes, server):
            time.sleep(length.broken_s)
        for damage in (truncate, scramble, delete):
            damage(outcomes)
            time.sleep(length.broken_s)
    slowest = max(message.took_s for visitor in visitors for message in visitor.said)
    assert slowest < PATIENT_S
    lost_stack.assert_intact(visitors)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own that can be filled; what people say here takes 30 kB a message."""
    folder = tmp_path / "disk"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=256m", "tmpfs", str(folder)]
    if shutil.which("mount") is None or subprocess.run(command, capture_output=True).returncode:
        pytest.skip("a file system can be mounted by root alone")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


def test_a_disk_that_is_full(start: Start, small_disk: Path, length: Length) -> None:
    ballast = small_disk / "ballast"
    with start(small_disk) as stack:
        with stack.crowd(length) as visitors:
            time.sleep(length.well_s)
            fill(ballast)
            time.sleep(length.broken_s)
            ballast.unlink()
            time.sleep(length.well_s)
        assert any(NOT_STORED in line for line in stack.assistant.warnings_logged())
        wait_until_written(stack, visitors)
        stack.assert_intact(visitors)


def fill(ballast: Path) -> None:
    with ballast.open("wb", buffering=0) as file:
        try:
            while file.write(b"x" * 65536):
                pass
        except OSError:
            return  # full
