"""The corrected text of a message, from which intent and entities are read."""

import json
from pathlib import Path
from typing import Any, Dict, List, Optional

from jellyfish import metaphone
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

import spelling
from bot.matching.yaml_files import hash_files
from bot.vocabulary.names import FOLDER as VOCABULARY
from bot.vocabulary.names import find_words, read_names
from bot.vocabulary.pipeline import hash_words
from spelling import Corrector, apply_corrections, count_words, is_english

# Attributes of a message in which something is misspelt: its corrected text, and its `Typo`s.
CORRECTED_TEXT = "corrected_text"
TYPOS = "typos"
_FILE = "words.json"


# By this type Rasa lets it learn, and run on messages, but not on the training utterances.
@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=True)
class SpellingCorrector(GraphComponent):
    """Adds the corrected text to each message in which something is misspelt.

    Intent and entities are read from it. All else, safety and the search among it, reads `TEXT`,
    which stays as the person wrote it (docs/decisions/0009). The corrector knows English, the
    vocabulary and the words of the training utterances: a word that only the library has may be
    bent, but towards an intent alone.
    """

    @staticmethod
    def required_packages() -> List[str]:
        """Packages this component needs."""
        return ["jellyfish", "symspellpy"]

    @classmethod
    def fingerprint_addon(cls, config: Dict[str, Any]) -> Optional[str]:
        """Make Rasa train again when the vocabulary, or how typos are corrected, has changed."""
        files = [*VOCABULARY.glob("*.yml"), *Path(spelling.__file__).parent.glob("*.py")]
        return hash_files(files)

    @classmethod
    def create(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "SpellingCorrector":
        """Return a corrector that knows no words yet; it has no options."""
        return cls(model_storage, resource)

    @classmethod
    def load(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> "SpellingCorrector":
        """Return the corrector with the words that training stored, and the profile's of now.

        Raises:
            VocabularyFaulty: If the words have changed and cannot be used.
        """
        component = cls(model_storage, resource)
        with model_storage.read_from(resource) as folder:
            words = json.loads((folder / _FILE).read_text(encoding="utf-8"))
        # What an owner has changed since needs no training.
        is_current = words["made_with"] == hash_words(find_words())
        names = words["names"] if is_current else learn_names()
        component._corrector = Corrector(names, words["texts"])
        # Reads the dictionary now: it takes a third of a second.
        component._corrector.find_typos("osteoperosis")
        return component

    def __init__(self, model_storage: ModelStorage, resource: Resource) -> None:
        """Start without words; `train` or `load` brings them."""
        self._model_storage = model_storage
        self._resource = resource
        self._corrector: Optional[Corrector] = None

    def train(self, training_data: TrainingData) -> Resource:
        """Learn the words of the vocabulary and the utterances, and store them.

        Raises:
            VocabularyFaulty: If a file of bot/vocabulary cannot be used.
        """
        words = learn_words([message.get(TEXT) for message in training_data.intent_examples])
        with self._model_storage.write_to(self._resource) as folder:
            stored = {**words, "made_with": hash_words(find_words())}
            (folder / _FILE).write_text(json.dumps(stored), encoding="utf-8")
        self._corrector = Corrector(words["names"], words["texts"])
        return self._resource

    def process(self, messages: List[Message]) -> List[Message]:
        """Add typos and corrected text to each message that has typos."""
        for message in messages:
            text = message.get(TEXT) or ""
            typos = self._corrector.find_typos(text) if self._corrector else []
            if typos:
                message.set(TYPOS, typos)
                message.set(CORRECTED_TEXT, apply_corrections(text, typos))
        return messages


def understood_attribute(message: Message) -> str:
    """Return the attribute whose text is to be understood: the corrected text, if there is one."""
    return CORRECTED_TEXT if message.get(CORRECTED_TEXT) else TEXT


def learn_words(utterances: List[str]) -> Dict[str, Dict[str, int]]:
    """Return the words of the vocabulary and of utterances, by how many names or texts have them.

    The utterances hold typos on purpose: they are what the vocabulary's names correct, or no
    English and said once.

    Raises:
        VocabularyFaulty: If a file of bot/vocabulary, or the profile's words, cannot be used.
    """
    names = learn_names()
    known = Corrector(names, {})
    texts = {
        word: count
        for word, count in sorted(count_words(map(known.correct, utterances)).items())
        if count > 1 or is_english(word)
    }
    return {"names": names, "texts": texts}


def learn_names() -> Dict[str, int]:
    """Return the words of the vocabulary and of the profile, by how many names have them.

    They hold typos on purpose, which sound like a canonical name and are written otherwise
    ("osteoperosis"; "crohns" sounds different from "Crohn").

    Raises:
        VocabularyFaulty: If a file of bot/vocabulary, or the profile's words, cannot be used.
    """
    vocabulary = list(read_names(words=find_words()))
    canonical = Corrector(count_words(name for _, name, _ in vocabulary), {})
    return {
        word: count
        for word, count in sorted(count_words(name for _, _, name in vocabulary).items())
        if (corrected := canonical.correct(word)) == word or metaphone(corrected) != metaphone(word)
    }
