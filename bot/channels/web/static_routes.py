"""The routes that need no conversation: pages, the widget's files, and preflights.

Rasa has a route at "/" of its own, and its CORS library answers every OPTIONS request. A request
middleware in front of both answers these first; nothing of Rasa's is replaced.
"""

from collections.abc import Awaitable, Callable

from sanic import Sanic
from sanic.request import Request
from sanic.response import HTTPResponse, redirect
from sanic_cors.core import SANIC_CORS_EVALUATED  # type: ignore[import-untyped]

from bot.channels.web.cors import CorsPolicy
from bot.channels.web.pages import TEMPLATES, Pages
from bot.channels.web.security_headers import FILE_HEADERS, find_page_headers
from bot.channels.web.static_files import ASK_AGAIN, FOREVER, StaticFile, StaticFolder
from bot.server.hosts import read_host

# Returns title and path of each document.
ListDocuments = Callable[[], Awaitable[tuple[tuple[str, str], ...]]]
API = "/webhooks/web/"
FORM = f"{API}form"


class StaticRoutes:
    """Answers requests for pages and for files, and preflights."""

    def __init__(
        self,
        *,
        pages: Pages,
        widget: StaticFolder,
        style: StaticFolder,
        cors: CorsPolicy,
        list_documents: ListDocuments,
        proxies: int,
    ) -> None:
        """Take what there is to show.

        Args:
            pages: Makes the pages.
            widget: The folder of the widget.
            style: The folder of what the pages name.
            cors: Answers preflights.
            list_documents: Returns title and path of each document that there is.
            proxies: How many trusted proxies stand in front.
        """
        self._pages = pages
        self._folders = {"widget": widget, "site": style}
        self._cors = cors
        self._list_documents = list_documents
        self._proxies = proxies

    def install(self, app: Sanic) -> None:
        """Come before every route, and before Rasa's CORS library.

        Called when the server starts: the library puts itself in front at that time.
        """
        app.request_middleware.appendleft(self.respond)

    async def respond(self, request: Request) -> HTTPResponse | None:
        """Return the reply to a request for a page, a file or a preflight; None for others."""
        path, method = request.path, request.method
        is_api = path.startswith(API)
        if is_api or path.startswith(("/widget/", "/site/")) or path in TEMPLATES:
            # These have CORS headers of their own.
            setattr(request.ctx, SANIC_CORS_EVALUATED, "1")
        if is_api and method == "OPTIONS":
            headers = {**self._cors.preflight_headers(request), "Cache-Control": "no-store"}
            return HTTPResponse(status=204, headers=headers)
        if method not in ("GET", "HEAD"):
            return None
        if path == FORM:
            return redirect("/", status=303)  # a page that was posted is opened again
        return await self._send_page(request) or self._send_file(request)

    async def _send_page(self, request: Request) -> HTTPResponse | None:
        host = read_host(request, proxies=self._proxies)
        scheme = read_scheme(request, proxies=self._proxies)
        documents = await self._list_documents() if request.path == "/" else ()
        page = self._pages.find_page(request.path, host=host, scheme=scheme, documents=documents)
        if page is None:
            return None
        return page.respond(request, cache=ASK_AGAIN, headers=find_page_headers(request.path))

    def _send_file(self, request: Request) -> HTTPResponse | None:
        """Return `/widget/<name>`, `/widget/<version>/<name>` or the same under `/site`."""
        folder_name, _, rest = request.path[1:].partition("/")
        folder = self._folders.get(folder_name)
        if folder is None:
            return None
        if (lasting := folder.find_lasting(rest)) is not None:
            return _respond_file(request, lasting, ASK_AGAIN)
        version, _, name = rest.partition("/")
        if name:
            # Pages that were loaded before an update ask for files that are gone: theirs are the
            # next best, but not to be kept under that name.
            is_current = version == folder.version
            return _respond_file(
                request, folder.find_file(name), FOREVER if is_current else "no-store"
            )
        return _respond_file(request, None, ASK_AGAIN)


def _respond_file(request: Request, file: StaticFile | None, cache: str) -> HTTPResponse:
    if file is None:
        headers: dict[str, str] = {**FILE_HEADERS, "Cache-Control": "no-store"}
        return HTTPResponse("No such file.\n", 404, headers, content_type="text/plain")
    return file.respond(request, cache=cache, headers=FILE_HEADERS)


def read_scheme(request: Request, *, proxies: int) -> str:
    """Return http or https, as the client asked; behind proxies as the nearest one says."""
    named = request.headers.get("x-forwarded-proto", "") if proxies else ""
    scheme = named.split(",")[-1].strip().lower() or request.scheme
    return "https" if scheme == "https" else "http"
