"""The suite that every component of bot/components passes; a new one is found by its file."""

import json
from functools import partial
from importlib import import_module
from inspect import signature
from pathlib import Path
from typing import Any

import pytest
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_components import DEFAULT_COMPONENTS
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.constants import SPACY_DOCS
from rasa.nlu.utils.spacy_utils import SpacyModel
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

FILES = sorted(
    path
    for path in (Path(__file__).parents[3] / "bot" / "components").glob("*.py")
    if path.stem != "__init__"
)
TRAINING = [
    ("Do steroids weaken my bones?", "ask_steroids"),
    ("can prednisolone cause bone loss", "ask_steroids"),
    ("How is a DEXA scan done?", "ask_bone_density_scan"),
    ("what happens at the bone density test", "ask_bone_density_scan"),
]
TEXTS = {
    "ordinary": "Can RA thin my bones?",
    "blank": " \n\t ",
    "emoji": "🦴🤕❓ 👩🏽‍⚕️",
    "control characters": "bones\x00\x07\x1b[31m\u202e\ufeff",
    "10,000 characters": "My hip hurts and I am worried. " * 323,
    "one word of 10,000 characters": "x" * 10_000,
    "unknown words": "glorp snarfle zwibbet qqqq",
    "another script": "骨粗しょう症とは何ですか",
    "markup": "<script>alert('{bones}')</script> %s {0}",
}


def components_of(path: Path) -> list[type[GraphComponent]]:
    module = import_module(f"bot.components.{path.stem}")
    return [
        value
        for value in vars(module).values()
        if isinstance(value, type)
        and value.__module__ == module.__name__
        and issubclass(value, GraphComponent)
    ]


COMPONENTS = [component for path in FILES for component in components_of(path)]


@pytest.fixture(scope="module", params=COMPONENTS, ids=lambda component: component.__name__)
def component_class(request: pytest.FixtureRequest) -> type[GraphComponent]:
    return request.param


@pytest.fixture(scope="module")
def trained(component_class, tmp_path_factory, context, understand, nlp) -> "tuple[Any, Any]":
    """The component as it is right after training, and as it is loaded from what it stored.

    Both are made once for all tests, which only read them: training takes seconds.
    """
    storage = LocalModelStorage.create(tmp_path_factory.mktemp("component"))
    data = TrainingData([understand(text, intent) for text, intent in TRAINING])
    components = make(component_class, storage, context, data)
    for component in components:
        if "model" in signature(component.process).parameters:  # as the graph gives it
            component.process = partial(component.process, model=SpacyModel(nlp, "vocabulary"))
    return components


@pytest.fixture
def made(trained) -> Any:
    """The component as it is right after training."""
    return trained[0]


def make(
    component_class: type[GraphComponent],
    storage: ModelStorage,
    context: ExecutionContext,
    training_data: TrainingData,
) -> "tuple[Any, Any]":
    """Create a component as Rasa does, by parameter name; train it if it can be, and load it."""
    options: Any = {
        "config": component_class.get_default_config(),
        "model_storage": storage,
        "resource": Resource("component"),
        "execution_context": context,
    }
    component: Any = component_class.create(**options)
    if registration(component_class).is_trainable:
        options["resource"] = component.train(training_data=training_data)
    return component, component_class.load(**options)


def registration(component_class: type[GraphComponent]) -> Any:
    return DefaultV1Recipe._from_registry(component_class.__name__)


def outcome(message: Message) -> "tuple[dict, list]":
    """All that a component can have written into a message, comparable."""
    data = {key: value for key, value in message.data.items() if key != SPACY_DOCS[TEXT]}
    features = [
        (item.attribute, item.type, item.origin, item.features.tolist())
        for item in message.features
    ]
    return data, features


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_file_holds_one_component(path):
    assert len(components_of(path)) == 1


def test_components_are_found():
    assert len(COMPONENTS) >= 3


def test_component_is_registered_under_its_own_name(component_class):
    assert registration(component_class).clazz is component_class


def test_component_has_a_name_that_no_other_has(component_class):
    others = [*DEFAULT_COMPONENTS, *COMPONENTS]
    others.remove(component_class)

    assert component_class.__name__ not in {other.__name__ for other in others}


@pytest.mark.parametrize(
    "component_class",
    [component for component in COMPONENTS if component.get_default_config()],
    ids=lambda component: component.__name__,
)
def test_component_with_options_checks_them_and_accepts_its_default(component_class):
    component_class.validate_config(component_class.get_default_config())


def test_component_requires_packages_that_are_there(component_class):
    missing = []
    for package in component_class.required_packages():
        try:
            import_module(package)
        except ImportError:
            missing.append(package)

    assert missing == []


def test_component_gives_each_creation_its_own_default_config(component_class):
    component_class.get_default_config()["changed by a test"] = True

    assert "changed by a test" not in component_class.get_default_config()


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS.keys())
def test_component_processes_any_text(made, understand, text):
    message = understand(text)

    processed = made.process(messages=[message])

    assert processed == [message]
    assert message.get(TEXT) == text
    # What Rasa sends and stores must be plain JSON: no NumPy numbers, no NaN.
    json.dumps(message.as_dict(only_output_properties=True), allow_nan=False)


ORDINARY = "Can RA thin my bonnes?"


def test_component_processes_an_empty_text(made, understand):
    message = understand("")

    assert made.process(messages=[message]) == [message]
    json.dumps(message.as_dict(only_output_properties=True), allow_nan=False)


def test_component_processes_a_message_without_text(made):
    message = Message(data={})

    assert made.process(messages=[message]) == [message]
    json.dumps(message.as_dict(only_output_properties=True), allow_nan=False)


def test_component_processes_no_message(made):
    assert made.process(messages=[]) == []


def test_component_adds_something_to_an_ordinary_text(made, understand):
    is_foreign = type(made).__name__ == "LanguageDetector"
    text = "Was ist Osteoporose, und wie wird sie behandelt?" if is_foreign else ORDINARY
    message = understand(text)

    made.process(messages=[message])

    assert outcome(message) != outcome(understand(text))


def test_component_understands_a_message_the_same_among_others(made, understand):
    text = TEXTS["ordinary"]
    alone, among = understand(text), understand(text)

    made.process(messages=[alone])
    made.process(messages=[understand(""), understand("lupus"), among])

    assert_same(among, alone)


def test_component_gives_the_same_when_stored_and_loaded(trained, understand):
    component, loaded = trained
    before = [understand(text) for text in TEXTS.values()]
    after = [understand(text) for text in TEXTS.values()]

    component.process(messages=before)
    loaded.process(messages=after)

    assert [outcome(message) for message in after] == [outcome(message) for message in before]


def assert_same(one: Message, other: Message) -> None:
    """Both messages hold the same; figures to the last few bits, which depend on the batch."""
    (data, features), (other_data, other_features) = outcome(one), outcome(other)
    assert data == other_data
    assert [item[:3] for item in features] == [item[:3] for item in other_features]
    for item, other_item in zip(features, other_features, strict=True):
        assert item[3][0] == pytest.approx(other_item[3][0], abs=1e-5)
