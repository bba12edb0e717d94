"""The network address that a request comes from, also behind proxies."""

import re
from ipaddress import IPv6Address, ip_address

from sanic.request import Request

# Stands for every address of a proxy's that cannot be read.
UNREADABLE = "unreadable"
_PORT = re.compile(r"(?P<v4>[0-9.]+)(:[0-9]{1,5})?|\[(?P<v6>[0-9a-f:.]+)(%[^\]]*)?\](:[0-9]{1,5})?")


def read_client_address(request: Request, *, proxies: int) -> str:
    """Return who a request comes from: an IPv4 address, or the network of an IPv6 address.

    Args:
        request: Its X-Forwarded-For counts only as far as trusted proxies wrote it.
        proxies: How many trusted proxies stand in front of the server.
    """
    address = str(request.ip)
    if proxies:
        forwarded = ",".join(request.headers.getall("x-forwarded-for", []))
        hops = [hop.strip() for hop in forwarded.split(",")]
        if len(hops) >= proxies and hops[-proxies]:
            address = hops[-proxies]
    return normalize_address(address)


def normalize_address(address: str) -> str:
    """Return an IPv4 address, or the network of an IPv6 address, in one way of writing it.

    Args:
        address: As it came; proxies add ports, brackets, zones and zeros.
    """
    if not address:
        return address
    try:
        parsed = ip_address(_strip_port(address))
    except ValueError:
        return UNREADABLE
    if isinstance(parsed, IPv6Address):
        if parsed.ipv4_mapped:
            return str(parsed.ipv4_mapped)
        # One household or one server has the whole of a /64.
        return f"{IPv6Address(int(parsed) >> 64 << 64)}/64"
    return str(parsed)


def is_local(address: str) -> bool:
    """Return whether an address as `normalize_address` returns it is this machine's own."""
    return address.startswith("127.") or address in ("", "::/64")


def _strip_port(address: str) -> str:
    match = _PORT.fullmatch(address.lower())
    if match is None:
        return address.partition("%")[0]
    if match["v6"]:
        return match["v6"]
    # "010" is not 8 here: it is 10 to who writes it so.
    return ".".join(part.lstrip("0") or part[:1] for part in match["v4"].split("."))
