"""Files and modules that a text names are there: in documents, comments, settings and strings."""

import re
import subprocess
from functools import cache
from pathlib import Path

import pytest

from safe_logging.exceptions import PACKAGES

ROOT = Path(__file__).parents[2]
TOPS = "|".join(sorted({*PACKAGES, "benchmarks", "scripts", "widget", "deploy", "docs", "data"}))
PATH = re.compile(
    rf"(?<![\w./-])((?:{TOPS})(?:/[\w-]+)*/[\w.-]+\.(?:py|yml|js|ts|css|md|sh|txt))\b"
)
MODULE = re.compile(rf"\bpython3? -m ((?:{'|'.join(sorted(PACKAGES))}|benchmarks)(?:\.\w+)*)")
IMPORT = re.compile(rf"\bfrom ((?:{'|'.join(sorted(PACKAGES))})(?:\.\w+)*) import ")
TEXTS = (".md", ".py", ".yml", ".toml", ".sh", ".service", ".txt", ".j2")
# A decision record tells what was there when it was taken.
LEFT_OUT = ("docs/decisions/", "CHANGELOG.md")


@cache
def tracked() -> frozenset[str]:
    """Return the files of the repository, by their paths."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return frozenset(path for path in listed.stdout.splitlines() if (ROOT / path).exists())


def texts() -> list[str]:
    return [
        path
        for path in sorted(tracked())
        if (path.endswith(TEXTS) or path == "Makefile") and not path.startswith(LEFT_OUT)
    ]


def has_module(name: str) -> bool:
    path = name.replace(".", "/")
    return {f"{path}.py", f"{path}/__init__.py"} & tracked() != set()


@pytest.mark.parametrize("path", texts())
def test_what_a_text_names_is_there(path):
    text = (ROOT / path).read_text(encoding="utf-8")

    paths = {name for name in PATH.findall(text) if name not in tracked()}
    modules = {name for name in MODULE.findall(text) + IMPORT.findall(text) if not has_module(name)}

    assert (paths, modules) == (set(), set())


def test_names_are_found_in_text():
    assert PATH.findall("see `bot/advice/patterns.yml`, (actions/answer.py)") == [
        "bot/advice/patterns.yml",
        "actions/answer.py",
    ]
    assert MODULE.findall("`.venv/bin/python -m knowledge.cli build`") == ["knowledge.cli"]
