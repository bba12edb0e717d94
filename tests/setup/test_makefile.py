"""The Makefile: what `make help` and docs/setup.md promise is there."""

import re
import subprocess
from pathlib import Path

import pytest

MAKEFILE = Path("Makefile").read_text()
PHONY = set(re.findall(r"^\.PHONY: ([a-z-]+)$", MAKEFILE, re.MULTILINE))
INNER = {"always", "environments"}  # steps inside the set-up
TARGETS = PHONY - INNER  # what a person calls


def test_help_lists_every_target():
    shown = subprocess.run(["make", "help"], capture_output=True, text=True, check=True).stdout

    assert set(re.findall(r"^  make ([a-z-]+) +\S", shown, re.MULTILINE)) == TARGETS


def test_the_guide_lists_every_target():
    guide = Path("docs/setup.md").read_text()

    assert TARGETS - set(re.findall(r"`make ([a-z-]+)", guide)) == set()


def test_every_log_the_steps_write_is_named_once():
    names = re.findall(r"\$\(STEP\) (\S+)", MAKEFILE)

    assert sorted(names) == sorted(set(names))


@pytest.mark.parametrize(("code", "is_done"), [(0, True), (3, True), (1, False), (137, False)])
def test_what_an_index_leaves_out_stops_nobody(tmp_path, code, is_done):
    python = tmp_path / "python"
    python.write_text(f"#!/bin/sh\nexit {code}\n")
    python.chmod(0o755)
    command = ["make", "--silent", "--eval", "try:; @$(BUILD_INDEX)", f"PY={python}", "try"]

    done = subprocess.run(command, capture_output=True, check=False, text=True)

    assert (done.returncode == 0) is is_done
    assert is_done or f"Error {code}" in done.stderr


def test_an_index_is_made_with_all_but_the_search():
    """Who changes the search does not wait for a build."""
    command = ["make", "--silent", "--eval", "show:; @echo $(STAGES)", "show"]

    stages = subprocess.run(command, capture_output=True, check=True, text=True).stdout.split()

    folders = {str(Path(stage).parent) for stage in stages}
    assert folders == {"knowledge", "knowledge/indexing", "knowledge/indexing/formats", "spelling"}


def test_words_and_documents_of_a_profile_train_nothing():
    command = ["make", "--print-data-base", "--question", "models/bonafide.tar.gz"]

    shown = subprocess.run(command, capture_output=True, text=True).stdout

    (needed,) = re.findall(r"^models/bonafide\.tar\.gz: (.*)$", shown, re.MULTILINE)
    assert "build/made-from/intents" in needed.split(" | ")[0].split()
    assert not re.search(r"assistant\.yml|documents|faq|knowledge", needed)
