"""Entities under their canonical names."""

from collections.abc import Callable

import pytest
from rasa.engine.storage.resource import Resource
from rasa.nlu.constants import SPACY_DOCS
from rasa.nlu.utils.spacy_utils import SpacyModel, SpacyNLP
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.components.vocabulary_entity_extractor import VocabularyEntityExtractor


@pytest.fixture
def extract(storage, context, nlp) -> Callable[[Message], Message]:
    """A function that adds the entities to a message."""
    extractor = VocabularyEntityExtractor.create({}, storage, Resource("extractor"), context)
    return lambda message: extractor.process([message], SpacyModel(nlp, "vocabulary"))[0]


def test_entity_has_its_canonical_name_and_place(extract, understand):
    text = "Does RA weaken the hips?"

    message = extract(understand(text))

    entities = message.get(ENTITIES)
    assert [(entity["entity"], entity["value"]) for entity in entities] == [
        ("condition", "rheumatoid arthritis"),
        ("body_part", "hip"),
    ]
    assert [text[entity["start"] : entity["end"]] for entity in entities] == ["RA", "hips"]


def test_place_counts_the_characters_that_were_sent(extract, understand):
    text = "🦴🦴 \n  lupus"

    message = extract(understand(text))

    (entity,) = message.get(ENTITIES)
    assert text[entity["start"] : entity["end"]] == "lupus"


def test_entity_names_its_extractor(extract, understand):
    message = extract(understand("lupus"))

    assert message.get(ENTITIES)[0]["extractor"] == "VocabularyEntityExtractor"


def test_entities_of_other_extractors_stay(extract, understand):
    message = understand("lupus")
    other = {"entity": "date", "value": "today", "start": 0, "end": 5, "extractor": "Other"}
    message.set(ENTITIES, [other])

    extract(message)

    assert message.get(ENTITIES)[0] == other
    assert [entity["entity"] for entity in message.get(ENTITIES)] == ["date", "condition"]


@pytest.mark.parametrize("text", ["", "nothing of the kind"])
def test_text_without_a_name_has_no_entities(extract, understand, text):
    message = extract(understand(text))

    assert message.get(ENTITIES) == []


def test_message_without_a_document_has_no_entities(extract):
    message = Message(data={TEXT: "lupus"})
    assert message.get(SPACY_DOCS[TEXT]) is None

    extract(message)

    assert message.get(ENTITIES) == []


def test_entities_are_part_of_the_output(extract, understand):
    message = extract(understand("lupus"))

    assert message.as_dict(only_output_properties=True)[ENTITIES]


def test_extractor_asks_for_the_document_before_it():
    assert VocabularyEntityExtractor.required_components() == [SpacyNLP]
