"""`python -m benchmarks`: one command line, which says what is missing."""

import importlib.util
import subprocess
import sys

import pytest

from benchmarks.__main__ import COMMANDS, main
from benchmarks.files import ROOT


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_a_program(command):
    spec = importlib.util.find_spec(f"benchmarks.{COMMANDS[command][0]}")

    assert spec is not None
    assert '__name__ == "__main__"' in spec.loader.get_source(spec.name)


@pytest.mark.parametrize(("arguments", "status"), [(["--help"], 0), ([], 2), (["speed"], 2)])
def test_without_a_command_all_are_listed(capsys, arguments, status):
    assert main(arguments) == status
    printed = capsys.readouterr().out
    assert all(name in printed for name in COMMANDS)


def test_a_tool_that_is_missing_is_named_with_what_installs_it():
    program = (
        "import sys; sys.modules['psutil'] = None; sys.argv[1:] = ['stock', '--help'];"
        "from benchmarks.__main__ import main; sys.exit(main(sys.argv[1:]))"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True)

    assert done.returncode == 1
    assert "psutil is missing: `make check` installs" in done.stderr
