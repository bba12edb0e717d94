"""From what the user said to what is searched."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from rasa_sdk import Tracker

from knowledge.refusal import Understanding
from knowledge.search import Topic
from knowledge.types import Hit

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
        confidences: How sure each topic is, 0 to 1, the surest first; `OUT_OF_SCOPE` is one.
        is_understood: The surest intent is sure enough to go by.
    """

    text: str
    subject: str = ""
    confidences: dict[str, float] = field(default_factory=dict)
    is_understood: bool = False

    @property
    def topic(self) -> Topic | None:
        """The topic to look in first; none when the message was not understood as one."""
        name = next(iter(self.confidences), OUT_OF_SCOPE)
        if not self.is_understood or name == OUT_OF_SCOPE:
            return None
        return Topic(name, self.confidences[name])

    def understanding(self, hit: Hit) -> Understanding:
        """Return what speaks for and against `hit` before its words are looked at."""
        return Understanding(
            agreement=self.confidences.get(hit.document.topic, 0.0),
            objection=self.confidences.get(OUT_OF_SCOPE, 0.0),
        )


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
        confidences=topic_confidences(message),
        is_understood=is_topic((message.get("intent") or {}).get("name")),
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


def topic_confidences(message: dict[str, Any]) -> dict[str, float]:
    """Return the confidence of each topic among a message's likeliest intents, surest first."""
    ranking = message.get("intent_ranking") or []
    return {
        intent["name"].removeprefix(INTENT_PREFIX): float(intent["confidence"])
        for intent in ranking
        if is_topic(intent["name"])
    }


def is_topic(intent: str | None) -> bool:
    """Say whether an intent stands for a topic, or for all that is none."""
    return intent == OUT_OF_SCOPE or (intent or "").startswith(INTENT_PREFIX)
