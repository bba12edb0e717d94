"""Session tokens: who speaks, signed by this server."""

import secrets
import time
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, Callable, Dict

import jwt
from rasa.shared.exceptions import RasaException

from bot.channels.errors import BadToken
from bot.channels.settings import MIN_SECRET
from outcomes.identity import make_salt_file

ALGORITHM = "HS256"
AUDIENCE = "bonafide-web"
# A token that is older than this is renewed by its use, in seconds.
RENEW_AFTER_S = 15 * 60


class SecretUnavailable(RasaException):
    """No secret can be kept or read.

    Attributes:
        path: Where.
    """

    def __init__(self, path: Path, reason: str) -> None:
        """Name the file and what to do."""
        super().__init__(
            f"No secret for session tokens at {path}: {reason}. Make the folder writable, "
            "or set BONAFIDE_SECRET (docs/setup.md)."
        )
        self.path = path


@dataclass(frozen=True)
class Token:
    """A session token that was read.

    Attributes:
        sender_id: Whose conversation it is.
        is_old: Whether it should be renewed.
    """

    sender_id: str
    is_old: bool


class Tokens:
    """Makes and reads the tokens of one server."""

    def __init__(
        self, secret: str, *, session_s: int, clock: Callable[[], float] = time.time
    ) -> None:
        """Take the secret.

        Args:
            secret: At least 32 bytes in UTF-8.
            session_s: Seconds that a token is good for.
            clock: The time in seconds since 1970.
        """
        self._secret = secret
        self._session_s = session_s
        self._clock = clock

    def new_sender_id(self) -> str:
        """Return an id that nobody can guess: 192 random bits."""
        return f"web-{secrets.token_urlsafe(24)}"

    def sign(self, sender_id: str) -> str:
        """Return a fresh token of a conversation."""
        now = int(self._clock())
        claims = {"sub": sender_id, "aud": AUDIENCE, "iat": now, "exp": now + self._session_s}
        return jwt.encode(claims, self._secret, algorithm=ALGORITHM)

    def end_of(self, token: str) -> str:
        """Return when a token of this server expires, in ISO 8601 and UTC."""
        expires_at = self._read(token)["exp"]
        moment = datetime.fromtimestamp(expires_at, tz=timezone.utc)
        return moment.isoformat().replace("+00:00", "Z")

    def read(self, token: str, *, even_expired: bool = False) -> Token:
        """Return what a token says.

        Args:
            token: As it came.
            even_expired: Take one that has expired too: what was said can still be deleted.

        Raises:
            BadToken: It is not of this server, or has expired.
        """
        claims = self._read(token)
        now = self._clock()
        if claims["exp"] <= now and not even_expired:
            raise BadToken("The session token has expired.")
        return Token(claims["sub"], is_old=now - claims["iat"] >= RENEW_AFTER_S)

    def _read(self, token: str) -> Dict[str, Any]:
        try:
            claims = jwt.decode(
                token,
                self._secret,
                algorithms=[ALGORITHM],
                audience=AUDIENCE,
                # Expiry is compared above, by the same clock that signs.
                options={
                    "require": ["sub", "iat", "exp"],
                    "verify_exp": False,
                    "verify_iat": False,
                },
            )
        except jwt.PyJWTError as err:
            raise BadToken("The session token is not one of this server.") from err
        if not isinstance(claims["exp"], int) or not isinstance(claims["iat"], int):
            raise BadToken("The session token is not one of this server.")
        return claims


def read_bearer(header: str) -> str:
    """Return the token of an Authorization header.

    Raises:
        BadToken: There is none.
    """
    scheme, _, token = header.strip().partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise BadToken("The Authorization header has no session token.")
    return token.strip()


def read_secret(path: Path) -> str:
    """Return the secret kept at `path`; the first call makes it, for this user to read only.

    Raises:
        SecretUnavailable: It cannot be made or read, or the file holds none.
    """
    try:
        if not path.exists():
            make_salt_file(path)
        secret = path.read_text(encoding="utf-8").strip()
    except (OSError, ValueError) as err:
        reason = getattr(err, "strerror", None) or type(err).__name__
        raise SecretUnavailable(path, reason) from err
    if len(secret.encode("utf-8")) < MIN_SECRET:
        raise SecretUnavailable(path, "the file is too short; delete it and a new one is made")
    return secret
