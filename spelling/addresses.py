"""Which addresses people may be sent to; widget/sources.js has the same rules for the browser."""

import re
from urllib.parse import quote, urlsplit

# Longer than browsers and search engines take them.
MAX_URL = 2000
# What comes before the path. No "@": what stands before it only makes an address look like another
# one. No "%" and no backslash either, which browsers and programs read differently, and none of
# the four characters that old and new rules of international names turn into different hosts.
_START = re.compile(r"https?://(?P<host>[^\s/?#@%\\\[\]ßς\u200c\u200d]+)(?:[/?#]|$)", re.IGNORECASE)
# A name with a dot that does not end in a number: no machine of one's own, no address in digits.
_HOST = re.compile(
    r"(?:[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?\.)+[a-z](?:[a-z0-9-]*[a-z0-9])(?::\d{1,5})?"
)
# What may stand in an address as it is; the rest is percent-encoded (RFC 3986), and so are the
# brackets that end a link in Markdown.
_KEPT = "!#$%&'*+,/:;=?@~-._"


def safe_url(url: object) -> str:
    """Return an address of the web in ASCII, its host as it is looked up (punycode).

    Empty if it is none that a reader may be sent to: https or http, a host with a dot, no user
    name, no blank, no backslash, nothing invisible.
    """
    start = _START.match(url) if isinstance(url, str) else None
    if not isinstance(url, str) or start is None or not _is_plain(url):
        return ""
    try:
        parts = urlsplit(url)
        host = parts.netloc.encode("idna").decode("ascii").lower()
        encoded = quote(parts._replace(netloc=host).geturl(), safe=_KEPT)
        is_port = parts.port is None or parts.port > 0
    except ValueError:  # a host that is none, a port out of range, half of a pair of characters
        return ""
    return encoded if is_port and _HOST.fullmatch(host) else ""


def _is_plain(url: str) -> bool:
    """Say whether nothing in an address is blank, invisible, a backslash, or far too much."""
    return len(url) <= MAX_URL and url.isprintable() and not set(" \\") & set(url)
