"""benchmarks/harness/client.py and wire.py: no reply stops the benchmark; users talk as planned."""

import asyncio
import json
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from benchmarks.harness import client
from benchmarks.harness.wire import Connection, WireError
from benchmarks.stock import bots, long_conversations

ANSWER = [{"text": "Bones."}, {"custom": {"kind": "answer", "text": "Bones."}}]
TURN = {"id": "m0", "turns": [{"kind": "answer", "text": "Bones."}]}


@pytest.fixture
def bot():
    """Keeps what it is sent and replies with its `reply`, or what `replies` has for the path."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def reply(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            server.requests.append((self.command, self.path, dict(self.headers)))
            server.messages.append(json.loads(body) if body else None)
            content = json.dumps(server.replies.get(self.path, server.reply)).encode()
            self.send_response(server.status)
            for name, value in server.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_POST = do_GET = do_PUT = reply

        def log_message(self, *args):
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request, client_address):
            """Say nothing when a user leaves before the reply."""

    with Server(("127.0.0.1", 0), Handler) as server:
        server.messages, server.requests, server.replies = [], [], {}
        server.reply, server.status, server.headers = ANSWER, 200, {}
        server.port = server.server_port
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def hold(bot, talks, **options):
    return client.hold(bot.port, [(client.Rest(), talk) for talk in talks], **options)


def test_hold_has_every_conversation_once(bot):
    talks = [("a", "b"), ("c", "d"), ("e", "f"), ("g", "h")]

    load = hold(bot, talks, n_users=3)

    said = {}
    for message in bot.messages:
        said.setdefault(message["sender"], []).append(message["message"])
    assert sorted(map(tuple, said.values())) == talks
    assert len(load.latencies_ms) == len(load.kinds) == 8
    assert set(load.kinds) == {"answer"}


def test_hold_goes_on_with_an_old_conversation(bot):
    client.hold(bot.port, [(client.Rest("old"), ["a"])], n_users=1)

    assert bot.messages == [{"sender": "old", "message": "a"}]


def test_hold_wants_conversations(bot):
    with pytest.raises(ValueError, match="nothing to say"):
        hold(bot, [], n_users=1)


@pytest.mark.parametrize("reply", [[], [{"recipient_id": "me"}], [{"text": ""}]])
def test_hold_stops_at_an_empty_reply(bot, reply):
    bot.reply = reply

    with pytest.raises(client.ReplyRefused, match="'a' got an empty reply"):
        hold(bot, [["a"]], n_users=2)


def test_hold_lets_a_bot_be_silent_that_may(bot):
    bot.reply = []

    with pytest.raises(client.ReplyRefused, match="1 of 1 messages got an empty reply"):
        hold(bot, [["a"]], n_users=1, may_be_silent=True)
    assert client.read_kind("a", [], "", may_be_silent=True) == client.SILENT


def test_hold_stops_at_an_error(bot):
    bot.status = 500

    with pytest.raises(client.ReplyRefused, match=r"'a'.* failed: status 500"):
        hold(bot, [["a"]], n_users=1)


def test_hold_stops_when_nobody_listens():
    with pytest.raises(client.ReplyRefused, match=r"'a'.* failed: .*Refused"):
        client.hold(1, [(client.Rest(), ["a"])], n_users=1)


def test_hold_stops_when_a_part_of_the_bot_is_missing(bot):
    bot.reply = [{"text": "I cannot reach my documents. Sorry."}]

    with pytest.raises(client.ReplyRefused, match="without the library"):
        hold(bot, [["a"]], n_users=1, outage="I cannot reach my documents.")


def test_web_has_a_session_for_each_conversation_and_takes_new_tokens(bot):
    bot.replies = {client.SESSION: {"token": "one"}, client.MESSAGES: TURN | {"token": "two"}}

    load = client.hold(bot.port, [(client.Web(), ["a", "b"])], n_users=1)

    tokens = [headers.get("Authorization") for _, _, headers in bot.requests]
    assert tokens == [None, "Bearer one", "Bearer two"]
    assert bot.messages[1:] == [{"id": "m0", "text": "a"}, {"id": "m1", "text": "b"}]
    assert load.kinds == ("answer", "answer")


def test_read_kind_of_a_reply_without_payload():
    assert client.read_kind("hello", [{"text": "Hey!"}, {"image": "x"}], "") == client.PLAIN


def test_the_assistant_tells_an_outage_by_the_words_of_the_domain(tmp_path):
    assert bots.make_assistant(tmp_path).outage


def test_the_assistant_is_ready_only_with_an_answer():
    assert bots.has_answer(ANSWER)
    assert not bots.has_answer([{"text": "sorry"}, {"custom": {"kind": "abstain"}}])


def test_copies_have_the_events_of_the_long_conversations(bot):
    bot.replies = {
        f"/conversations/{name}/tracker?include_events=ALL": {"events": [{"event": name}]}
        for name in ("a", "b")
    }

    copies = long_conversations.copy(bot.port, ["a", "b"], 3)

    assert len({copy.sender for copy in copies}) == 3
    assert bot.messages[2:] == [[{"event": "a"}], [{"event": "b"}], [{"event": "a"}]]
    paths = [path for method, path, _ in bot.requests if method == "PUT"]
    assert [path.split("/")[2] for path in paths] == [copy.sender for copy in copies]


def test_copies_want_the_api(bot):
    bot.status = 404

    with pytest.raises(client.ReplyRefused, match="status 404"):
        long_conversations.copy(bot.port, ["a"], 1)


def test_long_conversations_begin_as_new_ones_do():
    held = long_conversations.begin(iter([("hello", "sad")] * 9), iter([("bot?", "bye")] * 999))

    assert {len(talk) for _, talk in held} == {long_conversations.N_TURNS}
    assert [talk[:3] for _, talk in held] == [("hello", "sad", "bot?")] * long_conversations.N_HELD


def ask_twice(port, **options):
    async def run():
        async with Connection("127.0.0.1", port, **options) as connection:
            return [await connection.request("GET", "/x") for _ in range(2)]

    return asyncio.run(run())


@pytest.mark.parametrize("headers", [{}, {"Connection": "close"}])
def test_a_connection_is_opened_again_where_the_server_closes_it(bot, headers):
    bot.headers = headers

    assert ask_twice(bot.port) == [(200, ANSWER)] * 2


def test_a_connection_refuses_what_it_cannot_read(bot):
    bot.headers = {"Transfer-Encoding": "chunked"}

    with pytest.raises(WireError, match="in chunks"):
        ask_twice(bot.port)


def test_a_connection_gives_up():
    with socket.create_server(("127.0.0.1", 0)) as mute:
        port = mute.getsockname()[1]
        with pytest.raises(WireError, match="Timeout"):
            ask_twice(port, timeout_s=0.05)
