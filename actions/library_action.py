"""What all actions have in common that reply from the library."""

from abc import ABC, abstractmethod
from collections.abc import Callable

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions import resources
from actions.dialogue.state import Domain, Events
from actions.question import Message, parse_message
from actions.replies.replier import Replier
from actions.replies.reply import Reply
from actions.search import Library
from actions.serving.worker import take_turn
from knowledge import Retriever, Settings


class LibraryAction(Action, ABC):  # type: ignore[misc]  # rasa_sdk has no types
    """Replies within its deadline; apologises where the library cannot be used."""

    def __init__(
        self,
        get_retriever: Callable[[], Retriever] = resources.get_retriever,
        get_settings: Callable[[], Settings] = resources.get_settings,
    ) -> None:
        """Take the sources of retriever and settings, so that a test can pass its own."""
        self._get_retriever = get_retriever
        self._get_settings = get_settings

    @abstractmethod
    def compose_reply(self, message: Message, replier: Replier, library: Library) -> Reply:
        """Return the reply to a message; what it raises gets the apology."""

    def compose_apology(self, replier: Replier, err: Exception) -> Reply:
        """Return the reply where there is no other."""
        return replier.apologise(err)

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain
    ) -> Events:
        """Reply to the latest message."""

        def compose(replier: Replier) -> Reply:
            library = Library(self._get_retriever, self._get_settings())
            return self.compose_reply(parse_message(tracker, library.has_words), replier, library)

        return await take_turn(
            dispatcher,
            tracker,
            domain,
            compose,
            apologise=self.compose_apology,
            get_settings=self._get_settings,
        )
