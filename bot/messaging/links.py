"""Addresses of the web: which ones become links, and where they stand in a text."""

import re
from urllib.parse import quote, urlsplit

# Longer ones are left out: some platforms take no more in a button, and no page needs it.
MAX_URL = 500
IN_TEXT = re.compile(r"https?://[^\s<>\"“”|`\[\]\\]*[^\s<>\"“”|`\[\]\\.,;:!?'’)*_~]")  # noqa: RUF001
# What may stand in an address as it is; the rest is percent-encoded (RFC 3986), and so are the
# brackets that end a link in Markdown.
_KEPT = "!#$%&'*+,/:;=?@[]~-._"


def safe_url(url: object) -> str:
    """Return an http(s) address that can stand in a link of every platform, in ASCII; else ""."""
    if not isinstance(url, str) or not re.fullmatch(r"https?://\S+", url):
        return ""
    try:
        parts = urlsplit(url)
        host = parts.netloc.encode("idna").decode("ascii")
        # Square brackets belong to hosts (IPv6) alone; elsewhere they would end a Markdown link.
        encoded = quote(parts._replace(netloc=host).geturl(), safe=_KEPT)
    except ValueError:  # a host that is none, or half of a pair of characters
        return ""
    encoded = encoded.replace("[", "%5B").replace("]", "%5D")
    # No "@" in the host: what stands before it only makes an address look like another one.
    if not re.fullmatch(r"[A-Za-z0-9.:_-]*[A-Za-z0-9]", host) or len(encoded) > MAX_URL:
        return ""
    return encoded
