"""The reply to a request for advice: whom to ask, and what the library says in general."""

from actions import judge
from actions.library_action import LibraryAction
from actions.question import Message
from actions.replies.compose import reply_to_message
from actions.replies.passages import find_named_passage, suggest_next
from actions.replies.replier import Replier
from actions.replies.reply import Reply
from actions.search import Library

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


class ActionAdvise(LibraryAction):
    """Never recommends; quotes general passages where the library has them."""

    def name(self) -> str:
        """Name in domain.yml."""
        return "action_advise"

    def compose_reply(self, message: Message, replier: Replier, library: Library) -> Reply:
        """Return whom to ask, with what holds in general; what was chosen is shown."""
        if find_named_passage(message, replier.state, library):
            return reply_to_message(message, replier, library)
        question = message.question
        found = library.follow(question.text, replier.state.thread)
        enough = ENOUGH * library.settings.threshold
        kept = judge.keep_answers(found.hits, threshold=enough)[:1]
        suggestions = suggest_next(kept, found.hits, replier, library)
        wording = find_wording(replier)
        return replier.advise(question, wording, kept, suggestions, is_follow_up=found.is_follow_up)

    def compose_apology(self, replier: Replier, err: Exception) -> Reply:
        """Return whom to ask: it matters more than what the library would have said."""
        return replier.advise_without_library(find_wording(replier), err)


def find_wording(replier: Replier) -> str:
    """Return the response for what the latest message wants advice on."""
    return WORDINGS.get(replier.matter, WORDINGS["other"])
