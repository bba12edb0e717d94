"""Run Rasa without TensorFlow where no component of the pipeline uses it.

Rasa imports every component that it comes with, so every process imports TensorFlow: 2.8 seconds
and 350 MB, for nothing. Here the modules that need it are left out, and spaCy, which looks for it
too, does not find it.
"""

import sys
import types
from collections.abc import Sequence
from pathlib import Path

import yaml

# The modules of Rasa 3.6.21 that import TensorFlow, and what others import from them.
LEFT_OUT: dict[str, tuple[str, ...]] = {
    "rasa.core.policies.ted_policy": ("TEDPolicy",),
    "rasa.core.policies.unexpected_intent_policy": ("UnexpecTEDIntentPolicy",),
    "rasa.nlu.classifiers.diet_classifier": ("DIETClassifier",),
    "rasa.nlu.featurizers.dense_featurizer.convert_featurizer": ("ConveRTFeaturizer",),
    "rasa.nlu.featurizers.dense_featurizer.lm_featurizer": ("LanguageModelFeaturizer",),
    "rasa.nlu.selectors.response_selector": ("ResponseSelector",),
    "rasa.utils.tensorflow.callback": ("RasaTrainingLogger", "RasaModelCheckpoint"),
    "rasa.utils.tensorflow.data_generator": ("RasaBatchDataGenerator",),
}
CONFIG = Path("config.yml")
CONFIG_OPTIONS = "-c", "--config"


def apply(arguments: Sequence[str]) -> None:
    """Leave TensorFlow out unless a configuration names a component that needs it.

    Before anything of Rasa or spaCy is imported; later it has no effect.

    Args:
        arguments: Of the command line; they may name other configurations than `config.yml`.
    """
    if "tensorflow" in sys.modules or any(needs_it(path) for path in find_configs(arguments)):
        return
    # What Python takes for "not installed".
    sys.modules["tensorflow"] = None  # type: ignore[assignment]
    for name, classes in LEFT_OUT.items():
        sys.modules[name] = make_stand_in(name, classes)


def find_configs(arguments: Sequence[str]) -> list[Path]:
    """Return the configurations of a command: those that it names, or `config.yml`."""
    found: list[str] = []
    is_named = False
    for argument in arguments:
        option, _, value = argument.partition("=")
        if argument.startswith("-"):
            is_named = option in CONFIG_OPTIONS
            argument = value
        if is_named and argument:
            found.append(argument)
    return [Path(name) for name in found] or [CONFIG]


def needs_it(config: Path) -> bool:
    """Say whether a configuration names a component that needs TensorFlow, by name or path.

    One that cannot be read needs nothing: Rasa says what is wrong with it.
    """
    try:
        content = yaml.safe_load(config.read_text(encoding="utf-8")) or {}
        pipeline, policies = content.get("pipeline"), content.get("policies")
        # Left to itself, Rasa chooses components that need it.
        if not pipeline or not policies:
            return True
        names = {str(part["name"]).rpartition(".")[2] for part in [*pipeline, *policies]}
    except (OSError, ValueError, TypeError, AttributeError, LookupError, yaml.YAMLError):
        return False
    return any(names.intersection(classes) for classes in LEFT_OUT.values())


def make_stand_in(name: str, classes: Sequence[str]) -> types.ModuleType:
    """Return a module with classes that nothing can be made of."""

    def refuse(self: object, *_: object, **__: object) -> None:
        raise ImportError(
            f"{type(self).__name__} needs TensorFlow, which is left out because no component in "
            f"{CONFIG} needs it (bot/patches/without_tensorflow.py)."
        )

    module = types.ModuleType(name)
    for each in classes:
        setattr(module, each, type(each, (), {"__init__": refuse, "__module__": name}))
    return module
