"""REST: programs of the owner's ask here, and name the sender themselves.

The addresses and the replies are those of Rasa's REST channel. Who may ask is not: this machine
alone, or who has BONAFIDE_REST_TOKEN. So are the limits, and what a failure leaves in the log.
"""

import asyncio
import logging
import re
import uuid
from collections.abc import Awaitable, Mapping

from rasa.core.channels.channel import (
    CollectingOutputChannel,
    InputChannel,
    OutputChannel,
    UserMessage,
)
from sanic import Blueprint
from sanic.request import Request
from sanic.response import HTTPResponse

from bot.channels.collector import MessageHandler
from bot.channels.feedback import FEEDBACK_INTENT, read_feedback
from bot.channels.http import (
    RETRY_AFTER_S,
    find_agent,
    require_model,
    respond_error,
    respond_json,
)
from bot.channels.messaging.registry import CHANNELS as PLATFORM_CHANNELS
from bot.channels.requests import parse_json, parse_text, read_body
from bot.channels.rest.access import RestAccess
from bot.channels.settings import ChannelSettings
from bot.server.errors import BadMessage, HttpError, NotJson, Unavailable
from bot.server.rate_limits import RefusalLimit
from bot.server.settings import ServerSettings
from bot.turns.current_message import in_turn
from bot.turns.fragments import PIECES, Fragments
from bot.turns.message_text import sanitize_text
from safe_logging import describe

logger = logging.getLogger(__name__)

NAME = "rest"
# Whose conversations nobody can speak in from here.
OTHER_CHANNELS = frozenset({"web", *PLATFORM_CHANNELS})
# `curl -d` declares a form, and some clients nothing; the body is JSON all the same.
TYPES = ("application/json", "application/x-www-form-urlencoded", "")
# The column of a database that keeps conversations has so many characters
# (bot/conversations/event_log.py).
MAX_SENDER = 255
# Longest that a request waits for its reply, in seconds; the turn goes on.
REPLY_TIMEOUT_S = 60.0
_FEEDBACK = re.compile(rf"\s*/{FEEDBACK_INTENT}\s*(\{{.*\}})\s*", re.DOTALL)
_UNSTORABLE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


