"""CORS: the sites whose pages may talk to this server."""

from sanic.request import Request

from bot.server.errors import OriginNotAllowed
from bot.server.hosts import parse_origin_host, read_host

METHODS = "POST, DELETE"
HEADERS = "Authorization, Content-Type"
PREFLIGHT_S = 600


class CorsPolicy:
    """The sites that may embed the widget, and this server's own."""

    def __init__(self, allowed: frozenset[str], *, proxies: int) -> None:
        """Take the list.

        Args:
            allowed: Origins in small letters.
            proxies: How many trusted proxies stand in front; with one, its X-Forwarded-Host counts.
        """
        self._allowed = allowed
        self._proxies = proxies

    def check(self, request: Request) -> None:
        """Refuse a request that a page of a site not on the list makes.

        Other programs than browsers send no Origin and are let in: they can send what they like
        anyway, and nothing here rests on cookies.

        Raises:
            OriginNotAllowed: The site is not on the list.
        """
        origin = request.headers.get("origin")
        if origin is not None and not self._is_allowed(origin.lower(), request):
            raise OriginNotAllowed("This site may not embed the assistant (BONAFIDE_WEB_ORIGINS).")

    def response_headers(self, request: Request) -> dict[str, str]:
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

    def preflight_headers(self, request: Request) -> dict[str, str]:
        """Return the headers of the reply to a browser that asks whether it may ask."""
        return {
            **self.response_headers(request),
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
        return origin in self._allowed or (host != "" and parse_origin_host(origin) == host)
