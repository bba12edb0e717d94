"""The replies to what no route answers: small, with strict headers, and not naming Sanic."""

import json
import logging
from http import HTTPStatus

from sanic.exceptions import SanicException
from sanic.request import Request
from sanic.response import HTTPResponse

from bot.server.errors import RateLimited
from bot.server.rate_limits import RateLimit, RefusalLimit, slow_down
from safe_logging import describe

logger = logging.getLogger(__name__)

API_PATH = "/webhooks/"
API_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}
# By status: the error's name for programs, and its words for people.
MESSAGES: dict[int, tuple[str, str]] = {
    400: ("bad_request", "The request is malformed."),
    404: ("not_found", "There is nothing here."),
    405: ("bad_method", "This address does not take this method."),
    408: ("too_slow", "The request took too long to arrive."),
    413: ("too_long", "The request is too long."),
    417: ("bad_expectation", "What the request expects is not offered."),
    421: (
        "unknown_host",
        "This server does not go by this name. Its owner can add the name (BONAFIDE_HOSTS).",
    ),
    429: ("rate_limited", "Too many requests in a minute."),
    503: ("unavailable", "The server cannot reply at the moment."),
}
FAILED = ("failed", "The server failed.")
# Most log lines about failures within a minute; more say nothing new.
MAX_LOG_LINES = 10


class UnknownHost(SanicException):
    """A request for another server (421)."""

    status_code, quiet = 421, True


class TooManyRequests(SanicException):
    """A request too many (429).

    Attributes:
        headers: When to come again.
    """

    status_code, quiet = 429, True

    def __init__(self, error: RateLimited) -> None:
        """Take the limit's own error."""
        super().__init__(error.message)
        self.headers = error.headers


class ErrorReplies:
    """Makes the replies for an application."""

    def __init__(self, refusals: RefusalLimit) -> None:
        """Take the count of refused requests."""
        self._refusals = refusals
        self._log_lines = RateLimit(MAX_LOG_LINES)

    async def reply_to_error(self, request: Request, err: Exception) -> HTTPResponse:
        """Return the reply to a request that ended in an exception."""
        status = getattr(err, "status_code", 500) if isinstance(err, SanicException) else 500
        if status not in MESSAGES:
            status = 500 if status >= 500 else 400
        if status == 500:
            self._log_failure(err)
        elif status < 500 and not self._is_spared(request, status):
            await slow_down()
        headers = {**API_HEADERS, **(getattr(err, "headers", None) or {})}
        return make_error_reply(request.path, status, headers)

    def _is_spared(self, request: Request, status: int) -> bool:
        """Count a refusal; return whether it is answered at once."""
        if request.transport.is_closing():  # type: ignore[attr-defined] # asyncio's, or uvloop's
            return True
        return self._refusals.add(request) and status != 429

    def _log_failure(self, err: Exception) -> None:
        try:
            self._log_lines.take("")
        except RateLimited:
            return
        # Not the message of the error: it may repeat the user's words.
        logger.error("A request failed: %s", describe(err))


def make_error_reply(path: str, status: int, headers: dict[str, str]) -> HTTPResponse:
    """Return an error as JSON where the path is a channel's, else as plain words."""
    code, message = MESSAGES.get(status, FAILED)
    if path.startswith(API_PATH):
        body = json.dumps({"error": {"code": code, "message": message}}, separators=(",", ":"))
        return HTTPResponse(body, status, headers, content_type="application/json")
    text = f"{HTTPStatus(status).phrase}. {message}\n"
    return HTTPResponse(text, status, headers, content_type="text/plain; charset=utf-8")
