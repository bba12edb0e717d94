"""No regular expression of the code takes more than linear time, whatever text it is given."""

import json
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

SCRIPT = Path(__file__).with_name("patterns.py")
# Length of the texts at first; eight times as long where they take so many seconds that it may be
# more than linear. What is linear takes eight times as long then, what is quadratic 64 times.
LENGTH, TIMES = 1000, 8
SLOW_S, MOST_TIMES_SLOWER = 0.0005, 24
GIVE_UP_S = 0.5
# Literals of an expression that texts are made of.
MAX_WORDS = 6
# What stands in texts that make expressions slow: blanks, letters, digits, marks, and near misses.
UNITS = [
    *("a", "z", "é", "o", "ab ", "a ", " ", "\n", "\t", " \n", "x\n", "  a", "Aa", "aA ", "er "),
    *("1", "1 ", "0a", "1-", "1. ", "+1 ", "1,", "-", "- ", "a-", "'", "a'", '"', "_", "/", "ou"),
    *(".", ". ", "a.", "?", "!", ",", ", ", "a,", ":", "a:", ";", "@", "@a@a.", "=", "a=", "&"),
    *("*", "`", "|", "%", "<", ">", "[", "]", "(", ")", "{", "}", "http://", "not ", "is it "),
    *("#", "\\", "\ud800"),
]  # fmt: skip

Use = Callable[[str], object]


class TooSlow(Exception):
    """An expression was stopped."""


@pytest.fixture(scope="module")
def patterns() -> list[tuple[str, int, str, bool]]:
    run = subprocess.run([sys.executable, SCRIPT], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr[-2000:]
    found = {(pattern, flags): rest for pattern, flags, *rest in json.loads(run.stdout)}
    return [(pattern, flags, *rest) for (pattern, flags), rest in found.items()]


def hostile_texts(pattern: str, length: int) -> Iterator[str]:
    """Yield texts that make an expression try again and again."""
    words = re.findall(r"[A-Za-z]{2,}", re.sub(r"\\[A-Za-z]|\(\?P<\w+>", " ", pattern))
    words = list(dict.fromkeys(words))[:MAX_WORDS]
    for unit in [*UNITS, *words, *(f"{word} " for word in words)]:
        many = (unit * length)[: length - 1]
        yield from (many, f"x{many}\n!")
    for word in words:
        for unit in (" ", "a", "a "):
            yield f"{word}{unit * length}"[: length - 1] + "!"
    for one, other in zip(words, [*words[1:], *words[:1]], strict=True):
        yield (f"{one} {other} " * length)[:length]
        yield f"{one}{' ' * (length // 2)}{other}{' ' * (length // 2)}!"


def seconds(use: Use, text: str) -> float:
    started = time.process_time()
    signal.setitimer(signal.ITIMER_REAL, GIVE_UP_S)
    try:
        use(text)
    except TooSlow:
        return GIVE_UP_S
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
    return time.process_time() - started


def least_seconds(use: Use, text: str) -> float:
    """Return how long it takes without what else the machine does."""
    return min(seconds(use, text) for _ in range(3))


def find_slow_text(pattern: str, flags: int, *, is_anchored: bool) -> str:
    """Return a text for which an expression takes more than linear time; empty if there is none."""
    compiled = re.compile(pattern, flags)
    uses: list[Use] = [lambda text: sum(1 for _ in compiled.finditer(text))]
    if is_anchored:
        uses = [compiled.match, compiled.fullmatch]
    texts = zip(hostile_texts(pattern, LENGTH), hostile_texts(pattern, TIMES * LENGTH), strict=True)
    for short, long in texts:
        if any(_is_slow(use, short, long) for use in uses):
            return short
    return ""


def _is_slow(use: Use, short: str, long: str) -> bool:
    if seconds(use, short) < SLOW_S or (least := least_seconds(use, short)) < SLOW_S:
        return False
    return least >= GIVE_UP_S or least_seconds(use, long) > MOST_TIMES_SLOWER * least


@pytest.fixture
def _gives_up() -> Iterator[None]:
    def stop(*_: object) -> None:
        raise TooSlow

    before = signal.signal(signal.SIGALRM, stop)
    yield
    signal.signal(signal.SIGALRM, before)


@pytest.mark.usefixtures("_gives_up")
def test_every_regular_expression_takes_linear_time(patterns):
    slow = [
        f"{place} {pattern[:60]!r} with {text[:30]!r}"
        for pattern, flags, place, is_anchored in patterns
        if (text := find_slow_text(pattern, flags, is_anchored=is_anchored))
    ]

    assert len(patterns) > 60
    assert slow == []


@pytest.mark.usefixtures("_gives_up")
@pytest.mark.parametrize(
    "pattern",
    [
        r"^not\s+(?P<old>[^,.;]+?)(?:\s*[,.;-]+\s*|\s+but\s+)(?P<new>.+)$",
        r"(?P<label>.*?)\s*(?P<number>\+?\d[\d ()-]*)",
        r"\s+(?:and what\b.*|work)$",
        r"(\w+)\.\s+\Z",
        r"(a|a)*b",
    ],
)
def test_what_is_not_linear_is_found(pattern):
    assert find_slow_text(pattern, 0, is_anchored=False)


@pytest.mark.usefixtures("_gives_up")
@pytest.mark.parametrize("pattern", [r"\s+", r"[^\W_]+(?:'\w+)?", r"(?<!\s)\s+(?:work)$", r"\w"])
def test_what_is_linear_is_not(pattern):
    assert find_slow_text(pattern, 0, is_anchored=False) == ""
