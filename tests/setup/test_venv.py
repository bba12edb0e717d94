"""scripts/venv.sh: when an environment counts as broken, and that it is then made anew."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path("scripts/venv.sh").resolve()
VERSION = f"{sys.version_info[0]}.{sys.version_info[1]}"


def run_script(*arguments):
    return subprocess.run(
        [SCRIPT, *arguments],
        env={**os.environ, "PYTHON_HERE": sys.executable},
        capture_output=True,
        text=True,
        check=True,
    ).stdout


@pytest.fixture
def environment(tmp_path):
    """What an environment of Python 3.10 looks like."""
    folder = tmp_path / "env"
    (folder / "bin").mkdir(parents=True)
    (folder / "bin/python").symlink_to(sys.executable)
    (folder / "pyvenv.cfg").write_text("home = /somewhere\nversion = 3.10.13\n")
    return folder


def test_stale_says_nothing_of_a_sound_environment(environment):
    assert run_script("stale", environment, "3.10") == ""


def test_stale_says_nothing_of_one_that_is_not_there(tmp_path):
    assert run_script("stale", tmp_path / "none", "3.10") == ""


def test_stale_names_an_environment_of_another_python(environment):
    assert run_script("stale", environment, "3.11", "3.1").strip() == f"{environment}/.stale"


def test_stale_names_an_environment_whose_python_is_gone(environment):
    (environment / "bin/python").unlink()
    (environment / "bin/python").symlink_to("/nowhere/python")

    assert run_script("stale", environment, "3.10").strip() == f"{environment}/.stale"


def test_stale_names_an_environment_whose_install_was_cut_off(environment):
    (environment / ".installing").touch()

    assert run_script("stale", environment, "3.10").strip() == f"{environment}/.stale"


def test_install_leaves_its_mark_when_it_fails(environment):
    with pytest.raises(subprocess.CalledProcessError):
        run_script("install", environment, "--no-index", "no-such-package-at-all")

    assert (environment / ".installing").exists()


def test_create_makes_a_broken_environment_anew(environment):
    (environment / "left-over").touch()

    run_script("create", environment, "PYTHON_HERE", VERSION)

    assert not (environment / "left-over").exists()
    assert run_script("stale", environment, VERSION) == ""


def test_create_leaves_a_sound_environment_alone(environment):
    (environment / "kept").touch()

    run_script("create", environment, "PYTHON_HERE", "3.10")

    assert (environment / "kept").exists()
