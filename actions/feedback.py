"""Take down whether an answer was helpful."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions import memory, resources
from outcomes import Feedback, Recorder

UP, DOWN = "up", "down"
# What an answer of this assistant is called (actions/turn.py).
ANSWER_ID = re.compile(r"[0-9a-f]{32}")
# Actions whose turns can be rated.
ANSWERING = frozenset({"action_answer_question", "action_follow_up", "action_advise"})

WORD = re.compile("[^\\W\\d_]+(?:['\u2019][^\\W\\d_]+)?|[👍👎]")
GOOD = frozenset(
    """
    accurate amazing answered answers awesome best brilliant clear correct excellent fab fantastic
    good great happy helped helpful helps impressed impressive like liked love loved nice perfect
    pleased right satisfied spot superb understandable up useful well wonderful 👍
    """.split()  # noqa: SIM905
)
BAD = frozenset(
    """
    awful bad confused confusing disappointed disappointing down dreadful false hopeless inaccurate
    incomplete incorrect irrelevant misleading nonsense outdated poor rubbish terrible unclear
    unhelpful unsatisfied useless vague waste worse worst wrong 👎
    """.split()  # noqa: SIM905
)
NEGATIONS = frozenset(
    "no not never nothing hardly isnt wasnt didnt doesnt dont cant wont none".split()  # noqa: SIM905
)
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
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """Record what was said and thank for it; what was asked and shown stays as it was."""
        recorder = self._get_recorder()
        feedback = read_feedback(tracker)
        if not feedback.answer_id and not has_answered(tracker):
            response = "utter_nothing_to_rate"
        elif not feedback.rating:
            response = "utter_ask_rating"
        else:
            recorder.record(feedback)
            is_read = recorder.is_on and feedback.rating == DOWN
            response = "utter_feedback_noted" if is_read else "utter_feedback_thanks"
        dispatcher.utter_message(response=response)
        # Said again, so that what was offered before can still be picked.
        offers = SlotSet("offers", memory.offered(tracker, domain))
        return [SlotSet("replied", True), FollowupAction("action_listen"), offers]


def read_feedback(tracker: Tracker) -> Feedback:
    """Return what the latest message says of an answer; its rating is empty where it is unclear.

    A button sends `/give_feedback{"answer_id", "rating", "reason"}`, which anybody can type too:
    what has another form counts as left out. Of typed words, the rating is read from the words and
    the words are the reason.
    """
    message = tracker.latest_message
    fields = read_fields(message)
    text = str(message.get("text") or "").strip()
    is_typed = not text.startswith("/")
    rating = fields.get("rating", "").lower()
    if rating not in (UP, DOWN):
        rating = read_rating(text) if is_typed else ""
    answer_id = fields.get("answer_id", "")
    return Feedback(
        rating=rating,
        sender_id=str(tracker.sender_id),
        answer_id=answer_id if ANSWER_ID.fullmatch(answer_id) else "",
        reason=text if is_typed else fields.get("reason", "").strip(),
    )


def read_fields(message: Mapping[str, Any]) -> dict[str, str]:
    """Return the texts among the entities of a message, by name; the last of a name counts."""
    entities = message.get("entities") or []
    return {
        str(entity.get("entity")): entity["value"]
        for entity in entities
        if isinstance(entity.get("value"), str)
    }


def read_rating(text: str) -> str:
    """Return `up` or `down` for words about an answer; empty when they say neither."""
    words = [word.replace("\u2019", "'") for word in WORD.findall(text.lower())]
    score = 0
    for place, word in enumerate(words):
        mood = (word in GOOD) - (word in BAD)
        before = words[max(0, place - REACH) : place]
        score += -mood if any(map(is_negation, before)) else mood
    if score == 0 and any(map(is_negation, words)):
        return DOWN
    return UP if score > 0 else DOWN if score < 0 else ""


def is_negation(word: str) -> bool:
    """Say whether a word turns the next ones round."""
    return word in NEGATIONS or word.endswith("n't")


def has_answered(tracker: Tracker) -> bool:
    """Say whether the assistant has answered, or refused to, in this conversation."""
    # The events go back a few turns, the slot to the last question.
    question = memory.last_question(tracker)
    return (question is not None and not question.is_open) or any(
        event.get("event") == "action" and event.get("name") in ANSWERING
        for event in tracker.events
    )
