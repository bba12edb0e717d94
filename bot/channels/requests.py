"""The bodies of requests to every channel, read with suspicion: bytes, JSON, texts."""

import json
from typing import Any

from sanic.exceptions import InvalidUsage
from sanic.request import Request

from bot.server.errors import BadJson, BadMessage, TooLong
from bot.turns.message_text import read_words

MAX_DEPTH = 4
# How much of a body that is too long is still taken in, so that the client reads the reply.
MAX_DRAINED_BYTES = 1_000_000


async def read_body(request: Request, *, limit: int) -> bytes:
    """Return the body of a request, and no more than `limit` bytes of it.

    Raises:
        TooLong: It is longer.
        BadJson: A chunk of it is malformed.
    """
    stream: Any = request.stream
    too_long = TooLong(f"The body is longer than {limit} bytes.", limit=limit)
    stream.request_max_size = MAX_DRAINED_BYTES
    if int(request.headers.get("content-length") or 0) > limit:
        raise too_long
    body = bytearray()
    while True:
        try:
            chunk = await stream.read()
        except InvalidUsage as err:
            raise BadJson("A chunk of the body is malformed.") from err
        if not chunk:
            return bytes(body)
        body += chunk
        if len(body) > limit:
            raise too_long


def parse_json(body: bytes) -> dict[str, object]:
    """Return the JSON object of a body.

    Raises:
        BadJson: It is not a JSON object, or one nested too deep.
    """
    try:
        data = json.loads(body.decode("utf-8"), parse_constant=_reject_constant)
        is_flat = isinstance(data, dict) and _depth(data) <= MAX_DEPTH
    except (ValueError, RecursionError) as err:
        raise BadJson("The body is not JSON.") from err
    if not is_flat:
        raise BadJson("The body has to be a flat JSON object.")
    return dict(data)


def parse_text(text: str, *, max_chars: int) -> str:
    """Return the user's words as Rasa may have them: never empty, never a command.

    Raises:
        BadMessage: There are none.
        TooLong: There are more than `max_chars` characters.
    """
    if len(text) > max_chars:
        raise TooLong(f"The text is longer than {max_chars} characters.", limit=max_chars)
    words = read_words(text)
    if not words:
        raise BadMessage("The text is empty.")
    return words


def _reject_constant(constant: str) -> None:
    raise ValueError(constant)


def _depth(value: object) -> int:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return 1 + max(map(_depth, inner), default=0)
