"""Nothing of one owner's field stands in what is general: the profile has it (docs/profile.md)."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
WORDS = ROOT / "profile" / "words.yml"
GENERAL = [
    *sorted((ROOT / "data").glob("*.yml")),
    *(ROOT / name for name in ("domain.yml", "config.yml")),
    *sorted((ROOT / "bot" / "vocabulary").glob("*.*")),
]
# Shorter names are words of English as well.
MIN_LETTERS = 5


def general_names() -> set[str]:
    """Return the canonical names of the vocabulary: a profile may add names to one of them."""
    files = (ROOT / "bot" / "vocabulary").glob("*.yml")
    return {name for path in files for name in yaml.safe_load(path.read_text(encoding="utf-8"))}


def distinctive_names() -> Iterator[str]:
    """Yield what the shipped library's field is called by, and no other."""
    kinds = yaml.safe_load(WORDS.read_text(encoding="utf-8"))["names"]
    known = general_names()
    for canonical, others in (pair for names in kinds.values() for pair in names.items()):
        for name in [canonical, *others]:
            if canonical not in known and len(name) >= MIN_LETTERS:
                yield name


DISTINCTIVE = re.compile(
    r"\b(?:" + "|".join(sorted(map(re.escape, distinctive_names()))) + r")\b", re.IGNORECASE
)


def test_the_shipped_profile_has_names_of_its_own():
    assert {"osteoporosis", "bisphosphonates", "bone density"} <= set(distinctive_names())


@pytest.mark.parametrize("path", GENERAL, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_general_file_names_nothing_of_the_shipped_library(path):
    assert DISTINCTIVE.findall(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("text", ["what is Osteoporosis?", "a bone scan", "alendronate"])
def test_what_is_distinctive_is_found(text):
    assert DISTINCTIVE.search(text)
