"""Intents from embeddings: made-up ones, so that each test decides what is near and what is far."""

from typing import Any

import numpy as np
import pytest
from rasa.engine.storage.resource import Resource
from rasa.shared.exceptions import InvalidConfigException
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, INTENT, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from sklearn.linear_model import LogisticRegression

from bot.components.nearest_example_intent_classifier import NearestExampleIntentClassifier

DIM = 16
NAMES = ["ask_causes", "ask_falls", "ask_men", "greet"]


def embed(axis: int, *, seed: int, spread: float = 0.1) -> np.ndarray:
    """Return a unit vector near the axis of an intent."""
    noise = np.random.default_rng(seed).normal(scale=spread, size=DIM)
    vector = np.eye(DIM)[axis] + noise
    return (vector / np.linalg.norm(vector)).astype(np.float32)


def message(embedding: np.ndarray | None, intent: str | None = None, text: str = "text") -> Message:
    made = Message(data={TEXT: text})
    if intent is not None:
        made.set(INTENT, intent)
    if embedding is not None:
        made.add_features(Features(embedding.reshape(1, -1), FEATURE_TYPE_SENTENCE, TEXT, "tests"))
    return made


def examples(n_intents: int, *, each: int = 6) -> list[Message]:
    return [
        message(embed(axis, seed=100 * axis + i), NAMES[axis], text=f"{axis} {i}")
        for axis in range(n_intents)
        for i in range(each)
    ]


@pytest.fixture
def train(storage, context):
    """A function from training messages and options to a trained classifier."""

    def make(messages: list[Message], **options: Any) -> NearestExampleIntentClassifier:
        config = {**NearestExampleIntentClassifier.get_default_config(), **options}
        classifier = NearestExampleIntentClassifier.create(
            config, storage, Resource("classifier"), context
        )
        classifier.train(TrainingData(messages))
        return classifier

    return make


def classify(classifier: NearestExampleIntentClassifier, embedding: np.ndarray) -> Message:
    return classifier.process([message(embedding)])[0]


@pytest.mark.parametrize("n_intents", [2, 3])
def test_classifier_learns_its_intents(train, n_intents):
    classifier = train(examples(n_intents))

    found = [classify(classifier, embed(axis, seed=axis + 7)) for axis in range(n_intents)]

    assert [each.get(INTENT)["name"] for each in found] == NAMES[:n_intents]
    assert min(each.get(INTENT)["confidence"] for each in found) > 0.7


@pytest.mark.parametrize("n_intents", [2, 3])
def test_confidence_is_probability_times_cosine_to_the_nearest_example(train, n_intents):
    messages = examples(n_intents)
    embeddings = np.vstack([each.features[0].features for each in messages])
    intents = np.array([each.get(INTENT) for each in messages])
    query = embed(0, seed=1) + embed(1, seed=2)
    query /= np.linalg.norm(query)
    model = LogisticRegression(
        C=20.0, max_iter=1000, class_weight="balanced", multi_class="multinomial"
    ).fit(embeddings, intents)
    expected = {
        name: probability * max(embeddings[intents == name] @ query)
        for name, probability in zip(model.classes_, model.predict_proba([query])[0], strict=True)
    }

    ranking = classify(train(messages, ngram_weight=0), query).get("intent_ranking")

    found = {entry["name"]: entry["confidence"] for entry in ranking}
    assert found == pytest.approx(expected, abs=1e-3)


def test_confidence_falls_for_a_message_far_from_every_example(train):
    classifier = train(examples(3))

    near = classify(classifier, embed(0, seed=7))
    halfway = classify(classifier, embed(0, seed=7) + 2 * np.eye(DIM)[10])
    far = classify(classifier, np.eye(DIM)[10])

    assert near.get(INTENT)["confidence"] > 0.7
    assert far.get(INTENT)["confidence"] < 0.2
    assert halfway.get(INTENT)["name"] == near.get(INTENT)["name"]


def test_confidence_is_never_below_zero(train):
    opposite = -(np.eye(DIM)[0] + np.eye(DIM)[1] + np.eye(DIM)[2]) / np.sqrt(3)

    ranking = classify(train(examples(3)), opposite).get("intent_ranking")

    assert [entry["confidence"] for entry in ranking] == [0.0, 0.0, 0.0]


def test_ranking_is_sorted_and_begins_with_the_intent(train):
    found = classify(train(examples(4)), embed(2, seed=3, spread=0.4))

    confidences = [entry["confidence"] for entry in found.get("intent_ranking")]
    assert confidences == sorted(confidences, reverse=True)
    assert found.get("intent_ranking")[0] == found.get(INTENT)


@pytest.mark.parametrize(("ranking_length", "expected"), [(0, 4), (1, 1), (3, 3), (10, 4)])
def test_ranking_has_the_length_that_is_set(train, ranking_length, expected):
    classifier = train(examples(4), ranking_length=ranking_length)

    assert len(classify(classifier, embed(0, seed=1)).get("intent_ranking")) == expected


