"""The words of a profile: beside the vocabulary, over it, and without any training."""

from pathlib import Path
from types import SimpleNamespace

import pytest
import spacy
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.components.spelling_corrector import CORRECTED_TEXT, SpellingCorrector
from bot.patches.spacy_model import load_anew
from bot.vocabulary.names import VocabularyFaulty, find_words, read_names, read_words
from bot.vocabulary.pipeline import make_pipeline, renew_pipeline, write_pipeline

WORDS = """\
names:
  condition:
    glorp disease: [GLD, glorpitis]
    psoriasis: [flaky glorp]
  medicine:
    zwobbimab: [Zwobbix]
  test:
    prostate clock: [PSA]
"""


@pytest.fixture
def profile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a profile with words."""
    folder = tmp_path / "profile"
    folder.mkdir()
    (folder / "words.yml").write_text(WORDS, encoding="utf-8")
    monkeypatch.setenv("BONAFIDE_PROFILE", str(folder))
    return folder


def found(nlp: "spacy.language.Language", text: str) -> "list[tuple[str, str]]":
    return [(entity.label_, entity.ent_id_) for entity in nlp(text).ents]


def test_a_profiles_names_are_found_beside_the_general_ones(profile: Path) -> None:
    nlp = make_pipeline(words=find_words())

    assert found(nlp, "does Zwobbix help with GLD and asthma?") == [
        ("medicine", "zwobbimab"),
        ("condition", "glorp disease"),
        ("condition", "asthma"),
    ]


def test_a_profiles_name_counts_for_what_the_profile_says(profile: Path) -> None:
    names = {name: canonical for _, canonical, name in read_names(words=find_words())}

    assert (names["PSA"], names["PSA test"]) == ("prostate clock", "PSA test")
    # One name more for what the vocabulary has.
    assert (names["flaky glorp"], names["psorasis"]) == ("psoriasis", "psoriasis")


def test_a_profile_may_have_no_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BONAFIDE_PROFILE", str(tmp_path))

    assert find_words() is None
    assert list(read_names(words=None))


def test_changed_words_need_no_training(profile: Path, tmp_path: Path) -> None:
    target = tmp_path / "spacy"
    write_pipeline(target, words=find_words())
    written = spacy.load(target)
    assert renew_pipeline(written) is written

    path = profile / "words.yml"
    path.write_text(WORDS.replace("GLD", "GLD, snurf fever"), encoding="utf-8")

    assert found(load_anew(str(target)).model, "is snurf fever bad") == [
        ("condition", "glorp disease")
    ]


def test_a_pipeline_of_somebody_else_stays_as_it_is(profile: Path) -> None:
    other = spacy.blank("en")

    assert renew_pipeline(other) is other


def test_changed_words_are_spelt_right_without_training(
    profile: Path, storage: object, context: object
) -> None:
    resource = SimpleNamespace(name="spelling")
    data = TrainingData([Message(data={TEXT: "what is asthma", INTENT: "ask"})])
    SpellingCorrector(storage, resource).train(data)
    path = profile / "words.yml"
    path.write_text(WORDS.replace("zwobbimab", "quarxomab"), encoding="utf-8")

    corrector = SpellingCorrector.load({}, storage, resource, context)

    message = Message(data={TEXT: "is quarxommab safe"})
    corrector.process([message])
    assert message.get(CORRECTED_TEXT) == "is quarxomab safe"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("", "`names:`"),
        ("words:\n  condition: {}\n", "`names:`"),
        ("names: [a]\n", "can stand condition"),
        ("names:\n  illness:\n    lupus: [SLE]\n", "can stand condition"),
        ("names:\n  condition:\n    lupus: SLE\n", "list of names"),
        ("names:\n  condition: [lupus]\n", "canonical name"),
        ("names:\n  condition:\n    lupus: [SLE]\n    lupus: [x]\n", "two lines"),
        ("names:\n  condition:\n    lupus: [SLE, sle]\n", "twice"),
        ("names:\n  condition:\n    lupus: ['']\n", "blank"),
        ("names: [", "not YAML"),
    ],
)
def test_faulty_words_are_named_with_the_reason(tmp_path: Path, content: str, reason: str) -> None:
    path = tmp_path / "words.yml"
    path.write_text(content, encoding="utf-8")

    with pytest.raises(VocabularyFaulty, match=reason) as caught:
        list(read_words(path))

    assert caught.value.path == path
