"""The routes of the library's pages, which need no conversation and no script."""

import asyncio
from collections.abc import Awaitable, Callable
from urllib.parse import unquote

from sanic import Sanic
from sanic.request import Request
from sanic.response import HTTPResponse, redirect
from sanic_cors.core import SANIC_CORS_EVALUATED  # type: ignore[import-untyped]

from bot.channels.requests import parse_text, read_body
from bot.channels.web.library_client import LibraryClient, document_path, list_path
from bot.channels.web.library_pages import LibraryPages, list_titles
from bot.channels.web.pages import HTML
from bot.channels.web.requests import parse_form
from bot.channels.web.security_headers import FILE_HEADERS, PAGE_HEADERS
from bot.channels.web.static_files import ASK_AGAIN, StaticFile
from bot.server.client_addresses import read_client_address
from bot.server.errors import HttpError, Unavailable
from bot.server.rate_limits import RateLimit
from contract.library import LIBRARY, PER_LIST

HEADINGS = f"{LIBRARY}/headings.json"
# A form, not an address with the words in it: addresses end in logs of proxies and in histories.
SEARCH = "/webhooks/web/library"
MAX_CHARS = 500
# Documents that the first page names; it links to the list of all.
MAX_TITLES = 40
# Longest that the first page waits for them, in seconds: it goes without.
WAIT_S = 0.3
MAX_FORM_BYTES = 12 * MAX_CHARS + 1024
A_WHILE = "public, max-age=300"
# A page that search engines may not fetch cannot tell them to leave it out: they may fetch all but
# the forms, and each page says whether it may be listed.
ROBOTS = "User-agent: *\nDisallow: /webhooks/\n"
ROBOTS_PATH = "/robots.txt"


class LibraryRoutes:
    """Answers requests for the list, for documents and their headings, and searches."""

    def __init__(
        self,
        client: LibraryClient,
        pages: LibraryPages,
        addresses: RateLimit,
        *,
        proxies: int,
        is_indexable: bool,
    ) -> None:
        """Take the parts.

        Args:
            client: Asks the action server.
            pages: Makes the pages.
            addresses: How often one address may ask for what is not at hand.
            proxies: How many trusted proxies stand in front.
            is_indexable: Whether search engines may list the pages.
        """
        self._client = client
        self._pages = pages
        self._addresses = addresses
        self._proxies = proxies
        self._asking: asyncio.Task[None] | None = None
        noindex = {} if is_indexable else {"X-Robots-Tag": "noindex"}
        self._headers = {**PAGE_HEADERS, **noindex}

    def install(self, app: Sanic) -> None:
        """Come before every route, and before Rasa's CORS library."""
        app.request_middleware.appendleft(self.respond)

    async def respond(self, request: Request) -> HTTPResponse | None:
        """Return the reply to a request for a page of the library; None for others."""
        path = request.path
        answer = self._find_answer(path)
        if answer is None or request.method not in ("GET", "HEAD"):
            return None
        setattr(request.ctx, SANIC_CORS_EVALUATED, "1")
        try:
            return await answer(request)
        except HttpError as err:
            return self.error_page(err)

    async def search(self, request: Request) -> HTTPResponse:
        """Return the page of what a form searches.

        Raises:
            HttpError: The form cannot be read, or there is no reply.
        """
        fields = parse_form(await read_body(request, limit=MAX_FORM_BYTES))
        query = parse_text(fields.get("q", ""), max_chars=MAX_CHARS)
        results = await self._client.search(query)
        return self._respond_html(self._pages.found_page(query, results["found"]), 200)

    def error_page(self, error: HttpError) -> HTTPResponse:
        """Return the page that says what is wrong."""
        page = self._pages.notice_page(error.code)
        return self._respond_html(page, error.status, error.headers)

    async def titles(self) -> tuple[tuple[str, str], ...]:
        """Return title and path of the first documents, as far as they are known soon."""
        path = list_path()
        if not self._client.is_fresh(path):
            if self._asking is None or self._asking.done():
                self._asking = asyncio.ensure_future(self._ask_list())
            await asyncio.wait({self._asking}, timeout=WAIT_S)
        reply = self._client.find_known(path)
        return list_titles(reply)[:MAX_TITLES] if reply else ()

    async def _ask_list(self) -> None:
        try:
            await self._client.get(list_path())
        except Unavailable:  # said by the client
            return

    def _find_answer(self, path: str) -> Callable[[Request], Awaitable[HTTPResponse]] | None:
        fixed = {
            LIBRARY: self._send_list,
            f"{LIBRARY}/": self._send_list,
            HEADINGS: self._send_headings,
            SEARCH: _open_list,
            ROBOTS_PATH: _send_robots,
        }
        if path in fixed:
            return fixed[path]
        return self._send_document if path.startswith(f"{LIBRARY}/") else None

    async def _send_list(self, request: Request) -> HTTPResponse:
        asked = request.args.get("page", "1")
        number = int(asked) if asked.isdecimal() and 0 < len(asked) < 6 else 1
        path = list_path(PER_LIST * (max(number, 1) - 1))
        self._count(request, path)
        reply = await self._client.get(path)
        return self._send(request, self._pages.list_page(reply, max(number, 1)))

    async def _send_document(self, request: Request) -> HTTPResponse:
        path = document_path(unquote(request.path[len(LIBRARY) + 1 :]))
        self._count(request, path)
        reply = await self._client.get(path)
        if reply.data is None:
            return self._respond_html(self._pages.notice_page("not_found"), 404)
        return self._send(request, self._pages.document_page(reply))

    async def _send_headings(self, request: Request) -> HTTPResponse:
        self._count(request, list_path())
        file = self._pages.headings(await self._client.get(list_path()))
        return file.respond(request, cache=A_WHILE, headers=FILE_HEADERS)

    def _count(self, request: Request, path: str) -> None:
        """Count a request for what has to be asked for.

        Raises:
            RateLimited: It is one too many of its address.
        """
        if not self._client.is_fresh(path):
            self._addresses.take(read_client_address(request, proxies=self._proxies))

    def _send(self, request: Request, page: StaticFile) -> HTTPResponse:
        return page.respond(request, cache=ASK_AGAIN, headers=self._headers)

    def _respond_html(
        self, page: StaticFile, status: int, headers: dict[str, str] | None = None
    ) -> HTTPResponse:
        headers = {**self._headers, **(headers or {}), "Cache-Control": "no-store"}
        return HTTPResponse(page.body, status, headers, content_type=HTML)


async def _open_list(_request: Request) -> HTTPResponse:
    return redirect(LIBRARY, status=303)  # a page that was posted is opened again


async def _send_robots(_request: Request) -> HTTPResponse:
    return HTTPResponse(ROBOTS, headers=dict(FILE_HEADERS), content_type="text/plain")
