"""What stands in the file is there after a crash, and what was removed is not."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bot.conversations.spill_file import SpillFile

ROOT = Path(__file__).parents[3]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "var" / "unwritten"


def found(folder: Path) -> list[Any]:
    """Return what a new process takes over."""
    spill = SpillFile(folder, reserve_bytes=4096)
    records = [record for _, record in spill.take_over()]
    os.close(spill._file)  # as when it is killed
    return records


def content(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.iterdir())


def test_what_was_added_outlives_a_process_that_is_killed(folder):
    program = (
        "import sys\n"
        "from pathlib import Path\n"
        "from bot.conversations.spill_file import SpillFile\n"
        f"spill = SpillFile(Path({str(folder)!r}))\n"
        "for n in range(40): spill.add(str(n), {'n': n, 'words': 'caf\\u00e9 \\ud83e ' * 500})\n"
        "spill.remove(*map(str, range(0, 40, 2)))\n"
        "spill.add('40', {'n': 40})\n"
        "print('added', flush=True)\n"
        "sys.stdin.read()\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", program],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        assert process.stdout.readline() == "added\n"
        # While it lives, its file is its own.
        assert found(folder) == []
        process.send_signal(signal.SIGKILL)

    assert [record["n"] for record in found(folder)] == [*range(1, 40, 2), 40]
    # Taken over, and again.
    assert len(found(folder)) == 21
    assert len([path for path in folder.iterdir() if path.stat().st_size]) == 1


def test_what_was_removed_is_overwritten(folder):
    spill = SpillFile(folder, reserve_bytes=4096)
    spill.add("a", {"words": "a secret"})
    spill.add("b", {"words": "something else"})

    spill.remove("a", "not there")

    assert b"secret" not in content(folder)
    assert b"something else" in content(folder)
    spill.close()
    assert len(list(folder.iterdir())) == 1


def test_a_file_without_records_is_removed_at_the_end(folder):
    spill = SpillFile(folder, reserve_bytes=4096)
    spill.add("a", {"n": 1})
    spill.remove("a")

    spill.close()

    assert list(folder.iterdir()) == []


def test_the_file_does_not_grow_by_what_was_removed(folder):
    spill = SpillFile(folder, reserve_bytes=4096)

    for n in range(200):
        spill.add("a", {"n": n, "words": "x" * 1000})
        spill.remove("a")

    assert sum(path.stat().st_size for path in folder.iterdir()) == 4096


def test_a_record_that_comes_again_is_written_once(folder):
    spill = SpillFile(folder, reserve_bytes=4096)

    assert spill.add("a", {"n": 1})
    assert not spill.add("a", {"n": 1})

    assert spill.read("a") == {"n": 1}
    os.close(spill._file)
    assert found(folder) == [{"n": 1}]


def test_half_a_record_is_passed_over(folder, caplog):
    spill = SpillFile(folder, reserve_bytes=4096)
    spill.add("1", {"n": 1})
    os.pwrite(spill._file, b'{"key": "a", "n": 2, "wor', spill._end)
    os.close(spill._file)

    assert found(folder) == [{"n": 1}]
    assert "wor" not in caplog.text


def test_a_disk_that_is_full_says_so_and_keeps_what_was_there(folder, monkeypatch):
    spill = SpillFile(folder, reserve_bytes=4096)
    spill.add("1", {"n": 1})
    write = os.pwrite

    def fill(file: int, data: bytes, place: int) -> int:
        if b"words" in data:
            write(file, data[:10], place)
            raise OSError(28, "No space left on device")
        return write(file, data, place)

    monkeypatch.setattr(os, "pwrite", fill)
    with pytest.raises(OSError, match="No space"):
        spill.add("a", {"words": "a secret"})
    spill.add("2", {"n": 2})
    os.close(spill._file)

    assert found(folder) == [{"n": 1}, {"n": 2}]


def test_room_is_reserved_for_a_full_disk(folder):
    spill = SpillFile(folder, reserve_bytes=1_000_000)

    (path,) = folder.iterdir()
    assert path.stat().st_blocks * 512 >= 1_000_000
    assert path.stat().st_mode & 0o777 == 0o600
    assert folder.stat().st_mode & 0o777 == 0o700
    spill.close()
