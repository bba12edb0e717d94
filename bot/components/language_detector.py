"""The detector of messages that are not in English."""

from pathlib import Path
from typing import Any, Dict, List, Optional, Type

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.languages.detection import detect_language, read_languages
from bot.matching.whole_message import set_entity, set_intent
from bot.matching.yaml_files import hash_files

LANGUAGE_ENTITY = "language"
# No topic of the library: the fallback action says which language is understood.
OUT_OF_SCOPE = "out_of_scope"
FOLDER = Path(__file__).parents[1] / "languages"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class LanguageDetector(IntentClassifier, GraphComponent, EntityExtractorMixin):
    """Makes a message in another language `out_of_scope`, with the entity `language`.

    What the classifiers before it made of such a message means nothing. It stands before the
    detector of red flags, which still has the last word.
    """

    @classmethod
    def required_components(cls) -> List[Type]:
        """Components that must stand before this one: none."""
        return []

    @classmethod
    def fingerprint_addon(cls, config: Dict[str, Any]) -> Optional[str]:
        """Make Rasa train again when a word of a language has changed."""
        return hash_files(FOLDER.glob("*.*"))

    @classmethod
    def create(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "LanguageDetector":
        """Return the detector; it has no options.

        Raises:
            PhrasesInvalid: If bot/languages/languages.yml is damaged.
        """
        read_languages()
        return cls()

    def process(self, messages: List[Message]) -> List[Message]:
        """Set intent, ranking and entity of each message that is not in English."""
        for message in messages:
            language = detect_language(message.get(TEXT) or "")
            if language is not None:
                set_intent(message, OUT_OF_SCOPE)
                set_entity(self, message, LANGUAGE_ENTITY, language)
        return messages
