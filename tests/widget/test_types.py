"""The type checker agrees with the JSDoc types."""

import subprocess
from pathlib import Path

import pytest

pytestmark = pytest.mark.widget


def test_types_of_the_widget_agree(node_modules: Path):
    command = [node_modules / ".bin" / "tsc", "-p", Path(__file__).parent / "tsconfig.json"]
    found = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert found.returncode == 0, found.stdout
