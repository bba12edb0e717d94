"""benchmarks/client.py: a reply that is no reply stops the benchmark; users talk as planned."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from benchmarks import bots, client, conversations

ANSWER = [{"text": "Bones."}, {"custom": {"kind": "answer", "text": "Bones."}}]


@pytest.fixture
def bot():
    """A REST channel that keeps what it is sent and replies with its `reply`."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            server.messages.append(json.loads(body))
            reply = json.dumps(server.reply).encode()
            self.send_response(server.status)
            self.send_header("Content-Length", str(len(reply)))
            self.end_headers()
            self.wfile.write(reply)

        def log_message(self, *args):
            pass

    class Server(ThreadingHTTPServer):
        def handle_error(self, request, client_address):
            """Say nothing when a user leaves before the reply."""

    with Server(("127.0.0.1", 0), Handler) as server:
        server.messages, server.reply, server.status = [], ANSWER, 200
        server.url = f"http://127.0.0.1:{server.server_port}/"
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def test_run_load_holds_whole_new_conversations(bot):
    talks = (("a", "b"), ("c", "d"))

    load = client.run_load(bot.url, talks, n_users=3, n_messages=7)

    said = {}
    for message in bot.messages:
        said.setdefault(message["sender"], []).append(message["message"])
    assert sorted(said.values()) == [["a", "b"]] * 3 + [["c", "d"]] * 3
    assert len(load.latencies_ms) == len(load.kinds) == 12
    assert set(load.kinds) == {"answer"}


@pytest.mark.parametrize("reply", [[], [{"recipient_id": "me"}], [{"text": ""}]])
def test_run_load_stops_at_an_empty_reply(bot, reply):
    bot.reply = reply

    with pytest.raises(client.ReplyRefused, match="'a' got an empty reply"):
        client.run_load(bot.url, [["a"]], n_users=2, n_messages=4)


def test_run_load_stops_at_an_error(bot):
    bot.status = 500

    with pytest.raises(client.ReplyRefused, match=r"'a' failed: .*500"):
        client.run_load(bot.url, [["a"]], n_users=1, n_messages=1)


def test_run_load_stops_when_a_part_of_the_bot_is_missing(bot):
    bot.reply = [{"text": "I cannot reach my documents. Sorry."}]

    with pytest.raises(client.ReplyRefused, match="without the library"):
        client.run_load(
            bot.url, [["a"]], n_users=1, n_messages=1, outage="I cannot reach my documents."
        )


def test_read_kind_of_a_reply_without_payload():
    assert client.read_kind("hello", [{"text": "Hey!"}, {"image": "x"}], "") == client.PLAIN


@pytest.mark.parametrize("talks", [conversations.STOCK, conversations.ASSISTANT])
def test_every_conversation_has_the_same_number_of_messages(talks):
    assert {len(talk) for talk in talks} == {conversations.TURNS}


def test_the_assistant_tells_an_outage_by_the_words_of_the_domain(tmp_path):
    assert bots.make_assistant(tmp_path).outage


def test_the_assistant_is_ready_only_with_an_answer():
    assert bots.has_answer(ANSWER)
    assert not bots.has_answer([{"text": "sorry"}, {"custom": {"kind": "abstain"}}])
