"""The meaning of a platform's message, and the id of its conversation."""

import hashlib
import hmac
from collections.abc import Sequence

from bot.channels.collector import GREETING
from bot.channels.messaging.canned_replies import CannedReply
from bot.channels.messaging.incoming import IncomingMessage, MessageKind
from bot.channels.messaging.rendering.tap_codes import ChoiceTap, FeedbackTap, message_for_tap
from bot.channels.requests import parse_text
from bot.red_flags import urgency
from bot.server.errors import BadMessage, TooLong
from contract.turn import Suggestion


def interpret(
    incoming: IncomingMessage, suggestions: Sequence[Suggestion], *, max_chars: int
) -> str | CannedReply:
    """Return what Rasa is sent for a message, or what the person is told instead.

    Args:
        incoming: The message.
        suggestions: The conversation's latest suggestions: what a tap can mean.
        max_chars: Longest text.
    """
    content = incoming.content
    if content is MessageKind.HELLO:
        return GREETING
    if content is MessageKind.NO_WORDS:
        return CannedReply.NO_WORDS
    if isinstance(content, FeedbackTap):
        return message_for_tap(content) or ""
    text = message_for_tap(content, suggestions) if isinstance(content, ChoiceTap) else content
    if not isinstance(text, str):
        return CannedReply.OLD_TAP
    try:
        return parse_text(text, max_chars=max_chars)
    except TooLong:
        return CannedReply.TOO_LONG
    except BadMessage:
        return CannedReply.NO_WORDS


def is_urgent(incoming: IncomingMessage, *, max_chars: int) -> bool:
    """Say whether a message that can be read holds a red flag of the rules."""
    if not isinstance(incoming.content, str):
        return False
    text = interpret(incoming, (), max_chars=max_chars)
    return isinstance(text, str) and urgency.is_urgent(text)


def make_sender_id(secret: str, name: str, incoming: IncomingMessage) -> str:
    """Return the id of a conversation in the tracker: nobody can guess it without the secret.

    REST lets anybody name a sender, and people's ids on a platform are no secret.
    """
    channel = incoming.channel or name
    message = f"platform\0{name}\0{channel}\0{incoming.conversation}"
    digest = hmac.new(
        secret.encode("utf-8"), message.encode("utf-8", "surrogatepass"), hashlib.sha256
    )
    return f"{channel}-{digest.hexdigest()}"
