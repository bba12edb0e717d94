"""What the server shows to browsers: the page at "/", the widget's files, and preflights.

Rasa has a route at "/" of its own, and its CORS library answers every OPTIONS request. A request
middleware in front of both answers these first; nothing of Rasa's is replaced.
"""

from typing import Dict, Optional

from sanic import Sanic
from sanic.request import Request
from sanic.response import HTTPResponse, redirect
from sanic_cors.core import SANIC_CORS_EVALUATED  # type: ignore[import-untyped]

from bot.channels.files import ASK_AGAIN, ENTRY, FOREVER, File, Folder
from bot.channels.origins import Origins, read_host
from bot.channels.page import Pages

API = "/webhooks/web/"
FORM = f"{API}form"
# No script but our files, no HTML made of strings, nothing from elsewhere.
CSP = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "connect-src 'self'",
        "img-src 'self' data:",
        "require-trusted-types-for 'script'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
_ALL = {"X-Content-Type-Options": "nosniff"}
API_HEADERS = {
    **_ALL,
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}
PAGE_HEADERS = {
    **_ALL,
    "Content-Security-Policy": CSP,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    # Not no-referrer: with that, browsers call the origin of a form "null".
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "X-Frame-Options": "DENY",
}
# Module scripts are fetched with CORS; these files are public. Who may *talk* is Origins' matter.
FILE_HEADERS = {
    **_ALL,
    "Content-Security-Policy": CSP,
    "Referrer-Policy": "no-referrer",
    "Access-Control-Allow-Origin": "*",
    "Cross-Origin-Resource-Policy": "cross-origin",
}


class Front:
    """Answers what needs no conversation."""

    def __init__(
        self, *, pages: Pages, widget: Folder, style: Folder, origins: Origins, proxies: int
    ) -> None:
        """Take what there is to show.

        Args:
            pages: Makes the demo page.
            widget: The folder of the widget.
            style: The folder of the demo page's style sheet.
            origins: Answers preflights.
            proxies: How many trusted proxies stand in front.
        """
        self._pages = pages
        self._folders = {"widget": widget, "site": style}
        self._origins = origins
        self._proxies = proxies

    def stand_before(self, app: Sanic) -> None:
        """Be asked before every route, and before Rasa's CORS library.

        Called when the server starts: the library puts itself in front at that time.
        """
        app.request_middleware.appendleft(self.answer)

    async def answer(self, request: Request) -> Optional[HTTPResponse]:
        """Return the reply to a request for the page, a file or a preflight; nothing for others."""
        path, method = request.path, request.method
        is_api = path.startswith(API)
        if is_api or path.startswith(("/widget/", "/site/")) or path == "/":
            # These have CORS headers of their own.
            setattr(request.ctx, SANIC_CORS_EVALUATED, "1")
        if is_api and method == "OPTIONS":
            headers = {**self._origins.preflight(request), "Cache-Control": "no-store"}
            return HTTPResponse(status=204, headers=headers)
        if method not in ("GET", "HEAD"):
            return None
        if path == FORM:
            return redirect("/", status=303)  # a page that was posted is opened again
        if path == "/":
            return self._home(request)
        return self._file(request)

    def _home(self, request: Request) -> HTTPResponse:
        host = read_host(request, proxies=self._proxies)
        page = self._pages.home(host=host, scheme=read_scheme(request, proxies=self._proxies))
        return page.respond(request, cache=ASK_AGAIN, headers=PAGE_HEADERS)

    def _file(self, request: Request) -> Optional[HTTPResponse]:
        """Return `/widget/<entry>`, `/widget/<version>/<name>` or the same under `/site`."""
        folder_name, _, rest = request.path[1:].partition("/")
        folder = self._folders.get(folder_name)
        if folder is None:
            return None
        version, _, name = rest.rpartition("/")
        if version:
            # Pages that were loaded before an update ask for files that are gone: theirs are the
            # next best, but not to be kept under that name.
            is_current = version == folder.version
            return _send(request, folder.find(name), FOREVER if is_current else "no-store")
        return _send(request, folder.entry if name == ENTRY else None, ASK_AGAIN)


def _send(request: Request, file: Optional[File], cache: str) -> HTTPResponse:
    if file is None:
        headers: Dict[str, str] = {**FILE_HEADERS, "Cache-Control": "no-store"}
        return HTTPResponse("No such file.\n", 404, headers, content_type="text/plain")
    return file.respond(request, cache=cache, headers=FILE_HEADERS)


def read_scheme(request: Request, *, proxies: int) -> str:
    """Return http or https, as the client asked; behind proxies as the nearest one says."""
    named = request.headers.get("x-forwarded-proto", "") if proxies else ""
    scheme = named.split(",")[-1].strip().lower() or request.scheme
    return "https" if scheme == "https" else "http"
