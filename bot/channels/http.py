"""JSON replies, errors as JSON and Rasa's agent, for the HTTP channels."""

import json
from collections.abc import Mapping

from rasa.core.agent import Agent
from sanic.request import Request
from sanic.response import HTTPResponse

from bot.server.error_replies import API_HEADERS
from bot.server.errors import HttpError, Unavailable

# Seconds after which a client that got no reply should ask again.
RETRY_AFTER_S = 2.0


def respond_error(error: HttpError) -> HTTPResponse:
    """Return an error as JSON."""
    return respond_json(error.body, status=error.status, headers=error.headers)


def respond_json(
    data: object, *, status: int = 200, headers: Mapping[str, str] | None = None
) -> HTTPResponse:
    """Return a JSON reply that nobody keeps.

    It is not compressed: a secret (the token) beside what another may have put in (an answer to a
    question) could be guessed from the size (BREACH).
    """
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return HTTPResponse(
        text.encode("utf-8", "replace"),
        status,
        {**API_HEADERS, **(headers or {})},
        content_type="application/json",
    )


def find_agent(request: Request) -> Agent | None:
    """Return Rasa's agent; None while it loads."""
    return getattr(request.app.ctx, "agent", None)


def require_model(agent: Agent | None) -> Agent:
    """Return an agent that has a model.

    Raises:
        Unavailable: The agent or its model is still loading.
    """
    if agent is None or not agent.is_ready():
        raise Unavailable("No model is loaded.", retry_after_s=RETRY_AFTER_S)
    return agent
