"""The conversation as a plain form, for browsers that run no script."""

import hashlib
import secrets
from collections.abc import Sequence

from rasa.core.agent import Agent
from sanic.request import Request
from sanic.response import HTTPResponse

from bot.channels.http import find_agent
from bot.channels.requests import parse_text, read_body
from bot.channels.settings import ChannelSettings
from bot.channels.web.conversations import Conversations
from bot.channels.web.pages import HTML, Pages
from bot.channels.web.requests import SessionMessage, parse_form, parse_locale
from bot.channels.web.security_headers import PAGE_HEADERS
from bot.server.errors import BadToken, HttpError, NotJson
from contract.turn import Turn

TYPE = "application/x-www-form-urlencoded"
# The template's names for notices that are no errors.
DELETED, ENDED = "deleted", "ended"


class HtmlForm:
    """Takes what the form sends and returns the next page."""

    def __init__(
        self, conversations: Conversations, pages: Pages, settings: ChannelSettings
    ) -> None:
        """Take the parts.

        Args:
            conversations: Answers the messages.
            pages: Makes the pages.
            settings: Of the channel.
        """
        self._conversations = conversations
        self._pages = pages
        self._settings = settings

    async def submit(self, request: Request) -> HTTPResponse:
        """Return the page that follows a form.

        Raises:
            HttpError: The form cannot be read, or there is no reply.
        """
        headers, agent = request.headers, find_agent(request)
        kind = headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != TYPE:
            raise NotJson(f"The body has to be {TYPE}.")
        fields = parse_form(await read_body(request, limit=self._settings.max_form_bytes))
        token = fields.get("token", "")
        if fields.get("do") == "delete":
            await self._conversations.delete(token, agent)
            return self._page(notice=DELETED)
        text = fields.get("message", "")
        words = parse_text(text, max_chars=self._settings.max_chars)
        # The same words sent again from the same page (a reload) are the same message; other
        # words (after the back button) are not.
        seed = f"{fields.get('nonce', '')}\0{words}".encode("utf-8", "replace")
        tag = headers.get("accept-language", "").split(",")[0].partition(";")[0].strip()
        message = SessionMessage(hashlib.sha256(seed).hexdigest(), words, parse_locale(tag))
        return await self._reply_to(token, message, agent)

    def error_page(self, error: HttpError) -> HTTPResponse:
        """Return the page that says what is wrong."""
        return self._page(notice=error.code, status=error.status, headers=error.headers)

    async def _reply_to(
        self, token: str, message: SessionMessage, agent: Agent | None
    ) -> HTTPResponse:
        notice = ""
        token = token or self._conversations.new_token()
        try:
            reply = await self._conversations.reply_to(token, message, agent)
        except BadToken:
            notice, token = ENDED, self._conversations.new_token()
            reply = await self._conversations.reply_to(token, message, agent)
        return self._page(
            notice=notice, question=message.text, turns=reply.turns, token=reply.token or token
        )

    def _page(
        self,
        *,
        notice: str = "",
        question: str = "",
        turns: Sequence[Turn] = (),
        token: str = "",
        status: int = 200,
        headers: dict[str, str] | None = None,
    ) -> HTTPResponse:
        page = self._pages.answer_page(
            question=question,
            turns=list(turns),
            token=token,
            nonce=secrets.token_hex(16),
            notice=notice,
        )
        headers = {**PAGE_HEADERS, **(headers or {}), "Cache-Control": "no-store"}
        return HTTPResponse(page.body, status, headers, content_type=HTML)
