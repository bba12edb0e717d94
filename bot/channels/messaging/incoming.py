"""Messages of people on a platform, and what else a webhook brings."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import Enum
from typing import Any

from bot.channels.messaging.rendering.tap_codes import ChoiceTap, FeedbackTap
from bot.channels.messaging.webhook import WebhookResponse


class MessageKind(Enum):
    """A message that is neither words nor a tap on a button of ours."""

    HELLO = "hello"  # the conversation was opened: /start
    NO_WORDS = "no words"  # a picture, a voice message, a place
    OLD_TAP = "old tap"  # a button whose code nobody can read


Content = str | ChoiceTap | FeedbackTap | MessageKind


@dataclass(frozen=True)
class IncomingMessage:
    """A message of a person. Its fields are what a stranger wrote: nothing of it is ever logged.

    Attributes:
        id: The platform's id of the message. The same id in one platform is the same message, and
            is answered once.
        conversation: The platform's id of the conversation: who gets the answer. In groups and
            workspaces it names everything that keeps one person's talk apart from another's.
        sender: The platform's id of the person, by which messages are counted.
        content: Words as they were typed (a command in them is just words), a tap, or a sign.
        order: The platform's number or time of the message, where it has one: of the messages of a
            conversation that wait together, the lowest is answered first.
        channel: What trackers and outcomes call the channel, where that is not the platform's
            name: one platform can be two (`sms`, `whatsapp`).
        locale: The language and country that the person's app is set to (`en-GB`): a hint.
        country: Where the person's number is from (two letters), where the platform says so: its
            emergency numbers are named.
        address: What `Platform.send_message` needs beside this to answer.
    """

    id: str
    conversation: str = field(repr=False)
    sender: str = field(repr=False)
    content: Content = field(repr=False)
    order: float = 0
    channel: str = ""
    locale: str | None = None
    country: str | None = None
    address: Mapping[str, Any] = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class ParsedWebhook:
    """What a webhook says.

    Attributes:
        messages: To be answered; none for an edit, a join, an echo of the bot, an unknown event.
        response: What the webhook is answered with at once.
    """

    messages: tuple[IncomingMessage, ...] = ()
    response: WebhookResponse = field(default_factory=WebhookResponse)


def to_json(incoming: IncomingMessage) -> str:
    """Return a message as JSON, for `from_json`."""
    content = incoming.content
    packed: object = content
    if isinstance(content, MessageKind):
        packed = {"sign": content.value}
    elif isinstance(content, (ChoiceTap, FeedbackTap)):
        packed = {type(content).__name__: asdict(content)}
    fields = {name: getattr(incoming, name) for name in IncomingMessage.__dataclass_fields__}
    del fields["content"]
    # "said" and "sign" are what rows of earlier versions say, which may wait in the inbox.
    return json.dumps({**fields, "said": packed, "address": dict(incoming.address)})


def from_json(text: str) -> IncomingMessage:
    """Return the message that `to_json` wrote.

    Raises:
        ValueError, KeyError, TypeError: If a later or earlier version wrote it.
    """
    fields = json.loads(text)
    return IncomingMessage(content=_unpack_content(fields.pop("said")), **fields)


def _unpack_content(packed: Any) -> Content:
    if isinstance(packed, str):
        return packed
    ((kind, value),) = packed.items()
    if kind == "sign":
        return MessageKind(value)
    return {"ChoiceTap": ChoiceTap, "FeedbackTap": FeedbackTap}[kind](**value)
