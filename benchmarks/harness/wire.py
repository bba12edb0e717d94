"""HTTP/1.1 over one connection that stays open: as little client as it takes.

A usual client library spends about as long on a request as a fast bot on its reply, on a processor
that the bot could use. This one writes bytes and reads them.
"""

import asyncio
import json
import types
from collections.abc import Mapping
from typing import Any, Self


class WireError(ConnectionError):
    """What came back is no HTTP reply, or none came."""


class Connection:
    """One connection to one server; requests go one after the other."""

    def __init__(self, host: str, port: int, *, timeout_s: float = 60.0) -> None:
        """Name the server; the first request opens the connection, `async with` closes it."""
        self._address = host, port
        self._timeout_s = timeout_s
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        err: BaseException | None,
        trace: types.TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection; nothing happens when it is closed."""
        if self._writer is not None:
            self._writer.close()
        self._reader = self._writer = None

    async def request(
        self, method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None
    ) -> tuple[int, Any]:
        """Return the status and the JSON of a reply; nothing where it has no body.

        Args:
            method: GET, POST and so on.
            path: With the question mark and what follows.
            body: Sent as JSON.
            headers: More of them.

        Raises:
            WireError: The reply is none, or took longer than the timeout.
        """
        content = b"" if body is None else json.dumps(body).encode()
        status, reply = await self.exchange(method, path, content, headers or {})
        return status, json.loads(reply) if reply else None

    async def exchange(
        self, method: str, path: str, content: bytes, headers: Mapping[str, str]
    ) -> tuple[int, bytes]:
        """Return the status and the body of a reply to bytes that are JSON.

        Raises:
            WireError: The reply is none, or took longer than the timeout.
        """
        try:
            return await asyncio.wait_for(
                self._exchange(method, path, content, headers), self._timeout_s
            )
        except (OSError, EOFError, ValueError, TimeoutError) as err:
            self.close()
            raise WireError(f"{method} {path}: {err!r}") from err

    async def _exchange(
        self, method: str, path: str, content: bytes, headers: Mapping[str, str]
    ) -> tuple[int, bytes]:
        reader, writer = self._reader, self._writer
        if reader is None or writer is None or writer.is_closing():
            reader, writer = await asyncio.open_connection(*self._address)
            self._reader, self._writer = reader, writer
        host, port = self._address
        lines = {
            "Host": f"{host}:{port}",
            "Content-Type": "application/json",
            "Content-Length": str(len(content)),
            **headers,
        }
        head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        writer.write(f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode("latin-1") + content)
        status, found = parse_head(await reader.readuntil(b"\r\n\r\n"))
        body = await reader.readexactly(int(found.get("content-length", 0)))
        if found.get("connection", "").lower() == "close":
            self.close()
        return status, body


def parse_head(head: bytes) -> tuple[int, dict[str, str]]:
    """Return the status and the headers of a reply, their names in lower case.

    Raises:
        ValueError: It is no HTTP/1.1 reply, or one in chunks, which none of these servers sends.
    """
    first, *lines = head.decode("latin-1").rstrip("\r\n").split("\r\n")
    version, _, rest = first.partition(" ")
    if not version.startswith("HTTP/1."):
        raise ValueError(f"no HTTP reply: {first!r}")
    parts = (line.partition(":") for line in lines)
    headers = {name.strip().lower(): value.strip() for name, _, value in parts}
    if "transfer-encoding" in headers:
        raise ValueError("a reply in chunks")
    return int(rest.split(" ", 1)[0]), headers
