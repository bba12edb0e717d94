"""Everything that can go wrong with a library, as one tree.

KnowledgeError
├── DocumentUnreadable(path)                 a source file cannot be read as a document
├── EncoderUnavailable(name)                 the encoder cannot be loaded
├── IndexMismatch(field, expected, found)    the index was made by something else
└── IndexNotFound(path)                      there is no index, or the file is not one
"""

from pathlib import Path


class KnowledgeError(Exception):
    """Base of all expected failures of this package."""


class DocumentUnreadable(KnowledgeError):
    """A source file cannot be read as a document."""

    def __init__(self, path: Path, reason: str, *, in_part: bool = False) -> None:
        """Name the file and the reason; `in_part` where the rest of the file is read."""
        super().__init__(f"{path}: {reason}" if in_part else f"Cannot read {path}: {reason}")
        self.path = path
        self.reason = reason
        self.in_part = in_part


class EncoderUnavailable(KnowledgeError):
    """The encoder cannot be loaded."""

    def __init__(self, name: str, reason: str) -> None:
        """Name the encoder and the reason."""
        super().__init__(reason)
        self.name = name


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
