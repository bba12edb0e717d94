"""Keys, tokens and an answering login host for the tests of Teams."""

import functools
import json
import time
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

from bot.channels.messaging.api_client import ApiCall, ApiError, ApiResponse, SendFailed

APP_ID = "11111111-2222-4333-8444-555555555555"
SERVICE_URL = "https://smba.trafficmanager.net/emea/"
KEYS_URL = "https://login.botframework.com/v1/.well-known/keys"


@functools.cache
def private_key(key_id: str) -> Any:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def jwk(key_id: str, **other: Any) -> dict[str, Any]:
    public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(private_key(key_id).public_key()))
    return {**public, "kid": key_id, "endorsements": ["msteams"], **other}


def sign(key_id: str = "k1", **claims: Any) -> str:
    now = int(time.time())
    usual = {
        "iss": "https://api.botframework.com",
        "aud": APP_ID,
        "serviceurl": SERVICE_URL,
        "exp": now + 3600,
    }
    given = {name: value for name, value in {**usual, **claims}.items() if value is not None}
    return jwt.encode(given, private_key(key_id), algorithm="RS256", headers={"kid": key_id})


class Login:
    """An Outgoing that reaches only the login hosts, and counts what they are asked."""

    def __init__(self) -> None:
        self.metadata: Any = {"jwks_uri": KEYS_URL}
        self.keys: Any = {"keys": [jwk("k1")]}
        self.token: Any = {"access_token": "own", "expires_in": 3600}
        self.is_down = False
        self.asked: list[ApiCall] = []

    async def call(
        self, call: ApiCall, *, check_response: Any = None, tries: int | None = None
    ) -> ApiResponse:
        self.asked.append(call)
        if self.is_down:
            raise SendFailed(ApiError("HTTP 500", True), tries or 4)
        if call.method == "POST":
            return ApiResponse(200, {}, self.token)
        is_metadata = call.url.endswith("/openidconfiguration")
        return ApiResponse(200, {}, self.metadata if is_metadata else self.keys)

    @property
    def n_keys(self) -> int:
        """How often the keys were asked for."""
        return sum(call.url.endswith("/openidconfiguration") for call in self.asked)
