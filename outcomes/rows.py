"""The rows of the outcomes, and the table that holds them."""

from dataclasses import dataclass, field
from datetime import datetime, timezone

from sqlalchemy import JSON, Column, DateTime, Float, Integer, MetaData, String, Table, Text

MAX_NAME = 64

metadata = MetaData()

turns = Table(
    "turns",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("time", DateTime, nullable=False, index=True),
    Column("kind", String(MAX_NAME), nullable=False),
    Column("topic", String(MAX_NAME), nullable=False),
    Column("intent", String(MAX_NAME), nullable=False),
    Column("passage_ids", JSON, nullable=False),
    Column("scores", JSON, nullable=False),
    Column("latency_ms", Float, nullable=False),
    Column("answer_id", String(MAX_NAME), nullable=False, index=True),
    Column("question", Text, nullable=False),
    Column("sender", String(MAX_NAME), nullable=False, index=True),
    Column("channel", String(MAX_NAME), nullable=False),
    Column("rating", String(4)),
    Column("reason", Text),
    Column("rated_at", DateTime),
)


def now() -> datetime:
    """Return the present moment in UTC, without a time zone, as the table keeps it."""
    return datetime.now(timezone.utc).replace(tzinfo=None)


@dataclass(frozen=True, slots=True)
class OutcomeRow:
    """One message of a user and how it was answered.

    Attributes:
        kind: The kind of the turn in docs/contract.md.
        sender_id: Who asked; only a salted hash of it is written.
        channel: Where it was asked.
        intent: What the message was taken for.
        topic: That of the document that was quoted; empty where none was.
        passage_ids: Passages shown, best first.
        scores: How likely each answers, 0 to 1, in the same order.
        latency_ms: From the message understood to the reply, in milliseconds.
        answer_id: What feedback names; empty if the turn can have none.
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
        rating: `up` or `down`; `none` takes back what was said of the turn that it names.
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
