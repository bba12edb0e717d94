"""Mend what is misspelt before the message is understood."""

import hashlib
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
from bot.vocabulary.pipeline import FOLDER as VOCABULARY
from bot.vocabulary.pipeline import read_names
from spelling import Spelling, count_words, is_english

# What `OwnWordsRestorer` gives the message back from.
SAID = "said"
SLIPS = "slips"
_FILE = "words.json"


# By this type Rasa lets it learn, and run on messages, but not on the training utterances.
@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=True)
class SpellingMender(GraphComponent):
    """Gives the components behind it a message without its slips, up to `OwnWordsRestorer`.

    It knows English, the vocabulary and the words of the training utterances. A word of the
    library that is none of these can be bent: only towards an intent, for what is searched is what
    the person wrote.
    """

    @staticmethod
    def required_packages() -> List[str]:
        """Packages this component needs."""
        return ["jellyfish", "symspellpy"]

    @classmethod
    def fingerprint_addon(cls, config: Dict[str, Any]) -> Optional[str]:
        """Make Rasa train again when the vocabulary, or how slips are mended, has changed."""
        files = [*VOCABULARY.glob("*.yml"), *Path(spelling.__file__).parent.glob("*.py")]
        return hashlib.sha256(b"\n".join(path.read_bytes() for path in sorted(files))).hexdigest()

    @classmethod
    def create(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "SpellingMender":
        """Return a mender that knows no words yet; it has no options."""
        return cls(model_storage, resource)

    @classmethod
    def load(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> "SpellingMender":
        """Return the mender with the words that training stored."""
        component = cls(model_storage, resource)
        with model_storage.read_from(resource) as folder:
            words = json.loads((folder / _FILE).read_text(encoding="utf-8"))
        component._spelling = Spelling(words["names"], words["texts"])
        return component

    def __init__(self, model_storage: ModelStorage, resource: Resource) -> None:
        """Start without words; `train` or `load` brings them."""
        self._model_storage = model_storage
        self._resource = resource
        self._spelling: Optional[Spelling] = None

    def train(self, training_data: TrainingData) -> Resource:
        """Learn the words of the vocabulary and the utterances, and store them.

        Raises:
            VocabularyFaulty: A file of bot/vocabulary cannot be used.
        """
        words = read_words([message.get(TEXT) for message in training_data.intent_examples])
        with self._model_storage.write_to(self._resource) as folder:
            (folder / _FILE).write_text(json.dumps(words), encoding="utf-8")
        self._spelling = Spelling(words["names"], words["texts"])
        return self._resource

    def process(self, messages: List[Message]) -> List[Message]:
        """Mend the text of each message; what was written stands under `said`."""
        for message in messages:
            text = message.get(TEXT) or ""
            slips = self._spelling.find_slips(text) if self._spelling else []
            if slips:
                message.set(SAID, text)
                message.set(SLIPS, slips)
                message.set(TEXT, spelling.correct(text, slips))
        return messages


def read_words(utterances: List[str]) -> Dict[str, Dict[str, int]]:
    """Return the words of the vocabulary and of utterances, by how many names or texts have them.

    Both hold slips on purpose. In the vocabulary they sound like a canonical name and are written
    otherwise ("osteoperosis"; "crohns" sounds different from "Crohn"). In the utterances they are
    what the vocabulary's names mend, or no English and said once.

    Raises:
        VocabularyFaulty: A file of bot/vocabulary cannot be used.
    """
    vocabulary = list(read_names())
    canonical = Spelling(count_words(name for _, name, _ in vocabulary), {})
    names = {
        word: count
        for word, count in sorted(count_words(name for _, _, name in vocabulary).items())
        if (mended := canonical.mend(word)) == word or metaphone(mended) != metaphone(word)
    }
    known = Spelling(names, {})
    texts = {
        word: count
        for word, count in sorted(count_words(map(known.mend, utterances)).items())
        if count > 1 or is_english(word)
    }
    return {"names": names, "texts": texts}
