"""The tokens of the Bot Framework: whose they are, how long they last, how often they are got."""

import asyncio
import base64
import hashlib
import hmac
import json
import time

import jwt
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from bot.channels.messaging.api_client import ApiClient, SendFailed
from bot.channels.messaging.teams.tokens import BotToken, Keys, verify_token
from bot.channels.messaging.webhook import InvalidSignature
from tests.bot.channels.messaging.teams.signing_keys import (
    APP_ID,
    SERVICE_URL,
    Login,
    jwk,
    private_key,
    sign,
)

URL = "https://login.botframework.com"


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def login():
    return Login()


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def keys(login, clock):
    return Keys(login, URL, clock=clock)


def check(keys, token, header="Bearer {}"):
    return asyncio.run(verify_token(header.format(token), keys, audience=APP_ID))


def test_a_genuine_token_names_service_and_channels(keys, login):
    claims = check(keys, sign())

    assert claims.service_url == SERVICE_URL
    assert claims.channels == {"msteams"}
    assert [call.url for call in login.asked] == [
        "https://login.botframework.com/v1/.well-known/openidconfiguration",
        "https://login.botframework.com/v1/.well-known/keys",
    ]


@pytest.mark.parametrize("header", ["bearer {}", "Bearer {}  "])
def test_the_scheme_is_read_generously(keys, header):
    assert check(keys, sign(), header)


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer ", "{}", "Basic {}", "Bearer {} x", "Bearer {}\nx: y"]
)
def test_there_has_to_be_a_token(keys, login, header):
    with pytest.raises(InvalidSignature, match="no token"):
        check(keys, sign(), header)
    assert login.asked == []


@pytest.mark.parametrize("token", ["a", "a.b", "a.b.c", "....", "e30.e30.", "9" * 8000])
def test_a_token_has_to_be_one(keys, login, token):
    with pytest.raises(InvalidSignature):
        check(keys, token)
    assert login.asked == []


def part(data):
    return base64.urlsafe_b64encode(json.dumps(data).encode()).rstrip(b"=").decode()


@pytest.mark.parametrize("algorithm", ["none", "None", "HS256", "RS512", "PS256", "ES256", 5, None])
def test_no_other_algorithm_is_taken(keys, login, algorithm):
    _, claims, signature = sign().split(".")
    head = part({"alg": algorithm, "typ": "JWT", "kid": "k1"})
    with pytest.raises(InvalidSignature):
        check(keys, f"{head}.{claims}.{signature}")
    assert login.asked == []


def test_a_public_key_is_no_shared_secret(keys):
    """The old trick: sign with HMAC, and the public key as its secret."""
    text = f"{part({'alg': 'HS256', 'kid': 'k1'})}.{sign().split('.')[1]}"
    public = private_key("k1").public_key()
    pem = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    signature = hmac.new(pem, text.encode(), hashlib.sha256).digest()
    with pytest.raises(InvalidSignature, match="RS256"):
        check(keys, f"{text}.{base64.urlsafe_b64encode(signature).decode().rstrip('=')}")


def test_an_altered_token_is_refused(keys):
    head, _, signature = sign().split(".")
    claims = part(
        {
            "iss": "https://api.botframework.com",
            "aud": APP_ID,
            "serviceurl": "https://evil.example/",
            "exp": int(time.time()) + 9999,
        }
    )
    with pytest.raises(InvalidSignature, match="InvalidSignatureError"):
        check(keys, f"{head}.{claims}.{signature}")


def test_the_token_of_another_key_with_the_same_name_is_refused(keys, login):
    login.keys = {"keys": [{**jwk("k2"), "kid": "k1"}]}
    with pytest.raises(InvalidSignature, match="InvalidSignatureError"):
        check(keys, sign("k1"))


