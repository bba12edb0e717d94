"""What a detector decides on a whole message: its intent, and an entity over all of its text."""

from collections.abc import Sequence
from typing import Any

from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.shared.nlu.constants import (
    ENTITIES,
    ENTITY_ATTRIBUTE_END,
    ENTITY_ATTRIBUTE_START,
    ENTITY_ATTRIBUTE_TYPE,
    ENTITY_ATTRIBUTE_VALUE,
    INTENT,
    INTENT_NAME_KEY,
    INTENT_RANKING_KEY,
    PREDICTED_CONFIDENCE_KEY,
    TEXT,
)
from rasa.shared.nlu.training_data.message import Message


def set_intent(message: Message, name: str, others: Sequence[dict[str, Any]] = ()) -> None:
    """Make an intent the first, with full confidence.

    Args:
        message: The message.
        name: Of the intent.
        others: What stands behind it in the ranking.
    """
    intent = {INTENT_NAME_KEY: name, PREDICTED_CONFIDENCE_KEY: 1.0}
    message.set(INTENT, intent, add_to_output=True)
    message.set(INTENT_RANKING_KEY, [intent, *others], add_to_output=True)


def set_entity(
    detector: EntityExtractorMixin, message: Message, kind: str, value: str, **more: float
) -> None:
    """Set the message's one entity of a kind, in place of those that it has.

    Args:
        detector: Who says so.
        message: The message.
        kind: Type of the entity.
        value: Of the entity.
        more: Further fields of the entity.
    """
    entity = {
        ENTITY_ATTRIBUTE_TYPE: kind,
        ENTITY_ATTRIBUTE_VALUE: value,
        ENTITY_ATTRIBUTE_START: 0,
        ENTITY_ATTRIBUTE_END: len(message.get(TEXT) or ""),
        **more,
    }
    kept = [e for e in message.get(ENTITIES) or [] if e.get(ENTITY_ATTRIBUTE_TYPE) != kind]
    entities = [*kept, *detector.add_extractor_name([entity])]
    message.set(ENTITIES, entities, add_to_output=True)
