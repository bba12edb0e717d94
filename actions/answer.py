"""Answer a question with the passages that answer it, or say that none does."""

from collections.abc import Callable
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions import resources
from actions.library import Library
from actions.reply import reply
from actions.turn import REPLIED, Events, Turn
from knowledge.search import Retriever
from knowledge.settings import Settings

__all__ = ["REPLIED", "ActionAnswerQuestion", "Events", "Turn"]


class ActionAnswerQuestion(Action):  # type: ignore[misc]  # rasa_sdk has no types
    """Searches with the user's own words and answers, asks back or refuses."""

    def __init__(
        self,
        get_retriever: Callable[[], Retriever] = resources.get_retriever,
        get_settings: Callable[[], Settings] = resources.get_settings,
    ) -> None:
        """Take the sources of retriever and settings, so that a test can pass its own."""
        self._get_retriever = get_retriever
        self._get_settings = get_settings

    def name(self) -> str:
        """Name in domain.yml."""
        return "action_answer_question"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> Events:
        """Reply to the latest message."""
        turn = Turn(dispatcher, tracker, domain)
        try:
            library = Library(self._get_retriever, self._get_settings())
            return await reply(turn, tracker, library)
        except (
            Exception
        ):  # the edge: an action that raises loses its events, and nobody is answered
            return turn.apologise()
