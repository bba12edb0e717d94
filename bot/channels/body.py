"""What a request says, read with suspicion."""

import json
import re
from dataclasses import dataclass
from typing import Any, Dict, Optional
from urllib.parse import parse_qs

from sanic.request import Request

from bot.channels.errors import BadJson, BadMessage, NotJson, TooLong

FEEDBACK_INTENT = "give_feedback"
# Longest reason that is kept (outcomes/store.py).
MAX_REASON = 1000
MAX_DEPTH = 4
# How much of a body that is too long is still taken in, so that the client reads the reply.
MAX_DRAINED_BYTES = 1_000_000
_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_ANSWER_ID = re.compile(r"[A-Za-z0-9_-]{0,64}")
_LOCALE = re.compile(r"[A-Za-z]{2,3}([-_][A-Za-z0-9]{1,8}){0,4}")
# What no keyboard types: databases refuse some of it, and half a pair cannot even be encoded.
_HALF_PAIR = re.compile("[\ud800-\udfff]")
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")


@dataclass(frozen=True)
class Message:
    """One message of a user.

    Attributes:
        id: Made by the client; the same id means the same message.
        text: What Rasa is given: the user's words, or a command of our own making.
        locale: The client's language and country (`en-GB`), none when it does not say.
    """

    id: str
    text: str
    locale: Optional[str]


async def read_body(request: Request, *, limit: int) -> bytes:
    """Return the body of a request, and no more than `limit` bytes of it.

    Raises:
        TooLong: It is longer.
    """
    stream: Any = request.stream
    too_long = TooLong(f"The body is longer than {limit} bytes.", limit=limit)
    stream.request_max_size = MAX_DRAINED_BYTES
    if int(request.headers.get("content-length") or 0) > limit:
        raise too_long
    body = bytearray()
    while True:
        chunk = await stream.read()
        if not chunk:
            return bytes(body)
        body += chunk
        if len(body) > limit:
            raise too_long


def read_json(body: bytes, content_type: str) -> Dict[str, Any]:
    """Return the JSON object of a body.

    Raises:
        NotJson: The body is declared as something else.
        BadJson: It is no JSON object, or one nested too deep.
    """
    kind, _, parameters = content_type.lower().partition(";")
    charset = parameters.replace('"', "").strip()
    if kind.strip() != "application/json" or charset not in ("", "charset=utf-8", "charset=utf8"):
        raise NotJson("The body has to be application/json in UTF-8.")
    try:
        data = json.loads(body.decode("utf-8"), parse_constant=_refuse)
        is_flat = isinstance(data, dict) and _depth(data) <= MAX_DEPTH
    except (ValueError, RecursionError) as err:
        raise BadJson("The body is not JSON.") from err
    if not is_flat:
        raise BadJson("The body has to be a flat JSON object.")
    return dict(data)


def read_form(body: bytes) -> Dict[str, str]:
    """Return the fields of a form; of a field sent twice the first counts.

    Raises:
        BadMessage: It has too many fields.
    """
    try:
        fields = parse_qs(body.decode("utf-8", "replace"), max_num_fields=20)
    except ValueError as err:
        raise BadMessage("The form has too many fields.") from err
    return {name: values[0] for name, values in fields.items()}


def read_message(data: Dict[str, Any], *, max_chars: int) -> Message:
    """Return the message that a JSON object holds.

    Raises:
        BadMessage: A field is missing or has the wrong form.
        TooLong: The text is longer than `max_chars`.
    """
    message_id = data.get("id")
    if not isinstance(message_id, str) or not _ID.fullmatch(message_id):
        raise BadMessage('"id" has to be 1 to 64 letters, digits, ".", "_" or "-".')
    text, feedback = data.get("text"), data.get("feedback")
    if (text is None) == (feedback is None):
        raise BadMessage('One of "text" and "feedback" has to be there.')
    locale = read_locale(data)
    if feedback is not None:
        return Message(message_id, read_feedback(feedback), locale)
    if not isinstance(text, str):
        raise BadMessage('"text" has to be a string.')
    return Message(message_id, read_text(text, max_chars=max_chars), locale)


def read_text(text: str, *, max_chars: int) -> str:
    """Return the user's words as Rasa may have them: never empty, never a command.

    Raises:
        BadMessage: There are none.
        TooLong: There are more than `max_chars` characters.
    """
    if len(text) > max_chars:
        raise TooLong(f"The text is longer than {max_chars} characters.", limit=max_chars)
    words = clean(text).strip()
    if not words:
        raise BadMessage("The text is empty.")
    plain = words
    # Rasa takes what follows a slash for an intent: "/restart".
    while plain.startswith("/"):
        plain = plain.lstrip("/").strip()
    return plain or words.replace("/", "\u2215")


def read_feedback(feedback: Any) -> str:
    """Return the command that records feedback (docs/contract.md).

    Raises:
        BadMessage: It has the wrong form.
        TooLong: The reason is too long.
    """
    fields = feedback if isinstance(feedback, dict) else {}
    answer_id, rating = fields.get("answer_id", ""), fields.get("rating")
    reason = "" if fields.get("reason") is None else fields["reason"]
    if rating not in ("up", "down") or not isinstance(reason, str):
        raise BadMessage('"feedback" has to have a "rating", "up" or "down", and may say why.')
    if not isinstance(answer_id, str) or not _ANSWER_ID.fullmatch(answer_id):
        raise BadMessage('"answer_id" of "feedback" is not one of this server.')
    if len(reason) > MAX_REASON:
        raise TooLong(f"The reason is longer than {MAX_REASON} characters.", limit=MAX_REASON)
    said = {"answer_id": answer_id, "rating": rating}
    if clean(reason).strip():
        said["reason"] = clean(reason).strip()
    return f"/{FEEDBACK_INTENT}{json.dumps(said)}"


def read_locale(data: Dict[str, Any]) -> Optional[str]:
    """Return the locale; none where there is none or it is not a language tag."""
    locale = data.get("locale")
    return locale if isinstance(locale, str) and _LOCALE.fullmatch(locale) else None


def clean(text: str) -> str:
    """Return `text` without control characters (but lines and tabs) and halves of pairs."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _HALF_PAIR.sub("\ufffd", _CONTROL.sub(" ", text))


def _refuse(constant: str) -> None:
    raise ValueError(constant)


def _depth(value: Any) -> int:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return 1 + max(map(_depth, inner), default=0)
