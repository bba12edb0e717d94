"""Give a message back the words that the person wrote."""

from typing import Any, Dict, List, Type

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.constants import TOKENS_NAMES
from rasa.nlu.tokenizers.tokenizer import Token
from rasa.shared.exceptions import InvalidConfigException
from rasa.shared.nlu.constants import (
    ENTITIES,
    ENTITY_ATTRIBUTE_END,
    ENTITY_ATTRIBUTE_START,
    TEXT,
)
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message

from bot.components.spelling import SAID, SLIPS, SpellingMender
from bot.encoders import get_encoder
from spelling import Slip, locate


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class OwnWordsRestorer(GraphComponent):
    """Undoes what `SpellingMender` did to a message, but for what was understood by it.

    Text, tokens and embedding are those of the person's own words again, and entities stand where
    the words they were found in stand: safety, the tracker and the action server see what was
    written.
    """

    @classmethod
    def required_components(cls) -> List[Type]:
        """Components that must stand before this one."""
        return [SpellingMender]

    @staticmethod
    def get_default_config() -> Dict[str, Any]:
        """The component's options."""
        return {
            # Folder of the encoder that the featurizer uses.
            "encoder": "build/encoder",
        }

    @classmethod
    def validate_config(cls, config: Dict[str, Any]) -> None:
        """Refuse options of the wrong form.

        Raises:
            InvalidConfigException: `encoder` names no folder.
        """
        if not isinstance(config.get("encoder"), str) or not config["encoder"]:
            raise InvalidConfigException("OwnWordsRestorer: `encoder` must name a folder.")

    @classmethod
    def create(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "OwnWordsRestorer":
        """Return a restorer.

        Raises:
            InvalidConfigException: An option has the wrong form.
        """
        return cls(config)

    def __init__(self, config: Dict[str, Any]) -> None:
        """Keep the options."""
        self.validate_config(config)  # Rasa itself calls this for featurizers only
        self._config = config

    def process(self, messages: List[Message]) -> List[Message]:
        """Restore each message in which something was mended."""
        for message in messages:
            if message.get(SLIPS):
                self._restore(message, message.get(SAID), message.get(SLIPS))
        return messages

    def _restore(self, message: Message, said: str, slips: List[Slip]) -> None:
        message.set(TEXT, said)
        message.set(
            TOKENS_NAMES[TEXT],
            [_move_token(token, said, slips) for token in message.get(TOKENS_NAMES[TEXT]) or []],
        )
        entities = [_move_entity(entity, slips) for entity in message.get(ENTITIES) or []]
        message.set(ENTITIES, entities, add_to_output=True)
        # One embedding, as the featurizer makes it.
        embedding = get_encoder(self._config["encoder"]).encode([said])
        message.features = [
            Features(embedding, found.type, found.attribute, found.origin)
            if found.attribute == TEXT
            else found
            for found in message.features
        ]


def _move_token(token: Token, said: str, slips: List[Slip]) -> Token:
    start, end = locate(token.start, token.end, slips)
    return Token(said[start:end], start, end, lemma=token.lemma)


def _move_entity(entity: Dict[str, Any], slips: List[Slip]) -> Dict[str, Any]:
    start, end = locate(entity[ENTITY_ATTRIBUTE_START], entity[ENTITY_ATTRIBUTE_END], slips)
    return {**entity, ENTITY_ATTRIBUTE_START: start, ENTITY_ATTRIBUTE_END: end}
