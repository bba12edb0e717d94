"""The tokens of the Bot Framework: those that its webhooks bear, and the bot's own.

https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-authentication
says what has to be checked, and for how long keys can be kept.
"""

import asyncio
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import jwt

from bot.channels.messaging.api_client import (
    ApiCall,
    ApiClient,
    ApiError,
    ApiResponse,
    SendFailed,
    check_response,
)
from bot.channels.messaging.json_fields import find_list, find_object, find_text, find_value
from bot.channels.messaging.webhook import InvalidSignature

# The only algorithm of `id_token_signing_alg_values_supported` in Microsoft's metadata.
ALGORITHM = "RS256"
ISSUER = "https://api.botframework.com"
SCOPE = "https://api.botframework.com/.default"
METADATA_PATH = "/v1/.well-known/openidconfiguration"
# What clocks may differ by, in seconds: "industry-standard clock-skew is 5 minutes".
LEEWAY_S = 300
# Keys are asked for anew after a day, as in Microsoft's own libraries, and kept for five days at
# most where that fails. An unknown key is looked for once in five minutes: anyone can name one.
KEYS_S, MAX_KEYS_S, UNKNOWN_KEY_S = 86_400.0, 5 * 86_400.0, 300.0
# Where there are no keys at all.
NO_KEYS_S = 5.0
# A token of the bot's own is renewed this long before it ends, in seconds.
EARLY_S = 300.0

_BEARER = re.compile(r"Bearer ([A-Za-z0-9_.=-]{1,8000})", re.IGNORECASE)
_CODE = re.compile(r"[a-z_]{1,40}")


@dataclass(frozen=True)
class Key:
    """A key that webhooks are signed with.

    Attributes:
        public: Its public half.
        endorsements: The channels that it may sign for.
    """

    public: Any = field(repr=False)
    endorsements: frozenset[str] = frozenset()


@dataclass(frozen=True)
class VerifiedClaims:
    """What the verified token of a webhook says.

    Attributes:
        service_url: Where answers go.
        channels: Those that its key may sign for.
    """

    service_url: str
    channels: frozenset[str]


