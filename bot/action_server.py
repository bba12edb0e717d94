"""Ask the action server something that is no action."""

import asyncio
import os
from typing import Any

import aiohttp
from yarl import URL

from settings import table

TIMEOUT_S = 2.0
# What a request may raise, whatever is wrong with the other side or the way there.
ERRORS = (aiohttp.ClientError, asyncio.TimeoutError, OSError, ValueError)


async def request(method: str, path: str, **options: Any) -> tuple[int, str, bytes]:
    """Return status, ETag and body of what the action server says.

    Args:
        method: GET or POST.
        path: Its path, encoded.
        options: As aiohttp takes them.
    """
    port = table.ACTIONS_PORT.read(os.environ)
    server = table.ACTIONS_URL.read(os.environ) or f"http://127.0.0.1:{port}"
    token = table.ACTIONS_TOKEN.read(os.environ)
    headers = dict(options.pop("headers", {}))
    if token:
        headers["Authorization"] = f"Bearer {token}"
    timeout = aiohttp.ClientTimeout(total=TIMEOUT_S)
    async with aiohttp.ClientSession(timeout=timeout) as session:
        url = f"{server.rstrip('/')}{path}"
        async with session.request(
            method, URL(url, encoded=True), headers=headers, **options
        ) as reply:
            return reply.status, reply.headers.get("ETag", ""), await reply.read()
