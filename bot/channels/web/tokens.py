"""Session tokens: signed by this server, each names a conversation."""

import re
import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

import jwt

from bot.channels.secrets import derive_key
from bot.server.errors import BadToken

ALGORITHM = "HS256"
AUDIENCE = "bonafide-web"
# A token that is older than this is renewed by its use, in seconds.
RENEW_AFTER_S = 15 * 60
# Ours have some 300 characters.
MAX_TOKEN_CHARS = 1024
_SHAPE = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")
_NOT_OURS = "The session token is not one of this server."


@dataclass(frozen=True)
class SessionToken:
    """A session token that was read.

    Attributes:
        sender_id: Whose conversation it is.
        started_at: When the session began, in whole seconds since 1970.
        is_old: Whether it should be renewed.
    """

    sender_id: str
    started_at: int
    is_old: bool


class SessionTokens:
    """Signs and reads the tokens of one server."""

    def __init__(
        self,
        *secrets: str,
        session_s: int,
        max_s: int,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Take the secrets.

        Args:
            secrets: Newest first, each at least 32 bytes in UTF-8. The first signs, and tokens
                of all of them are read.
            session_s: Seconds that a token is good for after it was signed.
            max_s: Seconds after its start that a session ends, however much it is used.
            clock: The time in seconds since 1970.
        """
        self._keys = {_name_key(each): derive_key(each, "session token") for each in secrets}
        self._newest = _name_key(secrets[0])
        # Tokens made before keys had names were signed with the secret itself.
        self._nameless = [each.encode("utf-8") for each in secrets]
        self._session_s = session_s
        self._max_s = max_s
        self._clock = clock

    def new_sender_id(self) -> str:
        """Return an id that nobody can guess: 192 random bits."""
        return f"web-{secrets.token_urlsafe(24)}"

    def sign(self, sender_id: str, *, started_at: int | None = None) -> str:
        """Return a fresh token of a conversation.

        Args:
            sender_id: Whose.
            started_at: When the session began, in seconds since 1970; None for now.
        """
        now = int(self._clock())
        start = now if started_at is None else started_at
        claims = {
            "sub": sender_id,
            "aud": AUDIENCE,
            "iat": now,
            "exp": min(now + self._session_s, start + self._max_s),
            "auth_time": start,
        }
        key, headers = self._keys[self._newest], {"kid": self._newest}
        return jwt.encode(claims, key, algorithm=ALGORITHM, headers=headers)

    def format_expiry(self, token: str) -> str:
        """Return when a token of this server expires, in ISO 8601 and UTC."""
        moment = datetime.fromtimestamp(self._read_claims(token)["exp"], tz=timezone.utc)
        return moment.isoformat().replace("+00:00", "Z")

    def read(self, token: str, *, even_expired: bool = False) -> SessionToken:
        """Return what a token says.

        Args:
            token: As it came.
            even_expired: Take one that has expired too: what was said can still be deleted.

        Raises:
            BadToken: It is not of this server, or has expired.
        """
        claims = self._read_claims(token)
        now, start = self._clock(), claims["auth_time"]
        # The setting may have been lowered since the token was signed.
        if min(claims["exp"], start + self._max_s) <= now and not even_expired:
            raise BadToken("The session token has expired.")
        is_old = now - claims["iat"] >= RENEW_AFTER_S or claims["kid"] != self._newest
        return SessionToken(claims["sub"], start, is_old)

    def _read_claims(self, token: str) -> dict[str, Any]:
        """Return the claims, and `kid` of the header."""
        if len(token) > MAX_TOKEN_CHARS or not _SHAPE.fullmatch(token):
            raise BadToken(_NOT_OURS)
        try:
            name = jwt.get_unverified_header(token).get("kid")
            claims = _decode(token, self._keys_named(name))
        # The header is parsed before the signature is checked: RecursionError for nested lists.
        except (jwt.PyJWTError, ValueError, RecursionError) as err:
            raise BadToken(_NOT_OURS) from err
        claims.setdefault("auth_time", claims["iat"])
        if not all(isinstance(claims[key], int) for key in ("exp", "iat", "auth_time")):
            raise BadToken(_NOT_OURS)
        return {**claims, "kid": name}

    def _keys_named(self, name: object) -> list[bytes]:
        if name is None:
            return self._nameless
        return [self._keys[name]] if name in self._keys else []


def _name_key(secret: str) -> str:
    return derive_key(secret, "key id")[:6].hex()


def _decode(token: str, keys: Sequence[bytes]) -> dict[str, Any]:
    for key in keys:
        try:
            return dict(
                jwt.decode(
                    token,
                    key,
                    algorithms=[ALGORITHM],
                    audience=AUDIENCE,
                    # Expiry is compared by the same clock that signs.
                    options={
                        "require": ["sub", "iat", "exp"],
                        "verify_exp": False,
                        "verify_iat": False,
                    },
                )
            )
        except jwt.InvalidSignatureError:
            continue
    raise jwt.InvalidSignatureError("no key of this server")


def read_bearer(header: str) -> str:
    """Return the token of an Authorization header.

    Raises:
        BadToken: The header has none.
    """
    scheme, _, token = header.strip().partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise BadToken("The Authorization header has no session token.")
    return token.strip()