class RestInput(InputChannel):
    """The channel; a piece that is read with a later message gets an empty list."""

    def __init__(self, settings: ChannelSettings, server: ServerSettings) -> None:
        """Take the settings.

        Args:
            settings: How long a message may be, and how many proxies stand in front.
            server: The token, and whether commands of Rasa's are taken.
        """
        self._settings = settings
        self._server = server
        self._access = RestAccess(server.rest_token, proxies=settings.proxies)
        self._refusals = RefusalLimit(proxies=settings.proxies)
        self._turns: set[asyncio.Future[object]] = set()

    @classmethod
    def name(cls) -> str:
        """The channel's name: part of its address, and what trackers say of a message."""
        return NAME

    @classmethod
    def from_credentials(cls, credentials: Mapping[str, object] | None) -> "RestInput":
        """Return the channel of the environment.

        Args:
            credentials: What credentials.yml says; it holds no option.

        Raises:
            SettingInvalid: A setting has the wrong form.
        """
        return cls(ChannelSettings.from_env(), ServerSettings.from_env())

    def blueprint(self, on_new_message: MessageHandler) -> Blueprint:
        """Return the routes; Rasa puts them under /webhooks/rest."""
        take = join_pieces(in_turn(on_new_message), Fragments())
        blueprint = Blueprint("rest_channel")

        async def health(request: Request) -> HTTPResponse:
            return respond_json({"status": "ok"})

        async def receive(request: Request) -> HTTPResponse:
            try:
                return await self._receive(request, take)
            except HttpError as err:
                return respond_error(err)

        blueprint.add_route(health, "/", methods=["GET"], name="health")
        # The body is read here, and no further than its limit.
        blueprint.add_route(receive, "/webhook", methods=["POST"], name="receive", stream=True)
        return blueprint

    async def _receive(self, request: Request, take: MessageHandler) -> HTTPResponse:
        """Take a message and reply.

        Raises:
            HttpError: There is something wrong with the request, or no reply.
        """
        await self._refusals.check(request)
        try:
            self._access.check(request)
        except HttpError:
            self._refusals.add(request)
            raise
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind not in TYPES:
            raise NotJson("The body has to be application/json.")
        data = parse_json(await read_body(request, limit=self._settings.max_body_bytes))
        collector = CollectingOutputChannel()
        message = self._parse_message(data, collector)
        require_model(find_agent(request))
        await self._wait_for(take(message))
        return respond_json(collector.messages)

    def _parse_message(self, data: Mapping[str, object], output: OutputChannel) -> UserMessage:
        text = data.get("message")
        if not isinstance(text, str):
            raise BadMessage('"message" has to be a string.')
        metadata = data.get("metadata")
        if isinstance(metadata, dict):
            # This key is the server's own.
            metadata = {key: value for key, value in metadata.items() if key != PIECES}
        else:
            metadata = None
        sender = parse_sender(data.get("sender"))
        text = self._parse_text(text)
        return UserMessage(text, output, sender, input_channel=NAME, metadata=metadata)

    def _parse_text(self, text: str) -> str:
        if self._server.rest_commands and text.startswith("/"):
            return sanitize_text(text)
        feedback = _FEEDBACK.fullmatch(text)
        if feedback:
            return read_feedback(parse_json(feedback[1].encode("utf-8", "replace")))
        return parse_text(text, max_chars=self._settings.max_chars)

    async def _wait_for(self, turn: Awaitable[object]) -> None:
        """Wait for a turn, which goes on whatever becomes of the request.

        Raises:
            Unavailable: It failed or takes too long.
        """
        task = asyncio.ensure_future(turn)
        # The event loop itself holds a task only weakly.
        self._turns.add(task)
        task.add_done_callback(self._settle)
        done, _ = await asyncio.wait({task}, timeout=REPLY_TIMEOUT_S)
        if not done:
            raise Unavailable("The reply takes long.", retry_after_s=RETRY_AFTER_S)
        if task.cancelled() or task.exception() is not None:
            raise Unavailable("The assistant failed.", retry_after_s=RETRY_AFTER_S)

    def _settle(self, task: asyncio.Future[object]) -> None:
        self._turns.discard(task)
        err = None if task.cancelled() else task.exception()
        if err is not None:
            # Not the message of the error: it may repeat the user's words.
            logger.error("A turn over REST failed: %s", describe(err))


def parse_sender(sender: object) -> str:
    """Return the id of a conversation; a new one for None: never one for all.

    Raises:
        BadMessage: It cannot be kept, or is of another channel's conversations.
    """
    if sender is None:
        return f"{NAME}-{uuid.uuid4().hex}"
    if not isinstance(sender, str) or not 1 <= len(sender) <= MAX_SENDER:
        raise BadMessage(f'"sender" has to be a string of 1 to {MAX_SENDER} characters.')
    if _UNSTORABLE.search(sender):
        raise BadMessage('"sender" has a control character or half a character in it.')
    channel = sender.partition("-")[0].strip().lower()
    if "-" in sender and channel in OTHER_CHANNELS:
        raise BadMessage('"sender" begins as the conversations of another channel do.')
    return sender


def join_pieces(handle: MessageHandler, fragments: Fragments) -> MessageHandler:
    """Return a handler that joins the pieces of messages before it hands them on.

    Args:
        handle: Rasa's.
        fragments: The pieces that wait.
    """

    async def take(message: UserMessage) -> None:
        taken = fragments.take(message.sender_id, sanitize_text(message.text or ""))
        # What this message released goes first.
        await asyncio.sleep(0)
        whole = await taken
        if whole is not None:
            message.text, message.metadata = whole.text, whole.describe(message.metadata)
            await handle(message)

    return take
