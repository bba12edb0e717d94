"""The feedback on an answer: read from a button or typed words, and recorded."""

import re
from collections.abc import Callable, Mapping, Sequence

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions import resources
from actions.dialogue.state import Domain, Events, read_offers, read_question
from actions.lexicon import BLAMING, NEGATING, PRAISING
from actions.replies.reply import REPLIED
from outcomes import Feedback, Recorder

UP, DOWN, NONE = "up", "down", "none"
# What an answer of this assistant is called (actions/replies/render.py).
ANSWER_ID = re.compile(r"[0-9a-f]{32}")
# Actions whose turns can be rated.
ANSWERING = frozenset({"action_answer_question", "action_follow_up", "action_advise"})

WORD = re.compile("[^\\W\\d_]+(?:['\u2019][^\\W\\d_]+)?|[👍👎]")
# How far before a word its negation may stand: "not a very helpful answer".
REACH = 3


class ActionRecordFeedback(Action):  # type: ignore[misc]  # rasa_sdk has no types
    """Ties a thumb up or down to the answer it is about."""

    def __init__(self, get_recorder: Callable[[], Recorder] = resources.get_recorder) -> None:
        """Take the source of the recorder, so that a test can pass its own."""
        self._get_recorder = get_recorder

    def name(self) -> str:
        """Name in domain.yml."""
        return "action_record_feedback"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain
    ) -> Events:
        """Record what was said and thank for it; what was asked and shown stays as it was."""
        recorder = self._get_recorder()
        feedback = read_feedback(tracker)
        if not feedback.answer_id and not has_answered(tracker):
            response = "utter_nothing_to_rate"
        elif not feedback.rating:
            response = "utter_ask_rating"
        else:
            recorder.record(feedback)
            response = choose_response(feedback.rating, is_kept=recorder.is_on)
        dispatcher.utter_message(response=response)
        # Said again, so that what was offered before can still be picked.
        return [*REPLIED, SlotSet("offers", read_offers(tracker, domain))]


def choose_response(rating: str, *, is_kept: bool) -> str:
    """Return the response to a rating; `is_kept` says whether the owners can read it."""
    if rating == NONE:
        return "utter_feedback_withdrawn"
    return "utter_feedback_noted" if is_kept and rating == DOWN else "utter_feedback_thanks"


def read_feedback(tracker: Tracker) -> Feedback:
    """Return what the latest message says of an answer; its rating is empty where it is unclear.

    A button sends `/give_feedback{"answer_id", "rating", "reason"}`, which anybody can type too:
    what has another form counts as left out. Of typed words, the rating is read from the words and
    the words are the reason. The rating "none" takes back what was said of an answer that it names.
    """
    message = tracker.latest_message
    fields = read_fields(message.get("entities") or [])
    text = str(message.get("text") or "").strip()
    is_typed = not text.startswith("/")
    answer_id = fields.get("answer_id", "")
    answer_id = answer_id if ANSWER_ID.fullmatch(answer_id) else ""
    rating = fields.get("rating", "").lower()
    if rating not in ((UP, DOWN, NONE) if answer_id else (UP, DOWN)):
        rating = read_rating(text) if is_typed else ""
    return Feedback(
        rating=rating,
        sender_id=str(tracker.sender_id),
        answer_id=answer_id,
        reason=text if is_typed else fields.get("reason", "").strip(),
    )


def read_fields(entities: Sequence[Mapping[str, object]]) -> dict[str, str]:
    """Return the texts among the entities of a message, by name; the last of a name counts."""
    return {
        str(entity.get("entity")): value
        for entity in entities
        if isinstance(value := entity.get("value"), str)
    }


def read_rating(text: str) -> str:
    """Return `up` or `down` for words about an answer; empty when they say neither."""
    words = [word.replace("\u2019", "'") for word in WORD.findall(text.lower())]
    score = 0
    for place, word in enumerate(words):
        mood = (word in PRAISING) - (word in BLAMING)
        before = words[max(0, place - REACH) : place]
        score += -mood if any(map(is_negation, before)) else mood
    if score == 0 and any(map(is_negation, words)):
        return DOWN
    return UP if score > 0 else DOWN if score < 0 else ""


def is_negation(word: str) -> bool:
    """Say whether a word negates the next ones."""
    return word in NEGATING or word.endswith("n't")


def has_answered(tracker: Tracker) -> bool:
    """Say whether the assistant has answered, or refused to, in this conversation."""
    # The events go back a few turns, the slot to the last question.
    question = read_question(tracker)
    return (question is not None and not question.is_open) or any(
        event.get("event") == "action" and event.get("name") in ANSWERING
        for event in tracker.events
    )
