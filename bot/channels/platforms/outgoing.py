"""Calls of the platforms' APIs: with a time limit, again where that can help, and told no more.

Nothing of a call is ever shown in an error: neither its address, which holds Telegram's token, nor
its words. aiohttp's own errors print the address, so none of them leaves this module.
"""

import asyncio
import json
import random
from dataclasses import dataclass, field
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from typing import Any, Callable, Mapping, Optional

import aiohttp

TIMEOUT_S = 10.0
TRIES = 4
# Seconds before the second try; each further one waits twice as long, give or take a quarter.
FIRST_WAIT_S = 0.5
# Longest wait before a try, also when a platform asks for a longer one.
MAX_WAIT_S = 30.0
MAX_REPLY_BYTES = 1_000_000


@dataclass(frozen=True)
class Call:
    """A request to a platform's API; it does not print what may be secret or somebody's words.

    Attributes:
        url: Where to.
        json: The body as JSON; none for no such body.
        form: The body as a form; likewise.
        headers: For the token of the account.
        method: Of HTTP.
    """

    url: str = field(repr=False)
    json: Any = field(default=None, repr=False)
    form: Optional[Mapping[str, str]] = field(default=None, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    method: str = "POST"


@dataclass(frozen=True)
class Reply:
    """What a platform's API replied.

    Attributes:
        status: HTTP status.
        headers: By name in small letters, or in any.
        body: What it says as JSON; none where it is none.
    """

    status: int
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: Any = field(default=None, repr=False)


@dataclass(frozen=True)
class Problem:
    """Why a call did not do what it should.

    Attributes:
        reason: For the log: a status or a code of the platform, never its words.
        may_pass: Whether another try can help.
        wait_s: Seconds that the platform asks to wait; none where it does not say.
    """

    reason: str
    may_pass: bool = False
    wait_s: Optional[float] = None


class SendFailed(Exception):
    """A call failed for good.

    Attributes:
        problem: Of the last try.
        tries: How many there were.
    """

    def __init__(self, problem: Problem, tries: int) -> None:
        """Say what is wrong, and nothing of what was to be sent."""
        super().__init__(f"{problem.reason}, tries={tries}")
        self.problem = problem
        self.tries = tries


Judge = Callable[[Reply], Optional[Problem]]


def judge(reply: Reply) -> Optional[Problem]:
    """Return what is wrong with a reply by its status: 408, 429 and 5xx may pass."""
    if 200 <= reply.status < 300:
        return None
    may_pass = reply.status in (408, 429) or reply.status >= 500
    wait_s = read_retry_after(reply.headers.get("retry-after", "")) if may_pass else None
    return Problem(f"HTTP {reply.status}", may_pass, wait_s)


def read_retry_after(value: str) -> Optional[float]:
    """Return the seconds that a Retry-After header asks for: it has a number or a date."""
    value = value.strip()
    if value.isascii() and value.replace(".", "", 1).isdigit():
        return float(value[:12])
    try:
        then = parsedate_to_datetime(value)
        return max(0.0, (then - datetime.now(timezone.utc)).total_seconds())
    except (TypeError, ValueError):
        return None


class Outgoing:
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
        self._session: Optional[aiohttp.ClientSession] = None

    async def close(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def call(self, call: Call, *, judge: Judge = judge, tries: Optional[int] = None) -> Reply:
        """Return the reply to a call that did what it should.

        A try that was cut off may have done it all the same: rather a message twice than never.

        Args:
            call: The call.
            judge: Says what is wrong with a reply.
            tries: Most tries, where this call is worth fewer than the others.

        Raises:
            SendFailed: It did not, and further tries would not help or were in vain.
        """
        number = 1
        while True:
            outcome = await self._try(call, judge)
            if isinstance(outcome, Reply):
                return outcome
            if not outcome.may_pass or number >= (tries or self._tries):
                raise SendFailed(outcome, number)
            await asyncio.sleep(self._wait_s(number, outcome))
            number += 1

    def _wait_s(self, number: int, problem: Problem) -> float:
        own = self._first_wait_s * 2 ** (number - 1) * random.uniform(0.75, 1.25)
        return min(self._max_wait_s, max(own, problem.wait_s or 0.0))

    async def _try(self, call: Call, judge: Judge) -> "Reply | Problem":
        try:
            reply = await self._request(call)
        except ValueError as err:  # what a platform sent as an address is none
            return Problem(type(err).__name__)
        except (aiohttp.ClientError, asyncio.TimeoutError, OSError) as err:
            return Problem(type(err).__name__, may_pass=True)
        return judge(reply) or reply

    async def _request(self, call: Call) -> Reply:
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
            return Reply(response.status, response.headers, _read(bytes(body)))


def _read(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None
