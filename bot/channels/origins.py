"""Which sites' pages may talk to this server (CORS)."""

from typing import Dict, FrozenSet
from urllib.parse import urlsplit

from sanic.request import Request

from bot.channels.errors import OriginNotAllowed

METHODS = "POST, DELETE"
HEADERS = "Authorization, Content-Type"
PREFLIGHT_S = 600


class Origins:
    """The sites that may embed the widget, and this server's own."""

    def __init__(self, allowed: FrozenSet[str], *, proxies: int) -> None:
        """Take the list.

        Args:
            allowed: Origins in small letters.
            proxies: How many trusted proxies stand in front; with one, its X-Forwarded-Host counts.
        """
        self._allowed = allowed
        self._proxies = proxies

    def check(self, request: Request) -> None:
        """Refuse a request that a page of a site not on the list makes.

        What is no browser sends no Origin and is let in: it can say what it likes anyway, and
        nothing here rests on cookies.

        Raises:
            OriginNotAllowed: The site is not on the list.
        """
        origin = request.headers.get("origin")
        if origin is not None and not self._is_allowed(origin.lower(), request):
            raise OriginNotAllowed("This site may not embed the assistant (BONAFIDE_WEB_ORIGINS).")

    def headers(self, request: Request) -> Dict[str, str]:
        """Return the headers that let the asking page read the reply.

        A refusal is readable too: a page that is not on the list learns that, and nothing else,
        since `check` comes before everything.
        """
        headers = {"Vary": "Origin"}
        origin = request.headers.get("origin")
        if origin is not None:
            headers["Access-Control-Allow-Origin"] = origin
            headers["Access-Control-Expose-Headers"] = "Retry-After"
        return headers

    def preflight(self, request: Request) -> Dict[str, str]:
        """Return the headers of the reply to a browser that asks whether it may ask."""
        return {
            **self.headers(request),
            "Access-Control-Allow-Methods": METHODS,
            "Access-Control-Allow-Headers": HEADERS,
            "Access-Control-Max-Age": str(PREFLIGHT_S),
        }

    def _is_allowed(self, origin: str, request: Request) -> bool:
        # Only browsers can write this one, and all that do tell the truth; older ones, and all
        # without https, leave it out.
        if request.headers.get("sec-fetch-site") == "same-origin":
            return True
        host = read_host(request, proxies=self._proxies)
        return origin in self._allowed or (host != "" and host_of(origin) == host)


def read_host(request: Request, *, proxies: int) -> str:
    """Return the host (and port) that the client asked for, in small letters."""
    host = request.headers.get("host", "")
    if proxies:
        hosts = ",".join(request.headers.getall("x-forwarded-host", [])).split(",")
        host = hosts[-1].strip() or host
    return str(host).lower()


def host_of(origin: str) -> str:
    """Return host and port of an origin; empty for `null`, which sandboxed pages send."""
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return ""
