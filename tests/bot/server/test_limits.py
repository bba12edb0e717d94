"""Slow clients, many connections, other names and error pages, on a real server."""

import json
import logging
import socket
import time

import pytest
from sanic import Blueprint
from sanic.response import text

from bot.server import error_replies, install, protocol, rate_limits
from bot.server.connections import ConnectionLimit, fit_descriptors
from bot.server.hosts import HostList, is_this_machine, machine_names
from bot.server.settings import ServerSettings
from settings import SettingInvalid
from tests.bot.serving import receive

POST = b"POST /webhooks/upload/%b HTTP/1.1\r\nHost: localhost\r\n"


class Upload:
    """A channel that reads bodies, and one that fails."""

    def url_prefix(self):
        return "upload"

    def name(self):
        return "upload"

    def blueprint(self, on_new_message):
        blueprint = Blueprint("upload")

        @blueprint.route("/whole", methods=["POST"])
        async def whole(request):
            return text("taken")

        @blueprint.route("/stream", methods=["POST"], stream=True)
        async def stream(request):
            while await request.stream.read():
                pass
            return text("taken")

        @blueprint.route("/early", methods=["POST"], stream=True)
        async def early(request):
            return text("refused", status=403)

        @blueprint.route("/large", methods=["GET"])
        async def large(request):
            return text("x" * 1_000_000)

        @blueprint.route("/fail", methods=["GET"])
        async def fail(request):
            raise RuntimeError("words of a person")

        return blueprint


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    monkeypatch.setattr(protocol, "HEAD_S", 0.5)
    monkeypatch.setattr(protocol, "REQUEST_S", 1.0)
    monkeypatch.setattr(protocol, "SEND_S", 1.0)
    monkeypatch.setattr(protocol, "CHECK_EVERY_S", 0.1)
    monkeypatch.setattr(install, "KEEP_ALIVE_S", 0.5)
    monkeypatch.setattr(rate_limits, "DELAY_S", 0.3)


@pytest.fixture
def served(serve):
    return serve([Upload()])


def drip(connection, data: bytes, *, limit_s: float = 5.0) -> float:
    """Send the same bytes again and again; return the seconds until the server hangs up."""
    began = time.monotonic()
    connection.settimeout(0.1)
    while time.monotonic() - began < limit_s:
        try:
            if data:
                connection.sendall(data)
            if not connection.recv(65536):
                break
        except TimeoutError:
            continue
        except OSError:
            break
    return time.monotonic() - began


