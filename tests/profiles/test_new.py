"""Five questions make a profile that can be used as it is."""

from pathlib import Path

import pytest

from profiles import read_profile
from profiles.new import QUESTIONS, main

OPTIONS = {
    "organisation": 'The "Air" Charity: Leeds',
    "name": "Airwise",
    "subject": "asthma, and inhalers",
    "country": "NO",
}


def make(folder: Path, **options: str) -> int:
    given = {"folder": str(folder), **options}
    return main([word for key, value in given.items() for word in (f"--{key}", value)])


def test_a_profile_is_written_and_can_be_read(tmp_path, capsys):
    folder = tmp_path / "of ours" / "charity"

    assert make(folder, **OPTIONS) == 0

    profile = read_profile(folder)
    found = {key: getattr(profile.assistant, key) for key in OPTIONS}
    assert found == OPTIONS
    assert profile.faq is not None
    assert 'run by The "Air" Charity: Leeds.' in next(profile.faq.iterdir()).read_text("utf-8")
    assert f"make check-profile PROFILE={folder}" in capsys.readouterr().out


def test_what_is_not_said_is_left_out(tmp_path):
    assert make(tmp_path / "charity") == 0

    assistant = read_profile(tmp_path / "charity").assistant
    assert (assistant.name, assistant.country, assistant.subject) == (None, None, None)
    assert "<" not in (tmp_path / "charity" / "assistant.yml").read_text("utf-8")


def test_what_no_option_says_is_asked_until_it_is_well(tmp_path):
    answers = [str(tmp_path / "charity"), "Charity", "Ann", "asthma", "Norway", "NO"]
    asked: list[str] = []

    def ask(question: str) -> str:
        asked.append(question)
        return answers.pop(0)

    assert main([], ask) == 0
    assert [each.question for each in QUESTIONS] == [line.split("\n")[0] for line in asked[:5]]
    assert asked[5] == asked[4]
    assert read_profile(tmp_path / "charity").assistant.country == "NO"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"country": "Norway"}, "country: Expected a country as two capital letters (GB)."),
        ({"name": "{you}"}, "name: Expected 1 to 60 characters, without braces."),
    ],
)
def test_a_bad_answer_is_named_and_nothing_is_written(tmp_path, capsys, options, words):
    assert make(tmp_path / "charity", **options) == 1
    assert capsys.readouterr().err == f"{words}\n"
    assert not (tmp_path / "charity").exists()


def test_no_profile_is_overwritten(tmp_path, capsys):
    make(tmp_path)
    (tmp_path / "assistant.yml").write_text("name: Ann\n")

    assert make(tmp_path) == 1
    assert "There is a profile in" in capsys.readouterr().err
    assert (tmp_path / "assistant.yml").read_text() == "name: Ann\n"


def test_a_folder_that_cannot_be_made_is_named(tmp_path, capsys):
    (tmp_path / "file").write_text("")

    assert make(tmp_path / "file" / "charity") == 1
    assert "charity cannot be written: Not a directory." in capsys.readouterr().err


def test_who_stops_answering_gets_no_profile(tmp_path, capsys):
    def ask(question: str) -> str:
        raise EOFError

    assert main(["--folder", str(tmp_path / "charity")], ask) == 1
    assert not (tmp_path / "charity").exists()


def test_a_folder_is_needed(capsys):
    assert main([]) == 1
    assert "folder: A folder is needed." in capsys.readouterr().err
