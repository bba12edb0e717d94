"""benchmarks/stock, the parts alone: calls are kept and passed on, times added up."""

import asyncio
import json
import threading
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from benchmarks.stock import components, library, profile, recorder


@pytest.fixture
def actions():
    """An action server that keeps what it is sent."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            server.calls.append((self.path, self.headers.get("X-Own"), body))
            self.send_response(server.status)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *args):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads, server.calls, server.status = True, [], 200
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def test_recorder_passes_on_and_keeps_every_call(actions):
    with recorder.record(actions.server_port) as (url, calls):
        host, port = url.removeprefix("http://").split(":")
        connection = HTTPConnection(host, int(port))
        for body in (b'{"next_action": "a"}', b'{"next_action": "b"}'):
            connection.request("POST", "/webhook", body, {"X-Own": "1"})
            assert connection.getresponse().read() == b"{}"
        connection.close()

    assert [(call.path, call.headers["X-Own"], call.body) for call in calls] == actions.calls
    assert "Content-Length" not in calls[0].headers


def make_call(name):
    return recorder.Call("/webhook", {}, json.dumps({"next_action": name}).encode())


def test_calls_are_made_again_and_told_apart(actions):
    calls = [make_call(name) for name in ("a", "b", "a")]

    found = asyncio.run(components.call_again(actions.server_port, calls))

    assert [body for _, _, body in actions.calls] == [call.body for call in calls]
    assert {name: times["n"] for name, times in found["actions"].items()} == {"a": 2, "b": 1}
    assert found["all"]["n"] == 3


def test_calls_that_fail_stop_the_benchmark(actions):
    actions.status = 500

    with pytest.raises(components.client.ReplyRefused, match="answered 500"):
        asyncio.run(components.call_again(actions.server_port, [make_call("a")]))


def test_questions_of_the_library_are_all_different():
    questions = library.list_questions(50)

    assert len(questions) == len(set(questions)) == 50


def test_time_each_leaves_the_first_out():
    asked = []

    found = library.time_each(asked.append, [str(i) for i in range(30)])

    assert len(asked) == 30
    assert found["n"] == 30 - library.WARM_UP


@pytest.mark.parametrize(
    ("stack", "group"),
    [
        ("main (bot/__main__.py:1);f (rasa/nlu/x.py:2);run (onnxruntime/a.py:3)",
         "the sentence encoder"),
        ("main (bot/__main__.py:1);save (bot/conversations/tracker_store.py:9);x (copy.py:1)",
         "conversations: store and events"),
        ("x (somewhere.py:1)", profile.REST),
    ],
)  # fmt: skip
def test_a_stack_counts_for_its_innermost_part(stack, group):
    assert profile.find_group(stack.split(";")) == group


def test_add_up_has_shares_and_times_the_rest_last():
    lines = [
        "run (x.py:1);wait (threading.py:3) 99",
        "x (a.py:1) 60",
        "f (dask/x.py:1) 30",
        "g (dask/y.py:2);h (z.py:1) 10",
    ]

    rows = profile.add_up(lines, n_messages=10)

    assert [row["name"] for row in rows] == ["running Rasa's graph", profile.REST]
    assert [row["share"] for row in rows] == [0.4, 0.6]
    assert rows[0]["ms"] == pytest.approx(1000 * 40 / profile.RATE / 10)
