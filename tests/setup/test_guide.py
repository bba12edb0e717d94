"""docs/setup.md says what the programs do."""

import re
from pathlib import Path

GUIDE = Path("docs/setup.md").read_text()


def test_guide_names_every_log_a_step_writes():
    logs = set(re.findall(r"\$\(STEP\) (\S+)", Path("Makefile").read_text()))

    assert logs - {"venv-tools"} - set(re.findall(r"`([a-z-]+)`", GUIDE)) == set()
