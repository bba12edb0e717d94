"""Load the spaCy pipeline once for both nodes of the graph that hold it.

Rasa makes a `SpacyNLP` that provides the pipeline and another one that uses what the first
provides; each loads the pipeline: half a second and 20 MB more at every start.
"""

from collections.abc import MutableMapping
from pathlib import Path
from weakref import WeakValueDictionary

from rasa.nlu.utils.spacy_utils import SpacyModel, SpacyNLP

from bot.patches.replaces import replaces
from bot.vocabulary.pipeline import renew_pipeline

# As long as a node holds it.
_loaded: MutableMapping[tuple[str, int], SpacyModel] = WeakValueDictionary()


@replaces(
    SpacyNLP,
    "load_model",
    sha256="2e68d488b5c7a4f00b35fbb91810c3aa04f12a30eca9ad88b5d1963a2d7ad525",
)
def load_model(spacy_model_name: str) -> SpacyModel:
    """Return the pipeline of a folder or package."""
    key = spacy_model_name, _newest(Path(spacy_model_name or ""))
    model = _loaded.get(key)
    if model is None:
        model = _loaded[key] = load_anew(spacy_model_name)
    return model


def load_anew(name: str) -> SpacyModel:
    """Return the pipeline of a folder or package, with the words that the profile has now.

    Raises:
        VocabularyFaulty: If these words cannot be used.
    """
    model: SpacyModel = load_model.original(name)
    model.model = renew_pipeline(model.model)
    return model


def _newest(folder: Path) -> int:
    """Return when the newest file below a folder was changed; a package has no folder here."""
    return max((path.stat().st_mtime_ns for path in folder.glob("*/*")), default=0)
