"""The pages of this server, and the conversation as a plain form."""

import re
from functools import lru_cache
from pathlib import Path
from typing import cast

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bot.channels.contact import describe_hours
from bot.channels.settings import ChannelSettings
from bot.channels.web.facts import Facts
from bot.channels.web.static_files import ENTRY, StaticFile, StaticFolder
from contract.contact import Contact
from contract.library import LIBRARY
from contract.turn import Citation, PhoneNumber, Turn
from contract.wording import format_checked, format_page, format_review
from profiles import Assistant
from spelling.addresses import safe_url

SITE = Path(__file__).with_name("site")
HTML = "text/html; charset=utf-8"
# The pages that are the same for everybody.
TEMPLATES = {
    "/": "home.html",
    "/accessibility": "accessibility.html",
    "/embed": "embed.html",
    "/embed/preview": "preview.html",
    "/embed/states": "states.html",
}
# Pages that are kept ready, counted for each name under which they are asked for.
MAX_PAGES = 64
_HOST = re.compile(r"[a-z0-9.-]+(:\d{1,5})?|\[[0-9a-f:]+\](:\d{1,5})?")


class Pages:
    """Makes the pages from the templates in site/."""

    def __init__(
        self,
        settings: ChannelSettings,
        facts: Facts,
        *,
        assistant: Assistant | None = None,
        widget: StaticFolder,
        style: StaticFolder,
        emergency: PhoneNumber | None = None,
        contact: Contact | None = None,
    ) -> None:
        """Take what the pages name.

        Args:
            settings: Of the web channel.
            facts: Who is behind the assistant and what is kept.
            assistant: Its subject and colours; None for none.
            widget: Its scripts.
            style: The folder of the pages' style sheet, scripts and pictures.
            emergency: The number to call in the server's region; None if none is known.
            contact: A way to a person; None for none.
        """
        self._contact = contact
        self._settings = settings
        self._facts = facts
        self._assistant = assistant or Assistant()
        self._emergency = emergency
        self._widget = widget
        self._style = style
        self._environment = Environment(
            loader=FileSystemLoader(SITE),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        # Anybody can ask for it again and again, by any name that reaches this server.
        self._cached_page = lru_cache(maxsize=MAX_PAGES)(self._render_page)
        self._environment.globals["review"] = format_review
        self._environment.filters.update(
            checked=format_checked,
            library_link=library_link,
            page=format_page,
            tel_link=tel_link,
            web_link=safe_url,
        )

    @property
    def site_version(self) -> str:
        """The version of the files that pages name."""
        return self._style.version

    def find_page(
        self, path: str, *, host: str, scheme: str, documents: tuple[tuple[str, str], ...] = ()
    ) -> StaticFile | None:
        """Return the page of an address; None if there is none.

        Args:
            path: Of the address, such as "/embed".
            host: What the client asked for, of any form.
            scheme: http or https.
            documents: Title and path of each document that there is.
        """
        template = TEMPLATES.get(path)
        if template is None:
            return None
        origin = f"{scheme}://{host}" if _HOST.fullmatch(host) else "https://bot.example.org"
        modules = tuple(f"/widget/{self._widget.version}/{name}" for name in self._widget.modules)
        entry = ENTRY if self._widget.entry else ""
        versions = f"{self.site_version} {self._widget.version}"
        return self._cached_page(template, origin, entry, modules, documents, versions)

    def _render_page(
        self,
        template: str,
        origin: str,
        entry: str,
        modules: tuple[str, ...],
        documents: tuple[tuple[str, str], ...],
        _versions: str,
    ) -> StaticFile:
        """Render a page; the versions of the files that it names are for the cache."""
        listed = [{"title": title, "path": path} for title, path in documents]
        return self.render(template, origin=origin, entry=entry, modules=modules, documents=listed)

    def answer_page(
        self,
        *,
        question: str,
        turns: list[Turn],
        token: str,
        nonce: str,
        notice: str = "",
    ) -> StaticFile:
        """Return the page with the reply to a question, and the form for the next one.

        Args:
            question: The user's words; empty when nothing was asked.
            turns: The reply.
            token: The session; empty for a new one.
            nonce: Makes the next message another one than this.
            notice: What went wrong; empty when nothing did.
        """
        return self.render(
            "answer.html",
            question=question,
            turns=[_complete(turn) for turn in turns],
            token=token,
            nonce=nonce,
            notice=notice,
        )

    def render(self, name: str, **values: object) -> StaticFile:
        """Return the page that a template makes of values."""
        template = self._environment.get_template(name)
        facts = self._facts
        operator = {"name": facts.operator, "url": facts.operator_url}
        common = {
            "name": facts.name,
            "facts": facts,
            "site": f"/site/{self._style.version}",
            "max_chars": self._settings.max_chars,
            "operator": operator if facts.operator else None,
            "privacy_url": facts.privacy_url,
            "version": self._widget.version,
            "emergency": self._emergency,
            "contact": self._contact,
            "hours": describe_hours(self._contact) if self._contact else [],
            "documents": [],
            **_describe_subject(self._assistant.subject),
            "colours": self._assistant.colours,
        }
        html = template.render({**common, **values})
        return StaticFile.from_bytes(html.encode("utf-8", "replace"), HTML)


def _describe_subject(subject: str | None) -> dict[str, str]:
    """Return the phrases of the pages that name what the assistant is about."""
    if not subject:
        return {"about": "to your questions", "asking": "Ask in your own words"}
    return {"about": f"about {subject}", "asking": f"Ask about {subject} in your own words"}


def _complete(turn: Turn) -> dict[str, object]:
    """Return a turn with every field that the template names."""
    lists = {name: turn.get(name) or [] for name in ("suggestions", "numbers")}
    names = ("kind", "preface", "heading", "text", "quote", "disclaimer")
    texts = {name: str(turn.get(name) or "") for name in names}
    return {**lists, **texts, "sources": group_citations(turn)}


def group_citations(turn: Turn) -> list[list[dict[str, object]]]:
    """Return the passages that a turn cites by document: several of one are one source."""
    empty = dict.fromkeys(Citation.__annotations__, "")
    groups: dict[str, list[dict[str, object]]] = {}
    for citation in cast("list[Citation]", turn.get("citations") or []):
        name = citation.get("document_id") or citation.get("title") or ""
        groups.setdefault(name, []).append({**empty, **citation})
    return list(groups.values())


def library_link(path: object) -> str:
    """Return `path` when it is one of the library's pages, else nothing."""
    is_ours = isinstance(path, str) and re.fullmatch(rf"{LIBRARY}/[\w%./~-]+(#[\w%.~-]*)?", path)
    return str(path) if is_ours else ""


def tel_link(url: str | None) -> str:
    """Return `url` when it is a telephone number, else nothing."""
    return url if url and re.match(r"tel:\+?\d+$", url) else ""
