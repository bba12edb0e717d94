"""docs/setup.md says what the programs do."""

import dataclasses
import re
from pathlib import Path

import pytest

from knowledge.settings import PREFIX, Settings

GUIDE = Path("docs/setup.md").read_text()
ROWS = dict(re.findall(r"^\| `([A-Z_]+)` \| `([^`]+)` \|", GUIDE, re.MULTILINE))


@pytest.mark.parametrize("field", dataclasses.fields(Settings), ids=lambda field: field.name)
def test_guide_gives_each_setting_of_the_library_with_its_default(field):
    assert ROWS[PREFIX + field.name.upper()] == str(field.default)


def test_guide_names_every_log_a_step_writes():
    logs = set(re.findall(r"\$\(STEP\) (\S+)", Path("Makefile").read_text()))

    assert logs - {"venv-tools"} - set(re.findall(r"`([a-z-]+)`", GUIDE)) == set()


def test_guide_names_every_setting_the_programs_read():
    programs = [*Path("actions").glob("*.py"), *Path("bot").glob("*.py"), Path("encoder/export.py")]
    read = {
        name
        for path in [*programs, *Path("scripts").iterdir()]
        if path.is_file()
        for name in re.findall(r"\bBONAFIDE_[A-Z_]+", path.read_text())
    }

    assert read - set(re.findall(r"^\| `([A-Z_]+)` \|", GUIDE, re.MULTILINE)) == set()
