"""Which package may import which: nothing points back, and old pins stay in one process."""

import ast
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

from safe_logging.exceptions import PACKAGES

ROOT = Path(__file__).parents[2]

# Package -> what none of its modules may import.
FORBIDDEN = {
    "bot": {"actions", "knowledge", "rasa_sdk"},
    "actions": {"bot", "rasa"},
    "knowledge": {"actions", "bot", "contract", "outcomes", "rasa", "rasa_sdk"},
    "contract": {
        *("actions", "bot", "encoder", "knowledge", "outcomes", "rasa", "rasa_sdk"),
        *("safe_logging", "spelling", "startup", "storage"),
    },
    "encoder": {"actions", "bot", "knowledge", "outcomes", "rasa", "rasa_sdk", "spelling"},
    "outcomes": {"actions", "bot", "encoder", "knowledge", "rasa", "rasa_sdk", "spelling"},
    "profiles": {
        *("actions", "bot", "encoder", "knowledge", "outcomes", "rasa", "rasa_sdk", "spelling"),
        *("contract", "safe_logging", "startup", "storage"),
    },
    "safe_logging": {
        *("actions", "bot", "encoder", "knowledge", "outcomes", "rasa", "rasa_sdk", "spelling")
    },
    "settings": {
        *("actions", "bot", "encoder", "knowledge", "outcomes", "rasa", "rasa_sdk", "spelling"),
        *("sqlalchemy", "startup", "storage"),
    },
    "startup": {
        *("actions", "bot", "encoder", "knowledge", "outcomes", "rasa", "rasa_sdk", "spelling"),
        *("sqlalchemy", "storage"),
    },
    "storage": {
        *("actions", "bot", "encoder", "knowledge", "outcomes", "rasa", "rasa_sdk", "spelling")
    },
    "spelling": {"actions", "bot", "encoder", "knowledge", "outcomes", "rasa", "rasa_sdk"},
}
# Folder -> what none of its modules may import: the walls inside a package.
WALLS = {
    "bot/server": {"bot.channels", "bot.components", "bot.conversations", "bot.patches"},
    "bot/channels/web": {"bot.channels.messaging", "bot.channels.rest"},
    "bot/channels/messaging": {"bot.channels.web", "bot.channels.rest"},
    "bot/channels/rest": {"bot.channels.messaging", "bot.channels.web"},
    "bot/red_flags": {"bot.channels", "bot.components", "bot.conversations", "bot.server"},
    "bot/advice": {"bot.channels", "bot.components", "bot.conversations", "bot.server"},
}
# REST takes no message in the name of a conversation on a platform, and so has to know them all.
DOORS = {"bot/channels/rest": {"bot.channels.messaging.registry"}}
# No server process may load these; they are installed for the export alone.
EXPORT_ONLY = {"torch", "sentence_transformers", "transformers"}
# What benchmarks measure of the inside of the library; all else they take from `knowledge`.
MEASURED = {
    "knowledge.embed",
    "knowledge.evaluation",
    "knowledge.indexing",
    "knowledge.search",
}
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


def public_names(package: str) -> set[str]:
    """Return what the `__all__` of a package has, each name after the package's."""
    tree = ast.parse((ROOT / package / "__init__.py").read_text(encoding="utf-8"))
    lists = [
        node.value
        for node in tree.body
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "__all__"
    ]
    return {f"{package}.{name}" for names in lists for name in ast.literal_eval(names)}


PUBLIC = public_names("knowledge")
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


def names_of_the_library(path: Path) -> set[str]:
    names = imported(path.read_text(encoding="utf-8"))
    return {name for name in names if name.startswith("knowledge.")} - PUBLIC


@pytest.mark.parametrize("path", files_of("actions"), ids=lambda path: str(path.relative_to(ROOT)))
def test_actions_use_the_library_by_its_public_names(path):
    assert names_of_the_library(path) == set()


@pytest.mark.parametrize(
    "path", files_of("benchmarks"), ids=lambda path: str(path.relative_to(ROOT))
)
def test_benchmarks_reach_only_the_parts_of_the_library_that_they_measure(path):
    parts = {".".join(name.split(".")[:2]) for name in names_of_the_library(path)}

    assert parts <= MEASURED


# Part of the library -> what none of its modules may import: build and search stand side by side.
APART = {
    "knowledge/search": {"knowledge.indexing", "knowledge.evaluation", "knowledge.cli"},
    "knowledge/indexing": {"knowledge.search", "knowledge.evaluation", "knowledge.cli"},
    "knowledge/indexing/formats": {"knowledge.indexing.ingest", "knowledge.errors"},
    "knowledge/evaluation": {"knowledge.cli"},
}


@pytest.mark.parametrize("folder", APART)
def test_the_parts_of_the_library_stand_apart(folder):
    for path in files_of(folder):
        names = imported(path.read_text(encoding="utf-8"))
        assert not any(
            f"{name}.".startswith(f"{part}.") for name in names for part in APART[folder]
        )


def test_every_package_of_a_server_is_known_as_our_own_where_logs_are_written():
    assert set(FORBIDDEN) == PACKAGES


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


OURS = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
    for package in FORBIDDEN
    for path in files_of(package)
}


def find_module(name: str) -> str:
    """Return the module of ours that an imported name is of; empty if it is of none."""
    while name and name not in OURS:
        name = name.rpartition(".")[0]
    return name


GRAPH = {
    module: {find_module(name) for name in imported(path.read_text(encoding="utf-8"))}
    - {"", module}
    for module, path in OURS.items()
}


def is_within(module: str, packages: set[str]) -> bool:
    return any(f"{module}.".startswith(f"{package}.") for package in packages)


@pytest.mark.parametrize("folder", WALLS)
def test_folder_imports_nothing_behind_its_walls(folder):
    modules = [module for module in GRAPH if is_within(module, {folder.replace("/", ".")})]
    found = {
        (module, name)
        for module in modules
        for name in GRAPH[module] - DOORS.get(folder, set())
        if is_within(name, WALLS[folder])
    }

    assert len(modules) > 2
    assert found == set()


def test_renderings_need_neither_rasa_nor_sanic():
    messaging = "bot.channels.messaging"
    left = [
        module
        for module in GRAPH
        if is_within(module, {f"{messaging}.rendering"})
        or (is_within(module, {messaging}) and module.endswith(".render"))
    ]
    needed: set[str] = set()
    assert len(left) > 8
    while left:
        needed.add(module := left.pop())
        left += GRAPH[module] - needed

    names = {name for each in needed for name in imported(OURS[each].read_text("utf-8"))}
    assert top_level(names) & {"rasa", "sanic"} == set()


def test_no_module_imports_itself_by_way_of_others():
    TopologicalSorter(GRAPH).prepare()


def test_no_folder_imports_itself_by_way_of_its_neighbours():
    """What lies in one folder, modules and folders, has an order from low to high."""
    levels: dict[str, dict[str, set[str]]] = {}
    for module, name in ((module, name) for module, names in GRAPH.items() for name in names):
        pairs = list(zip(module.split("."), name.split("."), strict=False))
        depth = next((i for i, (here, there) in enumerate(pairs) if here != there), None)
        if depth is not None:
            folder = ".".join(here for here, _ in pairs[:depth])
            here, there = pairs[depth]
            levels.setdefault(folder, {}).setdefault(here, set()).add(there)

    for level in levels.values():
        TopologicalSorter(level).prepare()
