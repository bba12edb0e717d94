"""The demo page, and the same conversation as a plain form."""

import re
from pathlib import Path
from typing import Any, Dict, List, Optional

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bot.channels.files import ENTRY, File, Folder
from bot.channels.settings import Settings
from bot.channels.turns import Turn

SITE = Path(__file__).with_name("site")
HTML = "text/html; charset=utf-8"
_HOST = re.compile(r"[a-z0-9.-]+(:\d{1,5})?|\[[0-9a-f:]+\](:\d{1,5})?")


class Pages:
    """Makes the pages from the templates in site/."""

    def __init__(self, settings: Settings, *, widget: Folder, style: Folder) -> None:
        """Take what the pages name.

        Args:
            settings: Of the web channel.
            widget: Its scripts.
            style: The folder of the style sheet.
        """
        self._settings = settings
        self._widget = widget
        self._style = style
        self._environment = Environment(
            loader=FileSystemLoader(SITE),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.filters["web_link"] = web_link
        self._environment.filters["tel_link"] = tel_link

    def home(self, *, host: str, scheme: str) -> File:
        """Return the demo page.

        Args:
            host: What the client asked for, of any form.
            scheme: http or https.
        """
        origin = f"{scheme}://{host}" if _HOST.fullmatch(host) else "https://bot.example.org"
        return self._render(
            "home.html",
            origin=origin,
            entry=ENTRY if self._widget.entry else "",
            modules=[f"/widget/{self._widget.version}/{name}" for name in self._widget.modules],
        )

    def answer(
        self,
        *,
        question: str,
        turns: List[Turn],
        token: str,
        nonce: str,
        notice: str = "",
    ) -> File:
        """Return the page with the reply to a question, and the form for the next one.

        Args:
            question: The user's words; empty when nothing was asked.
            turns: The reply.
            token: The session; empty for a new one.
            nonce: Makes the next message another one than this.
            notice: What went wrong; empty when nothing did.
        """
        return self._render(
            "answer.html",
            question=question,
            turns=[_complete(turn) for turn in turns],
            token=token,
            nonce=nonce,
            notice=notice,
        )

    def _render(self, name: str, **values: Any) -> File:
        template = self._environment.get_template(name)
        common = {
            "style": f"/site/{self._style.version}/site.css",
            "max_chars": self._settings.max_chars,
        }
        return File.make(template.render(**common, **values).encode("utf-8", "replace"), HTML)


def _complete(turn: Turn) -> Dict[str, Any]:
    """Return a turn with every field that the template names."""
    lists = {name: turn.get(name) or [] for name in ("citations", "suggestions", "numbers")}
    names = ("kind", "preface", "heading", "text", "quote", "disclaimer")
    texts = {name: str(turn.get(name) or "") for name in names}
    for citation in lists["citations"]:
        for name in ("title", "section", "publisher", "url", "reviewed", "text"):
            citation.setdefault(name, "")
    return {**lists, **texts}


def web_link(url: Optional[str]) -> str:
    """Return `url` when it is a link to a page, else nothing."""
    return url if url and re.match(r"https?://[^\s]+$", url) else ""


def tel_link(url: Optional[str]) -> str:
    """Return `url` when it is a telephone number, else nothing."""
    return url if url and re.match(r"tel:\+?\d+$", url) else ""
