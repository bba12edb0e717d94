"""The web application of the action server: who may call it, and the reply when an action fails.

rasa_sdk's own would run anybody's action, inflate whatever it is sent, and repeat the whole
conversation when an action fails.
"""

import asyncio
import hmac
import ipaddress
import logging
import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from rasa_sdk.executor import ActionExecutor
from rasa_sdk.interfaces import ActionExecutionRejection, ActionNotFoundException
from sanic import Sanic
from sanic.exceptions import SanicException
from sanic.request import Request
from sanic.response import HTTPResponse
from sanic.response import json as json_response

from actions import resources
from actions.serving import health, library
from safe_logging import describe
from settings import SettingInvalid, table

logger = logging.getLogger(__name__)

# A call holds the domain and the latest turns, each word about ten times: 40 kB as a rule, 1 MB
# with messages of 2,000 characters outside ASCII, 5 MB with the longest that a setting allows.
MAX_BODY_BYTES = 8_000_000
# Rasa keeps a connection for 15 seconds (bot/patches/connections.py).
KEEP_ALIVE_S = 120


def make_app(token: str = "") -> health.App:
    """Return the application with every action of this package.

    Args:
        token: What a caller has to know. Without one, whoever names this machine as the host is
            let in: on an address of this machine alone, that keeps out pages of other sites.
    """
    executor = ActionExecutor()
    executor.register_package("actions")
    app: health.App = Sanic("bonafide_actions", configure_logging=False)
    app.config.REQUEST_MAX_SIZE = MAX_BODY_BYTES
    app.config.KEEP_ALIVE_TIMEOUT = KEEP_ALIVE_S
    app.exception(Exception)(_report_failure)

    @app.get("/health")
    async def report_health(_request: Request) -> HTTPResponse:
        return json_response({"status": "ok"})

    def refuse(request: Request) -> HTTPResponse | None:
        refusal = find_refusal(request.headers, token, has_body=request.method == "POST")
        if refusal is None:
            return None
        logger.warning("A call was refused: %s.", refusal[1])
        return _error(*refusal)

    health.add_routes(app)
    library.add_routes(app, refuse)

    @app.post("/webhook")
    async def run_action(request: Request) -> HTTPResponse:
        return refuse(request) or await _execute(executor, request.json)

    return app


def read_token(environ: Mapping[str, str], host: str) -> str:
    """Return the token that callers have to know; empty where there need not be one.

    Args:
        environ: The settings.
        host: Where the server is to listen.

    Raises:
        SettingInvalid: If it is malformed, or missing for an address that others can reach.
    """
    token = table.ACTIONS_TOKEN.read(environ)
    if not token and not _is_this_machine(host):
        raise SettingInvalid(
            table.ACTIONS_TOKEN.key,
            f"a value, as others could run actions at {host}",
            remedy="Give both servers the same random text, or listen on 127.0.0.1 alone",
        )
    return token


def find_refusal(
    headers: Mapping[str, str], token: str, *, has_body: bool = True
) -> tuple[HTTPStatus, str] | None:
    """Return status and reason why a call is not let in; None if it is.

    Args:
        headers: Those of the call.
        token: What it has to know; empty for a call that has to come from this machine.
        has_body: Whether it has one, which has to be JSON.
    """
    if token:
        given = headers.get("authorization", "")
        if not hmac.compare_digest(given.encode("utf-8", "replace"), f"Bearer {token}".encode()):
            return (
                HTTPStatus.UNAUTHORIZED,
                f"the token is wrong or missing ({table.ACTIONS_TOKEN.key})",
            )
    elif not _is_this_machine(_host_name(headers.get("host", ""))):
        return HTTPStatus.MISDIRECTED_REQUEST, "the host is not this machine"
    if not has_body:
        return None
    # A page of any site may send a form or plain text, but JSON only where it was allowed to.
    if headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        return HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "the body is not declared as JSON"
    if headers.get("content-encoding", "identity").lower() != "identity":
        return HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "the body is compressed"
    return None


async def _execute(executor: ActionExecutor, call: object) -> HTTPResponse:
    if not isinstance(call, dict):
        return _error(HTTPStatus.UNPROCESSABLE_ENTITY, "the body is no JSON object")
    try:
        result = await executor.run(await _word(call))
    except ActionExecutionRejection as err:  # Rasa lets another policy choose
        body = {"error": "The action was rejected.", "action_name": err.action_name}
        return json_response(body, HTTPStatus.BAD_REQUEST)
    except ActionNotFoundException:
        return _error(HTTPStatus.NOT_FOUND, "there is no such action")
    return json_response(result.model_dump() if result else None)


async def _word(call: dict[str, Any]) -> dict[str, Any]:
    """Return a call whose domain has the words of this assistant."""
    domain = call.get("domain")
    if not isinstance(domain, dict) or not isinstance(domain.get("responses"), dict):
        return call
    # In a thread: where nobody wrote them, the library is searched for first questions, once.
    words = await asyncio.to_thread(resources.get_words)
    return {**call, "domain": {**domain, "responses": words.word(domain["responses"])}}


def _report_failure(_request: Request, err: Exception) -> HTTPResponse:
    """Reply to what went wrong with nothing of what was sent."""
    if isinstance(err, SanicException) and err.status_code < HTTPStatus.INTERNAL_SERVER_ERROR:
        status = HTTPStatus(err.status_code)
        return _error(status, status.phrase)
    logger.error("An action failed: %s", describe(err))
    return _error(HTTPStatus.INTERNAL_SERVER_ERROR, "the action failed")


def _error(status: HTTPStatus, reason: str) -> HTTPResponse:
    return json_response({"error": reason}, status)


def _host_name(host: str) -> str:
    """Return the host without its port and the brackets of an IPv6 address."""
    return re.sub(r":\d*$", "", host).strip("[]")


def _is_this_machine(host: str) -> bool:
    try:
        return host.lower() == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
