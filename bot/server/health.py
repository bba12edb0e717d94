"""Health checks: /live and /ready, for supervisors and load balancers (docs/setup.md)."""

import logging
import os
from collections.abc import Awaitable, Callable

import aiohttp
from rasa.core.tracker_store import TrackerStore
from sanic import Sanic
from sanic.request import Request
from sanic.response import HTTPResponse
from sanic.response import json as json_response

from bot.server.drain import Drain
from settings.table import ACTIONS_URL
from startup.probe import CachedProbe

logger = logging.getLogger(__name__)

TIMEOUT_S = 1.0
HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


class Health:
    """Answers /live and /ready: without words, and at no cost worth mentioning."""

    def __init__(
        self,
        app: Sanic,
        drain: Drain,
        is_database_ready: Callable[[TrackerStore], Awaitable[bool]],
    ) -> None:
        """Take the parts.

        Args:
            app: The application, whose agent may be loaded later.
            drain: Knows whether the server is stopping.
            is_database_ready: Whether the database of conversations answers.
        """
        self._app = app
        self._drain = drain
        self._is_database_ready = is_database_ready
        self._actions = CachedProbe(is_action_server_ready)
        self._database = CachedProbe(self._has_database)

    def install(self) -> None:
        """Add the two addresses."""
        self._app.add_route(self.live, "/live", methods=["GET", "HEAD"], name="live")
        self._app.add_route(self.ready, "/ready", methods=["GET", "HEAD"], name="ready")

    async def live(self, request: Request) -> HTTPResponse:
        """Reply that the event loop runs."""
        return json_response({"live": True}, headers=dict(HEADERS))

    async def ready(self, request: Request) -> HTTPResponse:
        """Reply that questions are answered and kept, or what stands in the way (503)."""
        missing = await self.find_missing()
        if missing:
            body = {"ready": False, "not_ready": missing}
            return json_response(body, 503, headers=dict(HEADERS))
        return json_response({"ready": True}, headers=dict(HEADERS))

    async def find_missing(self) -> list[str]:
        """Return what is not ready: "stopping", "model", "action server", "database"."""
        agent = getattr(self._app.ctx, "agent", None)
        missing = ["stopping"] if self._drain.has_begun else []
        if agent is None or not agent.is_ready():
            missing.append("model")
        if not await self._actions.is_well():
            missing.append("action server")
        if agent is not None and not await self._database.is_well():
            missing.append("database")
        return missing

    async def _has_database(self) -> bool:
        return await self._is_database_ready(self._app.ctx.agent.tracker_store)


async def is_action_server_ready() -> bool:
    """Return whether the action server says that it is ready."""
    address = os.environ.get(ACTIONS_URL.key, "").rstrip("/") + "/ready"
    try:
        async with aiohttp.ClientSession() as session:
            timeout = aiohttp.ClientTimeout(total=TIMEOUT_S)
            async with session.get(address, timeout=timeout) as reply:
                return reply.status == 200
    except Exception:  # whatever it is, the server is not ready
        return False
