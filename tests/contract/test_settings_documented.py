"""Every setting and every command that a person can use is in the documents, and back."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from settings import Setting, table
from settings.__main__ import format_value, update
from settings.table import KEYS, SECTIONS

ROOT = Path(__file__).parents[2]
KEY = re.compile(r"\b(?:BONAFIDE|KNOWLEDGE)_[A-Z0-9_]*[A-Z0-9]\b")


def programs() -> Iterator[Path]:
    """Yield every file that can read the environment."""
    for folder in (
        "bot",
        "actions",
        "knowledge",
        "outcomes",
        "encoder",
        "scripts",
        "settings",
        "benchmarks",
    ):
        for suffix in ("py", "sh"):
            yield from (ROOT / folder).rglob(f"*.{suffix}")
    for name in ("Makefile", "Procfile", "config.yml", "endpoints.yml", "credentials.yml"):
        yield ROOT / name


def keys_read() -> set[str]:
    return {key for path in programs() for key in KEY.findall(path.read_text(encoding="utf-8"))}


def commands(package: str) -> set[str]:
    """Return the commands of `python -m <package>`."""
    tree = ast.parse((ROOT / package / "cli.py").read_text(encoding="utf-8"))
    return {
        node.name.replace("_", "-")
        for node in tree.body
        if isinstance(node, ast.FunctionDef)
        for decorator in node.decorator_list
        if isinstance(decorator, ast.Call) and getattr(decorator.func, "attr", "") == "command"
    }


def documents() -> str:
    paths = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
    return "\n".join(path.read_text(encoding="utf-8") for path in paths)


def test_the_setup_guide_shows_the_settings_as_they_are():
    guide = (ROOT / "docs" / "setup.md").read_text(encoding="utf-8")

    # Else: python -m settings
    assert update(guide) == guide


def test_the_setup_guide_names_every_setting_and_no_other():
    guide = set(KEY.findall((ROOT / "docs" / "setup.md").read_text(encoding="utf-8")))

    assert guide == keys_read() == KEYS


def test_every_setting_is_in_one_section_of_the_table():
    settings = [each for each in vars(table).values() if isinstance(each, Setting)]
    sections = [each for section in SECTIONS.values() for each in section]

    assert sorted(each.key for each in sections) == sorted(each.key for each in settings)


def test_every_default_is_one_that_may_be_set():
    for setting in (each for section in SECTIONS.values() for each in section):
        if setting.default not in ("", frozenset(), False):
            assert setting.parse(format_value(setting.default)) == setting.default


@pytest.mark.parametrize("package", ["knowledge", "outcomes"])
def test_every_command_is_in_the_documents_and_back(package):
    shown = set(re.findall(rf"python -m {package} ([a-z][a-z-]*)", documents()))

    assert len(commands(package)) >= 3
    assert shown == commands(package)
