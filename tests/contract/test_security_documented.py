"""docs/security.md names tests that are there, and every requirement once."""

import ast
import re
from collections import Counter
from functools import lru_cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "docs/security.md").read_text(encoding="utf-8")
NAMED = sorted(set(re.findall(r"`(tests/[^`]+)`", GUIDE)))
ROWS = re.findall(r"^\| (\d+\.\d+\.\d+) \| (\d) \| ([^|]+) \| ([^|]+) \|$", GUIDE, re.MULTILINE)
STATES = ("shown by", "written down", "not applicable", "**not done")
# The standard's chapters, and how many of their requirements are of level 1 or 2.
PER_CHAPTER = {
    1: 27, 2: 11, 3: 19, 4: 10, 5: 9, 6: 35, 7: 18, 8: 7, 9: 7, 10: 29, 11: 14, 12: 9, 13: 13,
    14: 9, 15: 13, 16: 16, 17: 7,
}  # fmt: skip


@lru_cache
def functions(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return {node.name for node in ast.walk(tree) if isinstance(node, kinds)}


@pytest.mark.parametrize("name", NAMED)
def test_every_test_that_is_named_is_there(name):
    file, _, function = name.partition("::")

    assert (ROOT / file).is_file()
    assert not function or function in functions(ROOT / file)


def test_every_requirement_is_there_once():
    numbers = [tuple(map(int, number.split("."))) for number, *_ in ROWS]

    assert numbers == sorted(set(numbers))
    assert Counter(chapter for chapter, *_ in numbers) == PER_CHAPTER
    assert Counter(level for _, level, *_ in ROWS) == {"1": 70, "2": 183}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_every_requirement_has_a_state_with_its_reason(row):
    state = next(state for state in STATES if row[3].startswith(state))
    said = row[3].removeprefix(state).strip(" :*")

    assert len(said) > 5
    assert ("`tests/" in said) >= (state == "shown by")
    assert ("](" in said) >= (state == "written down")


def test_the_counts_are_those_of_the_table():
    found = Counter(next(state for state in STATES if row[3].startswith(state)) for row in ROWS)
    said = re.search(
        r"(\d+) shown, (\d+) written down, (\d+) not applicable, (\d+) not done", GUIDE
    )

    assert said is not None
    assert [int(number) for number in said.groups()] == [found[state] for state in STATES]