def test_intent_and_ranking_are_part_of_the_output(train):
    output = classify(train(examples(2)), embed(0, seed=1)).as_dict(only_output_properties=True)

    assert {"intent", "intent_ranking"} <= set(output)


def test_spelling_decides_where_the_embeddings_cannot(train):
    same = embed(0, seed=1)
    messages = [
        message(same, name, text=f"{word} {i}")
        for name, word in (("ask_men", "wottle"), ("ask_falls", "gainer"))
        for i in range(4)
    ]

    found = train(messages).process([message(same, text="wotle"), message(same, text="gainers")])

    assert [each.get(INTENT)["name"] for each in found] == ["ask_men", "ask_falls"]


def test_spelling_counts_for_nothing_at_weight_zero(train):
    classifier = train(examples(3), ngram_weight=0)
    query = embed(1, seed=5, spread=0.3)

    one, other = (classifier.process([message(query, text=t)])[0] for t in ("0 1", "glorp"))

    assert one.get("intent_ranking") == other.get("intent_ranking")


@pytest.mark.parametrize("ngram_weight", [0, 0.7])
def test_classifier_is_the_same_after_loading(train, storage, context, ngram_weight):
    trained = train(examples(3), ngram_weight=ngram_weight)
    loaded = NearestExampleIntentClassifier.load(
        trained._config, storage, Resource("classifier"), context
    )
    query = embed(1, seed=5, spread=0.3)

    assert classify(loaded, query).get("intent_ranking") == classify(trained, query).get(
        "intent_ranking"
    )


def test_embeddings_of_two_featurizers_are_read_side_by_side(train):
    messages = examples(2)
    for made in messages:
        made.add_features(
            Features(np.ones((1, 3), np.float32), FEATURE_TYPE_SENTENCE, TEXT, "second")
        )

    classifier = train(messages, ngram_weight=0)

    found = {each.get(INTENT)["name"] for each in classifier.process(messages[:6])}
    assert found == {NAMES[0]}


def test_message_without_features_has_no_intent(train):
    found = train(examples(2)).process([message(None)])[0]

    assert found.get(INTENT) == {"name": None, "confidence": 0.0}
    assert found.get("intent_ranking") == []


def test_order_of_the_utterances_does_not_matter(train):
    messages = examples(3)
    shuffled = [messages[i] for i in np.random.default_rng(0).permutation(len(messages))]
    query = embed(1, seed=5, spread=0.3)

    one = classify(train(messages), query).get("intent_ranking")
    other = classify(train(shuffled), query).get("intent_ranking")

    assert [entry["name"] for entry in one] == [entry["name"] for entry in other]
    assert one[0]["confidence"] == pytest.approx(other[0]["confidence"], abs=1e-3)


def test_intent_with_few_utterances_is_not_put_last(train):
    many = [message(embed(0, seed=i), NAMES[0], text=f"many {i}") for i in range(60)]
    few = [message(embed(1, seed=100 + i), NAMES[1], text=f"few {i}") for i in range(3)]
    query = 0.9 * np.eye(DIM)[0] + np.eye(DIM)[1]

    found = classify(train(many + few, ngram_weight=0), query / np.linalg.norm(query))

    assert found.get(INTENT)["name"] == NAMES[1]


def test_utterance_without_features_is_left_out(train):
    classifier = train([*examples(2), message(None, "ask_men", text="no features")])

    ranking = classify(classifier, embed(0, seed=1)).get("intent_ranking")

    assert {entry["name"] for entry in ranking} == set(NAMES[:2])


@pytest.mark.parametrize(
    "messages",
    [[], examples(1), [message(None, "greet"), message(None, "ask_men")]],
    ids=["no utterance", "one intent", "no features"],
)
def test_train_refuses_fewer_than_two_intents(train, messages):
    with pytest.raises(InvalidConfigException, match="two intents"):
        train(messages)


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("C", 0),
        ("C", -1.0),
        ("C", "20"),
        ("C", None),
        ("C", float("nan")),
        ("C", float("inf")),
        ("C", True),
        ("ngram_weight", -0.1),
        ("ngram_weight", "0.7"),
        ("ngram_weight", float("nan")),
        ("ngram_weight", None),
        ("ngram_dimensions", 0),
        ("ngram_dimensions", 2.5),
        ("max_iter", 0),
        ("max_iter", 10.5),
        ("ranking_length", -1),
        ("ranking_length", 2.5),
        ("ranking_length", "all"),
    ],
)
def test_create_refuses_an_option_out_of_range(storage, context, option, value):
    config = {**NearestExampleIntentClassifier.get_default_config(), option: value}

    with pytest.raises(InvalidConfigException, match=f"`{option}`"):
        NearestExampleIntentClassifier.create(config, storage, Resource("classifier"), context)


def test_process_training_data_classifies_the_utterances(train):
    classifier = train(examples(2))
    training_data = TrainingData([message(embed(1, seed=9), "ask_causes")])

    processed = classifier.process_training_data(training_data)

    assert processed.training_examples[0].get(INTENT)["name"] == NAMES[1]
