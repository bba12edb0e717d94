"""The intent classifier: by meaning and spelling, unsure of what is unlike all it learned."""

import json
import math
from typing import Any, Dict, List, Optional, Type

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.nlu.featurizers.featurizer import Featurizer
from rasa.shared.exceptions import InvalidConfigException
from rasa.shared.nlu.constants import (
    INTENT,
    INTENT_NAME_KEY,
    INTENT_RANKING_KEY,
    PREDICTED_CONFIDENCE_KEY,
    TEXT,
)
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from sklearn.linear_model import LogisticRegression

from bot.components.spelling_corrector import understood_attribute
from bot.matching.encoders import read_embedding
from bot.matching.ngrams import CharacterNgrams

_ARRAYS = "weights.npz"
_LABELS = "intents.json"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class NearestExampleIntentClassifier(IntentClassifier, GraphComponent):
    """Logistic regression whose confidence is scaled by the nearest training utterance.

    It reads the sentence embedding and, beside it, the characters: shops, medicines and typos that
    the encoder never learned are spelt alike (docs/decisions/0006).

    An intent's confidence is its probability times the cosine between the message and the nearest
    training utterance of that intent. Probability alone is shared out among the known intents
    however strange the message is; the cosine says how strange it is (docs/decisions/0003).
    """

    @classmethod
    def required_components(cls) -> List[Type]:
        """Components that must stand before this one."""
        return [Featurizer]

    @staticmethod
    def required_packages() -> List[str]:
        """Packages this component needs."""
        return ["sklearn"]

    @staticmethod
    def get_default_config() -> Dict[str, Any]:
        """The component's options."""
        return {
            # Inverse of the regularisation strength. scikit-learn's 1.0 leaves the probabilities
            # of some tens of intents near uniform when each has some tens of utterances.
            "C": 20.0,
            # Length of the characters' vector where the embedding's is 1: how much spelling counts.
            # 0 reads embeddings alone.
            "ngram_weight": 0.7,
            # Dimensions of the characters' vector.
            "ngram_dimensions": 200,
            # Most steps of the solver.
            "max_iter": 1000,
            # Intents named in the ranking of a message, 0 for all.
            "ranking_length": 10,
        }

    @classmethod
    def validate_config(cls, config: Dict[str, Any]) -> None:
        """Refuse options out of range.

        Raises:
            InvalidConfigException: If `C` is not a positive number, `ngram_weight` is negative, or
                another option is not a whole number.
        """
        if not _is_number(config.get("C")) or config["C"] <= 0:
            raise InvalidConfigException(
                "NearestExampleIntentClassifier: `C` must be a number greater than 0."
            )
        if not _is_number(config.get("ngram_weight")) or config["ngram_weight"] < 0:
            raise InvalidConfigException(
                "NearestExampleIntentClassifier: `ngram_weight` must be a number of at least 0."
            )
        for key, low in (("ngram_dimensions", 1), ("max_iter", 1), ("ranking_length", 0)):
            if not isinstance(config.get(key), int) or config[key] < low:
                raise InvalidConfigException(
                    f"NearestExampleIntentClassifier: `{key}` must be a whole number of at "
                    f"least {low}."
                )

    @classmethod
    def create(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "NearestExampleIntentClassifier":
        """Return an untrained classifier."""
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> "NearestExampleIntentClassifier":
        """Return the classifier that training stored."""
        classifier = cls(config, model_storage, resource)
        with model_storage.read_from(resource) as folder:
            classifier._intents = json.loads((folder / _LABELS).read_text(encoding="utf-8"))
            with np.load(folder / _ARRAYS, allow_pickle=False) as arrays:
                classifier._coefficients = arrays["coefficients"]
                classifier._intercepts = arrays["intercepts"]
                classifier._examples = arrays["examples"]
                classifier._starts = arrays["starts"]
                if "ngrams" in arrays:
                    classifier._ngrams = CharacterNgrams.from_arrays(arrays)
        return classifier

    def __init__(
        self, config: Dict[str, Any], model_storage: ModelStorage, resource: Resource
    ) -> None:
        """Start without any intent; `train` or `load` fills it."""
        self.validate_config(config)  # Rasa itself calls this for featurizers only
        self._config = config
        self._model_storage = model_storage
        self._resource = resource
        self._intents: List[str] = []
        # One row for each intent, float32 as the vectors are: else each product copies them.
        self._coefficients = np.empty((0, 0), dtype=np.float32)
        self._intercepts = np.empty(0, dtype=np.float32)
        # Nothing when spelling counts for nothing.
        self._ngrams: Optional[CharacterNgrams] = None
        # Training vectors of length 1 ordered by intent, and the row at which each intent starts.
        self._examples = np.empty((0, 0), dtype=np.float32)
        self._starts = np.empty(0, dtype=np.int64)

    def train(self, training_data: TrainingData) -> Resource:
        """Fit the classifier and store it.

        Raises:
            InvalidConfigException: If there are fewer than two intents, or no embeddings.
        """
        examples = [(m, read_embedding(m)) for m in training_data.intent_examples]
        found = [(message, embedding) for message, embedding in examples if embedding is not None]
        found.sort(key=lambda each: each[0].get(INTENT))
        intents = [message.get(INTENT) for message, _ in found]
        self._intents = sorted(set(intents))
        if len(self._intents) < 2:
            raise InvalidConfigException(
                "NearestExampleIntentClassifier needs utterances of at least two intents in "
                "data/ and a featurizer before it in config.yml."
            )
        texts = [message.get(TEXT) for message, _ in found]
        if self._config["ngram_weight"]:
            self._ngrams = CharacterNgrams.fit(texts, dimensions=self._config["ngram_dimensions"])
        vectors = self._vectors(np.vstack([embedding for _, embedding in found]), texts)
        self._examples = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
        self._starts = np.array([intents.index(intent) for intent in self._intents])
        model = LogisticRegression(
            C=self._config["C"],
            max_iter=self._config["max_iter"],
            class_weight="balanced",
            random_state=0,
            multi_class="multinomial",
        )
        model.fit(vectors, intents)
        coefficients, intercepts = model.coef_, model.intercept_
        if len(self._intents) == 2:  # scikit-learn keeps one row for two classes
            coefficients = np.vstack([-coefficients, coefficients])
            intercepts = np.concatenate([-intercepts, intercepts])
        self._coefficients = coefficients.astype(np.float32)
        self._intercepts = intercepts.astype(np.float32)
        self._persist()
        return self._resource

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Classify the training messages, for components that follow."""
        self.process(training_data.training_examples)
        return training_data

    def process(self, messages: List[Message]) -> List[Message]:
        """Set intent and ranking of each message; a message without text has no intent."""
        for message in messages:
            attribute = understood_attribute(message)
            embedding = read_embedding(message, attribute)
            if embedding is None:
                message.set(INTENT, {INTENT_NAME_KEY: None, PREDICTED_CONFIDENCE_KEY: 0.0}, True)
                message.set(INTENT_RANKING_KEY, [], True)
                continue
            vector = self._vectors(embedding[np.newaxis], [message.get(attribute)])[0]
            confidences = self._confidences(vector)
            best = np.argsort(-confidences, kind="stable")
            ranking = [
                {
                    INTENT_NAME_KEY: self._intents[row],
                    PREDICTED_CONFIDENCE_KEY: float(confidences[row]),
                }
                for row in best[: self._config["ranking_length"] or None]
            ]
            message.set(INTENT, ranking[0], True)
            message.set(INTENT_RANKING_KEY, ranking, True)
        return messages

    def _vectors(self, embeddings: np.ndarray, texts: List[str]) -> np.ndarray:
        """Return what the intents are learned from: embedding, then characters; one row each."""
        embeddings = embeddings.astype(np.float32, copy=False)
        if self._ngrams is None:
            return embeddings
        spellings = np.float32(self._config["ngram_weight"]) * self._ngrams.transform(texts)
        return np.concatenate([embeddings, spellings], axis=1)

    def _confidences(self, vector: np.ndarray) -> np.ndarray:
        logits = self._coefficients @ vector + self._intercepts
        exponentials = np.exp(logits - logits.max())
        probabilities = exponentials / exponentials.sum()
        cosines = self._examples @ (vector / np.sqrt(vector @ vector))
        nearest = np.maximum.reduceat(cosines, self._starts)
        return probabilities * np.minimum(np.maximum(nearest, 0.0), 1.0)

    def _persist(self) -> None:
        with self._model_storage.write_to(self._resource) as folder:
            (folder / _LABELS).write_text(json.dumps(self._intents), encoding="utf-8")
            np.savez(
                folder / _ARRAYS,
                coefficients=self._coefficients,
                intercepts=self._intercepts,
                examples=self._examples,
                starts=self._starts,
                **(self._ngrams.to_arrays() if self._ngrams else {}),
            )


def _is_number(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return False
    return math.isfinite(value)
