"""The JSON requests of the widget; docs/web-channel.md describes them."""

import json
from typing import Any, Dict, Optional

from sanic.request import Request
from sanic.response import HTTPResponse

from bot.channels.body import read_body, read_json, read_locale, read_message
from bot.channels.conversation import Conversations
from bot.channels.errors import WebError
from bot.channels.front import API_HEADERS
from bot.channels.settings import Settings
from bot.channels.tokens import Tokens, read_bearer


class Api:
    """Opens a session, takes its messages, deletes it."""

    def __init__(self, conversations: Conversations, tokens: Tokens, settings: Settings) -> None:
        """Take the parts.

        Args:
            conversations: Answers.
            tokens: Made the tokens.
            settings: Of the channel.
        """
        self._conversations = conversations
        self._tokens = tokens
        self._settings = settings

    async def open(self, request: Request) -> HTTPResponse:
        """Open a session and greet.

        Raises:
            WebError: There is something wrong with the request, or no reply.
        """
        locale = read_locale(await self._read(request))
        token = self._conversations.new_token()
        turns = await self._conversations.greet(token, locale, read_agent(request))
        return respond(
            {"token": token, "expires_at": self._tokens.end_of(token), "turns": turns}, status=201
        )

    async def say(self, request: Request) -> HTTPResponse:
        """Take a message and reply.

        Raises:
            WebError: There is something wrong with the request, or no reply.
        """
        token = read_bearer(request.headers.get("authorization", ""))
        # Before the body: what has no session is not worth reading.
        self._tokens.read(token)
        message = read_message(await self._read(request), max_chars=self._settings.max_chars)
        reply = await self._conversations.say(token, message, read_agent(request))
        renewed = {"token": reply.token} if reply.token else {}
        return respond({"id": message.id, "turns": reply.turns, **renewed})

    async def end(self, request: Request) -> HTTPResponse:
        """Delete a session.

        Raises:
            WebError: There is something wrong with the request, or not all was deleted.
        """
        token = read_bearer(request.headers.get("authorization", ""))
        await self._conversations.end(token, read_agent(request))
        return HTTPResponse(status=204, headers=dict(API_HEADERS))

    async def _read(self, request: Request) -> Dict[str, Any]:
        body = await read_body(request, limit=self._settings.max_body_bytes)
        return read_json(body, request.headers.get("content-type", ""))


def refuse(error: WebError) -> HTTPResponse:
    """Return an error as JSON."""
    return respond(error.body, status=error.status, headers=error.headers)


def respond(
    data: Dict[str, Any], *, status: int = 200, headers: Optional[Dict[str, str]] = None
) -> HTTPResponse:
    """Return a JSON reply that nobody keeps.

    It is not compressed: a secret (the token) beside what another may have put in (an answer to a
    question) could be guessed from the size (BREACH).
    """
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return HTTPResponse(
        text.encode("utf-8", "replace"),
        status,
        {**API_HEADERS, **(headers or {})},
        content_type="application/json",
    )


def read_agent(request: Request) -> Any:
    """Return Rasa's agent; nothing while it loads."""
    return getattr(request.app.ctx, "agent", None)
