"""Show what else the library says about the last question."""

from collections.abc import Callable
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions import refusal, resources
from actions.answer import REPLIED, Events, Turn, find
from actions.resolve import Question
from knowledge.search import Retriever
from knowledge.settings import Settings


class ActionTellMore(Action):  # type: ignore[misc]  # rasa_sdk has no types
    """Answers the last question again with the next passages, never the same words."""

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
        return "action_tell_more"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> Events:
        """Reply with the next passage, or ask what more should be about."""
        asked = tracker.get_slot("asked")
        if not asked:
            dispatcher.utter_message(response="utter_nothing_asked")
            return list(REPLIED)
        turn = Turn(dispatcher, tracker, domain)
        question = Question(**asked)
        seen = tuple(tracker.get_slot("shown") or ())
        try:
            settings = self._get_settings()
            hits = await find(question, self._get_retriever, settings, seen=seen)
        except (
            Exception
        ):  # the edge: an action that raises loses its events, and nobody is answered
            return turn.apologise()
        found = refusal.keep_answers(hits, question, threshold=settings.threshold)
        return turn.answer(question, found, seen=seen) if found else turn.end(question, seen=seen)
