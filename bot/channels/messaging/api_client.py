"""A client of the platforms' APIs, with a time limit and retries where they can help.

Nothing of a call is ever shown in an error: neither its address, which holds Telegram's token, nor
its words. aiohttp's own errors print the address, so none of them leaves this module.
"""

import asyncio
import json
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime

import aiohttp

TIMEOUT_S = 10.0
TRIES = 4
# Seconds before the second try; each further one waits twice as long, give or take a quarter.
FIRST_WAIT_S = 0.5
# Longest wait before a try, also when a platform asks for a longer one.
MAX_WAIT_S = 30.0
MAX_REPLY_BYTES = 1_000_000


@dataclass(frozen=True)
class ApiCall:
    """A request to a platform's API; it does not print what may be secret or somebody's words.

    Attributes:
        url: Where to.
        json: The body as JSON; None if it is no JSON.
        form: The body as a form; None if it is no form.
        headers: For the token of the account.
        method: Of HTTP.
    """

    url: str = field(repr=False)
    json: object = field(default=None, repr=False)
    form: Mapping[str, str] | None = field(default=None, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    method: str = "POST"


@dataclass(frozen=True)
class ApiResponse:
    """What a platform's API replied.

    Attributes:
        status: HTTP status.
        headers: By name, whose case does not count.
        body: What it says as JSON; None if it is not JSON.
    """

    status: int
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: object = field(default=None, repr=False)


@dataclass(frozen=True)
class ApiError:
    """Why a call failed.

    Attributes:
        reason: For the log: a status or a code of the platform, never its words.
        is_transient: Whether another try can help.
        wait_s: Seconds that the platform asks to wait; None if it does not say.
    """

    reason: str
    is_transient: bool = False
    wait_s: float | None = None


class SendFailed(Exception):
    """A call failed for good.

    Attributes:
        error: Of the last try.
        tries: How many there were.
    """

    def __init__(self, error: ApiError, tries: int) -> None:
        """Say what is wrong, and nothing of what was to be sent."""
        super().__init__(f"{error.reason}, tries={tries}")
        self.error = error
        self.tries = tries


CheckResponse = Callable[[ApiResponse], ApiError | None]


def check_response(response: ApiResponse) -> ApiError | None:
    """Return what is wrong with a reply by its status: 408, 429 and 5xx may pass."""
    if 200 <= response.status < 300:
        return None
    is_transient = response.status in (408, 429) or response.status >= 500
    wait_s = read_retry_after(response.headers.get("retry-after", "")) if is_transient else None
    return ApiError(f"HTTP {response.status}", is_transient, wait_s)


def read_retry_after(value: str) -> float | None:
    """Return the seconds that a Retry-After header asks for: it has a number or a date."""
    value = value.strip()
    if value.isascii() and value.replace(".", "", 1).isdigit():
        return float(value[:12])
    try:
        then = parsedate_to_datetime(value)
        return max(0.0, (then - datetime.now(timezone.utc)).total_seconds())
    except (TypeError, ValueError):
        return None


class ApiClient:
    """Calls APIs over connections that stay open from call to call.

    The environment's proxies count (HTTPS_PROXY, NO_PROXY).
    """

    def __init__(
        self,
        *,
        timeout_s: float = TIMEOUT_S,
        tries: int = TRIES,
        first_wait_s: float = FIRST_WAIT_S,
        max_wait_s: float = MAX_WAIT_S,
    ) -> None:
        """Open nothing yet.

        Args:
            timeout_s: Longest that one try takes.
            tries: Most tries of a call.
            first_wait_s: Seconds before the second.
            max_wait_s: Longest wait before any.
        """
        self._timeout = aiohttp.ClientTimeout(total=timeout_s)
        self._tries = tries
        self._first_wait_s = first_wait_s
        self._max_wait_s = max_wait_s
        self._session: aiohttp.ClientSession | None = None

    async def close(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def call(
        self,
        call: ApiCall,
        *,
        check_response: CheckResponse = check_response,
        tries: int | None = None,
    ) -> ApiResponse:
        """Return the reply to a call that did what it should.

        A try that was cut off may have done it all the same: rather a message twice than never.

        Args:
            call: The call.
            check_response: Returns what is wrong with a response.
            tries: Most tries, where this call is worth fewer than the others.

        Raises:
            SendFailed: If it failed, and further tries would not help or failed too.
        """
        number = 1
        while True:
            outcome = await self._try(call, check_response)
            if isinstance(outcome, ApiResponse):
                return outcome
            if not outcome.is_transient or number >= (tries or self._tries):
                raise SendFailed(outcome, number)
            await asyncio.sleep(self._wait_s(number, outcome))
            number += 1

    def _wait_s(self, number: int, error: ApiError) -> float:
        spread = random.uniform(0.75, 1.25)  # noqa: S311 - so that not all try again at once
        own = self._first_wait_s * 2 ** (number - 1) * spread
        return min(self._max_wait_s, max(own, error.wait_s or 0.0))

    async def _try(self, call: ApiCall, check_response: CheckResponse) -> ApiResponse | ApiError:
        try:
            response = await self._request(call)
        except ValueError as err:  # invalid URL in what a platform sent
            return ApiError(type(err).__name__)
        except (aiohttp.ClientError, asyncio.TimeoutError, OSError) as err:
            return ApiError(type(err).__name__, is_transient=True)
        return check_response(response) or response

    async def _request(self, call: ApiCall) -> ApiResponse:
        if self._session is None:
            # Made here: a session belongs to the loop that runs it. No cookies between calls.
            self._session = aiohttp.ClientSession(
                timeout=self._timeout, trust_env=True, cookie_jar=aiohttp.DummyCookieJar()
            )
        # No redirects: they would take the token elsewhere.
        async with self._session.request(
            call.method,
            call.url,
            json=call.json,
            data=call.form,
            headers=call.headers,
            allow_redirects=False,
        ) as response:
            body = bytearray()
            async for chunk in response.content.iter_any():
                body += chunk
                if len(body) > MAX_REPLY_BYTES:
                    break
            return ApiResponse(response.status, response.headers, _read(bytes(body)))


def _read(body: bytes) -> object:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None
