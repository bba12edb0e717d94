"""What a tap on a button brings back, and how to read it.

A button carries a code, ASCII around the words of a choice, in the place its platform has for one:

| platform | where the code comes back |
|---|---|
| Telegram | `callback_query.data` |
| Slack | `actions[0].value` of a `block_actions` payload (`action_id`: `choice_1`, `feedback_up`) |
| Messenger | `message.quick_reply.payload` |
| Teams | `value.tap` of a message activity, whose `text` is what would have been typed |
| Mattermost | `context.tap` of the request to the integration URL |

SMS and WhatsApp have no buttons: people type the number, the words, "good answer".

| code | meaning |
|---|---|
| `c:2=Is it hereditary?` | choice 2, with the text to ask |
| `c:2#1f0c9a3b` | choice 2, with a digest of the text where the text is too long for the button |
| `f:up:5f0c…`, `f:down:5f0c…` | feedback on an answer |

`decode` reads a code and `message_of` turns it into what the Rasa server is sent. A platform hands
back what somebody says was tapped: the text of a choice is no more trusted than a typed one, so
`message_of` never lets it be a command.
"""

import hashlib
import json
import re
from dataclasses import dataclass
from typing import Any, Iterable, Mapping, Optional, Union

from bot.messaging.measure import utf8
from bot.messaging.turn import choice_text

_CHOICE = re.compile(r"c:([1-9][0-9]{0,2})(?:=(.+)|#([0-9a-f]{8}))", re.DOTALL)
_FEEDBACK = re.compile(r"f:(up|down):([A-Za-z0-9_-]{1,64})")


@dataclass(frozen=True)
class ChoiceTap:
    """A choice was tapped.

    Attributes:
        place: Its number, from 1.
        text: What it asks; empty where the button had no room for it.
        digest: Of the text; empty where the text is there.
    """

    place: int
    text: str
    digest: str


@dataclass(frozen=True)
class FeedbackTap:
    """A thumb was tapped.

    Attributes:
        rating: `up` or `down`.
        answer_id: Of the answer that it is about.
    """

    rating: str
    answer_id: str


Tap = Union[ChoiceTap, FeedbackTap]


def encode_choice(place: int, text: str, *, max_bytes: int, with_text: bool = True) -> str:
    """Return the code of a choice.

    Args:
        place: Its number, 1 to 999.
        text: What it asks.
        max_bytes: Most bytes of a code; 14 at least.
        with_text: Carry the text where there is room.
    """
    code = f"c:{place}={text}"
    if with_text and utf8(code) <= max_bytes:
        return code
    return f"c:{place}#{digest(text)}"


def encode_feedback(rating: str, answer_id: str, *, max_bytes: int) -> str:
    """Return the code of a thumb; nothing where the id is too long for the button.

    Args:
        rating: `up` or `down`.
        answer_id: Of the answer. The bot's own have 32 characters.
        max_bytes: Most bytes of a code.
    """
    code = f"f:{rating}:{answer_id}"
    return code if utf8(code) <= max_bytes else ""


def digest(text: str) -> str:
    """Return eight characters that stand for a text."""
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:8]


def decode(code: object) -> Optional[Tap]:
    """Return what a code says; nothing for what is none of ours."""
    if not isinstance(code, str):
        return None
    choice, feedback = _CHOICE.fullmatch(code), _FEEDBACK.fullmatch(code)
    if choice:
        return ChoiceTap(int(choice[1]), choice[2] or "", choice[3] or "")
    return FeedbackTap(feedback[1], feedback[2]) if feedback else None


def message_of(tap: Tap, offers: Iterable[Mapping[str, Any]] = ()) -> Optional[str]:
    """Return what the Rasa server is sent for a tap.

    Args:
        tap: What was tapped.
        offers: `suggestions` of this conversation's turns, as far as they are remembered: they hold
            the text of a choice that came without.

    Returns:
        The choice's text, never a command; `/give_feedback{…}` for a thumb; None for a choice whose
        text nobody remembers (its number might mean another one by now: ask the person to type).
    """
    if isinstance(tap, FeedbackTap):
        said = {"answer_id": tap.answer_id, "rating": tap.rating}
        return f"/give_feedback{json.dumps(said)}"
    text = tap.text or _recall(tap, offers)
    plain = re.sub(r"\A[\s/]+", "", text).strip()
    return plain or None


def _recall(tap: ChoiceTap, offers: Iterable[Mapping[str, Any]]) -> str:
    for offer in offers:
        text = choice_text(offer)
        if text and digest(text) == tap.digest:
            return text
    return ""