NOW = int(time.time())


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://sts.windows.net/x/"},
        {"iss": None},
        {"aud": "another"},
        {"aud": None},
        {"aud": APP_ID.upper() + "x"},
        {"exp": NOW - 310},
        {"exp": None},
        {"exp": "soon"},
        {"nbf": NOW + 900},
    ],
)
def test_a_claim_that_is_wrong_or_missing_is_refused(keys, claims):
    with pytest.raises(InvalidSignature, match="the token is wrong"):
        check(keys, sign(**claims))


@pytest.mark.parametrize("claims", [{"exp": NOW - 200}, {"nbf": NOW + 200}])
def test_clocks_may_differ_by_five_minutes(keys, claims):
    assert check(keys, sign(**claims))


@pytest.mark.parametrize("url", [None, 5, {"a": "b"}])
def test_a_token_may_name_no_service(keys, url):
    assert check(keys, sign(serviceurl=url)).service_url == ""


def test_what_was_wrong_is_told_without_the_token(keys):
    token = sign(aud="another")
    with pytest.raises(InvalidSignature) as raised:
        check(keys, token)
    assert token[:20] not in str(raised.value)
    assert "another" not in str(raised.value)


def test_keys_are_got_once_a_day(keys, login, clock):
    for _ in range(3):
        check(keys, sign())
    clock.now = 86_000
    check(keys, sign())
    assert login.n_keys == 1
    clock.now = 86_500
    check(keys, sign())
    assert login.n_keys == 2


def test_an_unknown_key_is_looked_for_at_most_once_in_five_minutes(keys, login, clock):
    check(keys, sign())
    login.keys = {"keys": [jwk("k1"), jwk("k2")]}
    for clock.now in (10.0, 200.0, 299.0):
        with pytest.raises(InvalidSignature, match="unknown key"):
            check(keys, sign("k2"))
    assert login.n_keys == 1
    clock.now = 301.0
    assert check(keys, sign("k2"))
    for _ in range(20):
        with pytest.raises(InvalidSignature, match="unknown key"):
            check(keys, sign("k3"))
    assert login.n_keys == 2


def test_webhooks_at_the_same_time_ask_once(keys, login):
    async def run():
        tokens = [sign() for _ in range(20)]
        await asyncio.gather(*(verify_token(f"Bearer {t}", keys, audience=APP_ID) for t in tokens))

    asyncio.run(run())
    assert login.n_keys == 1


def test_without_any_key_a_webhook_has_to_come_again(keys, login, clock):
    login.is_down = True
    for _ in range(10):
        with pytest.raises(SendFailed, match="HTTP 500"):
            check(keys, sign())
    assert login.n_keys == 1
    login.is_down = False
    clock.now = 6.0
    assert check(keys, sign())


def test_old_keys_are_good_for_five_days_while_no_new_ones_are_to_be_had(keys, login, clock):
    check(keys, sign())
    login.is_down = True
    for clock.now in (86_500.0, 86_600.0, 2 * 86_400.0, 4.9 * 86_400.0):
        check(keys, sign())
    assert login.n_keys == 4
    clock.now = 5.1 * 86_400
    with pytest.raises(SendFailed):
        check(keys, sign())


def test_a_key_that_was_withdrawn_is_forgotten(keys, login, clock):
    check(keys, sign())
    login.keys = {"keys": [jwk("k2")]}
    clock.now = 90_000
    with pytest.raises(InvalidSignature, match="unknown key"):
        check(keys, sign())


@pytest.mark.parametrize(
    "body",
    [
        *(None, [], {}, {"keys": None}, {"keys": [5, None, []]}),
        {"keys": [{"kid": "k1", "kty": "EC"}]},
        {"keys": [{"kid": "k1", "kty": "RSA", "n": 5, "e": []}]},
        {"keys": [{"kid": "k1", "kty": "oct", "k": "c2VjcmV0"}]},
        {"keys": [jwk("k1", kid=None)]},
    ],
)
def test_what_is_no_key_is_none(keys, login, body):
    login.keys = body
    with pytest.raises(SendFailed, match="no key"):
        check(keys, sign())


