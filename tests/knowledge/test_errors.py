"""The tree of errors: complete, and each error tells what, which and what to run."""

import re
from pathlib import Path

import pytest

from knowledge import errors
from knowledge.errors import (
    DocumentUnreadable,
    EncoderUnavailable,
    IndexInaccessible,
    IndexMismatch,
    IndexNotFound,
    KnowledgeError,
)

TREE = re.findall(r"^[├└]── (\w+)\(([\w, ]+)\) ", errors.__doc__ or "", flags=re.MULTILINE)

EXAMPLES: list[tuple[KnowledgeError, list[str]]] = [
    (DocumentUnreadable(Path("a/b.md"), "it is empty."), ["a/b.md", "it is empty."]),
    (EncoderUnavailable("build/encoder", 'Run "make encoder".'), ['Run "make encoder".']),
    (IndexInaccessible(Path("a.db"), "the disk is full."), ["a.db", "the disk is full."]),
    (IndexMismatch("dim", 384, 512), ["dim", "384", "512", "python -m knowledge build"]),
    (IndexNotFound(Path("a.db")), ["a.db", "no such file", "python -m knowledge build"]),
]


def test_docstring_draws_exactly_the_errors_that_exist() -> None:
    existing = [
        name
        for name, value in vars(errors).items()
        if isinstance(value, type) and issubclass(value, Exception) and value is not KnowledgeError
    ]

    assert sorted(name for name, _ in TREE) == sorted(existing)
    assert (errors.__doc__ or "").splitlines()[2] == "KnowledgeError"


def test_each_error_has_an_example_here() -> None:
    assert sorted(type(error).__name__ for error, _ in EXAMPLES) == sorted(n for n, _ in TREE)


@pytest.mark.parametrize("name", [name for name, _ in TREE])
def test_each_error_is_directly_below_the_base(name: str) -> None:
    assert getattr(errors, name).__bases__ == (KnowledgeError,)


@pytest.mark.parametrize(("name", "attributes"), TREE)
def test_each_error_keeps_the_facts_that_the_tree_names(name: str, attributes: str) -> None:
    (error,) = (error for error, _ in EXAMPLES if type(error).__name__ == name)

    assert [a for a in attributes.split(", ") if getattr(error, a, None) is None] == []


@pytest.mark.parametrize(("error", "parts"), EXAMPLES, ids=lambda value: type(value).__name__)
def test_each_message_says_what_and_which(error: KnowledgeError, parts: list[str]) -> None:
    assert [part for part in parts if part not in str(error)] == []


def test_no_error_hides_a_builtin() -> None:
    import builtins

    assert [name for name, _ in TREE if hasattr(builtins, name)] == []
