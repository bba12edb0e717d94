"""Feedback on an answer, as the command of Rasa's that records it (docs/contract.md)."""

import json
import re

from bot.server.errors import BadMessage, TooLong
from spelling.sanitize import sanitize_characters

FEEDBACK_INTENT = "give_feedback"
# What a client may say of an answer; "none" takes back what was said.
RATINGS = ("up", "down", "none")
# Longest reason that is kept (outcomes/store.py).
MAX_REASON = 1000
_ANSWER_ID = re.compile(r"[A-Za-z0-9_-]{0,64}")


def format_feedback(answer_id: str, rating: str, reason: str = "") -> str:
    """Return the command of some feedback, without a reason where there is none."""
    fields = {"answer_id": answer_id, "rating": rating, **({"reason": reason} if reason else {})}
    return f"/{FEEDBACK_INTENT}{json.dumps(fields)}"


def read_feedback(feedback: object) -> str:
    """Return the command of the feedback that a client sent.

    Raises:
        BadMessage: It has the wrong form.
        TooLong: The reason is too long.
    """
    fields = feedback if isinstance(feedback, dict) else {}
    answer_id, rating = fields.get("answer_id", ""), fields.get("rating")
    reason = "" if fields.get("reason") is None else fields["reason"]
    if rating not in RATINGS or not isinstance(reason, str):
        raise BadMessage(
            '"feedback" has to have a "rating", "up", "down" or "none", and may say why.'
        )
    if not isinstance(answer_id, str) or not _ANSWER_ID.fullmatch(answer_id):
        raise BadMessage('"answer_id" of "feedback" is not one of this server.')
    if len(reason) > MAX_REASON:
        raise TooLong(f"The reason is longer than {MAX_REASON} characters.", limit=MAX_REASON)
    return format_feedback(answer_id, rating, sanitize_characters(reason).strip())
