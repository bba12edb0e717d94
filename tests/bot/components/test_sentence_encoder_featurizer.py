"""Sentence features from the encoder that is shipped."""

from typing import Any

import numpy as np
import pytest
from rasa.engine.storage.resource import Resource
from rasa.nlu.tokenizers.tokenizer import Tokenizer
from rasa.shared.exceptions import InvalidConfigException
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.components.sentence_encoder_featurizer import SentenceEncoderFeaturizer
from encoder import EncoderUnavailable, Manifest


@pytest.fixture
def create(root, storage, context):
    """A function from options to a featurizer."""

    def make(**options: Any) -> SentenceEncoderFeaturizer:
        config = {
            **SentenceEncoderFeaturizer.get_default_config(),
            "encoder": str(root / "build" / "encoder"),
            **options,
        }
        return SentenceEncoderFeaturizer.create(config, storage, Resource("featurizer"), context)

    return make


def messages_of(*texts: str) -> list[Message]:
    return [Message(data={TEXT: text}) for text in texts]


def test_process_adds_one_row_of_sentence_features(create, encoder):
    (message,) = create().process(messages_of("Is osteoporosis autoimmune?"))

    (features,) = message.features
    assert features.features.shape == (1, encoder.dim)
    assert features.features.dtype == np.float32
    assert (features.attribute, features.type) == (TEXT, FEATURE_TYPE_SENTENCE)


def test_process_adds_the_embedding_of_the_encoder(create, encoder):
    text = "Do steroids weaken bones?"

    (message,) = create().process(messages_of(text))

    assert message.features[0].features[0] @ encoder.encode([text])[0] > 0.9999


def test_process_gives_each_message_its_own_embedding(create, encoder):
    texts = ["bones", "a much longer text about the spine and the hip", "lupus"]

    messages = create().process(messages_of(*texts))

    embeddings = np.vstack([message.features[0].features for message in messages])
    assert (embeddings * encoder.encode(texts)).sum(axis=1).min() > 0.9999


@pytest.mark.parametrize(
    "data",
    [
        {},
        {TEXT: ""},
        {TEXT: None},
        {TEXT: " \n"},
        {TEXT: "🦴❓"},
        {TEXT: "?! …"},
        {INTENT: "greet"},
    ],
)
def test_process_adds_nothing_to_a_message_without_words(create, data):
    without, with_text = Message(data=data), Message(data={TEXT: "bones"})

    create().process([without, with_text])

    assert without.features == []
    assert len(with_text.features) == 1


def test_process_names_the_origin_of_the_features(create):
    (message,) = create(alias="mine").process(messages_of("bones"))

    assert message.features[0].origin == "mine"


def test_process_training_data_adds_features_to_every_utterance(create):
    training_data = TrainingData(messages_of("bones", "hips", "falls"))

    processed = create().process_training_data(training_data)

    assert [len(message.features) for message in processed.training_examples] == [1, 1, 1]


def test_featurizer_asks_for_a_tokenizer_before_it():
    assert SentenceEncoderFeaturizer.required_components() == [Tokenizer]


def test_create_says_what_to_run_when_there_is_no_encoder(create, tmp_path):
    with pytest.raises(EncoderUnavailable, match="make encoder"):
        create(encoder=str(tmp_path / "nowhere"))


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("encoder", ""),
        ("encoder", None),
        ("encoder", 5),
        ("threads", -1),
        ("threads", 1.5),
        ("threads", "2"),
        ("threads", None),
    ],
)
def test_create_refuses_an_option_of_the_wrong_form(create, option, value):
    with pytest.raises(InvalidConfigException, match=f"`{option}`"):
        create(**{option: value})


def test_fingerprint_changes_with_the_encoder(tmp_path):
    prints = []
    for revision in ("a" * 64, "b" * 64):
        Manifest(name="made up", revision=revision, dim=4, max_tokens=8).save(tmp_path)
        prints.append(SentenceEncoderFeaturizer.fingerprint_addon({"encoder": str(tmp_path)}))

    assert len(set(prints)) == 2


def test_fingerprint_of_the_default_config_is_that_of_the_shipped_encoder(
    encoder, root, monkeypatch
):
    monkeypatch.chdir(root)

    assert SentenceEncoderFeaturizer.fingerprint_addon({}) == encoder.manifest.revision
