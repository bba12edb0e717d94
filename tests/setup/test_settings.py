"""scripts/settings.sh: the environment, then .env, then the defaults."""

import os
import subprocess
from pathlib import Path

import pytest

from settings.table import ACTIONS_PORT, PORT

SCRIPT = Path("scripts/settings.sh").resolve()


def show(folder, name, **environment):
    """Return what `name` is for a program that settings.sh starts in `folder`."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("BONAFIDE_")}
    return subprocess.run(
        [SCRIPT, "bash", "-c", f'printf %s "${name}"'],
        cwd=folder,
        env={**kept, **environment},
        capture_output=True,
        text=True,
        check=True,
    ).stdout


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("BONAFIDE_PORT", str(PORT.default)),
        ("BONAFIDE_ACTIONS_PORT", str(ACTIONS_PORT.default)),
        ("RASA_TELEMETRY_ENABLED", "false"),
    ],
)
def test_settings_have_defaults(tmp_path, name, value):
    assert show(tmp_path, name) == value


def test_settings_come_from_the_file(tmp_path):
    (tmp_path / ".env").write_text("# ports\nBONAFIDE_PORT=8000")

    assert show(tmp_path, "BONAFIDE_PORT") == "8000"


def test_settings_of_the_environment_go_before_the_file(tmp_path):
    (tmp_path / ".env").write_text("BONAFIDE_PORT=8000\n")

    assert show(tmp_path, "BONAFIDE_PORT", BONAFIDE_PORT="9000") == "9000"


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("X=two words", "two words"),
        ('X="two words # kept"', "two words # kept"),
        ("X='single'", "single"),
        ("X=a#b  # a comment", "a#b"),
        ("  export X=1", "1"),
        ("X=1\r", "1"),
        ("X=$HOME `false`", "$HOME `false`"),
        ("X=", ""),
        ("#X=1", ""),
    ],
)
def test_settings_read_a_line_without_running_it(tmp_path, line, value):
    (tmp_path / ".env").write_text(line + "\n")

    assert show(tmp_path, "X") == value


@pytest.mark.parametrize("line", ["X: secret", "X secret", "=secret", "MY-X=secret", "export X"])
def test_settings_name_a_line_that_sets_nothing_without_its_words(tmp_path, line):
    (tmp_path / ".env").write_text(f"# settings\n\n{line}\n")
    done = subprocess.run([SCRIPT, "true"], cwd=tmp_path, capture_output=True, text=True)

    assert done.returncode == 78
    assert done.stderr == ".env, line 3: expected KEY=value, or # and a comment.\n"
