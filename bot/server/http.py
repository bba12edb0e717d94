"""Sanic's reader of requests, strict about framing."""

from typing import NoReturn

from httptools import HttpParserError
from sanic.exceptions import InvalidUsage, PayloadTooLarge
from sanic.http import HTTP_CONTINUE, Http, Stage

from bot.server.framing import MAX_CHUNK_LINE, BadFraming, check_head, read_chunk_size

CRLF = b"\r\n"


class StrictHttp(Http):
    """Refuses what is ambiguous with 400, and closes the connection."""

    async def http1_request_header(self) -> None:
        """Receive the head of a request.

        Raises:
            InvalidUsage: It is malformed or ambiguous.
            SanicException: The application refuses it by its head.
        """
        self.protocol.begin_request()
        try:
            check_head(await self._receive_head())
            await super().http1_request_header()
        except (BadFraming, HttpParserError, UnicodeError):
            # Sanic makes an empty request for the error page, which cannot have this target.
            self.url = None
            raise InvalidUsage("Bad Request") from None
        # Sanic runs its middleware on errors, too, and one of them could answer what is refused.
        self.request.request_middleware_started = True
        self.protocol.check_request(self.request)
        self.request.request_middleware_started = False

    async def read(self) -> bytes | None:
        """Return some bytes of the body; None at its end.

        Raises:
            InvalidUsage: A chunk is malformed.
            PayloadTooLarge: The body is longer than it may be.
        """
        if self.request_bytes_left == 0 and self.request_body == "chunked":
            try:
                await self._check_chunk()
            except BadFraming:
                self._refuse_body()
        data: bytes | None = await super().read()
        return data

    def create_empty_request(self) -> None:
        """Make a request for the error page of one that could not be read."""
        super().create_empty_request()
        self.request.request_middleware_started = True

    async def _receive_head(self) -> bytes:
        buffer = self.recv_buffer
        while (end := buffer.find(CRLF + CRLF)) == -1 and len(buffer) < self.HEADER_MAX_SIZE:
            await self._receive_more()
        if end == -1 or end >= self.HEADER_MAX_SIZE:
            raise PayloadTooLarge("Request header exceeds the size limit")
        return bytes(buffer[:end])

    async def _check_chunk(self) -> None:
        """Wait for the line with the size of the next chunk, and for the end after the last.

        Raises:
            BadFraming: It is malformed, or fields come after the last chunk.
        """
        if self.expecting_continue:
            self.expecting_continue = False
            await self._send(HTTP_CONTINUE)
        buffer = self.recv_buffer
        # The line break before the size is that of the head, or of the chunk before.
        while (end := buffer.find(CRLF, 2)) == -1:
            if len(buffer) > MAX_CHUNK_LINE:
                raise BadFraming("endless chunk size")
            await self._receive_more()
        if buffer[:2] != CRLF:
            raise BadFraming("a chunk is longer than its size")
        if read_chunk_size(bytes(buffer[2:end])) == 0:
            while len(buffer) < end + 4:
                await self._receive_more()
            if buffer[end : end + 4] != CRLF + CRLF:
                raise BadFraming("fields after the last chunk")

    def _refuse_body(self) -> NoReturn:
        # Where it ends is not known: nothing more is read from this connection.
        self.request_body = None
        self.keep_alive = False
        if self.stage is Stage.HANDLER:
            raise InvalidUsage("Bad Request")
        # The reply is sent and the rest was being drained; Sanic expects this error only.
        raise PayloadTooLarge("")
