"""The messaging platforms as one channel of Rasa's: each at /webhooks/<platform>/<path>."""

import asyncio
import logging
import socket
from collections.abc import Callable, Coroutine
from dataclasses import replace
from typing import Any

from rasa.core.channels.channel import InputChannel
from sanic import Blueprint, Sanic
from sanic.request import Request
from sanic.response import HTTPResponse

from bot.channels.collector import MessageHandler
from bot.channels.contact import read_contact
from bot.channels.http import find_agent
from bot.channels.messaging.answering import Answerer
from bot.channels.messaging.api_client import ApiClient, SendFailed
from bot.channels.messaging.dispatcher import Dispatcher
from bot.channels.messaging.inbox import MAINTAIN_EVERY_S, Inbox, read_inbox_url
from bot.channels.messaging.platform import Platform
from bot.channels.messaging.queues import Overloaded
from bot.channels.messaging.registry import open_platforms
from bot.channels.messaging.webhook import (
    InvalidSignature,
    MalformedWebhook,
    Webhook,
    WebhookResponse,
)
from bot.channels.requests import read_body
from bot.channels.secrets import read_platform_secret
from bot.channels.settings import ChannelSettings
from bot.emergency_numbers import Numbers
from bot.server.errors import BadJson, RateLimited, TooLong
from bot.server.rate_limits import RefusalLimit
from bot.turns.current_message import in_turn
from safe_logging import describe

logger = logging.getLogger(__name__)

# More than a message that is answered; anybody can have so much read before a signature is wrong.
MAX_BODY_BYTES = 65_536
BAD, BUSY = WebhookResponse(400), WebhookResponse(503)
RESPONSES: dict[type[Exception], WebhookResponse] = {
    InvalidSignature: WebhookResponse(403),
    MalformedWebhook: BAD,
    BadJson: BAD,
    TooLong: WebhookResponse(413),
    RateLimited: WebhookResponse(429),
}
HEADERS = {"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"}

Handler = Callable[[Request], Coroutine[Any, Any, HTTPResponse]]


