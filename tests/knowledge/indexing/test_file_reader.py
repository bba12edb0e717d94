"""Work in a child process: what goes wrong there is the file's fault, and nothing else's."""

import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from knowledge.errors import DocumentUnreadable
from knowledge.indexing.file_reader import FileReader

FILE = Path("library/leaflet.pdf")
linux = pytest.mark.skipif(sys.platform != "linux", reason="a limit that the system has not")


# Tasks, at the top of a module: the child imports them from here by this file's name.
TASKS = """
import ctypes, os, signal, subprocess, sys, time
from pathlib import Path
from knowledge.errors import DocumentUnreadable

def double(text): return 2 * text
def name(): return os.getpid()
def sleep(): time.sleep(60)
def spin():
    while True: pass
def fill(): return len(bytearray(4_000_000_000))
def leak(kept=[]): kept.append(bytearray(400_000_000)); return len(kept)
def crash(): ctypes.string_at(0)
def leave(): os._exit(3)
def fail(): raise KeyError("a\\n b")
def refuse(): raise DocumentUnreadable(Path("other.md"), "it is empty.")
def chatter(): print("noise"); sys.stdout.flush(); os.write(1, b"noise"); return "said"
def nest():
    value = []
    for _ in range(100_000): value = [value]
    return value
"""


@pytest.fixture(scope="module")
def tasks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[object]:
    folder = tmp_path_factory.mktemp("tasks")
    (folder / "tasks_of_reader.py").write_text(TASKS)
    sys.path.append(str(folder))
    import tasks_of_reader  # type: ignore[import-not-found]

    yield tasks_of_reader
    sys.path.remove(str(folder))


@pytest.fixture
def reader() -> Iterator[FileReader]:
    reader = FileReader(timeout_s=20, memory_mb=1000)
    yield reader
    reader.close()


def reason(reader: FileReader, task: object) -> str:
    with pytest.raises(DocumentUnreadable) as caught:
        reader.run(task, path=FILE)  # type: ignore[arg-type]
    assert caught.value.path == FILE
    return caught.value.reason


def test_run_returns_what_the_child_returns(reader: FileReader, tasks) -> None:
    assert reader.run(tasks.double, "ab", path=FILE) == "abab"


def test_run_keeps_its_child(reader: FileReader, tasks) -> None:
    first = reader.run(tasks.name, path=FILE)

    assert first != os.getpid()
    assert reader.run(tasks.name, path=FILE) == first


def test_close_ends_the_child(reader: FileReader, tasks) -> None:
    child = reader.run(tasks.name, path=FILE)

    reader.close()

    with pytest.raises(ProcessLookupError):
        os.kill(child, 0)


def test_run_names_what_the_file_is_refused_for(reader: FileReader, tasks) -> None:
    with pytest.raises(DocumentUnreadable, match=r"Cannot read other\.md: it is empty\."):
        reader.run(tasks.refuse, path=FILE)


@pytest.mark.parametrize(
    ("task", "told"),
    [
        pytest.param("fill", "takes more than 1,000 MB of memory. Split it", marks=linux),
        ("crash", "it ends the program that reads it (SIGSEGV). Save it anew"),
        ("leave", "it ends the program that reads it (status 3). Save it anew"),
        ("fail", "reading it fails (KeyError: 'a\\n b'). Save it anew"),
    ],
)
def test_run_names_the_file_and_what_to_do_and_goes_on(
    reader: FileReader, tasks, task: str, told: str
) -> None:
    assert told in reason(reader, getattr(tasks, task))
    assert reader.run(tasks.double, "ab", path=FILE) == "abab"


@pytest.mark.parametrize("task", ["sleep", pytest.param("spin", marks=linux)])
def test_run_gives_up_a_file_that_takes_long_and_goes_on(tasks, task: str) -> None:
    reader = FileReader(timeout_s=1, memory_mb=1000)
    started = time.perf_counter()

    assert "takes longer than 1 s. Split it" in reason(reader, getattr(tasks, task))

    assert time.perf_counter() - started < 10
    assert reader.run(tasks.double, "ab", path=FILE) == "abab"
    reader.close()


@pytest.mark.parametrize(("size_mb", "limit_s"), [(7, 2), (50, 4)])
def test_run_gives_a_large_file_more_time_but_not_without_end(
    tasks, size_mb: float, limit_s: int
) -> None:
    reader = FileReader(timeout_s=0.25, memory_mb=1000)

    with pytest.raises(DocumentUnreadable, match=f"longer than {limit_s} s"):
        reader.run(tasks.spin, path=FILE, size_bytes=int(size_mb * 1e6))

    reader.close()


@linux
def test_run_blames_no_file_for_what_others_left_behind(reader: FileReader, tasks) -> None:
    assert [reader.run(tasks.leak, path=FILE) for _ in range(4)] == [1, 2, 1, 2]


def test_run_starts_another_child_where_one_was_killed(reader: FileReader, tasks) -> None:
    os.kill(reader.run(tasks.name, path=FILE), signal.SIGKILL)

    assert reader.run(tasks.double, "ab", path=FILE) == "abab"


def test_what_libraries_print_gets_not_among_the_replies(reader: FileReader, tasks) -> None:
    assert reader.run(tasks.chatter, path=FILE) == "said"
    assert reader.run(tasks.double, "ab", path=FILE) == "abab"


def test_a_reply_that_cannot_be_sent_is_the_files_fault(reader: FileReader, tasks) -> None:
    assert "RecursionError" in reason(reader, tasks.nest)


@linux
def test_a_child_without_a_parent_ends(tmp_path: Path, tasks) -> None:
    program = (
        "import sys, os\n"
        f"sys.path[:0] = {sys.path!r}\n"
        "import tasks_of_reader as tasks\n"
        "from pathlib import Path\n"
        "from knowledge.indexing.file_reader import FileReader\n"
        "reader = FileReader(timeout_s=1, memory_mb=1000)\n"
        "print(reader.run(tasks.name, path=Path('x')), flush=True)\n"
        "reader.run(tasks.spin, path=Path('x'))\n"
    )
    import subprocess

    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        parent.kill()

    deadline = time.monotonic() + 10
    while Path(f"/proc/{child}").exists() and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not Path(f"/proc/{child}").exists()
