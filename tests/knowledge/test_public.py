"""What the package gives to others, and what importing it brings along."""

import subprocess
import sys

import pytest

import knowledge

FORMATS = {"mammoth", "markdown_it", "pypdf", "pypdfium2", "selectolax", "yaml"}
READERS = FORMATS | {"filelock", "spacy"}
SEARCH = {"numpy", "onnxruntime", "tokenizers"}


def modules_after(program: str) -> set[str]:
    """Return the names of the packages that a program of its own has imported at its end."""
    told = subprocess.run(
        [sys.executable, "-c", f"import sys\n{program}\nprint(*sys.modules)"],
        capture_output=True,
        check=True,
        text=True,
    )
    return {name.partition(".")[0] for name in told.stdout.split()}


@pytest.mark.parametrize("name", knowledge.__all__)
def test_every_public_name_is_there(name: str) -> None:
    assert getattr(knowledge, name) is not None


def test_no_other_name_is_there() -> None:
    with pytest.raises(AttributeError, match="'knowledge' has no attribute 'Retreiver'"):
        _ = knowledge.Retreiver  # type: ignore[attr-defined]


def test_importing_the_package_brings_nothing_of_the_build_or_of_the_search() -> None:
    assert modules_after("import knowledge").isdisjoint(READERS | SEARCH)


def test_the_search_brings_nothing_of_the_build() -> None:
    modules = modules_after("from knowledge import LiveRetriever, Retriever")

    assert modules >= SEARCH
    assert modules.isdisjoint(READERS)