class Keys:
    """The keys that webhooks are signed with, kept for as long as Microsoft allows."""

    def __init__(
        self, client: ApiClient, url: str, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Ask for nothing yet.

        Args:
            client: Asks.
            url: Of the host that publishes them.
            clock: Seconds from any start.
        """
        self._client = client
        self._url, self._own = url + METADATA_PATH, f"{url}/"
        self._clock = clock
        self._keys: dict[str, Key] = {}
        self._fetched_at = self._tried_at = float("-inf")
        self._error = ApiError("no keys")
        # Webhooks that come meanwhile wait for the same reply.
        self._lock = asyncio.Lock()

    async def find(self, key_id: str) -> Key | None:
        """Return a key; None if no key has this id.

        Raises:
            SendFailed: If no keys could be fetched.
        """
        if self._is_due(key_id):
            async with self._lock:
                if self._is_due(key_id):
                    await self._refresh()
        if not self._keys:
            raise SendFailed(self._error, 1)
        return self._keys.get(key_id)

    def _is_due(self, key_id: str) -> bool:
        now = self._clock()
        is_wanted = key_id not in self._keys or now - self._fetched_at > KEYS_S
        return is_wanted and now - self._tried_at >= (UNKNOWN_KEY_S if self._keys else NO_KEYS_S)

    async def _refresh(self) -> None:
        self._tried_at = self._clock()
        try:
            keys = await self._fetch()
        except SendFailed as err:
            self._error = err.error
            if self._clock() - self._fetched_at > MAX_KEYS_S:
                self._keys = {}
        else:
            self._keys, self._fetched_at = keys, self._clock()

    async def _fetch(self) -> dict[str, Key]:
        # Tried once: a webhook waits for this, and comes again.
        metadata = await self._client.call(ApiCall(self._url, method="GET"), tries=1)
        url = find_text(metadata.body, "jwks_uri") or ""
        if not url.startswith(("https://", self._own)):
            raise SendFailed(ApiError("the keys are at no safe address"), 1)
        response = await self._client.call(ApiCall(url, method="GET"), tries=1)
        keys = {find_text(key, "kid"): _read_key(key) for key in find_list(response.body, "keys")}
        known = {key_id: key for key_id, key in keys.items() if key_id and key}
        if not known:
            raise SendFailed(ApiError("no key among the keys"), 1)
        return known


def _read_key(data: object) -> Key | None:
    fields = find_object(data)
    if fields is None or fields.get("kty") != "RSA":
        return None
    try:
        public = jwt.PyJWK(fields, algorithm=ALGORITHM).key
    except (jwt.PyJWTError, ValueError, TypeError):  # a key of another make than ours
        return None
    channels = find_list(data, "endorsements")
    return Key(public, frozenset(each for each in channels if isinstance(each, str)))


def read_token(header: str) -> str:
    """Return the token of an Authorization header, which proves nothing by itself.

    Raises:
        InvalidSignature: If there is none.
    """
    bearer = _BEARER.fullmatch(header.strip())
    if not bearer:
        raise InvalidSignature("there is no token")
    return bearer[1]


async def verify_token(header: str, keys: Keys, *, audience: str) -> VerifiedClaims:
    """Return the claims of a webhook's token once it is verified.

    Args:
        header: Its Authorization.
        keys: Those of the Bot Framework.
        audience: The bot's id.

    Raises:
        InvalidSignature: If there is no token, or it is not the Bot Framework's, not for this bot,
            or expired.
        SendFailed: If the keys could not be fetched.
    """
    token = read_token(header)
    try:
        head = jwt.get_unverified_header(token)
    except (jwt.PyJWTError, ValueError, RecursionError) as err:
        raise InvalidSignature("the token is unreadable") from err
    key_id = head.get("kid")
    if head.get("alg") != ALGORITHM or not isinstance(key_id, str):
        raise InvalidSignature("the token is not signed with RS256 and a named key")
    key = await keys.find(key_id)
    if key is None:
        raise InvalidSignature("the token is signed with an unknown key")
    return VerifiedClaims(_read_claims(token, key, audience), key.endorsements)


def _read_claims(token: str, key: Key, audience: str) -> str:
    """Return the service URL of a token that is genuine."""
    try:
        claims = jwt.decode(
            token,
            key.public,
            algorithms=[ALGORITHM],
            audience=audience,
            issuer=ISSUER,
            leeway=LEEWAY_S,
            options={"require": ["exp", "iss", "aud"]},
        )
    except (jwt.PyJWTError, ValueError, TypeError, RecursionError) as err:
        # The class names what is wrong: ExpiredSignatureError, InvalidAudienceError.
        raise InvalidSignature(f"the token is wrong ({type(err).__name__})") from err
    return find_text(claims, "serviceurl") or ""


class BotToken:
    """The token with which the bot calls the Bot Framework, kept until shortly before it ends."""

    def __init__(
        self,
        client: ApiClient,
        url: str,
        *,
        app_id: str,
        password: str,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Ask for nothing yet.

        Args:
            client: Asks.
            url: Where tokens are to be had.
            app_id: The bot's id.
            password: Its secret.
            clock: Seconds from any start.
        """
        form = {
            "grant_type": "client_credentials",
            "client_id": app_id,
            "client_secret": password,
            "scope": SCOPE,
        }
        self._client = client
        self._call = ApiCall(url, form=form)
        self._clock = clock
        self._token = ""
        self._ends_at = float("-inf")
        self._lock = asyncio.Lock()

    async def get(self) -> str:
        """Return a token that is good for some minutes.

        Raises:
            SendFailed: If none could be fetched.
        """
        async with self._lock:
            if not self._token or self._clock() >= self._ends_at:
                await self._renew()
            return self._token

    def forget(self, token: str) -> None:
        """Drop a token that was refused; a newer one stays."""
        if token == self._token:
            self._token = ""

    async def _renew(self) -> None:
        asked_at = self._clock()
        response = await self._client.call(self._call, check_response=_check_token_response)
        token = find_text(response.body, "access_token")
        seconds = str(find_value(response.body, "expires_in"))
        if not token or not re.fullmatch(r"[0-9]{1,9}", seconds):
            raise SendFailed(ApiError("the reply to the token's request makes no sense"), 1)
        self._token = token
        # A short life is used for its first half.
        self._ends_at = asked_at + max(int(seconds) - EARLY_S, int(seconds) / 2)


def _check_token_response(response: ApiResponse) -> ApiError | None:
    """Return what is wrong, with OAuth's own code (`invalid_client`: a wrong password)."""
    error = check_response(response)
    if error is None:
        return None
    code = find_text(response.body, "error") or ""
    known = f" {code}" if _CODE.fullmatch(code) else ""
    return ApiError(f"no token: {error.reason}{known}", error.is_transient, error.wait_s)
