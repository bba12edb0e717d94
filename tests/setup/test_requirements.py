"""The compiled requirement files: every package pinned, nothing of one machine or one network."""

import re
from pathlib import Path

import pytest

COMPILED = [
    "bot/requirements.txt",
    "actions/requirements.txt",
    "actions/requirements-dev.txt",
    "encoder/requirements.txt",
    "encoder/model.txt",
]
PIN = re.compile(r"([a-z0-9-]+)==[\w.]+")
SHARED = ["actions/requirements.txt", "actions/requirements-dev.txt", "encoder/requirements.txt"]


def requirements(path):
    """Return the lines of `path` that ask for something, comments left out."""
    lines = (line.partition("#")[0].strip() for line in Path(path).read_text().splitlines())
    return [line for line in lines if line]


def pins(path):
    return dict(line.split("==") for line in requirements(path))


@pytest.mark.parametrize("path", COMPILED)
def test_every_line_is_one_pin(path):
    assert [line for line in requirements(path) if not PIN.fullmatch(line)] == []


@pytest.mark.parametrize("path", COMPILED)
def test_no_line_names_an_address_or_a_path(path):
    text = Path(path).read_text()

    assert re.findall(r"https?:|file:/|--\w*(?:index|links|host)\S*|(?:^|\s)/\w+\S*", text) == []


@pytest.mark.parametrize("path", [path for path in COMPILED if path != "encoder/model.txt"])
def test_everything_asked_for_is_in_the_compiled_file(path):
    asked = {
        re.split(r"[=<>[]", line)[0].strip().lower()  # without extras: the lock strips them
        for line in requirements(path.replace(".txt", ".in"))
        if not line.startswith("-c")
    }

    assert asked - set(pins(path)) == set()


def test_the_files_of_one_environment_agree():
    versions = {}
    for path in SHARED:
        for name, version in pins(path).items():
            versions.setdefault(name, set()).add(version)

    assert {name: found for name, found in versions.items() if len(found) > 1} == {}


def test_torch_brings_no_gpu_packages():
    names = pins("encoder/requirements.txt")

    assert names["torch"] == "2.13.0"
    assert [name for name in names if name.startswith(("nvidia", "triton", "cuda"))] == []


def test_the_servers_do_not_need_torch():
    assert {"torch", "sentence-transformers", "transformers"} & set(
        pins("actions/requirements.txt")
    ) == set()
