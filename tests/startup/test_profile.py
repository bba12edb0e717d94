"""A program takes its profile before it reads a setting."""

import pytest

from startup.faults import EXIT_CODE
from startup.profile import take_profile


def test_a_profile_is_taken():
    environ = {"BONAFIDE_PROFILE": "tests/data/profile"}

    take_profile(environ)

    assert environ["BONAFIDE_NAME"] == "Airwise"


def test_each_fault_of_a_profile_is_said(tmp_path, capsys):
    (tmp_path / "assistant.yml").write_text("country: Britain\n")

    with pytest.raises(SystemExit) as caught:
        take_profile({"BONAFIDE_PROFILE": str(tmp_path)})

    assert caught.value.code == EXIT_CODE
    lines = capsys.readouterr().err.splitlines()
    assert [line.split(": ")[1] for line in lines] == ["country", "documents"]
