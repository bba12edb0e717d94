"""What is written: the turns, and what people said of them."""

from dataclasses import dataclass, field
from datetime import datetime, timezone


def now() -> datetime:
    """Return the present moment in UTC, without a time zone, as the table keeps it."""
    return datetime.now(timezone.utc).replace(tzinfo=None)


@dataclass(frozen=True, slots=True)
class Turn:
    """One message of a user and how it was met.

    Attributes:
        kind: The kind of the turn in docs/contract.md.
        sender_id: Who asked; only a salted hash of it is written.
        channel: Where it was asked.
        intent: What the message was taken for.
        topic: The topic it was taken for; empty when for none.
        passage_ids: Passages shown, best first.
        scores: Their rank scores, 0 to 1, in the same order.
        latency_ms: From the message understood to the reply, in milliseconds.
        answer_id: What feedback names; empty when the turn can have none.
        question: What was searched; written only after personal data is taken out.
        time: When, in UTC without a time zone.
    """

    kind: str
    sender_id: str
    channel: str = ""
    intent: str = ""
    topic: str = ""
    passage_ids: tuple[str, ...] = ()
    scores: tuple[float, ...] = ()
    latency_ms: float = 0.0
    answer_id: str = ""
    question: str = ""
    time: datetime = field(default_factory=now)


@dataclass(frozen=True, slots=True)
class Feedback:
    """What a user said of an answer; a later one replaces an earlier one.

    Attributes:
        rating: `up` or `down`.
        sender_id: Who said it; nobody can rate the answers of others.
        answer_id: Which turn; where there is none of this id, the last that can have feedback.
        reason: Why, in words; written only after personal data is taken out.
        time: When, in UTC without a time zone.
    """

    rating: str
    sender_id: str
    answer_id: str = ""
    reason: str = ""
    time: datetime = field(default_factory=now)
