"""Builds that follow the documents: `python -m knowledge build --watch`."""

import queue
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from knowledge.errors import DocumentUnreadable, KnowledgeError
from knowledge.indexing import watch

# Far more than a change takes; nothing waits for it unless a test fails.
LONG_S = 20


class Watched:
    """A folder that is watched, and what its builds did."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.during: Callable[[], object] = lambda: None
        self.errors: queue.SimpleQueue[KnowledgeError] = queue.SimpleQueue()
        self.builds: queue.SimpleQueue[list[str]] = queue.SimpleQueue()

    def build(self) -> None:
        names = sorted(path.name for path in self.folder.glob("*.md"))
        self.during()
        if "bad.md" in names:
            raise DocumentUnreadable(self.folder / "bad.md", "it is bad.")
        self.builds.put(names)

    def write(self, name: str) -> None:
        (self.folder / name).write_text("Text.", encoding="utf-8")


@pytest.fixture
def watched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Watched:
    monkeypatch.setattr(watch, "QUIET_MS", 50)
    monkeypatch.setattr(watch, "POLL_MS", 50)
    return Watched(tmp_path)


@pytest.fixture
def start(watched: Watched) -> Iterator[Callable[[], None]]:
    stop = threading.Event()
    thread = threading.Thread(
        target=lambda: watch.watch(
            [watched.folder], watched.build, on_error=watched.errors.put, stop=stop
        )
    )
    yield thread.start
    stop.set()
    thread.join(LONG_S)
    assert not thread.is_alive()


def test_watch_builds_at_once_and_after_a_change(
    watched: Watched, start: Callable[[], None]
) -> None:
    watched.write("a.md")
    start()

    assert watched.builds.get(timeout=LONG_S) == ["a.md"]
    watched.write("b.md")
    assert watched.builds.get(timeout=LONG_S) == ["a.md", "b.md"]
    (watched.folder / "a.md").unlink()
    assert watched.builds.get(timeout=LONG_S) == ["b.md"]


def test_watch_sees_what_changes_during_the_first_build(
    watched: Watched, start: Callable[[], None]
) -> None:
    watched.during = lambda: (watched.folder / "late.md").exists() or watched.write("late.md")
    start()

    assert watched.builds.get(timeout=LONG_S) == []
    assert watched.builds.get(timeout=LONG_S) == ["late.md"]


def test_watch_builds_once_for_changes_that_come_together(
    watched: Watched, start: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch, "QUIET_MS", 300)
    start()
    watched.builds.get(timeout=LONG_S)

    for number in range(20):
        watched.write(f"{number:02}.md")

    assert len(watched.builds.get(timeout=LONG_S)) == 20
    assert watched.builds.empty()


def test_watch_reports_a_failed_build_and_goes_on(
    watched: Watched, start: Callable[[], None]
) -> None:
    start()
    watched.builds.get(timeout=LONG_S)

    watched.write("bad.md")
    assert "it is bad" in str(watched.errors.get(timeout=LONG_S))
    (watched.folder / "bad.md").rename(watched.folder / "good.md")

    assert watched.builds.get(timeout=LONG_S) == ["good.md"]


def test_watch_goes_on_where_the_first_build_fails(
    watched: Watched, start: Callable[[], None]
) -> None:
    watched.write("bad.md")
    start()
    assert "it is bad" in str(watched.errors.get(timeout=LONG_S))

    (watched.folder / "bad.md").rename(watched.folder / "good.md")

    assert watched.builds.get(timeout=LONG_S) == ["good.md"]


def test_watch_sees_every_folder(
    watched: Watched, tmp_path_factory: pytest.TempPathFactory
) -> None:
    other, stop = tmp_path_factory.mktemp("other"), threading.Event()
    folders = [watched.folder, other]
    thread = threading.Thread(
        target=lambda: watch.watch(folders, watched.build, on_error=watched.errors.put, stop=stop)
    )
    thread.start()
    watched.builds.get(timeout=LONG_S)

    (other / "b.md").write_text("Text.", encoding="utf-8")

    assert watched.builds.get(timeout=LONG_S) == []
    stop.set()
    thread.join(LONG_S)


def test_watch_names_a_missing_folder(tmp_path: Path) -> None:
    with pytest.raises(DocumentUnreadable, match="no such folder"):
        watch.watch([tmp_path, tmp_path / "none"], lambda: None, on_error=lambda err: None)


def test_watch_ends_quietly_at_control_c(watched: Watched) -> None:
    def interrupt() -> None:
        raise KeyboardInterrupt

    watched.during = interrupt

    watch.watch([watched.folder], watched.build, on_error=watched.errors.put)

    assert watched.errors.empty()
