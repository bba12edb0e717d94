"""From what the user said to what is searched."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from rasa_sdk import Tracker

INTENT_PREFIX = "ask_"
# What the library is not about: anything else, and other matters of health.
OUT_OF_SCOPE = "out_of_scope"
OUT_OF_SCOPE_HEALTH = "out_of_scope_health"
WANTS_OTHER = "ask_else"
# Entities of bot/components that are no things in the text.
DETECTED = frozenset({"advice", "red_flag", "feeling"})


@dataclass(frozen=True, slots=True)
class Question:
    """A message, resolved.

    Attributes:
        text: What is searched.
        confidences: How sure each topic is, 0 to 1, the surest first; what is out of scope counts
            as two of them.
        is_understood: The surest intent is sure enough to go by.
        things: The canonical names of what it mentions, by the vocabulary's label, in order.
        is_open: It was asked back, not answered yet.
        wants_other: It asks for something else than what was shown: "what else is there?"
    """

    text: str
    confidences: dict[str, float] = field(default_factory=dict)
    is_understood: bool = False
    things: dict[str, list[str]] = field(default_factory=dict)
    is_open: bool = False
    wants_other: bool = False

    @property
    def topic(self) -> str:
        """The topic that it was understood as; empty when as none."""
        topics = {name: c for name, c in self.confidences.items() if not is_out_of_scope(name)}
        name = max(topics, key=topics.__getitem__, default="")
        return name if self.is_understood and topics.get(name, 0.0) > self.objection else ""

    @property
    def objection(self) -> float:
        """How sure it is about none of the library's topics, 0 to 1."""
        return sum(c for name, c in self.confidences.items() if is_out_of_scope(name))


def resolve(tracker: Tracker) -> Question:
    """Return the latest message as a question."""
    message = tracker.latest_message
    intent = (message.get("intent") or {}).get("name")
    # What the detectors of bot/ found is about the whole message, and replaces none of its words.
    entities = [e for e in message.get("entities") or [] if e["entity"] not in DETECTED]
    return Question(
        text=spell_out(spoken_text(message), entities),
        confidences=topic_confidences(message),
        is_understood=is_topic(intent),
        wants_other=intent == WANTS_OTHER,
        things=group_by_label(entities),
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


def group_by_label(entities: Sequence[dict[str, Any]]) -> dict[str, list[str]]:
    """Return the names in `entities`, each once, by label, in the order of the message."""
    names: dict[str, list[str]] = {}
    for entity in sorted(entities, key=lambda entity: int(entity["start"])):
        of_label = names.setdefault(str(entity["entity"]), [])
        if (name := str(entity["value"])) not in of_label:
            of_label.append(name)
    return names


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
    return is_out_of_scope(intent) or (intent or "").startswith(INTENT_PREFIX)


def is_out_of_scope(intent: str | None) -> bool:
    """Say whether an intent stands for what the library is not about."""
    return intent in (OUT_OF_SCOPE, OUT_OF_SCOPE_HEALTH)
