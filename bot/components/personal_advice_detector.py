"""The detector of messages that ask for advice on one person's own health."""

from functools import lru_cache
from pathlib import Path
from typing import Any, Dict, List, NamedTuple, Optional, Tuple, Type

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.nlu.constants import SPACY_DOCS
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.nlu.featurizers.featurizer import Featurizer
from rasa.shared.exceptions import InvalidConfigException
from rasa.shared.nlu.constants import (
    ENTITIES,
    ENTITY_ATTRIBUTE_END,
    ENTITY_ATTRIBUTE_START,
    ENTITY_ATTRIBUTE_TYPE,
    INTENT,
    INTENT_NAME_KEY,
    INTENT_RANKING_KEY,
    TEXT,
)
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from spacy.tokens import Doc

from bot.advice.classifier import GENERAL, AdviceClassifier, read_exemplars
from bot.advice.patterns import AdvicePatterns, Span
from bot.matching.encoders import embed_exemplars, read_embedding
from bot.matching.whole_message import set_entity, set_intent
from bot.matching.yaml_files import hash_files
from bot.vocabulary.names import find_words
from bot.vocabulary.pipeline import make_pipeline

# Set by this component alone, whatever the classifier thinks.
ADVICE_INTENT = "seek_advice"
ADVICE_ENTITY = "advice"
STOP = "stop"
# What the patterns and the score are made from.
FOLDERS = [Path(__file__).parents[1] / name for name in ("advice", "matching", "vocabulary")]
# Utterances that may ask for advice or not: what they report goes before either.
LEFT_OUT = "report_emergency"


