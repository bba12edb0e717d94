"""Addresses of the web: which ones become links, and where they stand in a text."""

import os
import re
from collections.abc import Callable

from contract.library import LIBRARY
from settings import table
from spelling.addresses import safe_url

# Longer ones are left out: some platforms take no more in a button, and no page needs it.
MAX_URL = 500
_IN_TEXT = re.compile(r"https?://[^\s<>\"“”|`\[\]\\]*[^\s<>\"“”|`\[\]\\.,;:!?'’)*_~]")  # noqa: RUF001


def short_url(url: object) -> str:
    """Return an address that can stand in a link of every platform, in ASCII; else ""."""
    safe = safe_url(url)
    return safe if len(safe) <= MAX_URL else ""


def passage_url(path: object) -> str:
    """Return where the Rasa server shows a passage, if the world can reach it; else "".

    Args:
        path: The citation's.
    """
    server = table.PUBLIC_URL.read(os.environ)
    is_ours = isinstance(path, str) and path.startswith(f"{LIBRARY}/")
    return short_url(f"{server.rstrip('/')}{path}") if server and is_ours else ""


def format_links(text: str, *, escape: Callable[[str], str], link: Callable[[str], str]) -> str:
    """Return a text in which addresses are links and nothing else is markup.

    Args:
        text: Words with addresses among them.
        escape: Returns what stands between addresses as the platform takes it.
        link: Returns an address likewise.
    """
    formatted, end = "", 0
    for match in _IN_TEXT.finditer(text):
        # Letters of another script may look like those of a known host: they stay text.
        if match[0].isascii() and safe_url(match[0]):
            formatted += escape(text[end : match.start()]) + link(match[0])
            end = match.end()
    return formatted + escape(text[end:])
