"""The conversation as a plain form, for browsers that run no script."""

import hashlib
import secrets
from typing import Dict, Optional, Sequence

from rasa.core.agent import Agent
from sanic.request import Request
from sanic.response import HTTPResponse

from bot.channels.api import read_agent
from bot.channels.body import Message, read_body, read_form, read_locale, read_text
from bot.channels.conversation import Conversations
from bot.channels.errors import BadToken, NotJson, WebError
from bot.channels.front import PAGE_HEADERS
from bot.channels.page import HTML, Pages
from bot.channels.settings import Settings
from bot.channels.turns import Turn

TYPE = "application/x-www-form-urlencoded"
# Words of the template for what is no error.
DELETED, ENDED = "deleted", "ended"


class Form:
    """Takes what the form sends and returns the next page."""

    def __init__(self, conversations: Conversations, pages: Pages, settings: Settings) -> None:
        """Take the parts.

        Args:
            conversations: Answers.
            pages: Makes the pages.
            settings: Of the channel.
        """
        self._conversations = conversations
        self._pages = pages
        self._settings = settings

    async def take(self, request: Request) -> HTTPResponse:
        """Return the page that follows a form.

        Raises:
            WebError: The form cannot be read, or there is no reply.
        """
        headers, agent = request.headers, read_agent(request)
        kind = headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != TYPE:
            raise NotJson(f"The body has to be {TYPE}.")
        fields = read_form(await read_body(request, limit=self._settings.max_form_bytes))
        token = fields.get("token", "")
        if fields.get("do") == "delete":
            await self._conversations.end(token, agent)
            return self._page(notice=DELETED)
        text = fields.get("message", "")
        words = read_text(text, max_chars=self._settings.max_chars)
        # The same words sent again from the same page (a reload) are the same message; other
        # words (after the back button) are not.
        seed = f"{fields.get('nonce', '')}\0{words}".encode("utf-8", "replace")
        tag = headers.get("accept-language", "").split(",")[0].partition(";")[0].strip()
        message = Message(hashlib.sha256(seed).hexdigest(), words, read_locale({"locale": tag}))
        return await self._say(token, message, agent)

    def refuse(self, error: WebError) -> HTTPResponse:
        """Return the page that says what is wrong."""
        return self._page(notice=error.code, status=error.status, headers=error.headers)

    async def _say(self, token: str, message: Message, agent: Optional[Agent]) -> HTTPResponse:
        notice = ""
        token = token or self._conversations.new_token()
        try:
            reply = await self._conversations.say(token, message, agent)
        except BadToken:
            notice, token = ENDED, self._conversations.new_token()
            reply = await self._conversations.say(token, message, agent)
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
        headers: Optional[Dict[str, str]] = None,
    ) -> HTTPResponse:
        page = self._pages.answer(
            question=question,
            turns=list(turns),
            token=token,
            nonce=secrets.token_hex(16),
            notice=notice,
        )
        headers = {**PAGE_HEADERS, **(headers or {}), "Cache-Control": "no-store"}
        return HTTPResponse(page.body, status, headers, content_type=HTML)
