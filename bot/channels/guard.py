"""What comes before and after every request of the channel."""

import asyncio
import logging
from typing import Any, Callable, Coroutine

from sanic.request import Request
from sanic.response import HTTPResponse

from bot.channels.errors import Unavailable, WebError
from bot.channels.limits import Limit, read_address
from bot.channels.origins import Origins

logger = logging.getLogger(__name__)

Handler = Callable[[Request], Coroutine[Any, Any, HTTPResponse]]
Refuse = Callable[[WebError], HTTPResponse]


class Guard:
    """Lets a request through, or turns what is wrong into a reply."""

    def __init__(self, origins: Origins, addresses: Limit, *, proxies: int) -> None:
        """Take the parts.

        Args:
            origins: Which sites may ask.
            addresses: How often one address may.
            proxies: How many trusted proxies stand in front.
        """
        self._origins = origins
        self._addresses = addresses
        self._proxies = proxies

    def wrap(self, handler: Handler, refuse: Refuse, *, weight: int = 1) -> Handler:
        """Return `handler` behind the guard.

        Args:
            handler: Answers what is let through; may raise WebError.
            refuse: Makes the reply to what is not.
            weight: What the request costs of the address's rate, in messages.
        """

        async def guarded(request: Request) -> HTTPResponse:
            try:
                self._origins.check(request)
                address = read_address(request, proxies=self._proxies)
                self._addresses.take(address, weight=weight)
                response = await handler(request)
            except WebError as err:
                response = refuse(err)
            except asyncio.CancelledError:
                raise
            except Exception as err:  # the edge: nothing of an error goes to the client
                logger.error("The web channel failed: %s", type(err).__name__, exc_info=True)
                response = refuse(Unavailable("The server failed.", retry_after_s=2))
            response.headers.update(self._origins.headers(request))
            return response

        return guarded