@DefaultV1Recipe.register(
    [
        DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER,
        DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR,
    ],
    is_trainable=True,
)
class PersonalAdviceDetector(IntentClassifier, GraphComponent, EntityExtractorMixin):
    """Puts the intent `seek_advice` first where patterns or a learned score say so.

    The topics stay in the ranking, so that the library can still be searched for what it says in
    general. Where neither says so, `seek_advice` is taken out: the next intent counts.
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
            # Lowest score, 0 to 1, at which a message that no pattern fits asks for advice. Lower
            # finds more and takes more questions on the matter itself for requests.
            "threshold": 0.7,
        }

    @classmethod
    def validate_config(cls, config: Dict[str, Any]) -> None:
        """Refuse options out of range.

        Raises:
            InvalidConfigException: If `encoder` names no folder, or `threshold` is not a number
                from 0 to 1.
        """
        if not isinstance(config.get("encoder"), str) or not config["encoder"]:
            raise InvalidConfigException("PersonalAdviceDetector: `encoder` must name a folder.")
        threshold = config.get("threshold")
        if not isinstance(threshold, (int, float)) or not 0 <= threshold <= 1:
            raise InvalidConfigException(
                "PersonalAdviceDetector: `threshold` must be a number from 0 to 1."
            )

    @classmethod
    def fingerprint_addon(cls, config: Dict[str, Any]) -> Optional[str]:
        """Make Rasa train again when a file that advice is learned from has changed."""
        return hash_files(path for folder in FOLDERS for path in folder.glob("*.*"))

    @classmethod
    def create(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "PersonalAdviceDetector":
        """Return a detector that knows the patterns; `train` adds the score.

        Raises:
            InvalidConfigException: If an option has the wrong form.
            PhrasesInvalid: If a file of bot/advice is damaged.
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
    ) -> "PersonalAdviceDetector":
        """Return the detector that training stored."""
        component = cls(config, model_storage, resource)
        with model_storage.read_from(resource) as folder:
            component._classifier = AdviceClassifier.load(folder)
        return component

    def __init__(
        self, config: Dict[str, Any], model_storage: ModelStorage, resource: Resource
    ) -> None:
        """Compile the patterns of bot/advice/patterns.yml."""
        self.validate_config(config)  # Rasa itself calls this for featurizers only
        self._config = config
        self._classifier_storage = model_storage
        self._resource = resource
        self._patterns = AdvicePatterns()
        self._classifier: Optional[AdviceClassifier] = None

    def train(self, training_data: TrainingData) -> Resource:
        """Learn from the exemplars, and from the utterances of all intents.

        Raises:
            PhrasesInvalid: If bot/advice/exemplars.yml is damaged.
        """
        parsed = _parse_exemplars(self._config["encoder"])
        matters: List[Optional[str]] = list(parsed.matters)
        sentences, embeddings = list(parsed.sentences), list(parsed.embeddings)
        for message in training_data.intent_examples:
            embedding = read_embedding(message)
            if embedding is None or message.get(INTENT) == LEFT_OUT:
                continue
            matters.append(None if message.get(INTENT) == ADVICE_INTENT else GENERAL)
            spans = _spans_of(message.get(SPACY_DOCS[TEXT]))
            sentences.append(self._patterns.split_sentences(message.get(TEXT), spans))
            embeddings.append(embedding)
        self._classifier = AdviceClassifier.train(matters, sentences, np.array(embeddings))
        with self._classifier_storage.write_to(self._resource) as folder:
            self._classifier.save(folder)
        return self._resource

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Leave the training data as they are."""
        return training_data

    def process(self, messages: List[Message]) -> List[Message]:
        """Set or remove `seek_advice`; add the matter as an entity where it is set.

        What was found, and the score, stand under `advice` in what Rasa gives out.
        """
        for message in messages:
            ranking = message.get(INTENT_RANKING_KEY) or []
            others = [entry for entry in ranking if entry[INTENT_NAME_KEY] != ADVICE_INTENT]
            matter, score = self._find_matter(message)
            message.set(ADVICE_ENTITY, {"matter": matter, "score": score}, add_to_output=True)
            if matter is not None:
                self._set_advice(message, matter, others)
            elif len(others) != len(ranking):
                message.set(INTENT_RANKING_KEY, others, add_to_output=True)
                if (message.get(INTENT) or {}).get(INTENT_NAME_KEY) == ADVICE_INTENT and others:
                    message.set(INTENT, others[0], add_to_output=True)
        return messages

    def _find_matter(self, message: Message) -> Tuple[Optional[str], Optional[float]]:
        """Return the matter that advice is asked on and the score, each None if there is none."""
        spans = [
            (
                entity[ENTITY_ATTRIBUTE_TYPE],
                entity[ENTITY_ATTRIBUTE_START],
                entity[ENTITY_ATTRIBUTE_END],
            )
            for entity in message.get(ENTITIES) or []
        ]
        sentences = self._patterns.split_sentences(message.get(TEXT) or "", spans)
        matter = self._patterns.find_matter(sentences)
        embedding = read_embedding(message)
        if self._classifier is None or embedding is None:
            return matter, None
        score, likeliest = self._classifier.judge(sentences, embedding)
        # The patterns are surer that advice is asked, the model knows better on what; but the
        # warning of stopping a medicine is never left out where either sees that.
        if matter == STOP:
            return STOP, score
        is_asked = matter is not None or score >= self._config["threshold"]
        return (likeliest if is_asked else None), score

    def _set_advice(self, message: Message, matter: str, others: List[Dict[str, object]]) -> None:
        set_intent(message, ADVICE_INTENT, others)
        set_entity(self, message, ADVICE_ENTITY, matter)


class _ParsedExemplars(NamedTuple):
    """Exemplars as the model learns them: matter, sentences and embedding of each."""

    matters: List[str]
    sentences: List[List[str]]
    embeddings: np.ndarray


@lru_cache(maxsize=1)
def _parse_exemplars(encoder: str) -> _ParsedExemplars:
    """Return the shipped exemplars, once a process: encoding them takes most of the training.

    Raises:
        PhrasesInvalid: If bot/advice/exemplars.yml is damaged.
    """
    matters, texts = zip(*read_exemplars(), strict=True)
    patterns, nlp = AdvicePatterns(), make_pipeline(words=find_words())
    docs = nlp.pipe(texts, disable=["lemmatizer"])  # for the names in them
    sentences = [patterns.split_sentences(doc.text, _spans_of(doc)) for doc in docs]
    return _ParsedExemplars(list(matters), sentences, embed_exemplars(encoder, texts))


def _spans_of(doc: Doc) -> List[Span]:
    return [(entity.label_, entity.start_char, entity.end_char) for entity in doc.ents]
