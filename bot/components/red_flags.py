"""Red flags: messages that need help now, found before anything else is done with them."""

import hashlib
from typing import Any, Dict, List, Optional, Type

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.nlu.featurizers.featurizer import Featurizer
from rasa.shared.exceptions import InvalidConfigException
from rasa.shared.nlu.constants import (
    ENTITIES,
    ENTITY_ATTRIBUTE_CONFIDENCE,
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
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.encoders import embed_exemplars, get_encoder, read_embedding
from bot.fragments import PIECES
from bot.safety import advice_model
from bot.safety.detect import NOTHING, Detector, Finding
from bot.safety.gate import Gate, get_gate
from bot.safety.kinds import KindModel
from bot.safety.phrases import FOLDER
from bot.safety.similarity import CALM, Similarity, read_exemplars

REPORT_EMERGENCY = "report_emergency"
RED_FLAG = "red_flag"
_FILE = "red_flags.npz"
_KINDS = "kinds.npz"
# Most pieces of a message that are looked at one by one: each costs an encoder run.
MAX_PIECES = 4


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class RedFlagDetector(IntentClassifier, GraphComponent, EntityExtractorMixin):
    """Makes a red flag the message's intent, whatever the classifiers before it said.

    It alone sets `report_emergency`, with the kind as entity `red_flag`: where it sees none, that
    intent is taken out of what the classifiers said. docs/safety.md says how it decides.
    """

    @classmethod
    def required_components(cls) -> List[Type]:
        """Components that must stand before this one."""
        return [Featurizer]

    @staticmethod
    def required_packages() -> List[str]:
        """Packages this component needs."""
        return ["sklearn", "spacy", "spacy_lookups_data", "onnxruntime"]

    @staticmethod
    def get_default_config() -> Dict[str, Any]:
        """The component's options."""
        return {
            # Folder of the encoder that the featurizer uses.
            "encoder": "build/encoder",
            # Lowest score that is a flag, -1 to 1, where a rule of bot/safety holds. Lower finds
            # more and is wrong more often.
            "threshold": -0.25,
            # The same where no rule holds, and a message is only like a flag.
            "likeness_threshold": -0.1,
            # The same for one sentence of a longer message.
            "part_threshold": 0.0,
            # The same where a rule of self-harm holds.
            "self_harm_threshold": -0.8,
            # Longest message in words that is compared as one; longer ones also part by part.
            "long_words": 40,
        }

    @classmethod
    def validate_config(cls, config: Dict[str, Any]) -> None:
        """Refuse options out of range.

        Raises:
            InvalidConfigException: An option has the wrong form.
        """
        if not isinstance(config.get("encoder"), str) or not config["encoder"]:
            raise InvalidConfigException("RedFlagDetector: `encoder` must name a folder.")
        for key in ("threshold", "likeness_threshold", "part_threshold", "self_harm_threshold"):
            if not isinstance(config.get(key), float) or not -1 <= config[key] <= 1:
                raise InvalidConfigException(
                    f"RedFlagDetector: `{key}` must be a number with a point, -1.0 to 1.0."
                )
        if not isinstance(config.get("long_words"), int) or config["long_words"] < 1:
            raise InvalidConfigException(
                "RedFlagDetector: `long_words` must be a whole number of at least 1."
            )

    @classmethod
    def fingerprint_addon(cls, config: Dict[str, Any]) -> Optional[str]:
        """Make Rasa train again when a file of bot/safety has changed."""
        files = sorted(FOLDER.glob("*.*"))
        return hashlib.sha256(b"\n".join(path.read_bytes() for path in files)).hexdigest()

    @classmethod
    def create(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "RedFlagDetector":
        """Return a detector that knows the rules; `train` adds the exemplars.

        Raises:
            InvalidConfigException: An option has the wrong form.
            SafetyFaulty: A file of bot/safety cannot be used.
        """
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> "RedFlagDetector":
        """Return the detector that training stored."""
        component = cls(config, model_storage, resource)
        with model_storage.read_from(resource) as folder:
            component._learn(
                get_gate(), Similarity.load(folder / _FILE), KindModel.load(folder / _KINDS)
            )
        return component

    def __init__(
        self, config: Dict[str, Any], model_storage: ModelStorage, resource: Resource
    ) -> None:
        """Start without rules and exemplars; `train` or `load` brings them."""
        self.validate_config(config)  # Rasa itself calls this for featurizers only
        self._config = config
        self._model_storage = model_storage
        self._resource = resource
        self._detector: Optional[Detector] = None

    def train(self, training_data: TrainingData) -> Resource:
        """Learn the exemplars; what asks for advice and all other intents' utterances are calm."""
        exemplars = [
            *read_exemplars(),
            # Stories about medicines and aches that end in a question.
            *((CALM, text) for _, text in advice_model.read_exemplars()),
        ]
        others = [
            (message.get(TEXT), embedding)
            for message in training_data.intent_examples
            if message.get(INTENT) != REPORT_EMERGENCY
            for embedding in [read_embedding(message)]
            if embedding is not None
        ]
        embeddings = embed_exemplars(self._config["encoder"], [text for _, text in exemplars])
        gate = get_gate()
        similarity = Similarity.train(
            gate,
            exemplars,
            embeddings,
            [text for text, _ in others],
            np.array([row for _, row in others]).reshape(-1, embeddings.shape[1]),
        )
        flags = [place for place, (kind, _) in enumerate(exemplars) if kind != CALM]
        kinds = KindModel.train(
            [exemplars[place][0] for place in flags],
            [gate.read(exemplars[place][1]) for place in flags],
            embeddings[flags],
        )
        with self._model_storage.write_to(self._resource) as folder:
            similarity.save(folder / _FILE)
            kinds.save(folder / _KINDS)
        self._learn(gate, similarity, kinds)
        return self._resource

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Leave the training data as they are."""
        return training_data

    def process(self, messages: List[Message]) -> List[Message]:
        """Set intent, ranking and entity of each message that is a red flag."""
        for message in messages:
            finding = self._find(message)
            message.set(RED_FLAG, {"kind": finding.kind, "by": finding.by}, add_to_output=True)
            if finding.kind is None:
                _drop_intent(message)
            else:
                self._report(message, finding.kind)
        return messages

    def _learn(self, gate: Gate, similarity: Similarity, kinds: KindModel) -> None:
        self._detector = Detector(
            gate,
            similarity,
            kinds,
            encode=get_encoder(self._config["encoder"]).encode,
            threshold=self._config["threshold"],
            likeness_threshold=self._config["likeness_threshold"],
            part_threshold=self._config["part_threshold"],
            self_harm_threshold=self._config["self_harm_threshold"],
            long_words=self._config["long_words"],
        )

    def _find(self, message: Message) -> Finding:
        text = message.get(TEXT)
        if not text or self._detector is None:
            return NOTHING
        finding = self._detector.detect(text, read_embedding(message))
        if finding.kind is not None:
            return finding
        metadata = message.get("metadata") or {}
        return self._find_in_pieces(metadata.get(PIECES), self._detector)

    def _find_in_pieces(self, pieces: Any, detector: Detector) -> Finding:
        """Return what is found in the messages that were put together to one.

        "can I" and then "vomiting blood": together it is a question.
        """
        if not isinstance(pieces, list):
            return NOTHING
        texts = sorted((piece for piece in pieces if isinstance(piece, str)), key=len)[-MAX_PIECES:]
        embeddings = get_encoder(self._config["encoder"]).encode(texts) if texts else ()
        findings = (detector.detect(*piece) for piece in zip(texts, embeddings, strict=True))
        return next((finding for finding in findings if finding.kind is not None), NOTHING)

    def _report(self, message: Message, kind: str) -> None:
        intent = {INTENT_NAME_KEY: REPORT_EMERGENCY, PREDICTED_CONFIDENCE_KEY: 1.0}
        others = [
            entry
            for entry in message.get(INTENT_RANKING_KEY) or []
            if entry.get(INTENT_NAME_KEY) != REPORT_EMERGENCY
        ]
        message.set(INTENT, intent, add_to_output=True)
        message.set(INTENT_RANKING_KEY, [intent, *others], add_to_output=True)
        entity = {
            ENTITY_ATTRIBUTE_TYPE: RED_FLAG,
            ENTITY_ATTRIBUTE_VALUE: kind,
            ENTITY_ATTRIBUTE_START: 0,
            ENTITY_ATTRIBUTE_END: len(message.get(TEXT)),
            ENTITY_ATTRIBUTE_CONFIDENCE: 1.0,
        }
        kept = [e for e in message.get(ENTITIES) or [] if e.get(ENTITY_ATTRIBUTE_TYPE) != RED_FLAG]
        entities = [*kept, *self.add_extractor_name([entity])]
        message.set(ENTITIES, entities, add_to_output=True)


def _drop_intent(message: Message) -> None:
    """Let the next intent count where a classifier named an emergency that is none."""
    ranking = message.get(INTENT_RANKING_KEY)
    if not ranking:
        return
    kept = [entry for entry in ranking if entry.get(INTENT_NAME_KEY) != REPORT_EMERGENCY]
    if len(kept) == len(ranking):
        return
    message.set(INTENT_RANKING_KEY, kept, add_to_output=True)
    if (message.get(INTENT) or {}).get(INTENT_NAME_KEY) == REPORT_EMERGENCY:
        none = {INTENT_NAME_KEY: None, PREDICTED_CONFIDENCE_KEY: 0.0}
        message.set(INTENT, kept[0] if kept else none, add_to_output=True)
