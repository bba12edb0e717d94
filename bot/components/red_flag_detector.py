"""The detector of red flags: of messages that need help now."""

from pathlib import Path
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
    ENTITY_ATTRIBUTE_CONFIDENCE,
    INTENT,
    INTENT_NAME_KEY,
    INTENT_RANKING_KEY,
    PREDICTED_CONFIDENCE_KEY,
    TEXT,
)
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.advice.classifier import read_exemplars as read_advice_exemplars
from bot.matching.encoders import embed_exemplars, get_encoder, read_embedding
from bot.matching.whole_message import set_entity, set_intent
from bot.matching.yaml_files import hash_files
from bot.red_flags.classifier import CALM, RedFlagClassifier, read_exemplars
from bot.red_flags.decider import NO_DETECTION, Detection, RedFlagDecider
from bot.red_flags.further import FurtherKinds, get_further_kinds, get_further_rules
from bot.red_flags.kinds import KindClassifier
from bot.red_flags.rules import RuleMatcher, get_rule_matcher
from bot.turns.fragments import MAX_JOINED, PIECES
from bot.turns.message_text import read_words

REPORT_EMERGENCY = "report_emergency"
RED_FLAG = "red_flag"
# What the rules and the score are made from.
FOLDERS = [Path(__file__).parents[1] / name for name in ("red_flags", "matching", "advice")]
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
            # Lowest score that is a flag, -1 to 1, where a rule of bot/red_flags holds. Lower finds
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
            InvalidConfigException: If an option has the wrong form.
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
        """Make Rasa train again when a file that the detector is made from has changed."""
        return hash_files(path for folder in FOLDERS for path in folder.glob("*.*"))

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
            InvalidConfigException: If an option has the wrong form.
            PhrasesInvalid: If a file of bot/red_flags or bot/matching cannot be used.
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
            component._set_decider(
                get_rule_matcher(),
                RedFlagClassifier.load(folder / _FILE),
                KindClassifier.load(folder / _KINDS),
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
        self._decider: Optional[RedFlagDecider] = None

    def train(self, training_data: TrainingData) -> Resource:
        """Learn the exemplars; what asks for advice and all other intents' utterances are calm."""
        exemplars = [
            *read_exemplars(),
            # Stories about medicines and aches that end in a question.
            *((CALM, text) for _, text in read_advice_exemplars()),
        ]
        others = [
            (message.get(TEXT), embedding)
            for message in training_data.intent_examples
            if message.get(INTENT) != REPORT_EMERGENCY
            for embedding in [read_embedding(message)]
            if embedding is not None
        ]
        embeddings = embed_exemplars(self._config["encoder"], [text for _, text in exemplars])
        matcher = get_rule_matcher()
        classifier = RedFlagClassifier.train(
            matcher,
            exemplars,
            embeddings,
            [text for text, _ in others],
            np.array([row for _, row in others]).reshape(-1, embeddings.shape[1]),
        )
        flags = [place for place, (kind, _) in enumerate(exemplars) if kind != CALM]
        kinds = KindClassifier.train(
            [exemplars[place][0] for place in flags],
            [matcher.match(exemplars[place][1]) for place in flags],
            embeddings[flags],
        )
        with self._model_storage.write_to(self._resource) as folder:
            classifier.save(folder / _FILE)
            kinds.save(folder / _KINDS)
        self._set_decider(matcher, classifier, kinds)
        return self._resource

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Leave the training data as they are."""
        return training_data

    def process(self, messages: List[Message]) -> List[Message]:
        """Set intent, ranking and entity of each message that is a red flag."""
        for message in messages:
            detection = self._detect(message)
            message.set(RED_FLAG, {"kind": detection.kind, "by": detection.by}, add_to_output=True)
            if detection.kind is None:
                _drop_emergency(message)
            else:
                self._set_emergency(message, detection.kind)
        return messages

    def _set_decider(
        self, matcher: RuleMatcher, classifier: RedFlagClassifier, kinds: KindClassifier
    ) -> None:
        encode = get_encoder(self._config["encoder"]).encode
        # The profile's: they are read when the model is loaded, and need no training.
        rules = get_further_rules()
        self._decider = RedFlagDecider(
            matcher,
            classifier,
            kinds,
            encode=encode,
            threshold=self._config["threshold"],
            likeness_threshold=self._config["likeness_threshold"],
            part_threshold=self._config["part_threshold"],
            self_harm_threshold=self._config["self_harm_threshold"],
            long_words=self._config["long_words"],
            further=FurtherKinds(get_further_kinds(), rules, encode) if rules else None,
        )

    def _detect(self, message: Message) -> Detection:
        text = message.get(TEXT)
        if not text or self._decider is None:
            return NO_DETECTION
        detection = self._decider.decide(text, read_embedding(message))
        if detection.kind is not None:
            return detection
        metadata = message.get("metadata") or {}
        return self._detect_in_pieces(metadata.get(PIECES), self._decider)

    def _detect_in_pieces(self, pieces: object, decider: RedFlagDecider) -> Detection:
        """Return what is found in one of the messages that were put together to this one.

        "can I" and then "vomiting blood": together it is a question.
        """
        if not isinstance(pieces, list):
            return NO_DETECTION
        # A client of REST can send metadata of any form.
        texts = [read_words(piece) for piece in pieces[:MAX_JOINED] if isinstance(piece, str)]
        texts = sorted(texts, key=len)[-MAX_PIECES:]
        embeddings = get_encoder(self._config["encoder"]).encode(texts) if texts else ()
        detections = (decider.decide(*piece) for piece in zip(texts, embeddings, strict=True))
        return next(
            (detection for detection in detections if detection.kind is not None), NO_DETECTION
        )

    def _set_emergency(self, message: Message, kind: str) -> None:
        others = [
            entry
            for entry in message.get(INTENT_RANKING_KEY) or []
            if entry.get(INTENT_NAME_KEY) != REPORT_EMERGENCY
        ]
        set_intent(message, REPORT_EMERGENCY, others)
        set_entity(self, message, RED_FLAG, kind, **{ENTITY_ATTRIBUTE_CONFIDENCE: 1.0})


def _drop_emergency(message: Message) -> None:
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
