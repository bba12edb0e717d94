"""Say that the bot cannot advise a person, whom to ask, and what the library says in general."""

from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions import refusal
from actions.answer import ActionAnswerQuestion
from actions.library import Library
from actions.reply import find_taken, reply
from actions.resolve import resolve
from actions.show import N_HITS, suggest
from actions.turn import Events, Turn

# The entity of bot/components/personal_advice.py; its value is the matter.
ADVICE = "advice"
# What holds in general need not answer: a passage half as sure as an answer is quoted.
ENOUGH = 0.5
# The response of domain.yml for each matter.
WORDINGS = {
    "stop": "utter_advice_stop",
    "dose": "utter_advice_dose",
    "diagnosis": "utter_advice_diagnosis",
    "interaction": "utter_advice_interaction",
    "choice": "utter_advice_choice",
    "other": "utter_advice_other",
}


class ActionAdvise(ActionAnswerQuestion):
    """Never recommends; quotes general passages where the library has them."""

    def name(self) -> str:
        """Name in domain.yml."""
        return "action_advise"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> Events:
        """Reply to the latest message."""
        turn = Turn(dispatcher, tracker, domain)
        wording = WORDINGS.get(find_matter(tracker), WORDINGS["other"])
        try:
            library = Library(self._get_retriever, self._get_settings())
            if await find_taken(tracker, turn.past, library):
                return await reply(turn, tracker, library)
            question = resolve(tracker)
            found = await library.follow(question.text, turn.past.thread, top_k=N_HITS)
            enough = ENOUGH * library.settings.threshold
            kept = refusal.keep_answers(found.hits, threshold=enough)[:1]
            suggestions = await suggest(turn, kept, found.hits, library)
        except (
            Exception
        ):  # the edge: whom to ask matters more than what the library would have said
            return turn.advise_without_library(wording)
        return turn.advise(question, wording, kept, suggestions, is_follow_up=found.is_follow_up)


def find_matter(tracker: Tracker) -> str:
    """Return what the latest message wants advice on; empty where it does not say."""
    return next(tracker.get_latest_entity_values(ADVICE), "")
