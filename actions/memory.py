"""What the conversation remembers: slots and the turn before, whatever state they are in."""

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet

from actions.resolve import Question
from knowledge.thread import Thread
from knowledge.types import Hit

# Questions and passages of a thread that are kept, and ids of a whole conversation.
MAX_KEPT, MAX_SHOWN = 8, 100
Offers = list[dict[str, str]]
NO_THREAD = Thread()


def last_question(tracker: Tracker) -> Question | None:
    """Return the question of the turn before; none where the slot holds no such thing."""
    slot = tracker.get_slot("asked")
    if not isinstance(slot, Mapping) or not isinstance(slot.get("text"), str):
        return None
    defaults = Question("")
    known = {field.name: getattr(defaults, field.name) for field in dataclasses.fields(Question)}
    # Another version of this program may have written it: what has another type is left out.
    return Question(
        **{
            name: slot[name]
            for name, default in known.items()
            if isinstance(slot.get(name), type(default))
        }
    )


@dataclasses.dataclass(frozen=True, slots=True)
class Past:
    """What was said and shown before the latest message.

    Attributes:
        question: The last question, answered or not; None where there was none.
        thread: What it hangs together with, for the search.
        things: What each question of the thread names, by the vocabulary's label.
        about: Titles of the documents that the thread has shown, the latest last.
        shown: Ids of the passages shown in the whole conversation, the latest last.
        offers: What the turn before offered to choose from.
        is_open: The bot asked which of the offers is meant.
    """

    question: Question | None = None
    thread: Thread = NO_THREAD
    things: tuple[dict[str, list[str]], ...] = ()
    about: tuple[str, ...] = ()
    shown: tuple[str, ...] = ()
    offers: Offers = dataclasses.field(default_factory=list)
    is_open: bool = False

    def take_up(
        self, question: Question, hits: Sequence[Hit], *, is_follow_up: bool
    ) -> list[dict[str, Any]]:
        """Return the events that remember a turn.

        Args:
            question: What was asked, once or again.
            hits: What was shown for it; empty where nothing was.
            is_follow_up: It hangs on the thread; else a new one starts.
        """
        # What finds nothing may be a remark: what was spoken of before is kept with it.
        old = self if is_follow_up or not hits else Past()
        # "Tell me more" asks the last question again.
        is_same = old.question is not None and question.text == old.question.text
        ids = [hit.passage.id for hit in hits[:1]]
        thread: dict[str, list[Any]] = {
            "questions": [*old.thread.questions, *([] if is_same else [question.text])],
            "things": [*old.things, *([] if is_same else [question.things])],
            "shown": [*(name for name in old.thread.shown if name not in ids), *ids],
            "about": [*old.about, *(hit.document.title for hit in hits[:1])],
        }
        kept = {name: values[-MAX_KEPT:] for name, values in thread.items()}
        shown = [*(name for name in self.shown if name not in ids), *ids]
        return [
            SlotSet("asked", dataclasses.asdict(question)),
            SlotSet("thread", {**kept, "is_answered": bool(hits)}),
            SlotSet("shown", shown[-MAX_SHOWN:]),
        ]


def recall(tracker: Tracker, domain: Mapping[str, Any]) -> Past:
    """Return what a conversation remembers, whatever state its slots are in."""
    slot = tracker.get_slot("thread")
    slot = slot if isinstance(slot, Mapping) else {}
    question, offers = last_question(tracker), offered(tracker, domain)
    things = slot.get("things")
    return Past(
        question=question,
        thread=Thread(
            _texts(slot.get("questions")),
            _texts(slot.get("shown")),
            is_answered=slot.get("is_answered") is True,
        ),
        things=tuple(t for t in things if isinstance(t, dict)) if isinstance(things, list) else (),
        about=_texts(slot.get("about")),
        shown=_texts(tracker.get_slot("shown")),
        offers=offers,
        # What was asked back is open only while its choices are what was offered last.
        is_open=bool(question and question.is_open and offers == tracker.get_slot("offers")),
    )


def _texts(slot: Any) -> tuple[str, ...]:
    return tuple(map(str, slot)) if isinstance(slot, list | tuple) else ()


def offered(tracker: Tracker, domain: Mapping[str, Any]) -> Offers:
    """Return what the turn before offered to choose from, in the order it was shown.

    An action of this server stores it; for a response that Rasa uttered by itself it is the
    buttons in domain.yml. A turn that offered nothing ends older offers.
    """
    if not tracker.events:
        return _read(tracker.get_slot("offers"))
    for event in _turn_before(tracker.events):
        if event.get("event") == "slot" and event.get("name") == "offers":
            return _read(event.get("value"))
        if event.get("event") == "action" and str(event.get("name")).startswith("utter_"):
            return buttons_of(domain, str(event["name"]))
    return []


def buttons_of(domain: Mapping[str, Any], response: str) -> Offers:
    """Return the buttons of a response; none where it has none, or is not there."""
    variants = (domain.get("responses") or {}).get(response) or [{}]
    return _read(variants[0].get("buttons"))


def _turn_before(events: Iterable[dict[str, Any]]) -> Iterable[dict[str, Any]]:
    """Yield the events between the two latest messages of the user, the newest first."""
    n_messages = 0
    for event in reversed(list(events)):
        n_messages += event.get("event") == "user"
        if n_messages > 1:
            return
        if n_messages == 1 and event.get("event") != "user":
            yield event


def _read(value: Any) -> Offers:
    if not isinstance(value, list | tuple):
        return []
    return [
        {key: str(item[key]) for key in ("title", "payload", "passage_id") if item.get(key)}
        for item in value
        if isinstance(item, Mapping) and item.get("title") and item.get("payload")
    ]
