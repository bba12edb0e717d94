"""Hand the outcome of a turn to the recorder."""

import time
from typing import Any

from rasa_sdk import Tracker

from actions import resources
from actions.render import Payload
from outcomes import Feedback, Turn


def record_turn(tracker: Tracker, payload: Payload, started: float, *, topic: str = "") -> None:
    """Have the outcome of a turn written soon; never waits, never fails.

    Args:
        tracker: The conversation.
        payload: The turn as docs/contract.md describes it.
        started: `time.perf_counter()` when the action began.
        topic: The topic that the message was taken for; empty when for none.
    """
    recorder = resources.get_recorder()
    if not recorder.is_on:
        return
    citations: list[dict[str, Any]] = payload.get("citations") or []
    recorder.record(
        Turn(
            kind=str(payload["kind"]),
            sender_id=str(tracker.sender_id),
            channel=str(tracker.get_latest_input_channel() or ""),
            intent=str((tracker.latest_message.get("intent") or {}).get("name") or ""),
            topic=topic,
            passage_ids=tuple(str(citation["passage_id"]) for citation in citations),
            scores=tuple(float(citation["score"]) for citation in citations),
            latency_ms=1000.0 * (time.perf_counter() - started),
            answer_id=str(payload.get("answer_id") or ""),
            question=str(payload.get("resolved_query") or ""),
        )
    )


def record_complaint(tracker: Tracker) -> None:
    """Have it written that the last answer did not help, in the words of the latest message."""
    said = str(tracker.latest_message.get("text") or "").strip()
    feedback = Feedback(rating="down", sender_id=str(tracker.sender_id), answer_id="", reason=said)
    resources.get_recorder().record(feedback)
