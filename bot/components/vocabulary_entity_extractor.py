"""The entities that the spaCy pipeline's vocabulary finds, under their canonical names."""

from typing import Any, Dict, List, Type

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.constants import SPACY_DOCS
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.nlu.utils.spacy_utils import SpacyModel, SpacyNLP
from rasa.shared.nlu.constants import (
    ENTITIES,
    ENTITY_ATTRIBUTE_END,
    ENTITY_ATTRIBUTE_START,
    ENTITY_ATTRIBUTE_TYPE,
    ENTITY_ATTRIBUTE_VALUE,
    TEXT,
)
from rasa.shared.nlu.training_data.message import Message

from bot.components.spelling_corrector import CORRECTED_TEXT, TYPOS
from spelling import locate_original


@DefaultV1Recipe.register(
    DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False, model_from="SpacyNLP"
)
class VocabularyEntityExtractor(GraphComponent, EntityExtractorMixin):
    """Finds entities in the corrected text, and says where their words stand in the written one.

    Where nothing is misspelt it reads the document that `SpacyNLP` already made. Rasa's
    `SpacyEntityExtractor` always runs the pipeline again, and keeps what the user typed; this one
    gives "rheumatoid arthritis" for "RA".
    """

    @classmethod
    def required_components(cls) -> List[Type]:
        """Components that must stand before this one."""
        return [SpacyNLP]

    @classmethod
    def create(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "VocabularyEntityExtractor":
        """Return the extractor; it has no options."""
        return cls()

    def process(self, messages: List[Message], model: SpacyModel) -> List[Message]:
        """Add the entities of each message."""
        for message in messages:
            corrected, typos = message.get(CORRECTED_TEXT), message.get(TYPOS, [])
            doc = model.model(corrected) if corrected else message.get(SPACY_DOCS[TEXT])
            found = []
            for entity in doc.ents if doc is not None else ():
                start, end = locate_original(entity.start_char, entity.end_char, typos)
                found.append(
                    {
                        ENTITY_ATTRIBUTE_TYPE: entity.label_,
                        ENTITY_ATTRIBUTE_VALUE: entity.ent_id_ or entity.text,
                        ENTITY_ATTRIBUTE_START: start,
                        ENTITY_ATTRIBUTE_END: end,
                    }
                )
            entities = message.get(ENTITIES, []) + self.add_extractor_name(found)
            message.set(ENTITIES, entities, add_to_output=True)
        return messages
