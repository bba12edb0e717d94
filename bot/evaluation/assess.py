"""Train the pipeline's intent classifier on any utterances and see what it makes of others.

`python -m bot.evaluation.assess < request > response`, for benchmarks. The request is JSON:
`texts`, and `runs`, each with `train` (pairs of a text's number and a label) and `test` (numbers of
texts); `without`, which may be left out, lists labels that are learned and never given. The
response holds one list a run: for each text of `test` its `label` (null when there is nothing in it
to understand) and `confidence`.

Featurizers and classifier are those of config.yml with its options. What follows the classifier is
left out: the safety detectors know this assistant's own intents, and FallbackClassifier's threshold
is what a benchmark chooses itself. Texts are featurized once for all runs: that is what makes a
cross-validation take seconds.
"""

import json
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

CONFIG = Path(__file__).resolve().parents[2] / "config.yml"
Json = dict[str, Any]


def answer(request: Json, config: Path = CONFIG) -> Json:
    """Return the response to a request.

    Raises:
        ValueError: If the pipeline has no trainable intent classifier, or a featurizer that learns
            from utterances: it would need training in every run.
    """
    from rasa.shared.nlu.constants import TEXT
    from rasa.shared.nlu.training_data.message import Message

    featurizers, (classifier_class, options) = read_pipeline(config)
    messages = [Message(data={TEXT: text}) for text in request["texts"]]
    for featurizer_class, featurizer_options in featurizers:
        _create(featurizer_class, featurizer_options, tempfile.gettempdir()).process(messages)
    make_classifier = partial(_create, classifier_class, options)
    without = set(request.get("without", ()))
    return {"runs": [_run(make_classifier, messages, run, without) for run in request["runs"]]}


def read_pipeline(config: Path) -> tuple[list[tuple[Any, Json]], tuple[Any, Json]]:
    """Return the featurizers of a pipeline and its first classifier, each with its options.

    Raises:
        ValueError: As `answer`.
    """
    from rasa.engine.recipes.default_recipe import DefaultV1Recipe
    from rasa.nlu.classifiers.classifier import IntentClassifier
    from rasa.nlu.featurizers.featurizer import Featurizer
    from rasa.shared.utils.io import read_yaml_file

    featurizers, classifiers = [], []
    for entry in read_yaml_file(config)["pipeline"]:
        component = DefaultV1Recipe._from_registry(entry["name"])
        options = {key: value for key, value in entry.items() if key != "name"}
        found = (component.clazz, {**component.clazz.get_default_config(), **options})
        if issubclass(component.clazz, Featurizer):
            if component.is_trainable:
                raise ValueError(f"{config}: {entry['name']} learns from utterances itself.")
            featurizers.append(found)
        elif issubclass(component.clazz, IntentClassifier) and component.is_trainable:
            classifiers.append(found)
    if not classifiers:
        raise ValueError(f"{config}: no intent classifier of the pipeline can be trained.")
    return featurizers, classifiers[0]


def _run(
    make_classifier: Callable[[str], Any], messages: list[Any], run: Json, without: set[str]
) -> list[Json]:
    from rasa.shared.nlu.constants import INTENT, INTENT_RANKING_KEY
    from rasa.shared.nlu.training_data.message import Message
    from rasa.shared.nlu.training_data.training_data import TrainingData

    examples = [
        Message(data={**messages[row].data, INTENT: label}, features=messages[row].features)
        for row, label in run["train"]
    ]
    tests = [
        Message(data=messages[row].data, features=messages[row].features) for row in run["test"]
    ]
    with tempfile.TemporaryDirectory() as folder:
        classifier = make_classifier(folder)
        classifier.train(TrainingData(examples))
        classifier.process(tests)
    predictions = []
    for message in tests:
        ranking = [e for e in message.get(INTENT_RANKING_KEY) if e["name"] not in without]
        best = ranking[0] if ranking else message.get(INTENT)
        predictions.append({"label": best["name"], "confidence": best["confidence"]})
    return predictions


def _create(component_class: Any, options: Json, folder: str) -> Any:
    from rasa.engine.graph import ExecutionContext, GraphSchema
    from rasa.engine.storage.local_model_storage import LocalModelStorage
    from rasa.engine.storage.resource import Resource

    return component_class.create(
        config=options,
        model_storage=LocalModelStorage(Path(folder)),
        resource=Resource("component"),
        execution_context=ExecutionContext(GraphSchema({}), node_name="component"),
    )


def main() -> None:
    """Answer the request on standard input."""
    from bot.__main__ import prepare_environment

    prepare_environment()
    print(json.dumps(answer(json.load(sys.stdin))))


if __name__ == "__main__":
    main()
