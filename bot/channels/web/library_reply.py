"""What the action server said of the library."""

from dataclasses import dataclass, field
from typing import Any, cast

from contract.library import DocumentList, LibraryDocument


@dataclass(frozen=True)
class Reply:
    """What the action server said of an address.

    Attributes:
        path: The address.
        etag: The index it is of; with the path it stands for the data.
        data: The JSON; None where there is nothing at the address.
    """

    path: str
    etag: str
    data: Any = field(compare=False, repr=False)


def as_list(reply: Reply) -> DocumentList:
    """Return the list that a reply holds."""
    return cast(DocumentList, reply.data)


def as_document(reply: Reply) -> LibraryDocument:
    """Return the document that a reply holds."""
    return cast(LibraryDocument, reply.data)
