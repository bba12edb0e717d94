"""Start the action server: `python -m actions`."""

import os

# Before NumPy is imported: waking a second thread for the small products of one query costs more
# than it saves.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import logging
import sys
import warnings
from collections.abc import Mapping
from typing import Any

from rasa_sdk.endpoint import create_app
from rasa_sdk.executor import ActionExecutor
from sanic import Sanic

from actions import resources
from knowledge.errors import KnowledgeError

logger = logging.getLogger("actions")

HOST_SETTING, PORT_SETTING = "BONAFIDE_ACTIONS_HOST", "BONAFIDE_ACTIONS_PORT"


def main() -> int:
    """Serve until stopped; 0 after an orderly stop, 2 on a bad setting."""
    logging.basicConfig(
        level=logging.INFO, format="%(asctime)s %(levelname)-7s %(name)s  %(message)s"
    )
    # One line for each action, class and request says nothing about what went wrong.
    for noisy in ("rasa_sdk", "sanic.access"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    # The newer SDK warns of Rasa 3.6 on every call; the protocol between them is unchanged, and
    # tests/e2e hold both versions together.
    warnings.filterwarnings("ignore", message="Your versions of rasa and rasa_sdk")
    try:
        host, port = read_address(os.environ)
    except ValueError as err:
        print(err, file=sys.stderr)
        return 2
    warm_up()
    # The server listens on this machine only, unless a setting says otherwise: it has no password.
    make_app().run(host=host, port=port, single_process=True, access_log=False, motd=False)
    return 0


def make_app() -> Sanic[Any, Any]:
    """Return the web application with every action of this package."""
    executor = ActionExecutor()
    executor.register_package("actions")
    app: Sanic[Any, Any] = create_app(executor, cors_origins=[])
    return app


def read_address(environ: Mapping[str, str]) -> tuple[str, int]:
    """Return host and port to listen on.

    Raises:
        ValueError: The port is not a port.
    """
    host = environ.get(HOST_SETTING) or "127.0.0.1"
    port = environ.get(PORT_SETTING) or "5055"
    if not port.isdigit() or not 0 < int(port) < 65536:
        raise ValueError(f"{PORT_SETTING}={port!r} is not a port number from 1 to 65535.")
    return host, int(port)


def warm_up() -> None:
    """Load encoder and index before the first question; without them, say so and serve."""
    try:
        retriever = resources.get_retriever()
        retriever.search("warm up")
    except KnowledgeError:
        logger.exception("The library cannot be used; questions get an apology until it can.")
        return
    manifest = retriever.index.manifest
    logger.info("library documents=%d passages=%d", manifest.n_documents, manifest.n_passages)


if __name__ == "__main__":
    sys.exit(main())
