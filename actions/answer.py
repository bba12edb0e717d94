"""Answer a question, take up what the bot said last, or start again."""

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.dialogue.state import Domain, Events
from actions.library_action import LibraryAction
from actions.question import Message
from actions.replies.compose import reply_to_message
from actions.replies.replier import Replier
from actions.replies.reply import REPLIED, Reply
from actions.search import Library


class ActionAnswerQuestion(LibraryAction):
    """Searches with the user's own words and answers, asks back or refuses."""

    def name(self) -> str:
        """Name in domain.yml."""
        return "action_answer_question"

    def compose_reply(self, message: Message, replier: Replier, library: Library) -> Reply:
        """Return what the bot has to say to a message in its conversation."""
        return reply_to_message(message, replier, library)


class ActionFollowUp(ActionAnswerQuestion):
    """The same for messages that mean nothing without the turn before: a yes, a wish for more."""

    def name(self) -> str:
        """Name in domain.yml."""
        return "action_follow_up"


class ActionStartAgain(Action):  # type: ignore[misc]  # rasa_sdk has no types
    """Unsets what a later message could refer back to."""

    def name(self) -> str:
        """Name in domain.yml."""
        return "action_start_again"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain
    ) -> Events:
        """Reply as to a new conversation."""
        dispatcher.utter_message(response="utter_restart")
        forgotten = [SlotSet("asked"), SlotSet("thread"), SlotSet("shown"), SlotSet("offers")]
        return [*REPLIED, *forgotten]