SLOW = {
    "nothing": (b"", b""),
    "headers": (b"GET / HTTP/1.1\r\nHost: localhost\r\n", b"X: y\r\n"),
    "body": (POST % b"stream" + b"Content-Length: 90000\r\n\r\n", b" "),
    "body that is read first": (POST % b"whole" + b"Content-Length: 90000\r\n\r\n", b" "),
    "body that nobody wants": (POST % b"early" + b"Content-Length: 90000\r\n\r\n", b" "),
    "chunks": (POST % b"stream" + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\na\r\n"),
    "body of no web socket": (
        POST % b"stream" + b"Upgrade: websocket\r\nContent-Length: 90000\r\n\r\n", b" "
    ),
    "chunk size": (POST % b"stream" + b"Transfer-Encoding: chunked\r\n\r\n", b""),
}  # fmt: skip


@pytest.mark.parametrize("name", SLOW)
def test_a_trickle_of_bytes_does_not_move_the_deadline(served, caplog, name):
    first, more = SLOW[name]

    with served.connect(first) as connection:
        assert drip(connection, more) < 3.0
    assert served.get().startswith(b"HTTP/1.1 200")
    assert [r for r in caplog.records if r.levelno >= logging.WARNING] == []


def test_a_late_request_is_told_so(served):
    with served.connect(POST % b"stream" + b"Content-Length: 9\r\n\r\n1") as connection:
        reply = receive(connection)

    assert reply.startswith(b"HTTP/1.1 408")
    assert b'"code":"too_slow"' in reply


def test_an_idle_connection_is_closed(served):
    with served.connect(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n") as connection:
        assert b" 200 " in connection.recv(65536)
        assert connection.recv(1) == b""


def test_a_connection_in_use_stays(served):
    with served.connect() as connection:
        for _ in range(8):
            connection.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
            assert b" 200 " in connection.recv(65536)
            time.sleep(0.2)


def test_idle_connections_give_way_to_new_ones(serve):
    served = serve([Upload()], BONAFIDE_CONNECTIONS="16")
    idle = [served.connect() for _ in range(40)]

    assert served.get().startswith(b"HTTP/1.1 200")
    assert len(served.app.ctx.admission.connections) <= 16
    for connection in idle:
        connection.close()


class Connection:
    """What the limit sees of one."""

    def __init__(self, address="203.0.113.5", *, is_busy=False):
        self.address = address
        self.waits_for_client = not is_busy
        self.is_dropped = False

    def drop(self):
        self.is_dropped = True


def ask_and_take_nothing(served) -> socket.socket:
    """Ask for more than the buffers of both ends hold, and read none of it."""
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connection.connect(("127.0.0.1", served.port))
    connection.sendall(b"GET /webhooks/upload/large HTTP/1.1\r\nHost: localhost\r\n\r\n" * 20)
    return connection


def wait_until_none_is_left(served, *, limit_s: float) -> None:
    give_up = time.monotonic() + limit_s
    while len(served.app.ctx.admission.connections):
        assert time.monotonic() < give_up
        time.sleep(0.05)


def test_who_takes_no_replies_is_not_waited_for(served):
    with ask_and_take_nothing(served):
        time.sleep(0.3)
        assert len(served.app.ctx.admission.connections) == 1
        wait_until_none_is_left(served, limit_s=5)


def test_who_takes_no_replies_gives_way_to_others(serve, monkeypatch):
    monkeypatch.setattr(protocol, "SEND_S", 60.0)
    served = serve([Upload()], BONAFIDE_CONNECTIONS="16")
    full = [ask_and_take_nothing(served) for _ in range(16)]
    time.sleep(0.5)

    for _ in range(5):
        assert served.get().startswith(b"HTTP/1.1 200")
    for connection in full:
        connection.close()


def test_who_takes_a_large_reply_slowly_gets_all_of_it(served):
    with ask_and_take_nothing(served) as connection:
        n_bytes = 0
        while n_bytes < 3_000_000:
            n_bytes += len(connection.recv(65536))
            time.sleep(0.001)


def test_an_address_takes_its_own_places_only():
    limit = ConnectionLimit(in_all=100, per_address=2)
    other = Connection("198.51.100.7")
    mine = [Connection() for _ in range(5)]

    assert all(limit.add(each) for each in [other, *mine])
    assert [each.is_dropped for each in mine] == [True, True, True, False, False]
    assert not other.is_dropped


def test_a_connection_that_is_served_is_not_dropped():
    limit = ConnectionLimit(in_all=2, per_address=0)
    busy = [Connection(is_busy=True), Connection("198.51.100.7", is_busy=True)]

    assert [limit.add(each) for each in [*busy, Connection()]] == [True, True, False]
    assert not any(each.is_dropped for each in busy)
    limit.remove(busy[0])
    assert limit.add(Connection())


def test_this_machine_has_no_limit_of_its_own():
    limit = ConnectionLimit(in_all=100, per_address=2)

    assert all(limit.add(Connection("127.0.0.1", is_busy=True)) for _ in range(40))
    assert all(limit.add(Connection("::1", is_busy=True)) for _ in range(40))
    assert len(limit) == 80


def test_connections_leave_descriptors_for_the_rest(monkeypatch):
    monkeypatch.setattr("resource.getrlimit", lambda _: (256, 4096))

    assert fit_descriptors(1000) == 128
    assert fit_descriptors(50) == 50


def ask(served, host: str, path: str = "/") -> bytes:
    head = f"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
    return served.send(head.encode()).partition(b"\r\n")[0]


@pytest.mark.parametrize(
    "host", ["localhost", "LOCALHOST:5005", "a.localhost", "127.0.0.1:80", "[::1]:5005",
             "192.0.2.7", "bot.example.org", "bot.example.org:443", "bot.example.org.",
             "pub.example"]
)  # fmt: skip
def test_own_names_are_answered(serve, host):
    served = serve(
        BONAFIDE_HOSTS="bot.example.org www.example.org", BONAFIDE_PUBLIC_URL="https://pub.example"
    )

    assert ask(served, host) == b"HTTP/1.1 200 OK"


@pytest.mark.parametrize(
    "host", ["evil.example", "localhost.evil.example", "bot.example.org.evil.example",
             "127.0.0.1.a", "evil.example:5005", "2130706433", "a@localhost", "localhost/x",
             "\xff", ","]
)  # fmt: skip
def test_other_names_are_refused_with_one_line(serve, caplog, host):
    served = serve(BONAFIDE_HOSTS="bot.example.org")

    assert [ask(served, host) for _ in range(3)] == [b"HTTP/1.1 421 UNKNOWN"] * 3
    # Nor does any middleware answer them, such as that for CORS.
    options = f"OPTIONS / HTTP/1.1\r\nHost: {host}\r\nOrigin: https://a.example\r\n\r\n"
    assert served.send(options.encode()).startswith(b"HTTP/1.1 421")
    assert ask(served, "localhost") == b"HTTP/1.1 200 OK"
    lines = [r.getMessage() for r in caplog.records if r.levelno >= logging.WARNING]
    assert len(lines) == 1
    assert "BONAFIDE_HOSTS" in lines[0]
    assert "evil" not in lines[0]


def test_probes_are_answered_by_any_name(served):
    assert ask(served, "evil.example", "/ready").split()[1] != b"421"
    assert ask(served, "evil.example", "/live").split()[1] != b"421"


def test_a_proxy_decides_which_names_reach_the_server_unless_they_are_named(serve):
    behind = serve(BONAFIDE_PROXIES="1")
    named = serve(BONAFIDE_PROXIES="1", BONAFIDE_HOSTS="bot.example.org")

    assert ask(behind, "anything.example") == b"HTTP/1.1 200 OK"
    assert ask(named, "anything.example").startswith(b"HTTP/1.1 421")
    assert ask(named, "bot.example.org") == b"HTTP/1.1 200 OK"


def test_names_of_this_machine():
    assert is_this_machine("localhost")
    assert is_this_machine("127.0.0.53")
    assert not is_this_machine("192.0.2.1")
    assert HostList(frozenset()).allows(f"{next(iter(machine_names()))}:5005")


PAGES = {
    "/nothing": (404, b"text/plain"),
    "/webhooks/nothing": (404, b"application/json"),
    "/webhooks/upload/whole": (405, b"application/json"),
    "/webhooks/upload/fail": (500, b"application/json"),
    "/../../etc/passwd": (404, b"text/plain"),
}


@pytest.mark.parametrize("path", PAGES)
def test_error_replies_are_small_and_name_no_server(served, path):
    status, kind = PAGES[path]

    head, _, body = served.get(path).partition(b"\r\n\r\n")

    head = head.lower()
    assert head.startswith(b"http/1.1 %d " % status)
    assert b"content-type: " + kind in head
    assert b"x-content-type-options: nosniff" in head
    assert b"content-security-policy: default-src 'none'" in head
    assert (b"allow: post" in head) == (status == 405)
    assert len(body) < 200
    assert b"sanic" not in (head + body).lower()
    assert b"words of a person" not in body
    if kind == b"application/json":
        assert set(json.loads(body)["error"]) == {"code", "message"}


def test_a_failure_is_a_line_without_words_and_few_of_them(served, caplog):
    for _ in range(3 * error_replies.MAX_LOG_LINES):
        served.get("/webhooks/upload/fail")

    lines = [r.getMessage() for r in caplog.records if r.levelno >= logging.WARNING]
    assert len(lines) == error_replies.MAX_LOG_LINES
    assert lines[0].startswith("A request failed: RuntimeError at ")
    assert "words of a person" not in caplog.text


def test_who_is_refused_often_waits(served):
    def seconds(path):
        began = time.monotonic()
        served.get(path)
        return time.monotonic() - began

    quick = [seconds("/nothing") for _ in range(rate_limits.MAX_REFUSALS)]

    assert sum(quick) < 0.3 * rate_limits.MAX_REFUSALS
    assert seconds("/nothing") >= 0.3
    assert seconds("/") < 0.3


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_reading_is_limited_too(serve, method):
    served = serve(BONAFIDE_ADDRESS_RATE="1")
    request = f"{method} / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode()

    statuses = [served.send(request).split()[1] for _ in range(11)]

    assert set(statuses[:10]) <= {b"200", b"204", b"405"}
    assert statuses[10] == b"429"


BAD_SETTINGS = {
    "BONAFIDE_HOST": ["a b", "http://x", "1.2.3.4:80"],
    "BONAFIDE_HOSTS": ["https://bot.example", "bot.example:80", "a,b", "*"],
    "BONAFIDE_CONNECTIONS": ["0", "x", "-1"],
    "BONAFIDE_ADDRESS_CONNECTIONS": ["-1", "many"],
}


@pytest.mark.parametrize(("key", "value"), [(k, v) for k, vs in BAD_SETTINGS.items() for v in vs])
def test_malformed_settings_are_named(key, value):
    with pytest.raises(SettingInvalid, match=key):
        ServerSettings.from_env({key: value})


def test_the_server_listens_on_this_machine_alone_unless_told():
    assert ServerSettings.from_env({}).host == "127.0.0.1"
    assert ServerSettings.from_env({"BONAFIDE_HOST": " 0.0.0.0 "}).host == "0.0.0.0"
    assert ServerSettings.from_env({"BONAFIDE_HOST": "::"}).host == "::"
