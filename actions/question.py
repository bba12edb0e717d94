"""The latest message, read once: its words, what it asks, and the things that it names."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypedDict

from rasa_sdk import Tracker

from actions.lexicon import VERBS
from spelling.words import FUNCTION_WORDS

INTENT_PREFIX = "ask_"
# No matter of health.
OUT_OF_SCOPE = "out_of_scope"
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
        out_of_scope: How sure it is, 0 to 1, that it is about none of what a library is about.
        things: The canonical names of what it mentions, by the vocabulary's label, in order.
        is_open: It was asked back, not answered yet.
        wants_other: It asks for something else than what was shown: "what else is there?"
    """

    text: str
    out_of_scope: float = 0.0
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


def parse_message(tracker: Tracker, is_known: Callable[[str], bool] = lambda _: True) -> Message:
    """Return the latest message of a conversation.

    Args:
        tracker: The conversation.
        is_known: Says whether the library has the words of a name.
    """
    message = tracker.latest_message
    intent = str((message.get("intent") or {}).get("name") or "")
    # What the detectors of bot/ found is about the whole message, and replaces none of its words.
    entities = [e for e in message.get("entities") or [] if e["entity"] not in DETECTED]
    said = _expand_command((message.get("text") or "").strip())
    question = Question(
        text=expand_names(said, [e for e in entities if is_known(str(e["value"]))]),
        out_of_scope=confidence_of(OUT_OF_SCOPE, message.get("intent_ranking") or []),
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
    the words that the documents use. A name that they do not use stays as it was said.

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


def confidence_of(name: str, ranking: Sequence[Intent]) -> float:
    """Return how sure an intent is, 0 to 1, among a message's likeliest ones."""
    return sum(float(intent["confidence"]) for intent in ranking if intent["name"] == name)
