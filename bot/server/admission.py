"""Admission: a request is let in or refused by its head, before any channel sees it."""

import logging

from sanic.request import Request

from bot.server.client_addresses import read_client_address
from bot.server.connections import ConnectionLimit
from bot.server.error_replies import TooManyRequests, UnknownHost
from bot.server.errors import RateLimited
from bot.server.hosts import HostList, read_host
from bot.server.rate_limits import RateLimit

logger = logging.getLogger(__name__)

# Requests that only read: a page is several, and they cost little.
READ_METHODS = ("GET", "HEAD", "OPTIONS")
READS_PER_MESSAGE = 10
# Asked by supervisors and load balancers, by any name.
PROBES = ("/live", "/ready")


class Admission:
    """Lets a request in or not.

    Attributes:
        connections: How many there may be.
    """

    def __init__(
        self,
        connections: ConnectionLimit,
        hosts: HostList | None,
        *,
        proxies: int,
        address_rate: int,
    ) -> None:
        """Take the limits.

        Args:
            connections: How many there may be.
            hosts: The server's names; None for any.
            proxies: How many trusted proxies stand in front.
            address_rate: Most messages of an address within a minute; 0 for any number.
        """
        self.connections = connections
        self._hosts = hosts
        self._proxies = proxies
        self._reads = RateLimit(READS_PER_MESSAGE * address_rate)
        self._log_lines = RateLimit(1)

    def check(self, request: Request) -> None:
        """Refuse a request by its head.

        Raises:
            UnknownHost: It is for another server.
            TooManyRequests: Its address reads too much.
        """
        if request.path in PROBES:
            return
        if self._hosts and not self._hosts.allows(read_host(request, proxies=self._proxies)):
            self._log_unknown_host()
            raise UnknownHost("")
        if request.method in READ_METHODS:
            try:
                self._reads.take(read_client_address(request, proxies=self._proxies))
            except RateLimited as err:
                raise TooManyRequests(err) from None

    def _log_unknown_host(self) -> None:
        try:
            self._log_lines.take("")
        except RateLimited:
            return
        logger.warning(
            "A request named a host that is not this server's, and was refused. If it was: "
            "BONAFIDE_HOSTS (docs/setup.md)."
        )
