"""What keeps the action server from starting."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from actions import __main__ as program
from actions import check
from actions.check import check_library, describe_left_out, find_faults, main


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to work in."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.usefixtures("folder")
def test_nothing_is_wrong_without_settings() -> None:
    assert find_faults({}) == []


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("BONAFIDE_OUTCOME_URL", ""),
        ("BONAFIDE_OUTCOMES_URL", "no address"),
        ("BONAFIDE_SALT", "short"),
        ("BONAFIDE_KEEP_DAYS", "0"),
        ("BONAFIDE_ACTIONS_PORT", "http"),
        ("KNOWLEDGE_TOP_K", "many"),
        ("KNOWLEDGE_TIMEOUT", "1"),
    ],
)
def test_each_setting_is_checked_and_named(key: str, value: str) -> None:
    (fault,) = find_faults({key: value})

    assert key in fault.sentence
    assert not fault.may_pass


def test_a_library_that_cannot_be_used_is_named_but_may_come(folder: Path) -> None:
    (fault,) = check_library({"KNOWLEDGE_INDEX": str(folder / "none.db")})

    assert fault.may_pass


@pytest.mark.parametrize(("n", "n_lines"), [(0, 0), (1, 2), (5, 6), (40, 7)])
def test_what_the_index_lacks_is_named_at_each_start(n: int, n_lines: int) -> None:
    lines = describe_left_out([(f"documents/{i}.pdf", "it is encrypted.") for i in range(n)])

    assert len(lines) == n_lines
    assert n == 0 or lines[1] == "  documents/0.pdf: it is encrypted."
    assert ("And 35 more" in " ".join(lines)) is (n == 40)


def test_what_the_index_lacks_is_no_fault(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    record = SimpleNamespace(left_out=(("documents/a.pdf", "it is encrypted."),))
    retriever = SimpleNamespace(index=SimpleNamespace(record=record), search=lambda query: [])
    monkeypatch.setattr(check.Retriever, "open", lambda settings: retriever)

    assert check_library({}) == []
    assert "documents/a.pdf: it is encrypted.\n" in capsys.readouterr().err


@pytest.mark.usefixtures("folder")
def test_the_command_says_all(capsys: pytest.CaptureFixture[str]) -> None:
    assert main({"KNOWLEDGE_TOP_K": "many", "KNOWLEDGE_TOPK": "3"}) == 78
    assert len(capsys.readouterr().err.splitlines()) == 2


@pytest.mark.usefixtures("folder")
def test_the_server_is_refused_with_a_fault(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("KNOWLEDGE_TOP_K", "many")
    monkeypatch.setattr(program.sys, "argv", ["actions"])
    monkeypatch.setattr(program.safe_logging, "install", lambda: None)
    monkeypatch.setattr(program.logging, "basicConfig", lambda **_: None)

    assert program.main() == 78
    assert "KNOWLEDGE_TOP_K" in capsys.readouterr().err
