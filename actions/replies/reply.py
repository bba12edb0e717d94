"""A reply: what is said to a message, remembered of it, and recorded as the last step."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from rasa_sdk import Tracker
from rasa_sdk.events import FollowupAction, SlotSet

from actions import resources
from actions.dialogue.state import Events
from contract.turn import Citation, Turn
from outcomes import Feedback, OutcomeRow

# Ends the turn: the slot is what the rules go by, the follow-up saves asking the policies again.
REPLIED: Events = [SlotSet("replied", True), FollowupAction("action_listen")]


@dataclass(frozen=True, slots=True)
class Reply:
    """What an action says once it has made up its mind.

    Attributes:
        response: The name of its words in domain.yml.
        values: What fills the places of these words, and what the channel shows beside them.
        events: What Rasa remembers.
        outcome: The turn that is recorded; None for talk that answers and refuses nothing.
        topic: That of the document that is quoted; empty where none is.
    """

    response: str
    values: Mapping[str, object] = field(default_factory=dict)
    events: Events = field(default_factory=lambda: list(REPLIED))
    outcome: Turn | None = None
    topic: str = ""


def record_reply(tracker: Tracker, reply: Reply, started: float) -> None:
    """Have the outcome of a reply written soon; never waits, never fails.

    Args:
        tracker: The conversation.
        reply: What is said; talk without an outcome is not recorded.
        started: `time.perf_counter()` when the action began.
    """
    recorder = resources.get_recorder()
    turn = reply.outcome
    if turn is None or not recorder.is_on:
        return
    citations: list[Citation] = []
    if turn["kind"] == "answer" or turn["kind"] == "advice":
        citations = turn.get("citations", [])
    recorder.record(
        OutcomeRow(
            kind=turn["kind"],
            sender_id=str(tracker.sender_id),
            channel=str(tracker.get_latest_input_channel() or ""),
            intent=str((tracker.latest_message.get("intent") or {}).get("name") or ""),
            topic=reply.topic,
            passage_ids=tuple(citation["passage_id"] for citation in citations),
            scores=tuple(citation["score"] for citation in citations),
            latency_ms=1000.0 * (time.perf_counter() - started),
            answer_id=str(turn.get("answer_id") or ""),
            question=str(turn.get("resolved_query") or ""),
        )
    )


def record_complaint(tracker: Tracker) -> None:
    """Have it written that the last answer did not help, in the words of the latest message."""
    said = str(tracker.latest_message.get("text") or "").strip()
    feedback = Feedback(rating="down", sender_id=str(tracker.sender_id), answer_id="", reason=said)
    resources.get_recorder().record(feedback)
