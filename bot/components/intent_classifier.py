"""Classify intents by sentence embedding, with a confidence that knows what it has never seen."""

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

_ARRAYS = "weights.npz"
_LABELS = "intents.json"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class NearestExampleIntentClassifier(IntentClassifier, GraphComponent):
    """Logistic regression whose confidence is scaled by the nearest training utterance.

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
            # Most steps of the solver.
            "max_iter": 1000,
            # Intents named in the ranking of a message, 0 for all.
            "ranking_length": 10,
        }

    @classmethod
    def validate_config(cls, config: Dict[str, Any]) -> None:
        """Refuse options out of range.

        Raises:
            InvalidConfigException: `C` is not a positive number, or another no whole number.
        """
        if not isinstance(config.get("C"), (int, float)) or not 0 < config["C"] < math.inf:
            raise InvalidConfigException(
                "NearestExampleIntentClassifier: `C` must be a number greater than 0."
            )
        for key, low in (("max_iter", 1), ("ranking_length", 0)):
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
        self._coefficients = np.empty((0, 0))
        self._intercepts = np.empty(0)
        # Training embeddings ordered by intent, and the row at which each intent starts.
        self._examples = np.empty((0, 0), dtype=np.float32)
        self._starts = np.empty(0, dtype=np.int64)

    def train(self, training_data: TrainingData) -> Resource:
        """Fit the classifier and store it.

        Raises:
            InvalidConfigException: There are fewer than two intents, or no embeddings.
        """
        examples = [
            (message.get(INTENT), _embedding(message)) for message in training_data.intent_examples
        ]
        rows = [(intent, embedding) for intent, embedding in examples if embedding is not None]
        rows.sort(key=lambda row: row[0])
        intents = [intent for intent, _ in rows]
        self._intents = sorted(set(intents))
        if len(self._intents) < 2:
            raise InvalidConfigException(
                "NearestExampleIntentClassifier needs utterances of at least two intents in "
                "data/ and a featurizer before it in config.yml."
            )
        self._examples = np.vstack([embedding for _, embedding in rows]).astype(np.float32)
        self._starts = np.array([intents.index(intent) for intent in self._intents])
        model = LogisticRegression(
            C=self._config["C"],
            max_iter=self._config["max_iter"],
            class_weight="balanced",
            random_state=0,
            multi_class="multinomial",
        )
        model.fit(self._examples, intents)
        self._coefficients, self._intercepts = model.coef_, model.intercept_
        if len(self._intents) == 2:  # scikit-learn keeps one row for two classes
            self._coefficients = np.vstack([-model.coef_, model.coef_])
            self._intercepts = np.concatenate([-model.intercept_, model.intercept_])
        self._persist()
        return self._resource

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Classify the training messages, for components that follow."""
        self.process(training_data.training_examples)
        return training_data

    def process(self, messages: List[Message]) -> List[Message]:
        """Set intent and ranking of each message; a message without text has no intent."""
        for message in messages:
            embedding = _embedding(message)
            if embedding is None:
                message.set(INTENT, {INTENT_NAME_KEY: None, PREDICTED_CONFIDENCE_KEY: 0.0}, True)
                message.set(INTENT_RANKING_KEY, [], True)
                continue
            confidences = self._confidences(embedding)
            ranking = [
                {
                    INTENT_NAME_KEY: self._intents[row],
                    PREDICTED_CONFIDENCE_KEY: float(confidences[row]),
                }
                for row in np.argsort(-confidences, kind="stable")
            ]
            message.set(INTENT, ranking[0], True)
            message.set(INTENT_RANKING_KEY, ranking[: self._config["ranking_length"] or None], True)
        return messages

    def _confidences(self, embedding: np.ndarray) -> np.ndarray:
        logits = self._coefficients @ embedding + self._intercepts
        exponentials = np.exp(logits - logits.max())
        probabilities = exponentials / exponentials.sum()
        nearest = np.maximum.reduceat(self._examples @ embedding, self._starts)
        return probabilities * np.clip(nearest, 0.0, 1.0)

    def _persist(self) -> None:
        with self._model_storage.write_to(self._resource) as folder:
            (folder / _LABELS).write_text(json.dumps(self._intents), encoding="utf-8")
            np.savez(
                folder / _ARRAYS,
                coefficients=self._coefficients,
                intercepts=self._intercepts,
                examples=self._examples,
                starts=self._starts,
            )


def _embedding(message: Message) -> Optional[np.ndarray]:
    _, sentence = message.get_dense_features(TEXT)
    return None if sentence is None else sentence.features[0]
