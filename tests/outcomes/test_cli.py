"""The command line, which runs in the newer environment only."""

import csv
import io
import json
import sys

import pytest

if sys.version_info < (3, 11):
    pytest.skip("Rasa's typer is too old; the command line is .venv's", allow_module_level=True)

from typer.testing import CliRunner

from outcomes import Feedback, cli
from outcomes.settings import Settings


@pytest.fixture(autouse=True)
def environment(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BONAFIDE_OUTCOMES_URL", settings.url)
    monkeypatch.setenv("BONAFIDE_SALT", settings.salt)


def run(*arguments: str) -> str:
    result = CliRunner().invoke(cli.app, arguments, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest.fixture
def filled(store, make_turn):
    store.write([make_turn(kind="abstain", question="is [bold]it[/bold] painful?", answer_id="r")])
    store.write([make_turn(), Feedback("down", "me", "a1", "too long")])
    old = make_turn().time.replace(year=2001)
    store.write([make_turn(kind="chat", sender_id="you", time=old)])
    return store


def test_report_shows_what_people_asked(filled):
    shown = run("report")

    assert "[bold]it[/bold]" in shown
    assert "too long" in shown
    assert "2001-" in shown


def test_report_for_machines(filled):
    report = json.loads(run("report", "--json", "--days", "7"))

    assert [group["n_asked"] for group in report["unanswered"]] == [1]
    assert [rated["reason"] for rated in report["disliked"]] == ["too long"]
    assert list(report["kinds"].values()) == [{"abstain": 1, "answer": 1}]


def test_export_prints_every_turn(filled):
    rows = list(csv.DictReader(io.StringIO(run("export"))))

    assert [row["kind"] for row in rows] == ["abstain", "answer", "chat"]


def test_forget_deletes_one_conversation(filled):
    assert "2" in run("forget", "--sender", "me")

    assert [row.kind for row in filled.read()] == ["chat"]


def test_prune_deletes_what_is_too_old(filled):
    run("prune")

    assert [row.kind for row in filled.read()] == ["abstain", "answer"]


@pytest.mark.parametrize(
    ("url", "words"),
    [("", "switched off"), ("sqlite:////proc/no/x.db", "/proc/no"), ("what?", "BONAFIDE_OUTCOMES")],
)
def test_an_unusable_database_ends_with_one_line(monkeypatch, capsys, url, words):
    monkeypatch.setenv("BONAFIDE_OUTCOMES_URL", url)
    monkeypatch.setattr(sys, "argv", ["outcomes", "report"])

    with pytest.raises(SystemExit) as stopped:
        cli.main()

    assert stopped.value.code == 1
    assert words in capsys.readouterr().err


def test_forget_needs_a_sender():
    assert CliRunner().invoke(cli.app, ["forget"]).exit_code == 2
