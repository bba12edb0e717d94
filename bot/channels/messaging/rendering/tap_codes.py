"""The buttons of a message, the codes that a tap on one brings back, and how to read them.

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

`decode_tap` reads a code and `message_for_tap` turns it into what the Rasa server is sent. A
platform hands back what somebody says was tapped: the text of a choice is no more trusted than a
typed one, so `message_for_tap` never lets it be a command.
"""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass

from bot.channels.feedback import format_feedback
from bot.channels.messaging.rendering.parts import Button
from bot.channels.messaging.rendering.split import utf8
from bot.channels.messaging.rendering.turn import choice_text
from contract.turn import Suggestion

THUMB_UP = "\N{THUMBS UP SIGN}"
THUMB_DOWN = "\N{THUMBS DOWN SIGN}"
# Rating, what a thumb shows, and what a screen reader says where the platform lets us say it.
_THUMBS = (("up", THUMB_UP, "This helped"), ("down", THUMB_DOWN, "This did not help"))

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


Tap = ChoiceTap | FeedbackTap


@dataclass(frozen=True)
class TapButton:
    """A button of a choice or a thumb, as every platform needs it.

    Attributes:
        id: `choice_2`, `feedback_up`: its own within a message.
        title: What is shown.
        text: What would have been typed instead.
        code: What a tap brings back.
        label: What a screen reader says, where the title is a sign; else empty.
    """

    id: str
    title: str
    text: str
    code: str
    label: str = ""


def choice_buttons(
    buttons: Iterable[Button], *, max_bytes: int, with_text: bool = True
) -> list[TapButton]:
    """Return the buttons of a turn's choices; the arguments are those of `encode_choice`."""
    return [
        TapButton(
            id=f"choice_{button.choice.place}",
            title=button.title,
            text=button.choice.text,
            code=encode_choice(
                button.choice.place, button.choice.text, max_bytes=max_bytes, with_text=with_text
            ),
        )
        for button in buttons
    ]


def thumb_buttons(answer_id: str, *, max_bytes: int) -> list[TapButton]:
    """Return both thumbs of an answer; none for a turn that cannot be rated.

    Args:
        answer_id: Of the answer. The bot's own have 32 characters. Empty where there is none.
        max_bytes: Most bytes of a code; there are no thumbs where the id has no room.
    """
    thumbs = [
        TapButton(f"feedback_{rating}", thumb, thumb, f"f:{rating}:{answer_id}", label)
        for rating, thumb, label in _THUMBS
    ]
    return thumbs if answer_id and all(utf8(each.code) <= max_bytes for each in thumbs) else []


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
    return f"c:{place}#{hash_text(text)}"


def hash_text(text: str) -> str:
    """Return eight characters that stand for a text."""
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:8]


def decode_tap(code: object) -> Tap | None:
    """Return what a code says; None for a foreign code."""
    if not isinstance(code, str):
        return None
    choice, feedback = _CHOICE.fullmatch(code), _FEEDBACK.fullmatch(code)
    if choice:
        return ChoiceTap(int(choice[1]), choice[2] or "", choice[3] or "")
    return FeedbackTap(feedback[1], feedback[2]) if feedback else None


def message_for_tap(tap: Tap, suggestions: Iterable[Suggestion] = ()) -> str | None:
    """Return what the Rasa server is sent for a tap.

    Args:
        tap: What was tapped.
        suggestions: Those of this conversation's turns, as far as they are remembered: they hold
            the text of a choice that came without.

    Returns:
        The choice's text, never a command; `/give_feedback{…}` for a thumb; None for a choice whose
        text nobody remembers (its number might mean another one by now: ask the person to type).
    """
    if isinstance(tap, FeedbackTap):
        return format_feedback(tap.answer_id, tap.rating)
    text = tap.text or _recall_text(tap, suggestions)
    plain = re.sub(r"\A[\s/]+", "", text).strip()
    return plain or None


def _recall_text(tap: ChoiceTap, suggestions: Iterable[Suggestion]) -> str:
    for suggestion in suggestions:
        text = choice_text(suggestion)
        if text and hash_text(text) == tap.digest:
            return text
    return ""
