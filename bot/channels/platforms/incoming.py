"""What somebody sent on a platform."""

from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Mapping, Optional, Tuple, Union

from bot.channels.platforms.webhook import Answer
from bot.messaging.actions import ChoiceTap, FeedbackTap


class Sign(Enum):
    """A message that is neither words nor a tap on a button of ours."""

    HELLO = "hello"  # the conversation was opened: /start
    NO_WORDS = "no words"  # a picture, a voice message, a place
    OLD_TAP = "old tap"  # a button whose code nobody can read


Said = Union[str, ChoiceTap, FeedbackTap, Sign]


@dataclass(frozen=True)
class Incoming:
    """A message of a person. Its fields are what a stranger wrote: nothing of it is ever logged.

    Attributes:
        id: The platform's id of the message. The same id in one platform is the same message, and
            is answered once.
        conversation: The platform's id of the conversation: who gets the answer. In groups and
            workspaces it names everything that keeps one person's talk apart from another's.
        sender: The platform's id of the person, by which messages are counted.
        said: Words as they were typed (a command in them is just words), a tap, or a sign.
        order: The platform's number or time of the message, where it has one: of the messages of a
            conversation that wait together, the lowest is answered first.
        channel: What trackers and outcomes call the channel, where that is not the platform's
            name: one platform can be two (`sms`, `whatsapp`).
        locale: The person's language and country (`en-GB`), whose emergency numbers are named.
        address: What `Platform.send` needs beside this to answer.
    """

    id: str
    conversation: str = field(repr=False)
    sender: str = field(repr=False)
    said: Said = field(repr=False)
    order: float = 0
    channel: str = ""
    locale: Optional[str] = None
    address: Mapping[str, Any] = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class Reading:
    """What a webhook says.

    Attributes:
        messages: To be answered; none for an edit, a join, an echo of the bot, an unknown event.
        answer: What the webhook is answered with at once.
    """

    messages: Tuple[Incoming, ...] = ()
    answer: Answer = field(default_factory=Answer)
