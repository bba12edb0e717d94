"""The health routes, for a supervisor and the Rasa server: alive, ready (docs/setup.md)."""

import asyncio
from typing import Any

from sanic import Sanic
from sanic.http import Http
from sanic.request import Request
from sanic.response import BaseHTTPResponse, HTTPResponse
from sanic.response import json as json_response

from actions import resources
from knowledge import KnowledgeError
from startup.probe import CachedProbe

# Longest that actions in work are waited for at the end: Rasa waits 8 seconds for one.
DRAIN_S = 8.0
# How often an index that cannot be used is tried again, in seconds.
TRY_EVERY_S = 5.0

App = Sanic[Any, Any]


def add_routes(app: App) -> None:
    """Add /live and /ready, and an end that keeps no connection open."""
    library = CachedProbe(_is_library_ready, keep_s=TRY_EVERY_S)
    app.ctx.is_stopping = False
    app.config.GRACEFUL_SHUTDOWN_TIMEOUT = DRAIN_S

    @app.get("/live")
    async def report_live(_request: Request) -> HTTPResponse:
        return json_response({"live": True})

    @app.get("/ready")
    async def report_ready(_request: Request) -> HTTPResponse:
        missing = ["stopping"] if app.ctx.is_stopping else []
        if not (resources.has_retriever() or await library.is_well()):
            missing.append("library")
        if missing:
            return json_response({"ready": False, "not_ready": missing}, 503)
        return json_response({"ready": True})

    @app.before_server_stop
    async def begin_to_stop(_app: App) -> None:
        app.ctx.is_stopping = True

    async def end_connection(request: Request, _response: BaseHTTPResponse) -> None:
        if app.ctx.is_stopping and isinstance(request.stream, Http):
            request.stream.keep_alive = False

    app.register_middleware(end_connection, "response")


async def _is_library_ready() -> bool:
    try:
        await asyncio.to_thread(resources.get_retriever)
    except KnowledgeError:
        return False
    return True