class PlatformInput(InputChannel):
    """The channel of all messaging platforms that are switched on."""

    def __init__(
        self,
        platforms: list[Platform],
        client: ApiClient,
        settings: ChannelSettings,
        *,
        secret: str,
        inbox_url: str,
    ) -> None:
        """Take the parts.

        Args:
            platforms: Those that are on.
            client: What they call their APIs with.
            settings: How long a text may be, how many a minute, and the proxies in front.
            secret: Makes the ids of conversations.
            inbox_url: The database in which messages stand until they are handled.
        """
        self._platforms = platforms
        self._client = client
        self._settings = settings
        self._secret = secret
        self._refusals = RefusalLimit(proxies=settings.proxies)
        self._inbox_url = inbox_url

    @classmethod
    def name(cls) -> str:
        """The channel's name for Rasa; trackers name the platform instead."""
        return "platforms"

    @classmethod
    def from_credentials(cls, credentials: dict[str, object] | None) -> "PlatformInput":
        """Return the channel of the environment.

        Args:
            credentials: What credentials.yml says; it holds no option.

        Raises:
            SettingInvalid: If a setting has the wrong form, or a platform is half set, or the
                secrets are being rotated and the platforms have none of their own.
            SecretUnavailable: If there is no secret, and none can be kept.
        """
        client, settings = ApiClient(), ChannelSettings.from_env()
        platforms = open_platforms(client)
        secret = read_platform_secret(settings) if platforms else ""
        return cls(platforms, client, settings, secret=secret, inbox_url=read_inbox_url())

    def url_prefix(self) -> str:
        """Where the platforms stand: Rasa would put the channel's name in between."""
        return "/webhooks"

    def blueprint(self, on_new_message: MessageHandler) -> Blueprint:
        """Return the routes of all platforms."""
        inbox = Inbox(self._inbox_url, secret=self._secret)
        handle, numbers = in_turn(on_new_message), Numbers.from_env()
        answerer = Answerer(
            handle, inbox, numbers, max_chars=self._settings.max_chars, contact=read_contact()
        )
        dispatcher = Dispatcher(
            answerer, self._settings, self._platforms, inbox, secret=self._secret
        )
        blueprint = Blueprint("platforms")
        for platform in self._platforms:
            for path, methods in platform.paths.items():
                blueprint.add_route(
                    self._handler(platform, path, dispatcher),
                    f"/{platform.name}/{path}",
                    methods=list(methods),
                    name=f"{platform.name}_{path}",
                    # The body is read here, and no further than its limit.
                    stream=True,
                )

        if self._platforms:
            self._maintain(blueprint, dispatcher)
        return blueprint

    def _maintain(self, blueprint: Blueprint, dispatcher: Dispatcher) -> None:
        """Have the dispatcher looked after from the start of the server to its end."""
        tasks: list[asyncio.Task[None]] = []

        async def maintain(app: Sanic) -> None:
            while True:
                agent = getattr(app.ctx, "agent", None)
                if agent is not None and agent.is_ready():
                    try:
                        await dispatcher.maintain()
                    except Exception as err:  # the edge: the next time may do
                        logger.error("The inbox was not looked after: %s", describe(err))
                await asyncio.sleep(MAINTAIN_EVERY_S)

        async def start(app: Sanic, loop: asyncio.AbstractEventLoop) -> None:
            dispatcher.start(f"{socket.gethostname()}:{app.state.port}")
            tasks.append(asyncio.ensure_future(maintain(app)))

        async def stop(app: Sanic, loop: asyncio.AbstractEventLoop) -> None:
            for task in tasks:
                task.cancel()
            await dispatcher.close()
            await self._client.close()

        blueprint.listener("before_server_start")(start)
        blueprint.listener("before_server_stop")(stop)

    def _handler(self, platform: Platform, path: str, dispatcher: Dispatcher) -> Handler:
        async def answer(request: Request) -> HTTPResponse:
            try:
                answer = await self._take(platform, path, dispatcher, request)
            except tuple(RESPONSES) as err:
                answer = RESPONSES[type(err)]
            except SendFailed as err:
                # The platform was asked for its keys, say, and is to come again.
                logger.warning("%s: a webhook could not be checked: %s.", platform.name, err)
                answer = BUSY
            except Overloaded:
                answer = BUSY
            except Exception as err:  # the edge: a 500 would only make the platform send it again
                logger.error("%s: a webhook failed: %s", platform.name, describe(err))
                answer = BAD
            return HTTPResponse(
                answer.body, answer.status, dict(HEADERS), content_type=answer.content_type
            )

        return answer

    async def _take(
        self, platform: Platform, path: str, dispatcher: Dispatcher, request: Request
    ) -> WebhookResponse:
        webhook = await self._verify(platform, path, request)
        parsed = platform.parse_webhook(webhook)
        agent = find_agent(request)
        if parsed.messages and (agent is None or not agent.is_ready()):
            raise Overloaded  # no model is loaded: the platform asks again
        if parsed.messages:
            await dispatcher.accept(platform, parsed.messages)
        return parsed.response

    async def _verify(self, platform: Platform, path: str, request: Request) -> Webhook:
        """Return a webhook that is the platform's.

        Raises:
            RateLimited: If its address sent too many that were refused.
            TooLong, InvalidSignature, MalformedWebhook, BadJson: If it is refused.
            SendFailed: If the platform was asked about it and did not say.
        """
        await self._refusals.check(request)
        webhook = Webhook(
            path=path,
            method=request.method,
            headers=request.headers,
            target=request.raw_url.decode("utf-8", "replace"),
            query={name: values[0] for name, values in request.args.items()},
        )
        try:
            platform.verify_headers(webhook)
            body = await read_body(request, limit=MAX_BODY_BYTES)
            webhook = replace(webhook, body=body)
            await platform.verify_signature(webhook)
        except (TooLong, InvalidSignature, MalformedWebhook, BadJson) as err:
            is_said_often = not self._refusals.add(request)
            if isinstance(err, InvalidSignature) and not is_said_often:
                logger.warning("%s: a webhook was refused: %s.", platform.name, err)
            raise
        return webhook
