"""The messaging platforms as one channel of Rasa's: each at /webhooks/<platform>/<path>."""

import asyncio
import logging
from typing import Any, Callable, Coroutine, Dict, List, Optional

from rasa.core.channels.channel import InputChannel
from sanic import Blueprint, Sanic
from sanic.request import Request
from sanic.response import HTTPResponse

from bot.channels.api import read_agent
from bot.channels.body import read_body
from bot.channels.conversation import Handle
from bot.channels.errors import RateLimited, TooLong
from bot.channels.limits import Limit, read_address
from bot.channels.platforms.desk import Desk
from bot.channels.platforms.lanes import Full, Lanes
from bot.channels.platforms.outgoing import Outgoing, SendFailed
from bot.channels.platforms.platform import Platform
from bot.channels.platforms.registry import open_platforms
from bot.channels.platforms.webhook import Answer, Forged, Unreadable, Webhook
from bot.channels.sessions import describe
from bot.channels.settings import Settings
from bot.channels.tokens import read_secret
from bot.channels.web import SECRET_FILE
from bot.safety.numbers import Numbers

logger = logging.getLogger(__name__)

# Far more than a message of any platform; what its own API takes is a tenth of it.
MAX_BODY_BYTES = 500_000
BAD, REFUSED, TOO_LONG, BUSY = Answer(400), Answer(403), Answer(413), Answer(503)
HEADERS = {"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"}
# Lines about forged webhooks that one address can cause in a minute.
MAX_REFUSALS = 30

Handler = Callable[[Request], Coroutine[Any, Any, HTTPResponse]]


class PlatformInput(InputChannel):
    """The channel of all messaging platforms that are switched on."""

    def __init__(
        self, platforms: List[Platform], outgoing: Outgoing, settings: Settings, *, secret: str
    ) -> None:
        """Take the parts.

        Args:
            platforms: Those that are on.
            outgoing: What they call their APIs with.
            settings: How long a text may be, how many a minute, and the proxies in front.
            secret: Makes the ids of conversations.
        """
        self._platforms = platforms
        self._outgoing = outgoing
        self._settings = settings
        self._secret = secret
        self._refusals = Limit(MAX_REFUSALS)

    @classmethod
    def name(cls) -> str:
        """The channel's name for Rasa; trackers name the platform instead."""
        return "platforms"

    @classmethod
    def from_credentials(cls, credentials: Optional[Dict[str, Any]]) -> "PlatformInput":
        """Return the channel of the environment.

        Args:
            credentials: What credentials.yml says; it holds no option.

        Raises:
            SettingInvalid: A setting has the wrong form, or a platform is half set.
            SecretUnavailable: There is no secret, and none can be kept.
        """
        outgoing, settings = Outgoing(), Settings.from_env()
        platforms = open_platforms(outgoing)
        secret = settings.secret or (read_secret(SECRET_FILE) if platforms else "")
        return cls(platforms, outgoing, settings, secret=secret)

    def url_prefix(self) -> str:
        """Where the platforms stand: Rasa would put the channel's name in between."""
        return "/webhooks"

    def blueprint(self, on_new_message: Handle) -> Blueprint:
        """Return the routes of all platforms."""
        desk = Desk(
            on_new_message,
            self._settings,
            secret=self._secret,
            numbers=Numbers.from_env(),
            lanes=Lanes(),
        )
        blueprint = Blueprint("platforms")
        for platform in self._platforms:
            for path, methods in platform.paths.items():
                blueprint.add_route(
                    self._handler(platform, path, desk),
                    f"/{platform.name}/{path}",
                    methods=list(methods),
                    name=f"{platform.name}_{path}",
                    # The body is read here, and no further than its limit.
                    stream=True,
                )

        async def stop(app: Sanic, loop: asyncio.AbstractEventLoop) -> None:
            await desk.close()
            await self._outgoing.close()

        blueprint.listener("before_server_stop")(stop)
        return blueprint

    def _handler(self, platform: Platform, path: str, desk: Desk) -> Handler:
        async def answer(request: Request) -> HTTPResponse:
            try:
                answer = await self._take(platform, path, desk, request)
            except TooLong:
                answer = TOO_LONG
            except Forged as err:
                self._log_refusal(platform, request, err)
                answer = REFUSED
            except Unreadable:
                answer = BAD
            except SendFailed as err:
                # The platform was asked for its keys, say, and is to come again.
                logger.warning("%s: a webhook could not be checked: %s.", platform.name, err)
                answer = BUSY
            except Full:
                answer = BUSY
            except Exception as err:  # the edge: a 500 would only make the platform send it again
                logger.error("%s: a webhook failed: %s", platform.name, describe(err))
                answer = BAD
            return HTTPResponse(
                answer.body, answer.status, dict(HEADERS), content_type=answer.content_type
            )

        return answer

    async def _take(self, platform: Platform, path: str, desk: Desk, request: Request) -> Answer:
        body = await read_body(request, limit=MAX_BODY_BYTES)
        webhook = Webhook(
            path=path,
            method=request.method,
            headers=request.headers,
            target=request.raw_url.decode("utf-8", "replace"),
            query={name: values[0] for name, values in request.args.items()},
            body=body,
        )
        await platform.check(webhook)
        reading = platform.read(webhook)
        agent = read_agent(request)
        if reading.messages and (agent is None or not agent.is_ready()):
            raise Full  # no model is loaded: the platform asks again
        for incoming in reading.messages:
            desk.take(platform, incoming)
        return reading.answer

    def _log_refusal(self, platform: Platform, request: Request, err: Forged) -> None:
        try:
            self._refusals.take(read_address(request, proxies=self._settings.proxies))
        except RateLimited:
            return  # said often enough in this minute
        logger.warning("%s: a webhook was refused: %s.", platform.name, err)
