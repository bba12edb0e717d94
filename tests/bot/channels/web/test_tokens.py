"""Session tokens: what they say, when they end, and which are refused."""

import base64
import json
import logging
from typing import Any

import jwt
import pytest

from bot.channels.secrets import derive_key
from bot.channels.web.tokens import SessionTokens, read_bearer
from bot.server.errors import BadToken
from tests.bot.fakes import Clock

SECRET, NEW_SECRET = "s" * 32, "n" * 32
START = 1_700_000_000
HOUR = 3600


@pytest.fixture
def clock() -> Clock:
    return Clock()


def make_tokens(clock: Clock, *secrets: str, max_s: int = 10 * HOUR) -> SessionTokens:
    return SessionTokens(*(secrets or (SECRET,)), session_s=HOUR, max_s=max_s, clock=clock)


@pytest.fixture
def tokens(clock: Clock) -> SessionTokens:
    return make_tokens(clock)


def nameless(secret: str = SECRET, **changes: Any) -> str:
    """Return a token as servers made them before keys had names."""
    claims = {"sub": "web-you", "aud": "bonafide-web", "iat": START, "exp": START + HOUR}
    claims = {key: value for key, value in {**claims, **changes}.items() if value is not None}
    return jwt.encode(claims, secret, algorithm="HS256")


def with_header(header: Any, token: str = "") -> str:
    """Return a token with another header before the payload and signature of `token`."""
    text = header if isinstance(header, str) else json.dumps(header)
    encoded = base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode()
    return ".".join([encoded, *(token or nameless()).split(".")[1:]])


# what a token says


def test_a_token_says_who_speaks_and_since_when(tokens):
    token = tokens.read(tokens.sign("web-me"))

    assert (token.sender_id, token.started_at, token.is_old) == ("web-me", START, False)
    assert tokens.format_expiry(tokens.sign("web-me")) == "2023-11-14T23:13:20Z"


def test_sender_ids_are_long_and_never_the_same(tokens):
    ids = {tokens.new_sender_id() for _ in range(100)}

    assert len(ids) == 100
    assert all(len(one) == len("web-") + 32 for one in ids)


# the end of a session


def test_a_token_grows_old_and_expires(tokens, clock):
    token = tokens.sign("web-me")
    clock.time += 1800
    assert tokens.read(token).is_old
    clock.time += 1800
    with pytest.raises(BadToken, match="expired"):
        tokens.read(token)

    assert tokens.read(token, even_expired=True).sender_id == "web-me"


def test_a_session_that_is_always_used_ends_all_the_same(tokens, clock):
    token = tokens.sign("web-me")
    while clock.time < START + 10 * HOUR:
        read = tokens.read(token)
        token = tokens.sign(read.sender_id, started_at=read.started_at)
        clock.time += HOUR / 2

    with pytest.raises(BadToken, match="expired"):
        tokens.read(token)
    assert tokens.format_expiry(token) == "2023-11-15T08:13:20Z"
    assert tokens.read(token, even_expired=True).sender_id == "web-me"


def test_a_lower_setting_holds_for_the_tokens_that_are_out(clock):
    token = make_tokens(clock).sign("web-me")
    clock.time += HOUR / 2

    with pytest.raises(BadToken, match="expired"):
        make_tokens(clock, max_s=60).read(token)


# rotation


def test_after_a_rotation_the_tokens_of_the_secret_before_are_read_and_renewed(clock):
    token = make_tokens(clock, SECRET).sign("web-me")
    clock.time += 60
    rotated = make_tokens(clock, NEW_SECRET, SECRET)
    read = rotated.read(token)

    assert (read.sender_id, read.started_at, read.is_old) == ("web-me", START, True)
    renewed = rotated.sign(read.sender_id, started_at=read.started_at)
    assert not rotated.read(renewed).is_old
    # The old secret can be taken away: the session goes on.
    assert make_tokens(clock, NEW_SECRET).read(renewed).started_at == START
    with pytest.raises(BadToken):
        make_tokens(clock, NEW_SECRET).read(token)


def test_each_secret_has_a_name_of_its_own_that_does_not_tell_it(clock):
    names = {
        jwt.get_unverified_header(make_tokens(clock, secret).sign("web-me"))["kid"]
        for secret in (SECRET, NEW_SECRET)
    }

    assert len(names) == 2
    assert all(len(name) == 12 and int(name, 16) >= 0 for name in names)


@pytest.mark.parametrize("secrets", [[SECRET], [NEW_SECRET, SECRET]])
def test_a_token_from_before_keys_had_names_is_read_and_renewed(clock, secrets):
    read = make_tokens(clock, *secrets).read(nameless())

    assert (read.sender_id, read.started_at, read.is_old) == ("web-you", START, True)


# what is refused


@pytest.mark.parametrize(
    "token",
    [
        "",
        "x",
        "a.b.c",
        "é.b.c",
        "\udce9\udcff",
        "\udce9.\udce9.\udce9",
        nameless() + "é",
        nameless() + "\n",
        nameless() + ".x",
        nameless()[:-4] + "AAAA",
        "A" * 5000,
        with_header("[" * 500),
        with_header("[" * 100_000),
        with_header('{"a":' * 100),
        with_header("\x00\xff"),
        with_header([]),
        with_header({"alg": "HS256"}),
        with_header({"alg": "HS256", "kid": 5}),
        with_header({"alg": "HS256", "kid": ["a"]}),
        with_header({"alg": "HS256", "kid": "../../dev/null"}),
        with_header({"alg": "HS256", "kid": None}),
        with_header({"alg": "none"}),
        with_header({"alg": "RS256", "jwk": {"kty": "oct", "k": "c3Nz"}}),
        with_header({"alg": "HS256", "crit": ["b64"], "b64": False}),
        nameless(NEW_SECRET),
        jwt.encode({"sub": "web-you", "aud": "bonafide-web", "iat": 1, "exp": 9e9}, "", "none"),
        nameless(aud="another"),
        nameless(aud=None),
        nameless(sub=None),
        nameless(exp=None),
        nameless(iat=None),
        nameless(sub=17),
        nameless(exp="tomorrow"),
        nameless(iat=[]),
        nameless(auth_time="long ago"),
    ],
)
@pytest.mark.parametrize("even_expired", [False, True])
def test_a_forged_or_broken_token_is_refused(tokens, token, even_expired):
    with pytest.raises(BadToken):
        tokens.read(token, even_expired=even_expired)


def test_a_key_of_another_use_signs_no_token(tokens):
    name = jwt.get_unverified_header(tokens.sign("web-me"))["kid"]
    claims = {"sub": "web-me", "aud": "bonafide-web", "iat": START, "exp": START + HOUR}
    keys = [SECRET, derive_key(SECRET, "another use")]

    for key in keys:
        with pytest.raises(BadToken):
            tokens.read(jwt.encode(claims, key, algorithm="HS256", headers={"kid": name}))


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Basic abc", "abc", "\udce9 a.b.c"])
def test_a_header_without_a_token_is_refused(header):
    with pytest.raises(BadToken):
        read_bearer(header)


def test_a_bearer_header_is_read():
    assert read_bearer("bearer  a.b.c ") == "a.b.c"


def test_a_refused_token_leaves_no_line(tokens, caplog):
    caplog.set_level(logging.DEBUG)
    with pytest.raises(BadToken) as caught:
        tokens.read("canary.canary.canary")

    assert caplog.records == []
    assert "canary" not in str(caught.value)
