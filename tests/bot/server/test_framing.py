"""Ambiguous requests, sent byte by byte to a real server: one reading of each, or none."""

import logging

import pytest
from sanic import Blueprint
from sanic.response import text

from bot.server.framing import BadFraming, check_head, read_chunk_size

HIDDEN = b"GET /hidden HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
CHUNKS = b"2\r\n{}\r\n0\r\n\r\n"

# Header lines, and a body that hides a second request from who reads them in another way.
BAD_HEADERS = {
    "negative": (b"Content-Length: -1", b"x"),
    "negative, more": (b"Content-Length: -5", b"x"),
    "plus": (b"Content-Length: +0", HIDDEN),
    "underscore": (b"Content-Length: 0_0", HIDDEN),
    "letters": (b"Content-Length: abc", b""),
    "empty": (b"Content-Length:", HIDDEN),
    "hexadecimal": (b"Content-Length: 0x2", b"{}"),
    "other digits": ("Content-Length: ٢".encode(), b"{}"),
    "list": (b"Content-Length: 0, 0", HIDDEN),
    "endless": (b"Content-Length: " + b"9" * 400, b""),
    "first 0": (b"Content-Length: 0\r\nContent-Length: %d" % len(HIDDEN), HIDDEN),
    "last 0": (b"Content-Length: %d\r\nContent-Length: 0" % len(HIDDEN), HIDDEN),
    "the same twice": (b"Content-Length: 0\r\nContent-Length: 0", HIDDEN),
    "both": (b"Content-Length: 7\r\nTransfer-Encoding: chunked", CHUNKS + HIDDEN),
    "both, turned": (b"Transfer-Encoding: chunked\r\nContent-Length: 7", CHUNKS + HIDDEN),
    "capital": (b"Transfer-Encoding: Chunked", CHUNKS + HIDDEN),
    "blank behind": (b"Transfer-Encoding: chunked ", CHUNKS + HIDDEN),
    "another before": (b"Transfer-Encoding: gzip, chunked", CHUNKS + HIDDEN),
    "unknown": (b"Transfer-Encoding: x", HIDDEN),
    "identity": (b"Transfer-Encoding: identity", HIDDEN),
    "two codings": (b"Transfer-Encoding: identity\r\nTransfer-Encoding: chunked", CHUNKS),
    "quoted": (b'Transfer-Encoding: "chunked"', CHUNKS + HIDDEN),
    "vertical tab": (b"Transfer-Encoding: \x0bchunked", CHUNKS + HIDDEN),
    "blank before the colon": (b"Content-Length : %d" % len(HIDDEN), HIDDEN),
    "tab before the colon": (b"Transfer-Encoding\t: chunked", CHUNKS + HIDDEN),
    "blank before the name": (b" Content-Length: 0", HIDDEN),
    "folded": (b"X: y\r\n Content-Length: 3", HIDDEN),
    "no colon": (b"Content-Length", HIDDEN),
    "no name": (b": 0", HIDDEN),
    "bare LF": (b"X: y\nContent-Length: 9", HIDDEN),
    "bare CR": (b"X: y\rContent-Length: 9", HIDDEN),
    "NUL": (b"X: y\x00", HIDDEN),
    "NUL in a name": (b"Content-Length\x00: 9", HIDDEN),
    "two hosts": (b"Host: elsewhere", b""),
}
BAD_CHUNKS = {
    "negative": b"-1\r\nabc\r\n0\r\n\r\n",
    "hexadecimal mark": b"0x2\r\n{}\r\n0\r\n\r\n",
    "plus": b"+2\r\n{}\r\n0\r\n\r\n",
    "underscore": b"0_2\r\n{}\r\n0\r\n\r\n",
    "blank before": b" 2\r\n{}\r\n0\r\n\r\n",
    "letters": b"zz\r\n{}\r\n0\r\n\r\n",
    "empty": b"\r\n{}\r\n0\r\n\r\n",
    "endless": b"0" * 200,
    "too much": b"fffffffff\r\n{}\r\n0\r\n\r\n",
    "LF only": b"2\n{}\n0\n\n",
    "longer than its size": b"1\r\n{}\r\n0\r\n\r\n",
    "control character in an extension": b"2;a=\x00\r\n{}\r\n0\r\n\r\n",
    "fields after the last": b"2\r\n{}\r\n0\r\nX: y\r\n\r\n",
}
BAD_LINES = {
    "not an address": b"GET http://[::1 HTTP/1.1",
    "bytes in the path": b"GET /\xff\xfe HTTP/1.1",
    "NUL in the path": b"GET /\x00 HTTP/1.1",
    "blank in the path": b"GET /a b HTTP/1.1",
    "two blanks": b"GET  / HTTP/1.1",
    "no version": b"GET /",
    "another version": b"GET / HTTP/2.0",
    "a name for a version": b"GET / HTTQ/1.1",
    "no method": b" / HTTP/1.1",
    "odd method": b"G(T / HTTP/1.1",
}


class Echo:
    """A channel that says what it was sent."""

    def url_prefix(self):
        return "echo"

    def name(self):
        return "echo"

    def blueprint(self, on_new_message):
        blueprint = Blueprint("echo")

        @blueprint.route("/whole", methods=["POST"])
        async def whole(request):
            return text(f"got {request.body.decode()}")

        @blueprint.route("/stream", methods=["POST"], stream=True)
        async def stream(request):
            body = b""
            while data := await request.stream.read():
                body += data
            return text(f"got {body.decode()}")

        return blueprint


@pytest.fixture
def served(serve):
    return serve([Echo()])


