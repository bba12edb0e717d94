"""scripts/venv.sh: when an environment counts as broken, and that it is then made anew."""

import hashlib
import os
import subprocess
import sys
import zipfile
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


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    """An environment, and a folder with a package that can be installed into it."""
    folder = tmp_path_factory.mktemp("sound")
    run_script("create", folder / "env", "PYTHON_HERE", VERSION)
    wheel = folder / "here_only-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("here_only.py", "")
        about = "here_only-1.0.dist-info/"
        archive.writestr(
            about + "METADATA", "Metadata-Version: 2.1\nName: here-only\nVersion: 1.0\n"
        )
        archive.writestr(
            about + "WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        archive.writestr(about + "RECORD", "")
    return folder, hashlib.sha256(wheel.read_bytes()).hexdigest()


def install_here(folder, requirement):
    """Install what one line asks for, from the folder alone."""
    file = folder / "requirements.txt"
    file.write_text(requirement + "\n")
    run_script("install", folder / "env", "--no-index", "--find-links", folder, "-r", file)


def test_install_takes_a_file_with_the_hash_that_was_locked(sound):
    folder, digest = sound
    install_here(folder, f"here-only==1.0 --hash=sha256:{digest}")

    assert list(folder.glob("env/lib/*/site-packages/here_only.py"))


@pytest.mark.parametrize("hashes", ["", f" --hash=sha256:{'0' * 64}"], ids=["none", "another"])
def test_install_refuses_a_file_without_the_hash_that_was_locked(sound, hashes):
    folder, _ = sound
    subprocess.run(
        [folder / "env/bin/python", "-m", "pip", "uninstall", "-qy", "here-only"], check=True
    )

    with pytest.raises(subprocess.CalledProcessError):
        install_here(folder, f"here-only==1.0{hashes}")

    assert not list(folder.glob("env/lib/*/site-packages/here_only.py"))


def test_torch_comes_from_its_own_index_and_nothing_else_does(sound, monkeypatch):
    folder, digest = sound
    place = folder / "index/here-only"
    place.mkdir(parents=True)
    wheel = "here_only-1.0-py3-none-any.whl"
    (place / wheel).write_bytes((folder / wheel).read_bytes())
    (place / "index.html").write_text(f'<a href="{wheel}#sha256={digest}">{wheel}</a>')
    file = folder / "torch.txt"
    file.write_text(f"here-only==1.0 --hash=sha256:{digest}\n")
    python = folder / "env/bin/python"
    subprocess.run([python, "-m", "pip", "uninstall", "-qy", "here-only"], check=True)
    monkeypatch.setenv("BONAFIDE_TORCH_INDEX", (folder / "index").as_uri())
    with pytest.raises(subprocess.CalledProcessError):
        run_script("install", folder / "env", "--no-index", "-r", file)

    run_script("torch", folder / "env", file)

    assert list(folder.glob("env/lib/*/site-packages/here_only.py"))


def test_create_makes_a_broken_environment_anew(environment):
    (environment / "left-over").touch()

    run_script("create", environment, "PYTHON_HERE", VERSION)

    assert not (environment / "left-over").exists()
    assert run_script("stale", environment, VERSION) == ""


def test_create_leaves_a_sound_environment_alone(environment):
    (environment / "kept").touch()

    run_script("create", environment, "PYTHON_HERE", "3.10")

    assert (environment / "kept").exists()
