"""The errors that the channels answer a request with, each as an HTTP status and JSON.

HttpError
    BadJson             400 bad_json            the body is not a JSON object
    BadMessage          400 bad_message         a field is missing or has the wrong form
    BadToken            401 bad_token           forged, expired or deleted: ask for a new session
    OriginNotAllowed    403 origin_not_allowed  the page's site is not on the list
    TooLong             413 too_long            more than `limit`
    NotJson             415 not_json            the body is declared as something else
    RateLimited         429 rate_limited        after `retry_after_s` again
    Unavailable         503 unavailable         after `retry_after_s` again

bot/channels/rest/access.py adds one of its own (403 rest_not_allowed).
"""

import math


class HttpError(Exception):
    """A request that cannot be met.

    Attributes:
        status: HTTP status.
        code: The error's name for programs.
        message: What is wrong, for people who write clients; it never repeats what was sent.
    """

    status = 500
    code = ""

    def __init__(self, message: str) -> None:
        """Take the words for people who write clients."""
        super().__init__(message)
        self.message = message

    @property
    def headers(self) -> dict[str, str]:
        """Headers of the reply that go with the error."""
        return {}

    @property
    def body(self) -> dict[str, object]:
        """The reply."""
        return {"error": {"code": self.code, "message": self.message}}


class BadJson(HttpError):
    """The body is not a JSON object."""

    status, code = 400, "bad_json"


class BadMessage(HttpError):
    """A field is missing or has the wrong form."""

    status, code = 400, "bad_message"


class BadToken(HttpError):
    """The session token is missing, forged, expired or of a deleted session."""

    status, code = 401, "bad_token"

    @property
    def headers(self) -> dict[str, str]:
        """The header that RFC 9110 asks of a 401."""
        return {"WWW-Authenticate": "Bearer"}


class OriginNotAllowed(HttpError):
    """The page's site is not on the list."""

    status, code = 403, "origin_not_allowed"


class TooLong(HttpError):
    """A text or body is longer than its limit.

    Attributes:
        limit: Most characters of the text, or bytes of the body.
    """

    status, code = 413, "too_long"

    def __init__(self, message: str, *, limit: int) -> None:
        """Take the words and the limit."""
        super().__init__(message)
        self.limit = limit

    @property
    def body(self) -> dict[str, object]:
        """The reply, with the limit."""
        return {"error": {"code": self.code, "message": self.message, "limit": self.limit}}


class NotJson(HttpError):
    """The body is declared as something else than JSON in UTF-8."""

    status, code = 415, "not_json"


class _RetryLater(HttpError):
    def __init__(self, message: str, *, retry_after_s: float) -> None:
        super().__init__(message)
        self.retry_after_s = max(1, math.ceil(retry_after_s))

    @property
    def headers(self) -> dict[str, str]:
        return {"Retry-After": str(self.retry_after_s)}


class RateLimited(_RetryLater):
    """Too many requests.

    Attributes:
        retry_after_s: Seconds to wait, whole and at least 1.
    """

    status, code = 429, "rate_limited"


class Unavailable(_RetryLater):
    """The assistant cannot reply at the moment.

    Attributes:
        retry_after_s: Seconds to wait, whole and at least 1.
    """

    status, code = 503, "unavailable"