def is_alive(served):
    return served.get().startswith(b"HTTP/1.1 200")


def assert_refused(reply):
    assert reply.startswith(b"HTTP/1.1 400")
    assert reply.count(b"HTTP/1.1") == 1
    assert b"onnection: close" in reply


@pytest.mark.parametrize("path", ["/", "/webhooks/echo/whole", "/webhooks/echo/stream", "/none"])
@pytest.mark.parametrize("name", BAD_HEADERS)
def test_an_ambiguous_head_is_refused(served, caplog, name, path):
    headers, body = BAD_HEADERS[name]
    head = b"POST %b HTTP/1.1\r\nHost: localhost\r\n%b\r\n\r\n" % (path.encode(), headers)

    assert_refused(served.send(head + body))
    assert is_alive(served)
    assert [r for r in caplog.records if r.levelno >= logging.WARNING] == []


@pytest.mark.parametrize("path", ["/", "/webhooks/echo/whole", "/webhooks/echo/stream"])
@pytest.mark.parametrize("name", BAD_CHUNKS)
def test_an_ambiguous_chunk_ends_the_connection(served, caplog, name, path):
    head = "\r\n".join(
        (f"POST {path} HTTP/1.1", "Host: localhost", "Transfer-Encoding: chunked", "", "")
    )

    reply = served.send(head.encode() + BAD_CHUNKS[name] + HIDDEN)

    # Nobody reads a body at "/": its method is refused first.
    assert reply.startswith(b"HTTP/1.1 405" if path == "/" else b"HTTP/1.1 400")
    assert reply.count(b"HTTP/1.1") == 1
    assert is_alive(served)
    assert [r for r in caplog.records if r.levelno >= logging.WARNING] == []


@pytest.mark.parametrize("name", BAD_LINES)
def test_a_malformed_request_line_is_refused(served, caplog, name):
    assert_refused(served.send(BAD_LINES[name] + b"\r\nHost: localhost\r\n\r\n"))
    assert is_alive(served)
    assert [r for r in caplog.records if r.levelno >= logging.WARNING] == []


def test_a_request_without_a_host_is_refused(served):
    assert_refused(served.send(b"GET / HTTP/1.1\r\n\r\n"))
    assert served.send(b"GET / HTTP/1.0\r\n\r\n").startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize("path", ["/webhooks/echo/whole", "/webhooks/echo/stream"])
@pytest.mark.parametrize(
    "chunks",
    [
        CHUNKS,
        b"1\r\n{\r\n1\r\n}\r\n0\r\n\r\n",
        b"02\r\n{}\r\n000\r\n\r\n",
        b"2;a=b\r\n{}\r\n0\r\n\r\n",
        b'2 ; a="b c"\r\n{}\r\n0;c\r\n\r\n',
    ],
)
def test_good_chunks_are_read_and_the_connection_goes_on(served, path, chunks):
    head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"

    reply = served.send(head.encode() + chunks + HIDDEN)

    assert reply.startswith(b"HTTP/1.1 200")
    assert b"got {}" in reply
    # What follows is a request of its own, to everybody.
    assert b"HTTP/1.1 404" in reply


@pytest.mark.parametrize("path", ["/webhooks/echo/whole", "/webhooks/echo/stream"])
@pytest.mark.parametrize("body", [b"Content-Length: 2\r\n\r\n{}", b"Content-Length: 02 \r\n\r\n{}"])
def test_a_body_with_a_length_is_read_and_the_connection_goes_on(served, path, body):
    reply = served.send(f"POST {path} HTTP/1.1\r\nHost: localhost\r\n".encode() + body + HIDDEN)

    assert b"got {}" in reply
    assert b"HTTP/1.1 404" in reply


def test_chunks_may_come_byte_by_byte(served):
    head = b"POST /webhooks/echo/stream HTTP/1.1\r\nHost: a.localhost\r\nConnection: close\r\n"
    with served.connect() as connection:
        for byte in head + b"Transfer-Encoding: chunked\r\n\r\n10\r\n0123456789abcdef\r\n0\r\n\r\n":
            connection.sendall(bytes([byte]))
        assert b"got 0123456789abcdef" in connection.recv(65536)


def test_a_client_that_waits_for_100_gets_it_before_its_chunks(served):
    head = b"POST /webhooks/echo/stream HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
    with served.connect(head + b"Expect: 100-continue\r\nTransfer-Encoding: chunked\r\n\r\n") as it:
        assert it.recv(100).startswith(b"HTTP/1.1 100 Continue")
        it.sendall(CHUNKS)
        assert b"got {}" in it.recv(65536)


def test_a_body_that_nobody_wants_is_no_line_in_the_log(served, caplog):
    request = (
        b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}"
    )

    assert served.send(request).startswith(b"HTTP/1.1 200")
    assert [r for r in caplog.records if r.levelno >= logging.WARNING] == []


def test_a_head_is_bounded(served):
    head = b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"a" * 20000

    assert served.send(head).startswith(b"HTTP/1.1 413")


@pytest.mark.parametrize("value", [b"a\tb", b"\xc3\xa9", b"", b"a:b", b"  a  "])
def test_other_values_of_headers_are_free(value):
    check_head(b"GET / HTTP/1.1\r\nHost: x\r\nX:" + value)


def test_a_long_hostile_head_is_checked_in_no_time():
    with pytest.raises(BadFraming):
        check_head(b"GET / HTTP/1.1" + b"\r\na:" * 100_000 + b"\n")


def test_sizes_are_hexadecimal():
    assert [read_chunk_size(line) for line in (b"0", b"1F", b"ff;x")] == [0, 31, 255]
