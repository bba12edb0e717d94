"""The featurizer with the sentence encoder that the library is searched with."""

import re
from pathlib import Path
from typing import Any, Dict, List, Optional, Type

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.constants import FEATURIZER_CLASS_ALIAS
from rasa.nlu.featurizers.dense_featurizer.dense_featurizer import DenseFeaturizer
from rasa.nlu.tokenizers.tokenizer import Tokenizer
from rasa.shared.exceptions import InvalidConfigException
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.components.spelling_corrector import CORRECTED_TEXT
from bot.matching.encoders import get_encoder
from encoder import Manifest, OnnxEncoder


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class SentenceEncoderFeaturizer(DenseFeaturizer, GraphComponent):
    """Gives each message one sentence embedding, and its corrected text another.

    A message without a letter or digit gets none: an emoji or a lone question mark would
    otherwise be taken for whatever short utterance lies nearest ("yes", mostly).
    """

    @classmethod
    def required_components(cls) -> List[Type]:
        """Components that must stand before this one."""
        return [Tokenizer]

    @staticmethod
    def required_packages() -> List[str]:
        """Packages this component needs."""
        return ["onnxruntime", "tokenizers"]

    @staticmethod
    def get_default_config() -> Dict[str, Any]:
        """The component's options."""
        return {
            **DenseFeaturizer.get_default_config(),
            # Folder that `python -m encoder.export` wrote.
            "encoder": "build/encoder",
            # Cores one message may use.
            "threads": 1,
        }

    @classmethod
    def validate_config(cls, config: Dict[str, Any]) -> None:
        """Refuse options of the wrong form.

        Raises:
            InvalidConfigException: If `encoder` is not a folder's name or `threads` not a count.
        """
        if not isinstance(config.get("encoder"), str) or not config["encoder"]:
            raise InvalidConfigException("SentenceEncoderFeaturizer: `encoder` must name a folder.")
        if not isinstance(config.get("threads"), int) or config["threads"] < 0:
            raise InvalidConfigException(
                "SentenceEncoderFeaturizer: `threads` must be a whole number, 0 for all cores."
            )

    @classmethod
    def fingerprint_addon(cls, config: Dict[str, Any]) -> Optional[str]:
        """Make Rasa's training cache forget the features of another encoder."""
        merged = {**cls.get_default_config(), **config}
        return Manifest.load(Path(merged["encoder"])).revision

    @classmethod
    def create(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "SentenceEncoderFeaturizer":
        """Load the encoder.

        Raises:
            InvalidConfigException: If an option has the wrong form.
            EncoderUnavailable: If the encoder's folder is missing or damaged.
        """
        cls.validate_config(config)
        encoder = get_encoder(config["encoder"], config["threads"])
        return cls(config, execution_context.node_name, encoder)

    def __init__(self, config: Dict[str, Any], name: str, encoder: OnnxEncoder) -> None:
        """Keep the loaded encoder."""
        super().__init__(name, config)
        self._encoder = encoder

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Featurize all training messages at once."""
        self.process(training_data.training_examples)
        return training_data

    def process(self, messages: List[Message]) -> List[Message]:
        """Add a sentence embedding of each text that says something."""
        found = [
            (message, attribute)
            for message in messages
            for attribute in (TEXT, CORRECTED_TEXT)
            if re.search(r"\w", message.get(attribute) or "")
        ]
        embeddings = self._encoder.encode([message.get(attribute) for message, attribute in found])
        origin = self._config[FEATURIZER_CLASS_ALIAS]
        for (message, attribute), embedding in zip(found, embeddings, strict=True):
            row = embedding.reshape(1, -1)
            message.add_features(Features(row, FEATURE_TYPE_SENTENCE, attribute, origin))
        return messages
