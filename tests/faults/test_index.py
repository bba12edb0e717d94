"""The index is replaced, damaged or gone while people ask."""

import os
import random
import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.faults.conftest import Length, Stack, Start
from tests.faults.visitors import Visitor

pytestmark = pytest.mark.faults

GOOD = Path("build/knowledge.db")


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Path(shutil.copy(GOOD, tmp_path_factory.mktemp("index") / "knowledge.db"))


@pytest.fixture(scope="module")
def stack(start: Start, index: Path) -> Iterator[Stack]:
    with start(KNOWLEDGE_INDEX=str(index)) as running:
        yield running


def replace(index: Path) -> None:
    """As `make index` does."""
    other = Path(shutil.copy(GOOD, index.with_suffix(".new")))
    other.replace(index)


def swap_in_noise(index: Path) -> None:
    other = index.with_suffix(".new")
    other.write_bytes(random.Random(14).randbytes(2_000_000))
    other.replace(index)


def swap_in_another_encoder(index: Path) -> None:
    other = Path(shutil.copy(GOOD, index.with_suffix(".new")))
    with closing(sqlite3.connect(other)) as connection, connection:
        changed = connection.execute(
            "UPDATE manifest SET value = ? WHERE key = 'revision'", (f'"{"0" * 64}"',)
        )
        assert changed.rowcount == 1
    other.replace(index)


def delete(index: Path) -> None:
    index.unlink()


def truncate(index: Path) -> None:
    os.truncate(index, index.stat().st_size // 2)


def scramble(index: Path) -> None:
    """Noise in the file that is open."""
    chosen = random.Random(14)
    size = index.stat().st_size
    with index.open("r+b") as file:
        for _ in range(100):
            file.seek(chosen.randrange(size - 512))
            file.write(chosen.randbytes(512))


def test_people_are_answered_whatever_becomes_of_the_index(stack: Stack, index: Path) -> None:
    """The one in memory serves on, and a good one is taken up again."""
    visitor = Visitor(stack.url)
    visitor.open()
    question = "is osteoporosis autoimmune?"
    usual = visitor.say(question).turns
    assert usual is not None
    for damage in (replace, swap_in_noise, swap_in_another_encoder, delete, scramble, truncate):
        damage(index)
        time.sleep(1.5)
        during = visitor.say(question).turns
        assert during
        # A file cut short under the server's feet is the one thing that it cannot read on.
        if damage is not truncate:
            assert during[0]["text"] == usual[0]["text"], damage.__name__
        replace(index)
        # The first question after it has the new one loaded.
        assert visitor.say(question).turns
        time.sleep(1.5)
        after = visitor.say(question).turns
        assert after
        assert after[0]["text"] == usual[0]["text"], damage.__name__
    stack.assert_intact([visitor])


def test_swapped_again_and_again(stack: Stack, index: Path, length: Length) -> None:
    with stack.crowd(length) as visitors:
        end = time.monotonic() + length.well_s + length.broken_s
        while time.monotonic() < end:
            replace(index)
            time.sleep(0.3)
    stack.assert_intact(visitors)
    kinds = {
        turn["kind"] for visitor in visitors for said in visitor.said for turn in said.turns or ()
    }
    assert "apology" not in kinds


@pytest.mark.parametrize("damage", [swap_in_noise, delete])
def test_started_with_a_bad_one(start: Start, index: Path, damage: Callable[[Path], None]) -> None:
    """It apologises, and answers as soon as there is a good one."""
    damage(index)
    with start(KNOWLEDGE_INDEX=str(index)) as stack:
        visitor = Visitor(stack.url)
        visitor.open()
        assert visitor.say("is osteoporosis autoimmune?").turns
        replace(index)
        time.sleep(1.5)
        after = visitor.say("is osteoporosis autoimmune?").turns
        assert after is not None
        assert after[0]["kind"] == "answer"
        stack.assert_intact([visitor])
