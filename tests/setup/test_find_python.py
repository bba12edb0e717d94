"""scripts/find-python.sh, with pretended Pythons on a PATH of its own."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

SCRIPT = Path("scripts/find-python.sh").resolve()
TOOLS = ("bash", "cat", "find", "sort")


@pytest.fixture
def folder(tmp_path):
    """A folder that, as PATH, holds a few tools and no Python."""
    for tool in TOOLS:
        (tmp_path / tool).symlink_to(shutil.which(tool))
    return tmp_path


def add_program(path, script):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!{shutil.which('bash')}\n{script}\n")
    path.chmod(0o755)
    return path


def add_python(path, version, *, lacks=""):
    return add_program(path, f'echo "{version}|{path}|{lacks}"')


def find_python(folder, *versions, variable="PYTHON310", **environment):
    return subprocess.run(
        [folder / "bash", SCRIPT, variable, *(versions or ("3.10",))],
        env={"PATH": os.fspath(folder), **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_find_python_takes_the_one_on_path(folder):
    python = add_python(folder / "python3.10", "3.10")

    assert find_python(folder).stdout.strip() == str(python)


def test_find_python_passes_over_a_shim_that_does_not_run(folder):
    add_program(folder / "python3.10", "echo 'pyenv: python3.10: command not found' >&2; exit 127")
    python = add_python(folder / "pyenv-root/versions/3.10.13/bin/python", "3.10")
    add_program(folder / "pyenv", f"echo {folder}/pyenv-root")

    assert find_python(folder).stdout.strip() == str(python)


def test_find_python_takes_the_newest_that_pyenv_has(folder):
    add_python(folder / "pyenv-root/versions/3.10.9/bin/python", "3.10")
    newest = add_python(folder / "pyenv-root/versions/3.10.13/bin/python", "3.10")
    add_program(folder / "pyenv", f"echo {folder}/pyenv-root")

    assert find_python(folder).stdout.strip() == str(newest)


def test_find_python_passes_over_a_wrong_version(folder):
    add_python(folder / "python3.10", "3.9")

    result = find_python(folder)

    assert result.returncode == 1
    assert f"{folder}/python3.10: is Python 3.9" in result.stderr


def test_find_python_passes_over_one_that_cannot_make_environments(folder):
    add_python(folder / "python3.10", "3.10", lacks=" ensurepip")

    result = find_python(folder)

    assert result.returncode == 1
    assert "lacks the module ensurepip" in result.stderr
    assert "apt install python3.10-venv" in result.stderr


def test_find_python_prefers_the_variable(folder):
    add_python(folder / "python3.10", "3.10")
    mine = add_python(folder / "mine/python", "3.10")

    assert find_python(folder, PYTHON310=str(mine)).stdout.strip() == str(mine)


def test_find_python_refuses_a_wrong_variable_rather_than_look_elsewhere(folder):
    add_python(folder / "python3.10", "3.10")
    mine = add_python(folder / "mine/python", "3.12")

    result = find_python(folder, PYTHON310=str(mine))

    assert result.returncode == 1
    assert result.stdout == ""
    assert "PYTHON310 is set, but cannot be used. Wanted: Python 3.10." in result.stderr
    assert f"{mine}: is Python 3.12" in result.stderr


def test_find_python_prefers_the_first_version_named(folder):
    add_python(folder / "python3.13", "3.13")
    preferred = add_python(folder / "python3.11", "3.11")

    result = find_python(folder, "3.11", "3.12", "3.13", variable="PYTHON311")

    assert result.stdout.strip() == str(preferred)


def test_find_python_takes_a_later_version_when_the_first_is_missing(folder):
    later = add_python(folder / "python3.13", "3.13")

    result = find_python(folder, "3.11", "3.12", "3.13", variable="PYTHON311")

    assert result.stdout.strip() == str(later)


def test_find_python_lets_uv_install_it(folder):
    python = add_python(folder / "uv-root/python", "3.10")
    add_program(
        folder / "uv",
        f"case $2 in find) [[ -e {folder}/installed ]] && echo {python} ;; "
        f"install) : >{folder}/installed ;; esac",
    )

    assert find_python(folder).stdout.strip() == str(python)


def test_find_python_says_how_to_get_one_when_there_is_none(folder):
    result = find_python(folder)

    assert result.returncode == 1
    assert result.stdout == ""
    assert "No Python 3.10 found" in result.stderr
    for way in ("pyenv install 3.10", "uv", "deadsnakes", "conda", "make PYTHON310="):
        assert way in result.stderr
