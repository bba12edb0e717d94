"""Access to REST: by a token or, without one, for programs of this machine alone."""

import hmac

from sanic.request import Request

from bot.server.client_addresses import is_local, normalize_address
from bot.server.errors import BadToken, HttpError, OriginNotAllowed
from bot.server.hosts import is_this_machine, parse_host_name, parse_origin_host

# A proxy adds at least one of them if it is set up at all; then anybody may be behind it.
FORWARDED = ("forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-real-ip")
NOT_HERE = (
    "REST answers programs of this machine; others, and all behind a proxy, "
    "need a token (BONAFIDE_REST_TOKEN)."
)


class RestNotAllowed(HttpError):
    """REST, without its token, is not for programs of other machines."""

    status, code = 403, "rest_not_allowed"


class RestAccess:
    """Lets in who has the token or, where none is set, this machine's own programs."""

    def __init__(self, token: str, *, proxies: int) -> None:
        """Take the settings.

        Args:
            token: Of the owner's programs; empty for none.
            proxies: How many trusted proxies stand in front: with one, all come from this machine.
        """
        self._token = token.encode("utf-8")
        self._proxies = proxies

    def check(self, request: Request) -> None:
        """Refuse who may not ask.

        Raises:
            OriginNotAllowed: A page of another site asks.
            BadToken: The token is wrong or missing.
            RestNotAllowed: No token is set, and no program of this machine asks.
        """
        if is_from_another_site(request):
            raise OriginNotAllowed("Pages of other sites cannot ask over REST.")
        if self._token:
            scheme, _, given = request.headers.get("authorization", "").strip().partition(" ")
            # Bytes that are not UTF-8 come as lone surrogates.
            token = given.strip().encode("utf-8", "surrogateescape")
            if scheme.lower() != "bearer" or not hmac.compare_digest(token, self._token):
                raise BadToken("The Authorization header has not the token of this server.")
        elif self._proxies or not is_from_this_machine(request):
            raise RestNotAllowed(NOT_HERE)


def is_from_another_site(request: Request) -> bool:
    """Return whether a browser sends a request for a page that is not this server's own."""
    if request.headers.get("sec-fetch-site", "none") not in ("none", "same-origin"):
        return True
    origin, host = request.headers.get("origin"), request.headers.get("host", "")
    return origin is not None and parse_origin_host(origin.lower()) != host.lower()


def is_from_this_machine(request: Request) -> bool:
    """Return whether a program of this machine sends a request, and no proxy on it."""
    if any(name in request.headers for name in FORWARDED):
        return False
    is_named = is_this_machine(parse_host_name(request.headers.get("host", "")))
    return is_named and bool(request.ip) and is_local(normalize_address(request.ip))
