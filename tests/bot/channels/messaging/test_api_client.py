"""Calls of platforms' APIs."""

import asyncio
import datetime
import ipaddress
import json
import ssl
from email.utils import format_datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from bot.channels.messaging.api_client import (
    ApiCall,
    ApiClient,
    ApiError,
    ApiResponse,
    SendFailed,
    check_response,
    read_retry_after,
)

SECRET = "bot12345:secret"


def call(url, *, json=None, form=None, headers=None, method="POST", tries=None, **settings):
    async def run():
        client = ApiClient(**{"first_wait_s": 0.01, **settings})
        try:
            request = ApiCall(url, json=json, form=form, headers=headers or {}, method=method)
            return await client.call(request, tries=tries)
        finally:
            await client.close()

    return asyncio.run(run())


def test_json_is_sent_and_the_reply_read(api):
    reply = call(f"{api.url}/x?y=1", json={"text": "é"}, headers={"Authorization": "Bearer t"})

    method, path, headers, body = api.calls[0]
    assert (method, path, headers["Authorization"]) == ("POST", "/x?y=1", "Bearer t")
    assert json.loads(body) == {"text": "é"}
    assert (reply.status, reply.body) == (200, {"ok": True})


def test_a_form_is_sent(api):
    call(api.url, form={"To": "+44", "Body": "a b"})

    assert api.calls[0][3] == b"To=%2B44&Body=a+b"


def test_a_reply_that_is_no_json_is_a_reply(api):
    api.replies = [(200, {}, b"ok", 0)]

    assert call(api.url, method="GET").body is None


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503])
def test_what_may_pass_is_tried_again(api, status):
    api.replies = [(status, {}, {}, 0), (status, {}, {}, 0)]

    assert call(api.url).status == 200
    assert len(api.calls) == 3


@pytest.mark.parametrize("status", [301, 400, 401, 403, 404, 410])
def test_what_stays_is_not_tried_again(api, status):
    api.replies = [(status, {"Location": "/elsewhere"}, {}, 0)]
    with pytest.raises(SendFailed, match=f"HTTP {status}, tries=1"):
        call(api.url)

    assert len(api.calls) == 1


def make_certificate(folder):
    """Write a certificate for 127.0.0.1 that nobody vouches for, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.datetime.now(datetime.timezone.utc)
    address = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(address, critical=False)
        .sign(key, hashes.SHA256())
    )
    path = folder / "certificate.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    return path


def test_a_certificate_that_nobody_vouches_for_is_refused(tmp_path):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(make_certificate(tmp_path))
    heard = []

    async def serve(reader, writer):
        heard.append(await reader.read(1))
        writer.close()

    async def run():
        server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context)
        client = ApiClient(first_wait_s=0.01)
        port = server.sockets[0].getsockname()[1]
        try:
            await client.call(ApiCall(f"https://127.0.0.1:{port}/{SECRET}"), tries=1)
        finally:
            await client.close()
            server.close()

    with pytest.raises(SendFailed, match="Certificate"):
        asyncio.run(run())
    assert heard == []


def test_it_is_given_up_after_some_tries(api):
    api.replies = [(500, {}, {}, 0)] * 9
    with pytest.raises(SendFailed, match="HTTP 500, tries=4"):
        call(api.url)
    with pytest.raises(SendFailed, match="HTTP 500, tries=1"):
        call(api.url, tries=1)

    assert len(api.calls) == 5


def test_a_slow_api_is_given_up(api):
    api.replies = [(200, {}, {}, 1)] * 2
    with pytest.raises(SendFailed, match="TimeoutError, tries=2"):
        call(api.url, timeout_s=0.1, tries=2)


@pytest.mark.parametrize("url", ["http://127.0.0.1:1", "http://no.such.host.invalid"])
def test_nothing_of_a_call_is_in_its_error(url):
    with pytest.raises(SendFailed) as raised:
        call(f"{url}/{SECRET}/sendMessage", json={"text": "words"}, tries=2)

    assert str(raised.value).startswith("ClientConnector")
    assert str(raised.value).endswith("Error, tries=2")
    # aiohttp's error prints the address: no traceback may come to it.
    assert raised.value.__context__ is None


def test_an_address_that_is_none_fails_at_once():
    with pytest.raises(SendFailed, match="InvalidURL, tries=1"):
        call("no address")


def test_a_call_does_not_print_what_is_in_it():
    told = repr(ApiCall(SECRET, json={"text": "words"}, headers={"Authorization": "t0ken"}))

    assert "POST" in told
    assert all(hidden not in told for hidden in (SECRET, "words", "t0ken"))


@pytest.mark.parametrize(
    ("asked", "least", "most"),
    [("0.3", 0.3, 0.3), ("99999", 0.5, 0.5), ("nonsense", 0.0075, 0.0125), ("", 0.0075, 0.0125)],
)
def test_what_the_platform_asks_is_waited_but_not_for_ever(api, monkeypatch, asked, least, most):
    waits = []
    sleep = asyncio.sleep
    monkeypatch.setattr(asyncio, "sleep", lambda s: waits.append(s) or sleep(0))
    api.replies = [(429, {"Retry-After": asked}, {}, 0)]
    call(api.url, max_wait_s=0.5)

    assert least <= next(wait for wait in waits if wait) <= most


def test_waits_grow():
    client = ApiClient(first_wait_s=1, max_wait_s=30)
    waits = [client._wait_s(number, ApiError("HTTP 500", True)) for number in range(1, 8)]

    assert all(0.75 * 2**n <= wait <= 1.25 * 2**n for n, wait in enumerate(waits[:4]))
    assert waits[-1] == 30


def test_retry_after_may_be_a_date():
    then = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=20)

    assert 15 < read_retry_after(format_datetime(then, usegmt=True)) <= 20
    assert read_retry_after("Wed, 21 Oct 2015 07:28:00 GMT") == 0
    assert read_retry_after("-5") is None


def test_the_usual_judge():
    assert check_response(ApiResponse(204)) is None
    assert check_response(ApiResponse(403)) == ApiError("HTTP 403")
    assert check_response(ApiResponse(429, {"retry-after": "7"})) == ApiError("HTTP 429", True, 7.0)
