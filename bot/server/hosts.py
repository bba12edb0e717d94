"""The host names that this server answers to.

A page of another site can have its own name point to this machine (DNS rebinding); the browser then
takes that page and this server for one site. The Host header shows it: it has the page's name.
"""

import re
import socket
from ipaddress import ip_address
from urllib.parse import urlsplit

from sanic.request import Request

_HOST = re.compile(r"(?P<name>[a-z0-9._-]+|\[[0-9a-f:.]+\])(?::[0-9]{1,5})?")


def read_host(request: Request, *, proxies: int) -> str:
    """Return the host (and port) that the client asked for, in small letters."""
    host = request.headers.get("host", "")
    if proxies:
        hosts = ",".join(request.headers.getall("x-forwarded-host", [])).split(",")
        host = hosts[-1].strip() or host
    return str(host).lower()


def parse_origin_host(origin: str) -> str:
    """Return the host and port of an origin; empty for `null`, which sandboxed pages send."""
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return ""


def parse_host_name(host: str) -> str:
    """Return the name or address of a Host header, without brackets; empty if it is malformed."""
    match = _HOST.fullmatch(host.strip().lower())
    return match["name"].strip("[]").rstrip(".") if match else ""


def is_address(name: str) -> bool:
    """Return whether a name is an IP address: no page of another site can have it."""
    try:
        ip_address(name)
    except ValueError:
        return False
    return True


def is_this_machine(name: str) -> bool:
    """Return whether a name can only mean the machine that the client runs on."""
    if name == "localhost" or name.endswith(".localhost"):
        return True
    return is_address(name) and ip_address(name).is_loopback


def machine_names() -> frozenset[str]:
    """Return the names that this machine gives itself."""
    name = socket.gethostname().lower()
    return frozenset({name, name.partition(".")[0], f"{name.partition('.')[0]}.local"} - {""})


class HostList:
    """The names that are answered; addresses and this machine's own names always are."""

    def __init__(self, names: frozenset[str]) -> None:
        """Take further names, in small letters and without ports."""
        self._names = names | machine_names()

    def allows(self, host: str) -> bool:
        """Return whether a Host header names this server; True without one (HTTP/1.0)."""
        if not host:
            return True
        name = parse_host_name(host)
        return name in self._names or is_address(name) or is_this_machine(name)
