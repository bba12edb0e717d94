"""Set the limits, names and error replies of a Sanic application."""

import logging
import os
from collections.abc import Mapping

from sanic import Sanic

from bot.server.admission import Admission
from bot.server.connections import ConnectionLimit, fit_descriptors
from bot.server.error_replies import ErrorReplies
from bot.server.hosts import HostList
from bot.server.rate_limits import RefusalLimit
from bot.server.settings import ServerSettings
from settings import table

# How long an idle connection is kept, in seconds. A proxy must be the first to close, or it sends a
# request into a connection that is being closed; nginx does after 60.
KEEP_ALIVE_S, KEEP_ALIVE_PROXY_S = 15, 75
# Most of a body that nobody wanted is still taken in, so that the client reads the reply.
MAX_BODY_BYTES = 1_000_000


def harden(app: Sanic, *, has_api: bool = False, environ: Mapping[str, str] = os.environ) -> None:
    """Set limits, names and error replies for an application, before it starts.

    Args:
        app: Served by the protocols of protocol.py (bot/patches/http_server.py).
        has_api: Whether Rasa's HTTP API is on, which takes models and trackers of any size.
        environ: Holds the settings.

    Raises:
        SettingInvalid: A setting has the wrong form.
    """
    server = ServerSettings.from_env(environ)
    proxies = server.proxies
    # A proxy decides which names reach this server, unless they are named here, too.
    is_checked = not proxies or bool(environ.get(table.HOSTS.key, "").strip())
    app.ctx.admission = Admission(
        ConnectionLimit(
            in_all=fit_descriptors(server.connections),
            per_address=0 if proxies else server.address_connections,
        ),
        HostList(server.hosts) if is_checked else None,
        proxies=proxies,
        address_rate=server.address_rate,
    )
    app.error_handler.add(Exception, ErrorReplies(RefusalLimit(proxies=proxies)).reply_to_error)
    app.config.KEEP_ALIVE_TIMEOUT = KEEP_ALIVE_PROXY_S if proxies else KEEP_ALIVE_S
    if not has_api:
        app.config.REQUEST_MAX_SIZE = MAX_BODY_BYTES
    logging.getLogger("sanic.error").addFilter(is_worth_logging)


def is_worth_logging(record: logging.LogRecord) -> bool:
    """Return False for what anybody can cause: a body that no route wanted."""
    return not str(record.msg).endswith("body not consumed.")