def test_a_key_among_others_is_found(keys, login):
    login.keys = {"keys": [5, {"kty": "EC", "kid": "k9"}, jwk("k1", endorsements=["a", 5])]}

    assert check(keys, sign()).channels == {"a"}


@pytest.mark.parametrize("url", ["http://login.botframework.com/keys", "/keys", "http://[", 5])
def test_keys_come_over_https(keys, login, url):
    login.metadata = {"jwks_uri": url}
    with pytest.raises(SendFailed, match="no safe address"):
        check(keys, sign())
    assert len(login.asked) == 1


# the bot's own token


def make_token(login, clock):
    return BotToken(login, "https://login.example/t", app_id="id", password="word", clock=clock)


def get(token):
    return asyncio.run(token.get())


def test_the_own_token_is_asked_for_by_the_book(login, clock):
    assert get(make_token(login, clock)) == "own"
    (call,) = login.asked
    assert call.url == "https://login.example/t"
    assert call.form == {
        "grant_type": "client_credentials",
        "client_id": "id",
        "client_secret": "word",
        "scope": "https://api.botframework.com/.default",
    }
    assert "word" not in repr(call)


def test_the_own_token_is_kept_until_shortly_before_its_end(login, clock):
    token = make_token(login, clock)
    for clock.now in (0.0, 1000.0, 3299.0):
        get(token)
    assert len(login.asked) == 1
    clock.now = 3300.0
    get(token)
    assert len(login.asked) == 2


def test_a_short_life_is_used_for_its_first_half(login, clock):
    login.token = {"access_token": "own", "expires_in": "100"}
    token = make_token(login, clock)
    for clock.now in (0.0, 49.0):
        get(token)
    assert len(login.asked) == 1
    clock.now = 50.0
    get(token)
    assert len(login.asked) == 2


def test_a_forgotten_token_is_renewed_unless_it_was_already(login, clock):
    token = make_token(login, clock)
    old = get(token)
    token.forget("another")
    get(token)
    assert len(login.asked) == 1
    token.forget(old)
    login.token = {"access_token": "new", "expires_in": 3600}
    assert get(token) == "new"
    token.forget(old)
    assert get(token) == "new"
    assert len(login.asked) == 2


def test_answers_at_the_same_time_ask_once(login, clock):
    token = make_token(login, clock)

    async def run():
        await asyncio.gather(*(token.get() for _ in range(20)))

    asyncio.run(run())
    assert len(login.asked) == 1


@pytest.mark.parametrize(
    "reply",
    [
        *(None, [], {}, {"access_token": "x"}, {"access_token": "", "expires_in": 5}),
        {"access_token": 5, "expires_in": 5},
        {"access_token": "x", "expires_in": -5},
        {"access_token": "x", "expires_in": "soon"},
        {"access_token": "x", "expires_in": True},
        {"access_token": "x", "expires_in": 10**12},
    ],
)
def test_a_reply_without_a_token_fails(login, clock, reply):
    login.token = reply
    with pytest.raises(SendFailed, match="makes no sense"):
        get(make_token(login, clock))


@pytest.mark.parametrize(
    ("status", "body", "message"),
    [
        (401, {"error": "invalid_client"}, "no token: HTTP 401 invalid_client, tries=1"),
        (400, {"error": "words of\nthe host"}, "no token: HTTP 400, tries=1"),
        (400, {}, "no token: HTTP 400, tries=1"),
    ],
)
def test_a_refusal_is_told_by_its_code(api, status, body, message):
    api.replies = [(status, {}, body, 0)]

    async def run():
        client = ApiClient()
        try:
            await BotToken(client, api.url, app_id="id", password="word").get()
        finally:
            await client.close()

    with pytest.raises(SendFailed) as raised:
        asyncio.run(run())
    assert str(raised.value) == message


def test_the_tests_tokens_are_genuine():
    assert jwt.get_unverified_header(sign()) == {"alg": "RS256", "typ": "JWT", "kid": "k1"}
