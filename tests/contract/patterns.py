"""Print every regular expression that the code compiles, as JSON.

Each as [pattern, flags, place, whether it is never searched for, only matched at one place].

Run in a process of its own, which has imported nothing yet.
"""

import ast
import importlib
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
# Rasa's environment has `bot`, the other one all else.
IS_RASA = sys.version_info < (3, 11)
NO_SERVERS = {"benchmarks", "tests"}
ALL_PACKAGES = sorted(
    path.parent.name for path in ROOT.glob("*/__init__.py") if path.parent.name not in NO_SERVERS
)
# Those that are imported here; what they import of the others is seen as well.
PACKAGES = [name for name in ALL_PACKAGES if (name == "bot") == IS_RASA]
# What only training, the export or a command runs.
LEFT_OUT = {
    "encoder.export",
    "encoder.smooth",
    "bot.evaluation.cross_validation",
    "bot.evaluation.safety",
}
# Functions of `re` that take a pattern first, and methods of a pattern.
ANCHORED = {"fullmatch", "match"}
SEARCHING = {"search", "split", "findall", "finditer", "sub", "subn"}

Found = dict[tuple[str, int], str]


def record(found: Found) -> None:
    """Have every pattern noted that a module of this repository compiles from now on."""
    original = re._compile

    def compile_(pattern: object, flags: int) -> object:
        if isinstance(pattern, str):
            frame = sys._getframe(2)
            path = Path(frame.f_code.co_filename)
            if path.is_relative_to(ROOT) and ".venv" not in str(path.relative_to(ROOT)):
                place = f"{path.relative_to(ROOT)}:{frame.f_lineno}"
                found.setdefault((pattern, int(flags)), place)
        return original(pattern, flags)

    re._compile = compile_


def read_trees() -> dict[str, ast.Module]:
    """Return the code of the packages by its path."""
    return {
        str(path.relative_to(ROOT)): ast.parse(path.read_text(encoding="utf-8"))
        for package in ALL_PACKAGES
        for path in sorted((ROOT / package).rglob("*.py"))
    }


def calls_of(tree: ast.Module) -> Iterator[tuple[ast.Call, str, str]]:
    """Yield each call of a method of a name (`re.search(…)`, `_WORD.sub(…)`), and both names."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            owner = node.func.value
            name = getattr(owner, "id", getattr(owner, "attr", ""))
            yield node, name, node.func.attr


def read_uses(trees: dict[str, ast.Module]) -> tuple[list[tuple[str, str, bool]], dict[str, bool]]:
    """Return where the patterns of the code are matched at one place of a text only.

    Returns:
        The patterns that stand in a call of `re`, each with its place and whether it is anchored;
        and for "path:line" of those that are compiled under a name, whether all its uses are.
    """
    literals, methods = [], {}
    for path, tree in trees.items():
        for node, owner, method in calls_of(tree):
            if method not in ANCHORED | SEARCHING:
                continue
            if owner == "re" and isinstance(node.args[0], ast.Constant):
                place = f"{path}:{node.lineno}"
                literals.append((str(node.args[0].value), place, method in ANCHORED))
            methods.setdefault(owner, set()).add(method)
    named = {
        f"{path}:{line}": methods.get(target.id, {"search"}) <= ANCHORED
        for path, tree in trees.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and isinstance(target := node.targets[0], ast.Name)
        for line in range(node.lineno, (node.end_lineno or node.lineno) + 1)
    }
    return literals, named


def import_all() -> None:
    """Import every module."""
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
            if name not in LEFT_OUT and not name.endswith("__main__"):
                importlib.import_module(name)


def build() -> None:
    """Build what compiles its patterns while it runs: from word lists, vocabularies, an index."""
    if IS_RASA:
        from bot.advice.patterns import AdvicePatterns
        from bot.red_flags.rules import RuleMatcher

        AdvicePatterns().find_matter(["i"])
        RuleMatcher().match("my chest hurts")
    else:
        from actions.redaction import redact
        from spelling import Corrector

        redact("a@b.co 07700 900123")
        Corrector({"osteoporosis": 1}, {}).correct("osteoperosis is not a foto")


def main() -> None:
    """Print the patterns."""
    found: Found = {}
    sys.path.insert(0, str(ROOT))
    if IS_RASA:
        from bot.__main__ import prepare_environment

        prepare_environment()
    record(found)
    import_all()
    build()
    literals, named = read_uses(read_trees())
    patterns = [
        (pattern, flags, place, named.get(place, False))
        for (pattern, flags), place in found.items()
    ]
    patterns += [(pattern, 0, place, is_anchored) for pattern, place, is_anchored in literals]
    print(json.dumps(patterns))


if __name__ == "__main__":
    main()
