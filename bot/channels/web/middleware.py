"""The checks before every request of the channel, and the headers after it."""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any

from sanic.request import Request
from sanic.response import HTTPResponse

from bot.channels.web.cors import CorsPolicy
from bot.server.client_addresses import read_client_address
from bot.server.errors import HttpError, RateLimited, Unavailable
from bot.server.rate_limits import RateLimit, slow_down
from safe_logging import describe

logger = logging.getLogger(__name__)

Handler = Callable[[Request], Coroutine[Any, Any, HTTPResponse]]
ErrorResponder = Callable[[HttpError], HTTPResponse]


class Middleware:
    """Lets a request through, or turns the error into a reply."""

    def __init__(self, cors: CorsPolicy, addresses: RateLimit, *, proxies: int) -> None:
        """Take the parts.

        Args:
            cors: Which sites may ask.
            addresses: How often one address may.
            proxies: How many trusted proxies stand in front.
        """
        self._cors = cors
        self._addresses = addresses
        self._proxies = proxies

    def wrap_handler(
        self, handler: Handler, respond_error: ErrorResponder, *, weight: int = 1
    ) -> Handler:
        """Return `handler` behind the checks.

        Args:
            handler: Answers what is let through; may raise HttpError.
            respond_error: Makes the reply to what is not.
            weight: What the request costs of the address's rate, in messages; 0 for nothing.
        """

        async def wrapped(request: Request) -> HTTPResponse:
            try:
                self._cors.check(request)
                if weight:
                    await self._count(request, weight)
                response = await handler(request)
            except HttpError as err:
                response = respond_error(err)
            except asyncio.CancelledError:
                raise
            except Exception as err:  # the edge: nothing of an error goes to the client
                logger.error("The web channel failed: %s", describe(err))
                response = respond_error(Unavailable("The server failed.", retry_after_s=2))
            headers = self._cors.response_headers(request)
            vary = filter(None, (response.headers.get("Vary"), headers["Vary"]))
            response.headers.update({**headers, "Vary": ", ".join(vary)})
            return response

        return wrapped

    async def _count(self, request: Request, weight: int) -> None:
        """Count a request of an address.

        Raises:
            RateLimited: It asks too often.
        """
        try:
            address = read_client_address(request, proxies=self._proxies)
            self._addresses.take(address, weight=weight)
        except RateLimited:
            await slow_down()
            raise
