"""Load the spaCy pipeline once for both nodes of the graph that hold it.

Rasa makes a `SpacyNLP` that provides the pipeline and another one that uses what the first
provides; each loads the pipeline: half a second and 20 MB more at every start.
"""

from pathlib import Path
from typing import MutableMapping, Tuple
from weakref import WeakValueDictionary

from rasa.nlu.utils.spacy_utils import SpacyModel, SpacyNLP

from bot.patches.source import check

# SHA-256 of the source of the function that is replaced, as it stands in Rasa 3.6.21.
REPLACED_SHA256 = "2e68d488b5c7a4f00b35fbb91810c3aa04f12a30eca9ad88b5d1963a2d7ad525"

_original = SpacyNLP.load_model
# As long as a node holds it.
_loaded: MutableMapping[Tuple[str, int], SpacyModel] = WeakValueDictionary()


def apply() -> None:
    """Replace the loading.

    Raises:
        RuntimeError: Rasa's function is not the one this replacement was written for.
    """
    check(_original, REPLACED_SHA256, "bot/patches/spacy_model.py")
    SpacyNLP.load_model = staticmethod(_load_model)


def _load_model(spacy_model_name: str) -> SpacyModel:
    key = spacy_model_name, _newest(Path(spacy_model_name or ""))
    model = _loaded.get(key)
    if model is None:
        model = _loaded[key] = _original(spacy_model_name)
    return model


def _newest(folder: Path) -> int:
    """Return when the newest file below a folder was changed; a package has no folder here."""
    return max((path.stat().st_mtime_ns for path in folder.glob("*/*")), default=0)
