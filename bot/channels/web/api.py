"""The JSON requests of the widget; docs/web-channel.md describes them."""

from sanic.request import Request
from sanic.response import HTTPResponse

from bot.channels.http import find_agent, respond_json
from bot.channels.requests import read_body
from bot.channels.settings import ChannelSettings
from bot.channels.web.about import CACHE, AboutPage, read_place
from bot.channels.web.conversations import Conversations
from bot.channels.web.requests import parse_json_body, parse_message
from bot.channels.web.tokens import SessionTokens, read_bearer
from bot.server.error_replies import API_HEADERS


class JsonApi:
    """Says what the assistant is; opens a session, takes its messages, deletes it."""

    def __init__(
        self,
        about: AboutPage,
        conversations: Conversations,
        tokens: SessionTokens,
        settings: ChannelSettings,
    ) -> None:
        """Take the parts.

        Args:
            about: Describes the assistant and greets.
            conversations: Answers the messages.
            tokens: Reads session tokens.
            settings: Of the channel.
        """
        self._about = about
        self._conversations = conversations
        self._tokens = tokens
        self._settings = settings

    async def describe(self, request: Request) -> HTTPResponse:
        """Say what the assistant is; no session comes of it, and no turn of the bot.

        Raises:
            HttpError: There is no model yet.
        """
        named = {name: request.args.get(name) for name in ("country", "locale")}
        about = await self._about.describe(read_place(named), find_agent(request))
        return about.respond(request, cache=CACHE, headers=dict(API_HEADERS))

    async def open_session(self, request: Request) -> HTTPResponse:
        """Open a session and greet; no turn of the bot comes of it.

        Raises:
            HttpError: There is something wrong with the request, or no model yet.
        """
        place = read_place(await self._read_json(request))
        turns = await self._about.greet(place, find_agent(request))
        token = self._conversations.new_token()
        session = {
            "token": token,
            "expires_at": self._tokens.format_expiry(token),
            "max_chars": self._settings.max_chars,
            "turns": turns,
        }
        return respond_json(session, status=201)

    async def take_message(self, request: Request) -> HTTPResponse:
        """Take a message and reply.

        Raises:
            HttpError: There is something wrong with the request, or no reply.
        """
        token = read_bearer(request.headers.get("authorization", ""))
        # Before the body: what has no session is not worth reading.
        self._tokens.read(token)
        message = parse_message(await self._read_json(request), max_chars=self._settings.max_chars)
        reply = await self._conversations.reply_to(token, message, find_agent(request))
        renewed = {"token": reply.token} if reply.token else {}
        return respond_json({"id": message.id, "turns": reply.turns, **renewed})

    async def delete_session(self, request: Request) -> HTTPResponse:
        """Delete a session.

        Raises:
            HttpError: There is something wrong with the request, or not all was deleted.
        """
        token = read_bearer(request.headers.get("authorization", ""))
        await self._conversations.delete(token, find_agent(request))
        return HTTPResponse(status=204, headers=dict(API_HEADERS))

    async def _read_json(self, request: Request) -> dict[str, object]:
        body = await read_body(request, limit=self._settings.max_body_bytes)
        return parse_json_body(body, request.headers.get("content-type", ""))
