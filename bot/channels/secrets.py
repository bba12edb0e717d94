"""The server's secrets: where they are kept, and the keys that are derived from them."""

import hashlib
import hmac
import shutil
from pathlib import Path

from rasa.shared.exceptions import RasaException

from bot.channels.settings import ChannelSettings
from settings import SettingInvalid, table
from storage.secret_file import SecretFileUnavailable, read_secret_file

# Used where no setting gives a secret, in the folder of BONAFIDE_STATE. Beside the first may lie
# `web.secret.old`, the one before.
SESSION_NAME, PLATFORM_NAME = "web.secret", "platform.secret"
# Where the first was kept by earlier versions; "make clean" takes it away.
EARLIER_FOLDER = Path("build")


class SecretUnavailable(RasaException):
    """No secret can be kept or read.

    Attributes:
        path: Where.
    """

    def __init__(self, path: Path, reason: str) -> None:
        """Name the file and what to do."""
        super().__init__(
            f"No secret at {path}: {reason}. Make the folder writable, "
            f"or set {table.SECRET.key} (docs/setup.md)."
        )
        self.path = path


def derive_key(secret: str, use: str) -> bytes:
    """Return the key of one use: 32 bytes that tell nothing about the secret or another key.

    It is the first block of HKDF-Expand with SHA-256 (RFC 5869, section 2.3); the secret is
    random, so nothing has to be extracted first.

    Args:
        secret: At least 32 bytes in UTF-8.
        use: What the key is for; no two uses may share it.
    """
    info = f"bonafide {use}".encode()
    return hmac.new(secret.encode("utf-8"), info + b"\x01", hashlib.sha256).digest()


def read_session_secrets(settings: ChannelSettings, file: Path | None = None) -> list[str]:
    """Return the secrets of session tokens, newest first: the first signs, all are accepted.

    Args:
        settings: Of the channel.
        file: Where the secret is kept if no setting gives one; None for the folder of the state.

    Raises:
        SecretUnavailable: There is no secret, and none can be kept.
    """
    file = file or _session_file()
    secrets = [settings.secret or read_secret(file)]
    if settings.old_secret:
        secrets.append(settings.old_secret)
    elif not settings.secret and _old_file(file).exists():
        secrets.append(read_secret(_old_file(file)))
    return secrets


def check_platform_secret(
    settings: ChannelSettings, file: Path | None = None, platform_file: Path | None = None
) -> None:
    """Refuse a change of secrets that would end the conversations on messaging platforms.

    Nothing is made or read. The arguments are those of `read_platform_secret`.

    Raises:
        SettingInvalid: There is an old session secret, and the platforms have none of their own.
    """
    file = file or table.STATE.read() / SESSION_NAME
    platform_file = platform_file or table.STATE.read() / PLATFORM_NAME
    is_changing = settings.old_secret or (not settings.secret and _old_file(file).exists())
    if is_changing and not settings.platform_secret and not platform_file.exists():
        raise SettingInvalid(
            table.PLATFORM_SECRET.key,
            f"the value that {table.SECRET.key} had before, or the conversations on messaging "
            "platforms end",
        )


def read_platform_secret(
    settings: ChannelSettings, file: Path | None = None, platform_file: Path | None = None
) -> str:
    """Return the secret of the conversation ids on messaging platforms.

    It outlives a rotation of the session secrets: with another one, every conversation there
    would begin anew.

    Args:
        settings: Of the channel.
        file: Where the session secret is kept if no setting gives one; None for the folder of
            the state.
        platform_file: Where a secret of their own is kept if no setting gives one; None for the
            same folder.

    Raises:
        SettingInvalid: The session secrets are being rotated, and these ids have none of their own.
        SecretUnavailable: There is no secret, and none can be kept.
    """
    check_platform_secret(settings, file, platform_file)
    file = file or _session_file()
    platform_file = platform_file or table.STATE.read() / PLATFORM_NAME
    if settings.platform_secret:
        return settings.platform_secret
    if platform_file.exists():
        return read_secret(platform_file)
    return settings.secret or read_secret(file)


def _old_file(file: Path) -> Path:
    return file.with_name(f"{file.name}.old")


def read_secret(path: Path) -> str:
    """Return the secret kept at `path`; the first call makes it, for this user to read only.

    Raises:
        SecretUnavailable: It cannot be made or read, or the file holds none.
    """
    try:
        return read_secret_file(path, min_bytes=table.MIN_SECRET)
    except SecretFileUnavailable as err:
        raise SecretUnavailable(path, err.reason) from err


def _session_file() -> Path:
    """Return where the session secret is kept; one of an earlier version is moved there.

    Raises:
        SecretUnavailable: It cannot be moved; with a new one every session would end.
    """
    file, earlier = table.STATE.read() / SESSION_NAME, EARLIER_FOLDER / SESSION_NAME
    # After a change of the secret the earlier file is no longer wanted.
    is_new = not file.exists() and not _old_file(file).exists()
    # Not where a folder was named: earlier versions had none, and tests name one.
    if is_new and earlier.exists() and table.STATE.read() == table.STATE.default:
        _move_secret(earlier, file)
    return file


def _move_secret(earlier: Path, file: Path) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(str(earlier), str(file))
    except OSError as err:
        raise SecretUnavailable(file, f"{earlier} cannot be moved there ({err.strerror})") from err
