"""Keep the connections to the action server open.

Rasa's `EndpointConfig.session` makes a client session for every call, with a pool of connections of
its own, so each call connects anew. Here the sessions of an event loop share a pool. It drops a
connection after 15 seconds without a call, the action server only after 120.
"""

import asyncio
import atexit
from collections.abc import MutableMapping
from weakref import WeakKeyDictionary

import aiohttp
from rasa.core.constants import DEFAULT_REQUEST_TIMEOUT
from rasa.utils.endpoints import EndpointConfig

from bot.patches.replaces import replaces

KEEP_S = 15.0
_pools: MutableMapping[asyncio.AbstractEventLoop, aiohttp.TCPConnector] = WeakKeyDictionary()


@replaces(
    EndpointConfig,
    "session",
    sha256="e55aa13d9d4fb4bc440ac33b870a97ee162b76dda7ccb6bf68433567475fdffb",
)
def session(self: EndpointConfig) -> aiohttp.ClientSession:
    """Return a session over the pool of the running event loop."""
    auth = None
    if self.basic_auth:
        auth = aiohttp.BasicAuth(self.basic_auth["username"], self.basic_auth["password"])
    return aiohttp.ClientSession(
        headers=self.headers,
        auth=auth,
        timeout=aiohttp.ClientTimeout(total=DEFAULT_REQUEST_TIMEOUT),
        connector=_pool(),
        connector_owner=False,
    )


def _pool() -> aiohttp.TCPConnector:
    """Return the connections of the running event loop."""
    loop = asyncio.get_running_loop()
    pool = _pools.get(loop)
    if pool is None or pool.closed:
        # As many connections at a time as there are calls.
        pool = _pools[loop] = aiohttp.TCPConnector(limit=0, keepalive_timeout=KEEP_S)
    return pool


@atexit.register
def close() -> None:
    """Close the connections that are left."""
    for pool in list(_pools.values()):
        pool.close()
