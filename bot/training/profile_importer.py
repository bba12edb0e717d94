"""Training data: `data/` and `domain.yml`, with the intents of a profile beside them."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rasa.shared.core.domain import Domain
from rasa.shared.exceptions import RasaException
from rasa.shared.importers.rasa import RasaFileImporter
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.loading import load_data
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from profiles import find_folder

INTENTS = "intents"


class IntentsInvalid(RasaException):
    """A file of a profile's intents cannot be used."""


class ProfileImporter(RasaFileImporter):
    """Reads what Rasa's own importer reads, and the intents of the profile.

    config.yml names it, so that every command of Rasa's sees the same: `train`, `data validate`,
    `test`. An intent of a profile needs no line in domain.yml, and no rule: what no rule names is a
    question.
    """

    def __init__(
        self,
        config_file: str | None = None,
        domain_path: str | None = None,
        training_data_paths: Any = None,
    ) -> None:
        """Read the profile's intents.

        Raises:
            IntentsInvalid: If one of its files is no training data.
        """
        super().__init__(config_file, domain_path, training_data_paths)
        self._own = read_intents(find_folder() / INTENTS)

    def get_nlu_data(self, language: str | None = "en") -> TrainingData:
        """Return the utterances of `data/`, and those of the profile."""
        return merge_intents(super().get_nlu_data(language), self._own)

    def get_domain(self) -> Domain:
        """Return the domain, with the names of the profile's intents."""
        domain = super().get_domain()
        names: dict[str, Any] = {INTENTS: sorted(self._own.intents - set(domain.intents))}
        return domain.merge(Domain.from_dict(names)) if names[INTENTS] else domain


def read_intents(folder: Path) -> TrainingData:
    """Return the utterances in the YAML files of a folder; none if there is no such folder.

    Raises:
        IntentsInvalid: If a file is no training data, or holds no utterance.
    """
    merged = TrainingData()
    for path in sorted(folder.glob("*.yml")):
        merged = merged.merge(_read_file(path))
    return merged


def merge_intents(general: TrainingData, own: TrainingData) -> TrainingData:
    """Return both as one; what both have under two intents is the profile's.

    An owner who gives "what is asthma?" an intent need not know which the assistant has.
    """
    if not own.intent_examples:
        return general
    taken: Mapping[str, str] = {_key(each): each.get(INTENT) for each in own.intent_examples}
    kept = general.filter_training_examples(
        lambda example: taken.get(_key(example)) in (None, example.get(INTENT))
    )
    return kept.merge(own)


def _read_file(path: Path) -> TrainingData:
    try:
        found: TrainingData = load_data(str(path))
    except Exception as err:  # Rasa and its YAML reader raise many kinds
        reason = " ".join(str(err).split())[:300]
        raise IntentsInvalid(f"{path}: no training data of Rasa ({reason}).") from err
    if not found.intent_examples:
        raise IntentsInvalid(
            f"{path}: no utterance in it. Write `nlu:`, and under it `- intent: ask_…` with "
            "`examples: |` and lines `- …` (docs/understanding.md)."
        )
    return found


def _key(example: Message) -> str:
    return " ".join((example.get(TEXT) or "").casefold().split())
