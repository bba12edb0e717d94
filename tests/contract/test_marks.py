"""Tests that `make test` chooses by a mark have it: without, they would never run."""

from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]


@pytest.mark.parametrize("mark", ["e2e", "faults", "widget"])
def test_every_module_has_the_mark_of_its_folder(mark: str):
    modules = sorted((TESTS / mark).glob("test_*.py"))
    line = f"pytestmark = pytest.mark.{mark}"
    unmarked = [each.name for each in modules if line not in each.read_text(encoding="utf-8")]

    assert modules
    assert unmarked == []
