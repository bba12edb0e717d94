"""Every setting and every command that a person can use is in the documents, and back."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
KEY = re.compile(r"\b(?:BONAFIDE|KNOWLEDGE)_[A-Z0-9_]*[A-Z0-9]\b")


def programs() -> Iterator[Path]:
    """Yield every file that can read the environment."""
    for folder in ("bot", "actions", "knowledge", "outcomes", "encoder", "scripts", "benchmarks"):
        for suffix in ("py", "sh"):
            yield from (ROOT / folder).rglob(f"*.{suffix}")
    for name in ("Makefile", "Procfile", "config.yml", "endpoints.yml", "credentials.yml"):
        yield ROOT / name


def keys_read() -> set[str]:
    return {key for path in programs() for key in KEY.findall(path.read_text(encoding="utf-8"))}


def keys_of_settings() -> set[str]:
    """Return the keys that knowledge/settings.py puts together from its prefix."""
    tree = ast.parse((ROOT / "knowledge" / "settings.py").read_text(encoding="utf-8"))
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.BinOp) and isinstance(node.right, ast.Constant):
            names.add(node.right.value)
        elif isinstance(node, ast.Call) and getattr(node.func, "id", "") == "_number":
            names.add(ast.literal_eval(node.args[1]))
    return {f"KNOWLEDGE_{name}" for name in names}


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


def test_every_setting_is_in_the_setup_guide_and_back():
    guide = set(KEY.findall((ROOT / "docs" / "setup.md").read_text(encoding="utf-8")))

    assert guide == keys_read() | keys_of_settings()


def test_settings_of_the_library_are_found():
    assert {"KNOWLEDGE_INDEX", "KNOWLEDGE_THRESHOLD"} <= keys_of_settings()


@pytest.mark.parametrize("package", ["knowledge", "outcomes"])
def test_every_command_is_in_the_documents_and_back(package):
    shown = set(re.findall(rf"python -m {package} ([a-z][a-z-]*)", documents()))

    assert len(commands(package)) >= 3
    assert shown == commands(package)
