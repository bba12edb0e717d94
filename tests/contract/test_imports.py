"""Which package may import which: nothing points back, and old pins stay in one process."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

# Package -> what none of its modules may import.
FORBIDDEN = {
    "bot": {"actions", "knowledge", "rasa_sdk"},
    "actions": {"bot", "rasa"},
    "knowledge": {"actions", "bot", "outcomes", "rasa", "rasa_sdk"},
    "encoder": {"actions", "bot", "knowledge", "outcomes", "rasa", "rasa_sdk", "spelling"},
    "outcomes": {"actions", "bot", "encoder", "knowledge", "rasa", "rasa_sdk", "spelling"},
    "spelling": {"actions", "bot", "encoder", "knowledge", "outcomes", "rasa", "rasa_sdk"},
}
# No server process may load these; they are installed for the export alone.
EXPORT_ONLY = {"torch", "sentence_transformers", "transformers"}
EXPORT = [ROOT / "encoder" / name for name in ("export.py", "smooth.py")]


def files_of(package: str) -> list[Path]:
    return sorted((ROOT / package).rglob("*.py"))


def imported(source: str) -> set[str]:
    """Return the full names of all that a module imports, at its top, later, or by a string."""
    names = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.Call) and node.args:
            function = getattr(node.func, "attr", getattr(node.func, "id", ""))
            if function in {"import_module", "__import__"}:
                names.add(str(getattr(node.args[0], "value", "")))
    return names


def top_level(names: set[str]) -> set[str]:
    return {name.partition(".")[0] for name in names}


MODULES = [(package, path) for package in FORBIDDEN for path in files_of(package)]


@pytest.mark.parametrize(
    ("package", "path"), MODULES, ids=[str(path.relative_to(ROOT)) for _, path in MODULES]
)
def test_module_imports_nothing_its_package_may_not(package, path):
    names = top_level(imported(path.read_text(encoding="utf-8")))

    assert names & FORBIDDEN[package] == set()


@pytest.mark.parametrize(
    "path",
    [path for _, path in MODULES if path not in EXPORT],
    ids=lambda path: str(path.relative_to(ROOT)),
)
def test_only_the_export_imports_torch(path):
    names = imported(path.read_text(encoding="utf-8"))

    assert top_level(names) & EXPORT_ONLY == set()
    assert not any(name.startswith(("encoder.export", "encoder.smooth")) for name in names)


@pytest.mark.parametrize("package", FORBIDDEN)
def test_package_has_modules(package):
    assert len(files_of(package)) > 2


@pytest.mark.parametrize("path", EXPORT, ids=lambda path: path.name)
def test_the_export_is_where_torch_is_imported(path):
    assert top_level(imported(path.read_text(encoding="utf-8"))) & EXPORT_ONLY


@pytest.mark.parametrize(
    "source",
    [
        "import rasa",
        "import numpy, rasa.core as core",
        "from rasa.core import agent",
        "def f():\n    from rasa import shared",
        "if TYPE_CHECKING:\n    import rasa",
        "import importlib\nimportlib.import_module('rasa.core')",
        "__import__('rasa')",
    ],
)
def test_every_form_of_import_is_seen(source):
    assert "rasa" in top_level(imported(source))


@pytest.mark.parametrize("source", ["from . import rasa", "import rasa_sdk", "x = 'import rasa'"])
def test_what_only_looks_like_an_import_is_not(source):
    assert "rasa" not in top_level(imported(source))
