"""Documents that the system does not let a build see: they stay as they were, and are named."""

import os
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from knowledge.embed import Encoder
from knowledge.index import Index
from knowledge.indexing import build, file_reader, ingest
from knowledge.indexing.build import BuildReport, build_index
from knowledge.settings import Settings

scandir, read_bytes = os.scandir, Path.read_bytes
Close = Callable[[Path], None]


class InThisProcess:
    """Reads files here, where a test can stand in for the system."""

    def run(self, function: Callable[..., Any], *arguments: Any, **about: Any) -> Any:
        return function(*arguments)


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    folder = tmp_path / "documents"
    (folder / "sub" / "deep").mkdir(parents=True)
    for name in ("a", "sub/b", "sub/deep/c"):
        (folder / f"{name}.md").write_text(f"## What is {name}?\n\nMilk is good.")
    monkeypatch.setattr(build, "open_reader", lambda *limits: InThisProcess())
    return Settings(documents=(folder,), index=tmp_path / "knowledge.db")


@pytest.fixture
def close(monkeypatch: pytest.MonkeyPatch) -> Close:
    """Stands in for a system that does not let a file or a folder be read: rights bind no root."""

    def close(closed: Path) -> None:
        def refuse(path: Any, read: Callable[[Any], Any]) -> Any:
            if Path(path) == closed:
                raise PermissionError(13, "Permission denied", str(path))
            return read(path)

        monkeypatch.setattr(os, "scandir", lambda path: refuse(path, scandir))
        monkeypatch.setattr(Path, "read_bytes", lambda path: refuse(path, read_bytes))

    return close


def report_build(settings: Settings, encoder: Encoder) -> BuildReport:
    reports: list[BuildReport] = []
    build_index(settings, encoder, on_report=reports.append).close()
    return reports[0]


def list_documents(settings: Settings) -> list[str]:
    index = Index.load(settings.index)
    assert [*index.documents] == [*dict.fromkeys(p.document_id for p in index.passages)]
    return [*index.documents]


@pytest.mark.parametrize("what", ["sub", "sub/b.md", "."])
def test_what_is_out_of_reach_stays_and_is_named_until_it_is_back(
    settings: Settings, encoder: Encoder, close: Close, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    build_index(settings, encoder).close()
    closed = settings.documents[0] / what
    close(closed)
    away = [report_build(settings, encoder) for _ in range(2)]
    left_out = Index.load(settings.index).record.left_out
    monkeypatch.undo()
    monkeypatch.setattr(build, "open_reader", lambda *limits: InThisProcess())
    back = report_build(settings, encoder)

    for report in away:
        assert [err.path for err in report.unreadable] == [closed]
        assert report.is_unchanged
    ((path, reason),) = left_out
    assert (path, "Permission denied" in reason) == (str(closed), True)
    assert (back.unreadable, back.is_unchanged) == ((), True)
    assert list_documents(settings) == ["a", "sub/b", "sub/deep/c"]
    assert Index.load(settings.index).record.left_out == ()


def test_others_come_and_go_meanwhile(settings: Settings, encoder: Encoder, close: Close) -> None:
    build_index(settings, encoder).close()
    close(settings.documents[0] / "sub")
    (settings.documents[0] / "a.md").unlink()
    (settings.documents[0] / "d.md").write_text("Cheese.")

    report = report_build(settings, encoder)

    assert (report.n_added, report.n_changed, report.n_removed) == (1, 0, 1)
    assert sorted(list_documents(settings)) == ["d", "sub/b", "sub/deep/c"]


def test_without_an_old_index_the_rest_is_built(
    settings: Settings, encoder: Encoder, close: Close
) -> None:
    close(settings.documents[0] / "sub")

    report_build(settings, encoder)

    assert list_documents(settings) == ["a"]


def test_a_damaged_file_does_not_stay(settings: Settings, encoder: Encoder) -> None:
    """What the index has of it is no longer what the owner published."""
    build_index(settings, encoder).close()
    (settings.documents[0] / "a.md").write_bytes(b"")

    report_build(settings, encoder)

    assert list_documents(settings) == ["sub/b", "sub/deep/c"]


def test_the_child_says_that_a_file_is_out_of_reach(settings: Settings, close: Close) -> None:
    folder = settings.documents[0]
    close(folder / "a.md")

    reply = file_reader._run_task(ingest.read_file, (folder / "a.md", folder))
    kind, value = pickle.loads(reply)  # noqa: S301 - of this process

    assert (kind, value[0], value[2]) == ("unreadable", folder / "a.md", True)
