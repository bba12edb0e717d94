"""Forget what the conversation was about."""

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.answer import REPLIED, Events


class ActionStartAgain(Action):  # type: ignore[misc]  # rasa_sdk has no types
    """Unsets what a later message could refer back to."""

    def name(self) -> str:
        """Name in domain.yml."""
        return "action_start_again"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> Events:
        """Reply as to a new conversation."""
        dispatcher.utter_message(response="utter_restart")
        forgotten = [SlotSet("asked"), SlotSet("thread"), SlotSet("shown"), SlotSet("offers")]
        return [*REPLIED, *forgotten]
