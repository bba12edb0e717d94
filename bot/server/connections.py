"""The limit of connections, from one address and in all."""

import resource
from collections.abc import Collection
from typing import Protocol

from bot.server.client_addresses import is_local, normalize_address

# File descriptors left for databases, the index and calls to the action server.
RESERVED_DESCRIPTORS = 128


class Connection(Protocol):
    """A connection of a client (protocol.py)."""

    @property
    def address(self) -> str:
        """The address of the other end."""

    @property
    def waits_for_client(self) -> bool:
        """Whether nothing is being done here until the client sends or takes more."""

    def drop(self) -> None:
        """Close the connection at once."""


class ConnectionLimit:
    """Keeps the number of connections within bounds.

    One too many takes the place of the oldest that only waits for its client: an idle or a slow
    one. Only where all are being served the new one is turned away.
    """

    def __init__(self, *, in_all: int, per_address: int) -> None:
        """Take the limits.

        Args:
            in_all: Most connections.
            per_address: Most of one address; 0 for any number. This machine has no such limit.
        """
        self._in_all = in_all
        self._per_address = per_address
        # Dictionaries for their order: the oldest first.
        self._all: dict[Connection, str] = {}
        self._by_address: dict[str, dict[Connection, None]] = {}

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._all)

    def add(self, connection: Connection) -> bool:
        """Count a connection; return False if it has to be closed instead."""
        address = normalize_address(connection.address)
        group = self._by_address.get(address, {})
        crowd: Collection[Connection] | None = None
        if self._per_address and len(group) >= self._per_address and not is_local(address):
            crowd = group
        elif len(self._all) >= self._in_all:
            crowd = self._all
        if crowd is not None:
            oldest = next((each for each in crowd if each.waits_for_client), None)
            if oldest is None:
                return False
            self.remove(oldest)
            oldest.drop()
        self._all[connection] = address
        self._by_address.setdefault(address, {})[connection] = None
        return True

    def drop_waiting(self) -> None:
        """Close the connections that only wait for their clients."""
        for connection in [each for each in self._all if each.waits_for_client]:
            connection.drop()

    def drop_all(self) -> None:
        """Close every connection at once."""
        for connection in list(self._all):
            connection.drop()

    def remove(self, connection: Connection) -> None:
        """Forget a connection; an unknown one does no harm."""
        address = self._all.pop(connection, None)
        if address is not None:
            group = self._by_address[address]
            del group[connection]
            if not group:
                del self._by_address[address]


def fit_descriptors(in_all: int) -> int:
    """Return `in_all`, or what the limit of open files leaves for connections if that is less."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY:
        return in_all
    return max(16, min(in_all, soft - RESERVED_DESCRIPTORS))
