"""The one error of this package."""

from pathlib import Path


class EncoderUnavailable(Exception):
    """The encoder cannot be made or loaded.

    Attributes:
        name: Folder or model that was asked for.
    """

    def __init__(self, name: str | Path, reason: str) -> None:
        """Say which encoder, why it is unavailable and what to run."""
        super().__init__(f"No encoder from {name}: {reason}")
        self.name = str(name)
