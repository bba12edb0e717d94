"""What the score for advice learns, keeps and gives."""

import numpy as np
import pytest

from bot.advice.classifier import GENERAL, AdviceClassifier, read_exemplars
from bot.matching.yaml_files import PhrasesInvalid

MATTERS = ["stop", "stop", "dose", "dose", None, GENERAL, GENERAL, GENERAL]
MESSAGES = [
    [" can i stop it "],
    [" may i stop it "],
    [" can i double it "],
    [" may i double it "],
    [" can i have it "],
    [" what is it "],
    [" what are they ", " what for "],
    [" what is that "],
]


@pytest.fixture
def model():
    return AdviceClassifier.train(MATTERS, MESSAGES, np.zeros((len(MESSAGES), 2)))


def test_exemplars_name_all_matters_and_are_told_with_preludes(tmp_path):
    lines = "preludes: [Hello.]\nstop: [a, b]\ndose: [c]\ngeneral: [d]\n"
    (tmp_path / "exemplars.yml").write_text(lines, encoding="utf-8")

    assert read_exemplars(tmp_path) == [
        ("stop", "a"),
        ("stop", "b"),
        ("dose", "c"),
        ("general", "d"),
        ("stop", "Hello. a"),
        ("dose", "Hello. c"),
    ]


def test_shipped_exemplars_are_many_and_none_stands_twice():
    exemplars = read_exemplars()
    texts = [text.lower() for _, text in exemplars]

    assert {matter for matter, _ in exemplars} == {
        *("stop", "dose", "diagnosis", "interaction", "choice", "other", GENERAL)
    }
    assert len(texts) > 2000
    assert len(set(texts)) == len(texts)


@pytest.mark.parametrize(
    "content",
    [
        "stop: [a]\ndose: [b]\ngeneral: [c]\n",
        "preludes: [x]\nstop: [a]\ndose: [b]\n",
        "preludes: [x]\nstop: [a]\ngeneral: [c]\n",
        "preludes: [x]\nstop: [1]\ndose: [b]\ngeneral: [c]\n",
        "stop",
    ],
)
def test_damaged_exemplars_are_refused(tmp_path, content):
    (tmp_path / "exemplars.yml").write_text(content, encoding="utf-8")

    with pytest.raises(PhrasesInvalid, match="exemplars"):
        read_exemplars(tmp_path)


@pytest.mark.parametrize("sentences", [[], ["  "], [" unheard of "]])
def test_message_of_unknown_words_has_a_score(model, sentences):
    score, matter = model.judge(sentences, np.zeros(2))

    assert 0.0 < score < 1.0
    assert matter in {"stop", "dose"}


def test_model_tells_requests_from_questions_and_names_the_matter(model):
    asked, matter = model.judge([" can i stop "], np.zeros(2))
    general, _ = model.judge([" what is this "], np.zeros(2))

    assert asked > 0.5 > general
    assert matter == "stop"
    assert model.judge([" may i double "], np.zeros(2))[1] == "dose"


def test_stored_model_judges_the_same(model, tmp_path):
    model.save(tmp_path)

    loaded = AdviceClassifier.load(tmp_path)

    assert loaded.judge([" can i stop "], np.ones(2)) == model.judge([" can i stop "], np.ones(2))
