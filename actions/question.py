"""The latest message, read once: its words, what it asks, and the things that it names."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypedDict

from rasa_sdk import Tracker

from actions.lexicon import VERBS
from spelling.words import FUNCTION_WORDS

INTENT_PREFIX = "ask_"
# What the library is not about: anything else, and other matters of health.
OUT_OF_SCOPE = "out_of_scope"
OUT_OF_SCOPE_HEALTH = "out_of_scope_health"
WANTS_OTHER = "ask_else"
# Entities of bot/components that are no things in the text.
DETECTED = frozenset({"advice", "red_flag", "feeling", "language"})
# The entity labels of bot/vocabulary that a question can be about.
SUBJECT_LABELS = ("test", "medicine", "condition")
_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")


class Intent(TypedDict):
    """An intent of a message, with how sure it is, 0 to 1."""

    name: str | None
    confidence: float


class Entity(TypedDict):
    """What the NLU pipeline found in a message: `start` and `end` are offsets in its text."""

    entity: str
    value: object
    start: int
    end: int


def split_words(text: str) -> list[str]:
    """Return the words of a text, lower-cased, with the apostrophe of a keyboard."""
    return _WORD.findall(text.lower().replace("\u2019", "'"))


@dataclass(frozen=True)
class Utterance:
    """A text as it was said, split into words once, when they are first asked for."""

    text: str

    @cached_property
    def words(self) -> list[str]:
        """Its words, in order."""
        return split_words(self.text)

    @cached_property
    def content_words(self) -> list[str]:
        """The different words that mean something, in order."""
        words = dict.fromkeys(self.words)
        return [word for word in words if word not in FUNCTION_WORDS and word not in VERBS]

    @property
    def has_verb(self) -> bool:
        """Whether it has the verb of a clause."""
        return not VERBS.isdisjoint(self.words)

    @property
    def is_blank(self) -> bool:
        """Whether it has no word: emoji and punctuation alone ask nothing."""
        return re.search(r"\w", self.text) is None


@dataclass(frozen=True)
class Question:
    """What a message asks; the slot `asked` keeps its fields.

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

    @cached_property
    def utterance(self) -> Utterance:
        """Its text, with the words of it."""
        return Utterance(self.text)

    @property
    def names_subject(self) -> bool:
        """Whether it names a test, a medicine or a condition."""
        return any(self.things.get(label) for label in SUBJECT_LABELS)

    @property
    def topic(self) -> str:
        """The topic that it was understood as; empty if it has none."""
        topics = {name: c for name, c in self.confidences.items() if not is_out_of_scope(name)}
        name = max(topics, key=topics.__getitem__, default="")
        is_likely = topics.get(name, 0.0) > self.out_of_scope_confidence
        return name if self.is_understood and is_likely else ""

    @property
    def out_of_scope_confidence(self) -> float:
        """How likely it is about none of the library's topics, 0 to 1."""
        return sum(c for name, c in self.confidences.items() if is_out_of_scope(name))


@dataclass(frozen=True, slots=True)
class Message:
    """The latest message.

    Attributes:
        said: What was typed; the words of an intent's name for a typed "/ask_men".
        intent: What it was taken for; empty if for nothing.
        question: What it asks, in the vocabulary's names.
    """

    said: Utterance
    intent: str
    question: Question


def parse_message(tracker: Tracker) -> Message:
    """Return the latest message of a conversation."""
    message = tracker.latest_message
    intent = str((message.get("intent") or {}).get("name") or "")
    # What the detectors of bot/ found is about the whole message, and replaces none of its words.
    entities = [e for e in message.get("entities") or [] if e["entity"] not in DETECTED]
    said = _expand_command((message.get("text") or "").strip())
    question = Question(
        text=expand_names(said, entities),
        confidences=topic_confidences(message.get("intent_ranking") or []),
        is_understood=is_topic(intent),
        wants_other=intent == WANTS_OTHER,
        things=group_by_label(entities),
    )
    utterance = question.utterance if question.text == said else Utterance(said)
    return Message(utterance, intent, question)


def _expand_command(text: str) -> str:
    if text.startswith("/"):
        return text[1:].removeprefix(INTENT_PREFIX).replace("_", " ")
    return text


def expand_names(text: str, entities: Sequence[Entity]) -> str:
    """Return `text` with the vocabulary's abbreviations and lay words in their canonical names.

    "does RA give you brittle bones" becomes "does rheumatoid arthritis give you osteoporosis":
    the words that the documents use.

    Args:
        text: What the user said.
        entities: What is found in it: `value` is the canonical name.
    """
    for entity in sorted(entities, key=lambda entity: entity["start"], reverse=True):
        start, end, name = entity["start"], entity["end"], str(entity["value"])
        if name.lower() != text[start:end].lower():
            text = text[:start] + name + text[end:]
    return text


def group_by_label(entities: Sequence[Entity]) -> dict[str, list[str]]:
    """Return the names in `entities`, each once, by label, in the order of the message."""
    names: dict[str, list[str]] = {}
    for entity in sorted(entities, key=lambda entity: int(entity["start"])):
        of_label = names.setdefault(str(entity["entity"]), [])
        if (name := str(entity["value"])) not in of_label:
            of_label.append(name)
    return names


def topic_confidences(ranking: Sequence[Intent]) -> dict[str, float]:
    """Return the confidence of each topic among a message's likeliest intents, surest first."""
    return {
        name.removeprefix(INTENT_PREFIX): float(intent["confidence"])
        for intent in ranking
        if is_topic(name := intent["name"] or "")
    }


def is_topic(intent: str) -> bool:
    """Say whether an intent stands for a topic, or for what is out of scope."""
    return is_out_of_scope(intent) or intent.startswith(INTENT_PREFIX)


def is_out_of_scope(intent: str) -> bool:
    """Say whether an intent stands for what the library is not about."""
    return intent in (OUT_OF_SCOPE, OUT_OF_SCOPE_HEALTH)
