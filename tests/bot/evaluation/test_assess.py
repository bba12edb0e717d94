"""`python -m bot.evaluation.assess`: the pipeline, trained on utterances of a request."""

import io
import json

import pytest

import bot.__main__
from bot.components.nearest_example_intent_classifier import NearestExampleIntentClassifier
from bot.components.sentence_encoder_featurizer import SentenceEncoderFeaturizer
from bot.evaluation import assess

TEXTS = [
    "track my order", "where is my parcel", "has it been shipped",
    "i want my money back", "how do I return this", "refund please",
    "when does my order arrive", "can I send it back for a refund", "",
]  # fmt: skip
TRAIN = [[0, "order"], [1, "order"], [2, "order"], [3, "refund"], [4, "refund"], [5, "refund"]]


def request(**more):
    return {"texts": TEXTS, "runs": [{"train": TRAIN, "test": [6, 7]}], **more}


def test_answer_understands_what_it_never_saw():
    ((one, other),) = assess.answer(request())["runs"]

    assert (one["label"], other["label"]) == ("order", "refund")
    assert 0 < one["confidence"] <= 1


def test_answer_gives_no_label_to_a_text_that_says_nothing():
    asked = {"texts": TEXTS, "runs": [{"train": TRAIN, "test": [8]}]}

    assert assess.answer(asked)["runs"] == [[{"label": None, "confidence": 0.0}]]


def test_answer_trains_every_run_anew():
    swapped = [[row, {"order": "refund", "refund": "order"}[label]] for row, label in TRAIN]
    runs = [{"train": TRAIN, "test": [6]}, {"train": swapped, "test": [6]}]

    first, second = assess.answer({"texts": TEXTS, "runs": runs})["runs"]

    assert (first[0]["label"], second[0]["label"]) == ("order", "refund")


def test_answer_counts_the_next_label_where_one_is_left_out():
    ((one, other),) = assess.answer(request(without=["order"]))["runs"]

    assert (one["label"], other["label"]) == ("refund", "refund")


def test_read_pipeline_finds_the_shipped_components_with_their_options():
    featurizers, (classifier, options) = assess.read_pipeline(assess.CONFIG)

    assert [found[0] for found in featurizers] == [SentenceEncoderFeaturizer]
    assert classifier is NearestExampleIntentClassifier
    assert options["C"] == NearestExampleIntentClassifier.get_default_config()["C"]


@pytest.mark.parametrize(
    ("pipeline", "problem"),
    [
        ("[{name: WhitespaceTokenizer}]", "no intent classifier"),
        ("[{name: CountVectorsFeaturizer}]", "learns from utterances"),
    ],
)
def test_read_pipeline_refuses_what_it_cannot_train(tmp_path, pipeline, problem):
    config = tmp_path / "config.yml"
    config.write_text(f"pipeline: {pipeline}\n", encoding="utf-8")

    with pytest.raises(ValueError, match=problem):
        assess.read_pipeline(config)


def test_main_answers_the_request_on_standard_input(monkeypatch, capsys):
    monkeypatch.setattr(bot.__main__, "prepare_environment", lambda: None)
    monkeypatch.setattr(assess, "answer", lambda request: {"runs": request["runs"]})
    monkeypatch.setattr("sys.stdin", io.StringIO('{"texts": [], "runs": [[]]}'))

    assess.main()

    assert json.loads(capsys.readouterr().out) == {"runs": [[]]}
