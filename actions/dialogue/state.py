"""The state of a conversation: its slots and the turn before, whatever shape they are in."""

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from typing import TypedDict

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet

from actions.question import Question
from contract.channels import GREETED, GREETING
from contract.turn import Suggestion
from knowledge import Hit, Thread

# Questions and passages of a thread that are kept, and ids of a whole conversation.
MAX_KEPT, MAX_SHOWN = 8, 100
NO_THREAD = Thread()
Events = list[dict[str, object]]
Offers = list[Suggestion]


class Response(TypedDict, total=False):
    """A variant of a response of domain.yml: its words, and the buttons under them."""

    id: str
    text: str
    buttons: list[Suggestion]


class Domain(TypedDict, total=False):
    """What of domain.yml the actions read, as Rasa sends it: the variants of each response."""

    responses: dict[str, list[Response]]


def read_question(tracker: Tracker) -> Question | None:
    """Return the question of the turn before; None if the slot holds no such thing."""
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
class DialogueState:
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

    def remember_turn(
        self, question: Question, hits: Sequence[Hit], *, is_follow_up: bool
    ) -> Events:
        """Return the events that remember a turn.

        Args:
            question: What was asked, once or again.
            hits: What was shown for it; empty where nothing was.
            is_follow_up: It hangs on the thread; else a new one starts.
        """
        # What finds nothing may be a remark: what was spoken of before is kept with it.
        old = self if is_follow_up or not hits else DialogueState()
        # "Tell me more" asks the last question again.
        is_same = old.question is not None and question.text == old.question.text
        ids = [hit.passage.id for hit in hits[:1]]
        thread: dict[str, list[object]] = {
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


def read_state(tracker: Tracker, domain: Domain) -> DialogueState:
    """Return what a conversation remembers, whatever state its slots are in."""
    slot = tracker.get_slot("thread")
    slot = slot if isinstance(slot, Mapping) else {}
    question, offers = read_question(tracker), read_offers(tracker, domain)
    things = slot.get("things")
    return DialogueState(
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


def _texts(slot: object) -> tuple[str, ...]:
    return tuple(map(str, slot)) if isinstance(slot, list | tuple) else ()


def read_offers(tracker: Tracker, domain: Domain) -> Offers:
    """Return what the turn before offered to choose from, in the order it was shown.

    An action of this server stores it; for a response that Rasa uttered by itself it is the
    buttons in domain.yml. A turn that offered nothing ends older offers. A client that
    greets by itself says so with the first message, which then follows the greeting's buttons.
    """
    if not tracker.events:
        return _parse_offers(tracker.get_slot("offers"))
    for event in _turn_before(tracker.events):
        if event.get("event") == "slot" and event.get("name") == "offers":
            return _parse_offers(event.get("value"))
        if event.get("event") == "action" and str(event.get("name")).startswith("utter_"):
            return buttons_of(domain, str(event["name"]))
    metadata = (tracker.latest_message or {}).get("metadata")
    is_greeted = isinstance(metadata, Mapping) and metadata.get(GREETED) is True
    return buttons_of(domain, GREETING) if is_greeted else []


def buttons_of(domain: Domain, response: str) -> Offers:
    """Return the buttons of a response; empty if it has none, or the domain lacks it."""
    variants = domain.get("responses", {}).get(response) or [Response()]
    return _parse_offers(variants[0].get("buttons"))


def _turn_before(events: Events) -> Iterable[dict[str, object]]:
    """Yield the events between the two latest messages of the user, the newest first."""
    n_messages = 0
    for event in reversed(events):
        n_messages += event.get("event") == "user"
        if n_messages > 1:
            return
        if n_messages == 1 and event.get("event") != "user":
            yield event


def _parse_offers(value: object) -> Offers:
    if not isinstance(value, list | tuple):
        return []
    return [
        _parse_offer(item)
        for item in value
        if isinstance(item, Mapping) and item.get("title") and item.get("payload")
    ]


def _parse_offer(item: Mapping[str, object]) -> Suggestion:
    offer: Suggestion = {"title": str(item["title"]), "payload": str(item["payload"])}
    if item.get("passage_id"):
        offer["passage_id"] = str(item["passage_id"])
    return offer
