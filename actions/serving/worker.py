"""Take a turn in a worker thread, within a deadline.

Whatever a turn computes, the server goes on answering others, and says that it is there.
"""

import asyncio
import itertools
import logging
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.dialogue.state import Domain, Events
from actions.replies.replier import Replier
from actions.replies.reply import Reply, record_reply
from knowledge import Settings
from settings import SettingInvalid

logger = logging.getLogger(__name__)

# Turns that are taken at once; more wait, within their deadlines.
N_THREADS = 4

_given_up = itertools.count(1)


async def take_turn(
    dispatcher: CollectingDispatcher,
    tracker: Tracker,
    domain: Domain,
    compose: Callable[[Replier], Reply],
    *,
    apologise: Callable[[Replier, Exception], Reply],
    get_settings: Callable[[], Settings],
) -> Events:
    """Compose a reply, utter it, record what became of the turn; return its events.

    Args:
        dispatcher: Takes what is uttered.
        tracker: The conversation.
        domain: What Rasa says of its own.
        compose: Makes the reply, in a thread of its own.
        apologise: Makes the reply where that raised or took too long.
        get_settings: Says how long it may take.
    """
    started = time.perf_counter()
    replier = Replier(tracker, domain)

    def run() -> Reply:
        try:
            return compose(replier)
        except Exception as err:  # the edge: an action that raises would answer nobody
            return apologise(replier, err)

    timeout_s = _timeout_s(get_settings)
    working = asyncio.get_running_loop().run_in_executor(_threads(), run)
    try:
        reply = await asyncio.wait_for(working, timeout_s)
    except TimeoutError as err:  # what the thread still composes is neither uttered nor recorded
        logger.error("A turn took longer than %.1f s; given up=%d", timeout_s, next(_given_up))
        reply = apologise(replier, err)
    dispatcher.utter_message(response=reply.response, **reply.values)
    record_reply(tracker, reply, started)
    return reply.events


def _timeout_s(get_settings: Callable[[], Settings]) -> float:
    try:
        return get_settings().timeout_s
    except SettingInvalid:  # the reply says so
        return Settings().timeout_s


@cache
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(N_THREADS, thread_name_prefix="turn")
