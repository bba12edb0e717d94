"""A profile's intents: merged with what is general, and named where a file is none."""

from collections.abc import Callable
from pathlib import Path

import pytest
from rasa.shared.importers.importer import TrainingDataImporter
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.training.profile_importer import (
    IntentsInvalid,
    ProfileImporter,
    merge_intents,
    read_intents,
)

ROOT = Path(__file__).parents[3]
GENERAL = """\
version: "3.1"
nlu:
- intent: ask_definition
  examples: |
    - what is asthma
    - what is gout
"""
# What docs/understanding.md tells an owner to write.
OWN = """\
version: "3.1"
nlu:
- intent: ask_clinic_hours
  examples: |
    - when is your clinic open
    - opening hours of the kidney clinic
    - what is asthma
"""


@pytest.fixture
def profile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a profile, in which one file of intents is."""
    (tmp_path / "intents").mkdir()
    (tmp_path / "intents" / "clinic.yml").write_text(OWN, encoding="utf-8")
    monkeypatch.setenv("BONAFIDE_PROFILE", str(tmp_path))
    return tmp_path


@pytest.fixture
def load(tmp_path: Path) -> "Callable[[], TrainingDataImporter]":
    """A function to what every command of Rasa's reads, with some lines for data/."""
    path = tmp_path / "general.yml"
    path.write_text(GENERAL, encoding="utf-8")
    return lambda: TrainingDataImporter.load_from_config(
        str(ROOT / "config.yml"), str(ROOT / "domain.yml"), [str(path)]
    )


def texts_of(data: TrainingData, intent: str) -> "list[str]":
    return [each.get(TEXT) for each in data.intent_examples if each.get(INTENT) == intent]


def make(**intents: "list[str]") -> TrainingData:
    return TrainingData(
        [
            Message(data={TEXT: text, INTENT: name})
            for name, texts in intents.items()
            for text in texts
        ]
    )


def test_an_intent_is_added_by_one_file(
    profile: Path, load: "Callable[[], TrainingDataImporter]"
) -> None:
    domain, data = load().get_domain(), load().get_nlu_data()

    assert {"ask_clinic_hours", "ask_definition", "greet"} <= set(domain.intents)
    assert len(texts_of(data, "ask_clinic_hours")) == 3
    # Which "make test" looks for: an utterance under two intents.
    assert texts_of(data, "ask_definition") == ["what is gout"]


@pytest.mark.parametrize("folder", ["", "nowhere"])
def test_a_profile_without_intents_is_trained_on_what_is_general(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    load: "Callable[[], TrainingDataImporter]",
    folder: str,
) -> None:
    monkeypatch.setenv("BONAFIDE_PROFILE", str(tmp_path / folder))

    assert "ask_definition" in load().get_domain().intents
    assert load().get_nlu_data().intents == {"ask_definition"}


def test_an_utterance_of_both_is_the_profiles() -> None:
    general = make(ask_definition=["What is  asthma", "what is gout"], greet=["hello"])
    own = make(ask_asthma=["what is asthma"], greet=["hello there"])

    merged = merge_intents(general, own)

    assert texts_of(merged, "ask_definition") == ["what is gout"]
    assert texts_of(merged, "ask_asthma") == ["what is asthma"]
    assert sorted(texts_of(merged, "greet")) == ["hello", "hello there"]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("nlu: [", "no training data"),
        ("just words", "no training data"),
        ("version: '3.1'\nrules: []\n", "no training data|no utterance"),
        ("version: '3.1'\nnlu: []\n", "no utterance"),
        ("", "no training data|no utterance"),
    ],
)
def test_a_file_that_holds_no_utterance_is_named(tmp_path: Path, content: str, reason: str) -> None:
    path = tmp_path / "own.yml"
    path.write_text(content, encoding="utf-8")

    with pytest.raises(IntentsInvalid, match=reason) as caught:
        read_intents(tmp_path)

    assert str(path) in str(caught.value)


def test_the_importer_stops_where_a_file_is_wrong(profile: Path) -> None:
    (profile / "intents" / "other.yml").write_text("nlu: [", encoding="utf-8")

    with pytest.raises(IntentsInvalid):
        ProfileImporter(None, None, [])


def test_utterances_of_a_folder_are_read(tmp_path: Path) -> None:
    (tmp_path / "a.yml").write_text(OWN, encoding="utf-8")

    found = read_intents(tmp_path)

    assert len(found.intent_examples) == 3
