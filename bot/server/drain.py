"""Graceful shutdown: what the server has begun is finished, and no connection is kept for more.

Sanic goes on serving the connections that are open until its own deadline of 15 seconds.
"""

import asyncio
from collections.abc import Callable
from typing import Any

from sanic import Sanic
from sanic.request import Request
from sanic.response import BaseHTTPResponse

# Longest that requests in work are waited for: an action has 8 seconds. What writes the last turns
# comes after it, and a container has 10 in all.
DRAIN_S = 8.5
# Longest that is waited for a client who has not sent all of a request.
CLIENT_S = 2.0
# A signal that comes while the server starts is looked at again after this time, in seconds.
RETRY_S = 0.1


class Drain:
    """Ends a server in order.

    Attributes:
        has_begun: Whether the server is stopping.
    """

    def __init__(self, *, drain_s: float = DRAIN_S, client_s: float = CLIENT_S) -> None:
        """Take the deadlines, in seconds from the signal."""
        self._drain_s = drain_s
        self._client_s = client_s
        self.has_begun = False
        self._is_up = False

    def install(self, app: Sanic) -> None:
        """Begin when the application is stopped."""
        app.ctx.drain = self
        app.config.GRACEFUL_SHUTDOWN_TIMEOUT = self._drain_s
        # The last one of all: after it the event loop runs for good.
        app.register_listener(self._note_start, "after_server_start")
        app.register_listener(self._begin, "before_server_stop")
        app.register_middleware(self._end_connection, "response")

    def stop(self, stop: Callable[[], None]) -> None:
        """Stop as soon as that can be done in order.

        Sanic stops the event loop at once. While the listeners of the start are waited for, that
        ends them with an error, and the process without any of the listeners of the end.

        Args:
            stop: Sanic's.
        """
        loop = asyncio.get_event_loop()
        if self._is_up:
            loop.call_soon(stop)
        else:
            loop.call_later(RETRY_S, self.stop, stop)

    async def _note_start(self, app: Sanic, loop: asyncio.AbstractEventLoop) -> None:
        # Not before the loop has gone once around without anybody waiting for a listener.
        loop.call_later(RETRY_S, setattr, self, "_is_up", True)

    async def _begin(self, app: Sanic, loop: asyncio.AbstractEventLoop) -> None:
        self.has_begun = True
        connections = app.ctx.admission.connections
        loop.call_later(self._client_s, connections.drop_waiting)
        # Counted from here, not from when the other listeners are done.
        loop.call_later(self._drain_s, connections.drop_all)

    async def _end_connection(self, request: Request, response: BaseHTTPResponse) -> Any:
        if self.has_begun and request.stream is not None:
            request.stream.keep_alive = False  # says "Connection: close", and does
