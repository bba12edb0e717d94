"""Everything that can go wrong with a library, as one tree.

KnowledgeError
├── DocumentUnreadable(path)                 a source file cannot be read as a document
├── EncoderUnavailable(name)                 the encoder cannot be loaded
├── IndexInaccessible(path)                  the system does not let us read or write the index
├── IndexMismatch(field, expected, found)    the index was made by something else
└── IndexNotFound(path)                      there is no index, or the file is not one
"""

import os
from pathlib import Path


class KnowledgeError(Exception):
    """Base of all expected failures of this package."""


class DocumentUnreadable(KnowledgeError):
    """A source file cannot be read as a document."""

    def __init__(
        self, path: Path, reason: str, *, in_part: bool = False, is_out_of_reach: bool = False
    ) -> None:
        """Name the file and the reason.

        Args:
            path: A file, or a folder of files.
            reason: A sentence on what is wrong, and what to do.
            in_part: The rest of the file is read.
            is_out_of_reach: The system did not let us look, so what is in it is not known.
        """
        named = name_path(path)
        super().__init__(f"{named}: {reason}" if in_part else f"Cannot read {named}: {reason}")
        self.path = path
        self.reason = reason
        self.in_part = in_part
        self.is_out_of_reach = is_out_of_reach


def name_path(path: Path) -> str:
    """Return a path as it can be printed and stored: a name need not be UTF-8."""
    return os.fsencode(path).decode("utf-8", "replace")


class EncoderUnavailable(KnowledgeError):
    """The encoder cannot be loaded."""

    def __init__(self, name: str, reason: str) -> None:
        """Name the encoder and the reason."""
        super().__init__(reason)
        self.name = name


class IndexInaccessible(KnowledgeError):
    """The index cannot be read or written, whatever it holds."""

    def __init__(self, path: Path, reason: str) -> None:
        """Name the path and the reason, with what to do."""
        super().__init__(f"Cannot use the index {path}: {reason}")
        self.path = path
        self.reason = reason


class IndexMismatch(KnowledgeError):
    """The index was made by something other than what now reads it."""

    def __init__(self, field: str, expected: object, found: object) -> None:
        """Name the manifest's field and both values."""
        super().__init__(
            f"The index has {field} {found!r}, expected {expected!r}. "
            'Run "python -m knowledge build" to build it again.'
        )
        self.field = field
        self.expected = expected
        self.found = found


class IndexNotFound(KnowledgeError):
    """There is no index at a path, or the file there is not one."""

    def __init__(self, path: Path, reason: str = "there is no such file") -> None:
        """Name the path and what to run."""
        super().__init__(f'No index at {path} ({reason}). Run "python -m knowledge build".')
        self.path = path
