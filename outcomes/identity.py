"""A salted hash in place of who asked."""

import hashlib
import hmac
import os
import secrets
from pathlib import Path

from outcomes.errors import StoreUnavailable
from outcomes.settings import MIN_SALT, Settings


def hash_sender(sender_id: str, salt: bytes) -> str:
    """Return 64 hexadecimal digits that stand for `sender_id`: HMAC-SHA-256 with the salt."""
    # surrogatepass: a client may send any id, and hashing it must not fail.
    return hmac.new(salt, sender_id.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()


def read_salt(settings: Settings) -> bytes:
    """Return the salt of the settings, or one kept in a file that is made by the first call.

    Raises:
        StoreUnavailable: The file cannot be made or read, or holds no salt.
    """
    if settings.salt:
        return settings.salt.encode("utf-8")
    path = settings.salt_file
    try:
        if not path.exists():
            make_salt_file(path)
        salt = path.read_text(encoding="utf-8").strip()
    except OSError as err:
        reason = f"no salt can be kept at {path} ({err.strerror})"
        raise StoreUnavailable(reason) from err
    if len(salt) < MIN_SALT:
        raise StoreUnavailable(f"{path} holds no salt; delete it and a new one is made")
    return salt.encode("utf-8")


def make_salt_file(path: Path) -> None:
    """Write a random salt that only this user can read, unless another process was faster.

    Raises:
        OSError: The folder cannot be written to.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(secrets.token_hex(32) + "\n")
    try:
        # A link appears with all its content at once, and never replaces a salt that is there.
        os.link(draft, path)
    except FileExistsError:
        pass  # the other process's salt is as good
    finally:
        draft.unlink()
