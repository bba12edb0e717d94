"""What the conversation remembers: slots and the turn before, whatever state they are in."""

import dataclasses
from collections.abc import Iterable, Mapping
from typing import Any

from rasa_sdk import Tracker

from actions.resolve import Question

Offers = list[dict[str, str]]


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


def shown_passages(tracker: Tracker) -> tuple[str, ...]:
    """Return the ids of the passages quoted for the last question."""
    slot = tracker.get_slot("shown")
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
