"""Give up a call of the action server after 8 seconds, and spare it calls while it hangs.

Rasa waits 5 minutes for an action. A server that hangs then holds every turn that needs it, until
there are so many that nobody is answered. And it logs three tracebacks for every action that it
cannot run, 280 kB a second under load. A turn without its action goes on all the same: the rules
of data/rules.yml apologise.
"""

import asyncio
import logging
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from rasa.core.actions.action import RemoteAction
from rasa.shared.core.events import Event
from rasa.shared.exceptions import RasaException
from rasa.utils.endpoints import EndpointConfig

from bot.circuit_breaker import CircuitBreaker
from bot.patches.replaces import replaces
from bot.turns.preemption import Preempted, run_preemptible

logger = logging.getLogger(__name__)

# Longest that the action server may take. It has a shorter deadline of its own for a reply
# (`KNOWLEDGE_TIMEOUT_S`), after which it apologises itself.
TIMEOUT_S = 8.0
STATE = "_bonafide_calls"


class Unreachable(RasaException):
    """The server of an endpoint did not answer, or was not asked since it hangs."""


@dataclass
class _Calls:
    """What became of the calls of an endpoint.

    Attributes:
        breaker: Opens where they take too long; one that is refused costs no time.
        n_failed: How many in a row were not answered.
    """

    breaker: CircuitBreaker = field(default_factory=CircuitBreaker)
    n_failed: int = 0

    def fail(self, err: Exception) -> None:
        # Once: every message would say it again.
        if self.n_failed == 0:
            logger.error(
                "The action server does not answer (%s): questions get an apology until it does.",
                type(err).__name__,
            )
        self.n_failed += 1
        if isinstance(err, asyncio.TimeoutError):
            self.breaker.fail()

    def succeed(self) -> None:
        if self.n_failed:
            logger.warning("The action server answers again; calls failed=%d", self.n_failed)
        self.n_failed = 0
        self.breaker.succeed()


@replaces(
    EndpointConfig,
    "request",
    sha256="ccdb778aed8208e23cde3c3f47eac7fbbbb735dac8f7ef7254d54451c64ad608",
)
async def request(self: EndpointConfig, *args: Any, **options: Any) -> Any | None:
    """Return the endpoint's response; give up after `TIMEOUT_S`.

    Raises:
        Unreachable: If the server does not answer, or is not asked.
    """
    calls: _Calls = self.__dict__.setdefault(STATE, _Calls())
    if not calls.breaker.allows_call():
        calls.n_failed += 1
        raise Unreachable("It hangs; it is asked again in some seconds.")
    options["timeout"] = min(options.get("timeout") or TIMEOUT_S, TIMEOUT_S)
    try:
        reply = await run_preemptible(request.original(self, *args, **options))
    except Preempted as err:
        # Nothing is known of the server: it had little time.
        raise Unreachable("An emergency waits for it.") from err
    except (asyncio.TimeoutError, aiohttp.ClientConnectionError) as err:
        calls.fail(err)
        raise Unreachable(type(err).__name__) from err
    except Exception:  # an answer all the same, passed on as it is
        calls.succeed()
        raise
    calls.succeed()
    return reply


@replaces(
    RemoteAction,
    "run",
    sha256="ccabf6f1160d527a157fad5bd285ce69e8221b1bcad23f8a61499b4360a1c17e",
)
async def run(self: RemoteAction, *args: Any, **options: Any) -> list[Event]:
    """Return the events of an action; none if its server is away, which `request` has logged."""
    try:
        events: list[Event] = await run.original(self, *args, **options)
    except Unreachable:
        return []
    return events
