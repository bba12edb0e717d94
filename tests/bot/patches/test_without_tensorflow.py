"""TensorFlow is left out where no component needs it, and only there."""

import subprocess
import sys
import types
from pathlib import Path

import pytest

from bot.patches import without_tensorflow
from bot.patches.without_tensorflow import LEFT_OUT, find_configs, make_stand_in, needs_it

POLICIES = "policies:\n- name: RulePolicy\n"
PIPELINE = "pipeline:\n- name: WhitespaceTokenizer\n"
# What a fresh process of the assistant has imported once Rasa knows all its components.
LOADED = """
import sys
from bot.patches import without_tensorflow
without_tensorflow.apply(sys.argv[1:])
import rasa.server
from rasa.engine.recipes.default_components import DEFAULT_COMPONENTS
print(bool(sys.modules.get("tensorflow")), len(DEFAULT_COMPONENTS))
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "config.yml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (PIPELINE + POLICIES, False),
        (PIPELINE + "- name: DIETClassifier\n" + POLICIES, True),
        (PIPELINE + "- name: rasa.nlu.diet_classifier.DIETClassifier\n" + POLICIES, True),
        (PIPELINE + POLICIES + "- name: TEDPolicy\n", True),
        (PIPELINE + POLICIES + "- name: mine.TEDPolicyOfMine\n", False),
        # Rasa then chooses DIET and TED.
        (PIPELINE, True),
        (POLICIES, True),
        ("", True),
        # Rasa says what is wrong.
        ("pipeline: [", False),
        (PIPELINE + POLICIES + "- RulePolicy\n", False),
        ("pipeline: 7\npolicies: 7\n", False),
        ("- a\n- b\n", False),
    ],
)  # fmt: skip
def test_configuration_needs_it_for_six_components(tmp_path, text, expected):
    assert needs_it(write(tmp_path, text)) is expected


def test_configuration_that_is_not_there_needs_nothing(tmp_path):
    assert needs_it(tmp_path / "config.yml") is False


def test_assistant_does_not_need_it(root):
    assert needs_it(root / "config.yml") is False


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ([], ["config.yml"]),
        (["run", "--model", "models"], ["config.yml"]),
        (["train", "--config", "a.yml"], ["a.yml"]),
        (["train", "-c", "a.yml", "--force"], ["a.yml"]),
        (["train", "--config=a.yml"], ["a.yml"]),
        (["test", "nlu", "--config", "a.yml", "b.yml", "--runs", "3"], ["a.yml", "b.yml"]),
        (["train", "--config"], ["config.yml"]),
    ],
)
def test_configurations_are_those_that_the_command_names(arguments, expected):
    assert find_configs(arguments) == list(map(Path, expected))


@pytest.mark.parametrize("name", LEFT_OUT)
def test_stand_in_has_what_the_module_has(name, root):
    """The modules import TensorFlow, and define what is taken from them."""
    path = Path(sys.prefix, *["lib", "python3.10", "site-packages"], *name.split("."))
    source = path.with_suffix(".py").read_text(encoding="utf-8")

    assert "tensorflow" in source
    for each in LEFT_OUT[name]:
        assert f"class {each}(" in source


def test_nothing_is_made_of_a_stand_in():
    module = make_stand_in("rasa.nlu.classifiers.diet_classifier", ["DIETClassifier"])

    assert isinstance(module, types.ModuleType)
    with pytest.raises(ImportError, match=r"DIETClassifier needs TensorFlow.*config\.yml"):
        module.DIETClassifier({})


def test_it_stays_where_it_is_imported_already(monkeypatch):
    monkeypatch.setitem(sys.modules, "tensorflow", types.ModuleType("tensorflow"))
    before = dict(sys.modules)

    without_tensorflow.apply([])

    assert sys.modules == before


def load(folder: Path, text: str, root: Path) -> str:
    command = [sys.executable, "-c", LOADED, "--config", str(write(folder, text))]
    return subprocess.run(
        command, cwd=root, capture_output=True, text=True, check=True, timeout=120
    ).stdout.strip()


def test_rasa_does_without_it(tmp_path, root):
    assert load(tmp_path, PIPELINE + POLICIES, root) == "False 31"


def test_rasa_has_it_where_it_is_needed(tmp_path, root):
    text = PIPELINE + "- name: DIETClassifier\n" + POLICIES

    assert load(tmp_path, text, root) == "True 31"
