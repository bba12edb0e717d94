"""Serve Rasa's applications with bot/server: strict framing, deadlines, limits, error replies.

Rasa makes its application in `configure_app` and serves it with Sanic's protocols; it offers no way
to name others. Sanic 21.12 takes a negative Content-Length, and then never comes back.
"""

from functools import partial
from typing import Any

import sanic.app
import sanic.http
from rasa.core import run
from sanic.server.protocols import http_protocol

from bot.conversations.wrapped_stores import is_database_ready
from bot.patches.replaces import replaces
from bot.server.drain import Drain
from bot.server.health import Health
from bot.server.install import harden
from bot.server.protocol import GuardedHttpProtocol, GuardedWebSocketProtocol

# What bot/server builds on in the Sanic that Rasa pins.
SANIC = {
    sanic.http: "cd22428f1d5d5332ac6d3fa0f3dc35345b123bad052c31c914138861f1703fdb",
    http_protocol: "db5ef1c86b10f333e7f454ad11f50dfdbccd1011f4846c0698308e52a3e32e13",
}


@replaces(
    run,
    "configure_app",
    sha256="72da30416f74c6488a1bbdae9878467bdc7ecd6b5a46b336220aadafd8b2f41a",
)
def configure_app(*args: Any, **kwargs: Any) -> sanic.app.Sanic:
    """Return Rasa's application, hardened."""
    app = configure_app.original(*args, **kwargs)
    # The fourth argument, by its place or its name.
    enable_api = args[3] if len(args) > 3 else kwargs.get("enable_api", True)
    harden(app, has_api=bool(enable_api))
    drain = Drain()
    drain.install(app)
    Health(app, drain, is_database_ready).install()
    return app


@replaces(
    sanic.app.Sanic,
    "stop",
    sha256="88213ee3dad7c7cde794f7124665bfb066e35ada23ee27f69d119b7fefd5bf1f",
)
def stop(self: sanic.app.Sanic) -> None:
    """Stop, once the requests in work are answered."""
    stop_now = partial(stop.original, self)
    drain = getattr(self.ctx, "drain", None)
    if drain is None:
        stop_now()
    else:
        drain.stop(stop_now)


replaces(
    sanic.app,
    "HttpProtocol",
    sha256="f2ff8d1c8cefb200a6b42339332f57997944dfeec9c7b476427ec9669ebbade4",
    relies_on=SANIC,
)(GuardedHttpProtocol)
replaces(
    sanic.app,
    "WebSocketProtocol",
    sha256="fefe1c125b99f22b4be1fc4424c2f642adc91b822e1a3b0bb6a2d20c470d12c4",
)(GuardedWebSocketProtocol)
