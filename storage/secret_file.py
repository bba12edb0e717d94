"""Files with a random secret that only this user can read."""

import os
import secrets
from pathlib import Path


class SecretFileUnavailable(Exception):
    """A secret cannot be kept in a file, or be read from it.

    Attributes:
        reason: Why.
    """

    def __init__(self, path: Path, reason: str) -> None:
        """Name the file and the reason."""
        super().__init__(f"{path} ({reason})")
        self.reason = reason


def read_secret_file(path: Path, *, min_bytes: int) -> str:
    """Return the secret kept at `path`; the first call makes it, for this user to read only.

    Args:
        path: The file.
        min_bytes: A shorter secret is refused.

    Raises:
        SecretFileUnavailable: It cannot be made or read, or is too short.
    """
    try:
        if not path.exists():
            make_secret_file(path)
        secret = path.read_text(encoding="utf-8").strip()
    except (OSError, ValueError) as err:
        reason = getattr(err, "strerror", None) or type(err).__name__
        raise SecretFileUnavailable(path, reason) from err
    if len(secret.encode("utf-8")) < min_bytes:
        reason = "the file is too short; delete it and a new one is made"
        raise SecretFileUnavailable(path, reason)
    return secret


def make_secret_file(path: Path) -> None:
    """Write a random secret that only this user can read, unless another process was faster.

    Raises:
        OSError: The folder cannot be written to.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_hex(32) + "\n")
        # A link appears with all its content at once, and never replaces a secret that is there.
        os.link(draft, path)
    except FileExistsError:
        pass  # the other process's secret is as good
    finally:
        draft.unlink()  # also where the disk is full: it is tried again and again
