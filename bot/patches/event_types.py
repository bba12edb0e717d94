"""Find the class of an event by its name once.

For each event that it reads, Rasa's `Event.resolve_by_type` lists all subclasses of `Event` anew.
"""

from functools import lru_cache
from typing import Dict, Optional, Type

from rasa.shared.core.events import Event
from rasa.shared.utils.common import all_subclasses

from bot.patches.source import check

# SHA-256 of the source of the function that is replaced, as it stands in Rasa 3.6.21.
REPLACED_SHA256 = "b5cf570fa7f286c7059ec73d8880528d03a78b28cf4e80285a46079c0fa65968"

_original = Event.resolve_by_type


def apply() -> None:
    """Replace the search.

    Raises:
        RuntimeError: Rasa's function is not the one this replacement was written for.
    """
    check(_original, REPLACED_SHA256, "bot/patches/event_types.py")
    Event.resolve_by_type = staticmethod(_resolve_by_type)


@lru_cache(maxsize=1)
def _types() -> Dict[str, Type[Event]]:
    # Where two have a name, Rasa takes the first.
    return {each.type_name: each for each in reversed(all_subclasses(Event))}


def _resolve_by_type(
    type_name: str, default: Optional[Type[Event]] = None
) -> Optional[Type[Event]]:
    found = _types().get(type_name)
    if found is not None:
        return found
    # Unknown, or of a class that is defined later.
    resolved: Optional[Type[Event]] = _original(type_name, default)
    return resolved
