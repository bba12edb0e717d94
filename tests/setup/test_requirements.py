"""The compiled requirement files: every package pinned with its hashes, nothing of one machine."""

import re
from pathlib import Path

import pytest

COMPILED = [
    "bot/requirements.txt",
    "actions/requirements.txt",
    "actions/requirements-dev.txt",
    "encoder/requirements.txt",
    "encoder/model.txt",
    "encoder/torch.txt",
]
BY_HAND = ["encoder/model.txt", "encoder/torch.txt"]
# A package, its version, where it is asked for, and at least one hash.
PIN = re.compile(r"([a-z0-9-]+)==([\w.+]+)( ; [\w\s\"=.<>]+)?( --hash=sha256:[0-9a-f]{64})+")
SHARED = ["actions/requirements.txt", "actions/requirements-dev.txt", "encoder/requirements.txt"]


def requirements(path):
    """Return what `path` asks for, each on one line, comments left out."""
    text = re.sub(r" *\\\n +", " ", Path(path).read_text())
    lines = (line.partition("#")[0].strip() for line in text.splitlines())
    return [line for line in lines if line]


def pins(path):
    return {match[1]: match[2] for line in requirements(path) if (match := PIN.fullmatch(line))}


@pytest.mark.parametrize("path", COMPILED)
def test_every_line_is_one_pin_with_hashes(path):
    assert [line for line in requirements(path) if not PIN.fullmatch(line)] == []


@pytest.mark.parametrize("path", COMPILED)
def test_no_line_names_an_address_or_a_path(path):
    text = Path(path).read_text()

    assert re.findall(r"https?:|file:/|--\w*(?:index|links|host)\S*|(?:^|\s)/\w+\S*", text) == []


def test_every_requirement_file_is_checked():
    found = {str(path) for path in Path().glob("*/*requirements*.txt")} | set(BY_HAND)

    assert found == set(COMPILED)


@pytest.mark.parametrize("path", [path for path in COMPILED if path not in BY_HAND])
def test_everything_asked_for_is_in_the_compiled_file(path):
    asked = {
        re.split(r"[=<>[]", line)[0].strip().lower()  # without extras: the lock strips them
        for line in requirements(path.replace(".txt", ".in"))
        if not line.startswith("-c")
    }

    assert asked - set(pins(path)) - {"torch"} == set()


def test_the_files_of_one_environment_agree():
    versions = {}
    for path in SHARED:
        for name, version in pins(path).items():
            versions.setdefault(name, set()).add(version)

    assert {name: found for name, found in versions.items() if len(found) > 1} == {}


def test_torch_is_the_cpu_build_and_brings_no_gpu_packages():
    asked = [PIN.fullmatch(line) for line in requirements("encoder/torch.txt")]
    builds = [(match[1], match[2], match[3].strip(" ;")) for match in asked]
    names = pins("encoder/requirements.txt")

    assert builds == [
        ("torch", "2.13.0+cpu", 'sys_platform == "linux"'),
        ("torch", "2.13.0", 'sys_platform == "darwin"'),
    ]
    # It would be taken from the index of everything else.
    assert "torch" not in names
    assert [name for name in names if name.startswith(("nvidia", "triton", "cuda"))] == []


def test_the_servers_do_not_need_torch():
    assert {"torch", "sentence-transformers", "transformers"} & set(
        pins("actions/requirements.txt")
    ) == set()


def test_an_index_beside_the_usual_one_is_asked_for_torch_alone():
    script = Path("scripts/venv.sh").read_text()
    recipes = Path("Makefile").read_text()

    assert re.findall(r"--\w*index-url", script + recipes) == ["--index-url"]
    assert re.findall(r"venv\.sh torch \S+ (\S+)", recipes) == ["encoder/torch.txt"]
