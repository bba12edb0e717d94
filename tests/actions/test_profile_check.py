"""An owner's profile is checked: documents, words, first questions and questions of its own."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from actions import profile_check
from actions.profile_check import OwnQuestion, check_question, describe, main

EXAMPLE = Path("tests/data/profile")


class Asker:
    """Replies with the turn it was given."""

    def __init__(self, turn: dict[str, Any]) -> None:
        self.turn = turn

    def ask(self, question: str) -> dict[str, Any]:
        return self.turn


def answer(text: str) -> dict[str, Any]:
    return {"kind": "answer", "text": text, "citations": [{"section": "Spacers"}]}


REFUSED = {"kind": "abstain", "suggestions": [{"title": "Inhalers", "payload": "Inhalers"}]}


@pytest.mark.parametrize(
    ("turn", "expect"),
    [(answer("Wash it in warm\nwater."), "Warm water"), (REFUSED, ""), ({"kind": "clarify"}, "")],
)
def test_a_reply_as_it_should_be_is_no_failure(turn: dict[str, Any], expect: str) -> None:
    assert check_question(OwnQuestion("How?", expect), Asker(turn)) is None  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("turn", "expect", "expected", "found"),
    [
        (answer("Dry."), "warm water", "an answer with “warm water”", "answered from “Spacers”"),
        (REFUSED, "warm water", "an answer with “warm water”", "refused; the nearest: “Inhalers”"),
        (answer("Dry."), "", "a refusal", "answered from “Spacers”"),
    ],
)
def test_another_reply_is_named(
    turn: dict[str, Any], expect: str, expected: str, found: str
) -> None:
    failure = check_question(OwnQuestion("How?", expect), Asker(turn))  # type: ignore[arg-type]

    assert failure is not None
    assert (failure.what, failure.expected, failure.found) == ("How?", expected, found)


def test_what_offers_nothing_is_described_too() -> None:
    assert describe({"kind": "abstain", "text": "", "suggestions": []}) == "refused"


@pytest.fixture
def profile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the example; its index is of this test."""
    if not Path("build/encoder/manifest.json").exists():
        pytest.skip("no encoder: `make encoder`")
    monkeypatch.setenv("KNOWLEDGE_INDEX", str(tmp_path / "knowledge.db"))
    shutil.copytree(EXAMPLE, tmp_path / "charity")
    return tmp_path / "charity"


def test_a_whole_profile_has_nothing_to_mend(
    profile: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(profile) == 0
    said = capsys.readouterr().out
    assert "3 documents, 3 questions of your own; nothing to mend" in said
    assert not (profile.parent / "knowledge.db").exists()


def test_everything_to_mend_is_listed(profile: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (profile / "documents" / "broken.pdf").write_bytes(b"no PDF")
    (profile / "faq" / "parking.md").write_text("## Where do I park?\n\nBehind the house.\n")
    rows = [{"question": "how do I clean a spacer?", "expect": "dishwasher"}]
    (profile / "questions.jsonl").write_text("\n".join(map(json.dumps, rows)))
    with (profile / "assistant.yml").open("a") as words:
        words.write("responses: {utter_hello: Hi}\n")
    text = (profile / "assistant.yml").read_text()
    (profile / "assistant.yml").write_text(
        text.replace("- How do I use an inhaler?", "- Who won the cup?")
    )

    assert main(profile) == 1
    said = " ".join(capsys.readouterr().out.split())
    for words_of in ("broken.pdf", "dishwasher", "utter_hello", "starter: Who won the cup?"):
        assert words_of in said
    assert "4 documents, 1 document lacks a publisher, 1 question of your own; 4 to mend" in said


def test_a_profile_that_cannot_be_read_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert profile_check.main(tmp_path / "nowhere") == 1
    assert "there is no such folder. Make a profile" in capsys.readouterr().out
