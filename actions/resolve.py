"""From what the user said to what is searched."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rasa_sdk import Tracker

from knowledge.search import Topic

INTENT_PREFIX = "ask_"
OUT_OF_SCOPE = "out_of_scope"
# The entity label of bot/vocabulary whose values can be the subject of a question.
CONDITION = "condition"


@dataclass(frozen=True, slots=True)
class Question:
    """A message, resolved.

    Attributes:
        text: What is searched.
        subject: What it is about where its own sentence does not say; empty when unknown.
        topic: What the message was understood as; none when it was not understood.
    """

    text: str
    subject: str = ""
    topic: Topic | None = None

    def to_slot(self) -> dict[str, Any]:
        """Return the question as JSON, for a slot."""
        topic = self.topic and {"name": self.topic.name, "confidence": self.topic.confidence}
        return {"text": self.text, "subject": self.subject, "topic": topic}

    @classmethod
    def from_slot(cls, value: dict[str, Any]) -> "Question":
        """Return the question that `to_slot` stored."""
        topic = value["topic"] and Topic(**value["topic"])
        return cls(value["text"], value["subject"], topic)


def resolve(tracker: Tracker, *, default_subject: str) -> Question:
    """Return the latest message as a question.

    Args:
        tracker: The conversation.
        default_subject: What a question is about that names no condition.
    """
    message = tracker.latest_message
    entities = message.get("entities") or []
    return Question(
        text=spell_out(spoken_text(message), entities),
        subject=find_subject(entities, default=default_subject),
        topic=understood_topic(message),
    )


def spoken_text(message: dict[str, Any]) -> str:
    """Return what the user said; the words of an intent's name for a typed "/ask_men"."""
    text: str = (message.get("text") or "").strip()
    if text.startswith("/"):
        return text[1:].removeprefix(INTENT_PREFIX).replace("_", " ")
    return text


def spell_out(text: str, entities: Sequence[dict[str, Any]]) -> str:
    """Return `text` with the vocabulary's abbreviations and lay words in their canonical names.

    "does RA give you brittle bones" becomes "does rheumatoid arthritis give you osteoporosis":
    the words that the documents use.

    Args:
        text: What the user said.
        entities: What the NLU pipeline found in it: `value` is the canonical name, `start` and
            `end` are offsets in `text`.
    """
    for entity in sorted(entities, key=lambda entity: entity["start"], reverse=True):
        start, end, name = entity["start"], entity["end"], str(entity["value"])
        if name.lower() != text[start:end].lower():
            text = text[:start] + name + text[end:]
    return text


def find_subject(entities: Sequence[dict[str, Any]], *, default: str) -> str:
    """Return the condition a message names first, or `default` when it names none."""
    conditions = [entity for entity in entities if entity["entity"] == CONDITION]
    if not conditions:
        return default
    return str(min(conditions, key=lambda entity: int(entity["start"]))["value"])


def understood_topic(message: dict[str, Any]) -> Topic | None:
    """Return the topic a message's intent names; nothing when it names none."""
    intent = message.get("intent") or {}
    name = intent.get("name") or ""
    if name != OUT_OF_SCOPE and not name.startswith(INTENT_PREFIX):
        return None
    return Topic(name.removeprefix(INTENT_PREFIX), float(intent.get("confidence") or 0))
