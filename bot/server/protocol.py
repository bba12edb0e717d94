"""Sanic's connections, with a limit, and deadlines that a trickle of bytes does not move."""

from asyncio.transports import Transport
from time import monotonic
from typing import Any

from sanic.exceptions import RequestTimeout, SanicException, ServiceUnavailable
from sanic.http import Stage
from sanic.request import Request
from sanic.server import HttpProtocol
from sanic.server.protocols.websocket_protocol import WebSocketProtocol

from bot.server.http import StrictHttp

# Longest that a head, and a whole request, may take to arrive, in seconds.
HEAD_S, REQUEST_S = 10.0, 30.0
# Longest that a client may take nothing of its replies while more of them wait, in seconds.
SEND_S = 30.0
# How often a connection is looked at, in seconds.
CHECK_EVERY_S = 1.0


class GuardedConnection:
    """The mixin for protocols of Sanic's.

    Attributes:
        address: Of the client, or of the proxy in front; empty for a Unix socket.
    """

    # The protocol's own attributes that are used here.
    app: Any
    loop: Any
    transport: Any
    conn_info: Any
    keep_alive_timeout: float
    response_timeout: float
    _http: Any
    _task: Any
    _time: float

    _began = 0.0
    _is_receiving = False
    # Since when the client takes less than is sent; None while it takes all.
    _full_since: float | None = None

    @property
    def address(self) -> str:
        """The address of the other end."""
        return self.conn_info.client_ip if self.conn_info else ""

    @property
    def waits_for_client(self) -> bool:
        """Whether nothing is being done here until the client sends or takes more."""
        return self._is_receiving or self._full_since is not None

    def begin_request(self) -> None:
        """Start the deadlines of a request; its first bytes are there."""
        self._began = monotonic()

    def check_request(self, request: Request) -> None:
        """Refuse a request by its head.

        Raises:
            SanicException: It is refused.
        """
        admission = getattr(self.app.ctx, "admission", None)
        if admission is not None:
            request.conn_info = self.conn_info
            admission.check(request)

    def connection_made(self, transport: Transport) -> None:
        """Begin to serve a connection, or close it."""
        super().connection_made(transport)  # type: ignore[misc]
        admission = getattr(self.app.ctx, "admission", None)
        if admission is not None and not admission.connections.add(self):
            transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget a connection."""
        admission = getattr(self.app.ctx, "admission", None)
        if admission is not None:
            admission.connections.remove(self)
        super().connection_lost(exc)  # type: ignore[misc]

    def pause_writing(self) -> None:
        """Note that the client does not take what was sent."""
        self._full_since = monotonic()
        super().pause_writing()  # type: ignore[misc]

    def resume_writing(self) -> None:
        """Note that the client took it."""
        self._full_since = None
        super().resume_writing()  # type: ignore[misc]

    def drop(self) -> None:
        """Close the connection at once."""
        if self.transport is not None:
            self.transport.abort()

    async def receive_more(self) -> None:
        """Wait for the client."""
        self._is_receiving = True
        try:
            await super().receive_more()  # type: ignore[misc]
        finally:
            self._is_receiving = False

    def check_timeouts(self) -> None:
        """End a request that takes too long; called again and again while there is a connection."""
        if not self._task or self._http is None:
            return
        # Not what a header asks for: a slow request could say that it wants to be a web socket.
        if getattr(self, "websocket", None) is not None:
            return
        now = monotonic()
        if self._full_since is not None and now - self._full_since > SEND_S:
            self.drop()  # no error would reach it
            return
        error = self._find_timeout(now)
        if error is None:
            self.loop.call_later(CHECK_EVERY_S, self.check_timeouts)
            return
        self._http.exception = error
        if self._is_receiving:
            # Or Sanic would wait for the rest of the body once more.
            self._http.request_body = None
        self._task.cancel()

    def _find_timeout(self, now: float) -> SanicException | None:
        """Return the error if a deadline has passed, else None."""
        stage = self._http.stage
        if stage is Stage.REQUEST:
            limit = HEAD_S
        elif self._is_receiving and self._http.request_body:
            limit = REQUEST_S
        elif stage is Stage.IDLE:
            is_late = now - self._time > self.keep_alive_timeout
            return RequestTimeout("") if is_late else None
        else:
            is_late = now - self._time > self.response_timeout
            return ServiceUnavailable("") if is_late else None
        return RequestTimeout("") if now - self._began > limit else None

    def _setup_connection(self) -> None:
        self._http = StrictHttp(self)
        self._time = self._began = monotonic()
        self.check_timeouts()


class GuardedHttpProtocol(GuardedConnection, HttpProtocol):  # type: ignore[misc]
    """The protocol of applications without web sockets."""


class GuardedWebSocketProtocol(GuardedConnection, WebSocketProtocol):  # type: ignore[misc]
    """The protocol of applications with web sockets (a channel of Rasa's that is not used here)."""
