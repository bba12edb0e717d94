"""The framing of requests: where one begins and ends, unambiguous or refused (RFC 9112).

Two servers that read the framing of a request differently see different requests: what the first
passes on as a body can be a request of its own to the second (request smuggling). So whatever could
be read in two ways is refused, not corrected.
"""

import re

# Longest line with the size of a chunk, as Sanic has it.
MAX_CHUNK_LINE = 64
_TOKEN = rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
# No other control character than a tab: among them are NUL, and CR and LF by themselves.
_VALUE = rb"[^\x00-\x08\x0a-\x1f\x7f]*"
_HEAD = re.compile(rb"%b [!-~]+ HTTP/1\.(?P<minor>[01])(?:\r\n%b:%b)*" % (_TOKEN, _TOKEN, _VALUE))
_FRAMING = re.compile(rb"\r\n(content-length|transfer-encoding|host):[ \t]*([^\r]*)", re.IGNORECASE)
_LENGTH = re.compile(rb"[0-9]{1,15}[ \t]*")
_CHUNK = re.compile(rb"(?P<size>[0-9A-Fa-f]{1,8})(?:[ \t]*;%b)?" % _VALUE)


class BadFraming(ValueError):
    """A request that could be read in more than one way; the text never repeats it."""


def check_head(head: bytes) -> None:
    """Refuse a head whose lines or whose body's length are ambiguous.

    Args:
        head: Request line and headers, without the empty line.

    Raises:
        BadFraming: A line is malformed, or there is not one meaning of Content-Length,
            Transfer-Encoding and Host.
    """
    match = _HEAD.fullmatch(head)
    if match is None:
        raise BadFraming("malformed head")
    found: dict[bytes, list[bytes]] = {}
    for name, value in _FRAMING.findall(head):
        found.setdefault(name.lower(), []).append(value)
    is_1_1 = match["minor"] == b"1"
    _check_length(found.get(b"content-length", []), found.get(b"transfer-encoding", []), is_1_1)
    n_hosts = len(found.get(b"host", []))
    if n_hosts > 1 or (is_1_1 and not n_hosts):
        raise BadFraming("not one Host")


def _check_length(lengths: list[bytes], codings: list[bytes], is_1_1: bool) -> None:
    if len(lengths) > 1 or not all(map(_LENGTH.fullmatch, lengths)):
        raise BadFraming("not one Content-Length")
    # "Chunked" and "chunked " are allowed, but not everybody reads them alike.
    if codings and (lengths or codings != [b"chunked"] or not is_1_1):
        raise BadFraming("odd Transfer-Encoding")


def read_chunk_size(line: bytes) -> int:
    """Return the size of a chunk in bytes; extensions are ignored.

    Raises:
        BadFraming: It is not a hexadecimal number alone.
    """
    match = _CHUNK.fullmatch(line)
    if match is None:
        raise BadFraming("malformed chunk size")
    return int(match["size"], 16)
