"""Builds on disks that are full, closed or locked: one sentence, and nothing half-written."""

import errno
import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from knowledge.disk_faults import describe_disk_fault
from knowledge.embed import Encoder
from knowledge.errors import IndexInaccessible
from knowledge.index import Index
from knowledge.indexing.build import build_index
from knowledge.settings import Settings
from tests.knowledge.rights import bound_by_rights, reachable_folder

FULL = "the disk is full. Free some space, then build again."
CLOSED = "the system does not let us write there."
LOCKED = "another program has locked it. Close that program, then build again."
# Its index takes some 4 MB: vectors of 512 numbers for 6 texts a document.
N_DOCUMENTS = 400
connect = sqlite3.connect


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """One small document."""
    folder = tmp_path / "documents"
    folder.mkdir()
    (folder / "good.md").write_text("## What is good?\n\nMilk is good.")
    (tmp_path / "build").mkdir()
    return Settings(documents=(folder,), index=tmp_path / "build" / "knowledge.db")


def grow(settings: Settings) -> None:
    for number in range(N_DOCUMENTS):
        text = f"## Question {number}?\n\nMilk {number} is good. Fish {number} too."
        (settings.documents[0] / f"d{number:03}.md").write_text(text)


def list_names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()} - {"knowledge.db.lock"}


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 1 MB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)]
    if shutil.which("mount") is None or subprocess.run(command, capture_output=True).returncode:
        pytest.skip("only root can mount a file system; the test below has a stand-in for it")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


def test_a_full_disk_is_said_and_the_old_index_stays(
    settings: Settings, encoder: Encoder, small_disk: Path
) -> None:
    settings = replace(settings, index=small_disk / "knowledge.db")
    build_index(settings, encoder).close()
    before = settings.index.read_bytes()
    grow(settings)

    with pytest.raises(IndexInaccessible) as caught:
        build_index(settings, encoder)

    assert str(caught.value) == f"Cannot use the index {settings.index}: {FULL}"
    assert settings.index.read_bytes() == before
    assert list_names(small_disk) == {"knowledge.db"}


@pytest.mark.parametrize("full", [".new", ".vectors"])
def test_whichever_file_is_refused_nothing_of_it_is_left(
    settings: Settings, encoder: Encoder, monkeypatch: pytest.MonkeyPatch, full: str
) -> None:
    """A stand-in for a full disk: SQLite may have no more pages, and says what it says there."""

    def connect_to_small(path: Any, *options: Any, **more: Any) -> sqlite3.Connection:
        connection = connect(path, *options, **more)
        if str(path).endswith(full):
            connection.execute("PRAGMA max_page_count = 20")
        return connection

    build_index(settings, encoder).close()
    before = settings.index.read_bytes()
    grow(settings)
    monkeypatch.setattr(sqlite3, "connect", connect_to_small)

    with pytest.raises(IndexInaccessible, match="the disk is full"):
        build_index(settings, encoder)

    assert settings.index.read_bytes() == before
    assert list_names(settings.index.parent) == {"knowledge.db"}


def test_after_a_full_disk_the_next_build_is_whole(
    settings: Settings, encoder: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*arguments: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("os.replace", refuse)
        with pytest.raises(IndexInaccessible, match="the disk is full"):
            build_index(settings, encoder)

    assert list_names(settings.index.parent) == set()
    assert len(build_index(settings, encoder).documents) == 1


def test_a_folder_that_cannot_be_written_to_is_said(settings: Settings, encoder: Encoder) -> None:
    with reachable_folder() as folder:
        folder.chmod(0o555)
        with bound_by_rights(), pytest.raises(IndexInaccessible, match=CLOSED):
            build_index(replace(settings, index=folder / "knowledge.db"), encoder)
        with bound_by_rights(), pytest.raises(IndexInaccessible, match=CLOSED):
            build_index(replace(settings, index=folder / "sub" / "knowledge.db"), encoder)

        assert list(folder.iterdir()) == []
        folder.chmod(0o755)


def make_folder(index: Path) -> None:
    (index / "something").mkdir(parents=True)


def make_file_above(index: Path) -> None:
    index.parent.rmdir()
    index.parent.write_text("a file")


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (make_folder, "it is a folder. Name a file in KNOWLEDGE_INDEX."),
        (make_file_above, "what should be its folder is a file. Name another one in"),
    ],
)
def test_a_path_that_can_be_no_file_is_said(
    settings: Settings, encoder: Encoder, make: Callable[[Path], None], reason: str
) -> None:
    make(settings.index)

    with pytest.raises(IndexInaccessible, match=reason):
        build_index(settings, encoder)

    assert {path.name for path in settings.index.parent.parent.iterdir()} == {"build", "documents"}
    if settings.index.is_dir():
        assert list_names(settings.index.parent) == {"knowledge.db"}


@pytest.mark.parametrize("name", ["knowledge.db", "knowledge.db.vectors"])
def test_a_file_that_another_program_has_locked_is_said(
    settings: Settings, encoder: Encoder, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    build_index(settings, encoder).close()
    before = settings.index.read_bytes()
    (settings.documents[0] / "new.md").write_text("Cheese.")
    monkeypatch.setattr(sqlite3, "connect", partial(connect, timeout=0.05))
    other = connect(settings.index.with_name(name), isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")

    with pytest.raises(IndexInaccessible, match=LOCKED):
        build_index(settings, encoder)

    other.close()
    assert settings.index.read_bytes() == before
    assert list_names(settings.index.parent) == {"knowledge.db"}


def test_a_file_that_is_no_database_is_no_fault_of_the_disk(tmp_path: Path) -> None:
    (tmp_path / "a.db").write_bytes(b"no database")

    with pytest.raises(sqlite3.DatabaseError) as caught:
        connect(tmp_path / "a.db").execute("SELECT * FROM a")

    assert describe_disk_fault(caught.value) == ""


def test_a_fault_that_nobody_thought_of_keeps_its_words() -> None:
    assert describe_disk_fault(OSError(errno.ENFILE, "Too many open files")) == (
        "Too many open files."
    )


def test_a_build_that_breaks_off_for_another_reason_keeps_its_vectors(
    settings: Settings, encoder: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next one goes on with them."""

    def fail(*arguments: Any, **options: Any) -> None:
        raise RuntimeError("out of memory")

    monkeypatch.setattr(Index, "build", fail)

    with pytest.raises(RuntimeError, match="out of memory"):
        build_index(settings, encoder)

    assert list_names(settings.index.parent) == {"knowledge.db.vectors"}
