"""The web channel over HTTP, in Rasa's own application, with a pretended assistant behind it."""

import asyncio
import gzip
import http.client
import json
import logging
import re
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from rasa.core.channels.channel import UserMessage
from rasa.core.run import configure_app, create_http_input_channels
from rasa.core.tracker_store import FailSafeTrackerStore
from rasa.shared.core.events import UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.utils.io import read_config_file
from sanic import Sanic

from bot import __main__ as program
from bot.channels.settings import ChannelSettings
from bot.channels.web.channel import WIDGET, WebInput
from bot.channels.web.facts import Facts
from bot.channels.web.pages import TEMPLATES
from bot.channels.web.security_headers import CSP
from bot.channels.web.static_files import ENTRY
from bot.conversations.nlg import TurnGenerator
from bot.conversations.tracker_store import LiveTrackerStore
from bot.emergency_numbers import Numbers
from contract.about import About
from outcomes.settings import Settings as OutcomesSettings
from tests.bot.serving import start as run_in_thread

SECRET = "s" * 32
SIBLING = f'export const a = "{"a" * 400}";\n'
JSON = {"Content-Type": "application/json"}
CITATION = {
    "title": "Lupus",
    "section": "What is it?",
    "origin": "published by NLM",
    "checked": "2026-11-23",
    "url": "https://x.example/lupus",
    "text": "Lupus is a disease. And more.",
}


class Assistant:
    """What stands in for Rasa's agent: answers, and keeps conversations in the real store."""

    def __init__(self, domain: Any) -> None:
        self.tracker_store = FailSafeTrackerStore(LiveTrackerStore(domain))
        self.nlg = TurnGenerator(domain=domain)
        self.messages: list[UserMessage] = []
        self.is_up = True
        self.delay_s = 0.0

    def is_ready(self) -> bool:
        return self.is_up

    async def handle_message(self, message: UserMessage) -> None:
        self.messages.append(message)
        await asyncio.sleep(self.delay_s)
        if message.text == "fail":
            raise RuntimeError("secret words")
        answer = {
            "kind": "answer", "text": "Lupus is a disease.", "citations": [dict(CITATION)],
            "disclaimer": "General information.", "answer_id": f"a{len(self.messages)}",
            "suggestions": [{"title": "Who gets it?", "payload": "Who gets lupus?"}],
        }  # fmt: skip
        said = {"text": f"you said {message.text}", "custom": answer}
        await message.output_channel.send_response(message.sender_id, said)
        event = UserUttered(message.text, input_channel=message.input_channel)
        tracker = DialogueStateTracker.from_events(message.sender_id, [event])
        await self.tracker_store.save(tracker)

    def conversations(self) -> list[str]:
        return list(asyncio.run(self.tracker_store.keys()))


class Client:
    """Talks to the application over a real connection."""

    def __init__(self, port: int, assistant: Assistant) -> None:
        self.port = port
        self.assistant = assistant

    def request(
        self, method: str, path: str, body: Any = None, headers: Any = None
    ) -> tuple[int, Any, Any]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        connection.request(method, path, body, headers or {})
        response = connection.getresponse()
        content, named = response.read(), response.headers
        connection.close()
        if named.get("content-type") == "application/json":
            return response.status, json.loads(content), named
        return response.status, content, named

    def about(self, query: str = "", **headers: str) -> Any:
        status, reply, _ = self.request("GET", f"/webhooks/web/about{query}", None, headers)
        assert status == 200
        return reply

    def open(self, **headers: str) -> str:
        body = json.dumps({"locale": "en-GB"})
        status, reply, _ = self.request("POST", "/webhooks/web/session", body, {**JSON, **headers})
        assert status == 201
        return reply["token"]

    def say(self, token: str, data: Any = None, **headers: str) -> tuple[int, Any, Any]:
        data = {"id": "m1", "text": "what is lupus?"} if data is None else data
        body = data if isinstance(data, bytes) else json.dumps(data)
        named = {**JSON, "Authorization": f"Bearer {token}", **headers}
        return self.request("POST", "/webhooks/web/messages", body, named)

    def end(self, token: str) -> int:
        named = {"Authorization": f"Bearer {token}"}
        return self.request("DELETE", "/webhooks/web/session", None, named)[0]

    def post_form(self, **fields: str) -> tuple[int, str, Any]:
        named = {"Content-Type": "application/x-www-form-urlencoded", "Accept-Language": "en-IE,en"}
        status, content, headers = self.request(
            "POST", "/webhooks/web/form", urlencode(fields), named
        )
        return status, content.decode(), headers


@pytest.fixture
def widget(tmp_path: Path) -> Path:
    folder = tmp_path / "widget"
    folder.mkdir()
    (folder / "bonafide-chat.js").write_text('const late = () => import("./a.js");\n')
    (folder / "a.js").write_text(SIBLING)
    return folder


@pytest.fixture
def start(domain: Any, widget: Path, tmp_path: Path) -> Iterator[Any]:
    """A function from settings to a client of a running application."""
    stops = []
    Sanic.test_mode = True

    def begin(facts: Facts | None = None, **settings: Any) -> Client:
        channel = WebInput(
            ChannelSettings(**{"secret": SECRET, "address_rate": 0, "session_rate": 0, **settings}),
            OutcomesSettings(url=f"sqlite:///{tmp_path}/outcomes.db"),
            facts=facts,
            numbers=Numbers.from_env(),
            widget=widget,
        )
        assistant = Assistant(domain)
        app = configure_app([channel], cors="*", enable_api=False)
        app.ctx.agent = assistant
        port, stop = run_in_thread(app)
        stops.append(stop)
        return Client(port, assistant)

    yield begin
    for stop in stops:
        stop()
    Sanic.test_mode = False


@pytest.fixture
def client(start: Any) -> Client:
    return start()


# the API


def test_a_session_opens_with_a_greeting(client):
    status, reply, headers = client.request("POST", "/webhooks/web/session", "{}", JSON)

    assert status == 201
    assert sorted(reply) == ["expires_at", "max_chars", "token", "turns"]
    assert reply["turns"] == [client.about()["greeting"]]
    assert client.assistant.messages == []
    assert client.assistant.conversations() == []
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Set-Cookie"] is None
    assert headers["Server"] is None


def test_a_message_gets_one_reply_with_its_turns(client):
    token = client.open()
    status, reply, _ = client.say(token, {"id": "m1", "text": "/restart", "locale": "en-GB"})

    assert status == 200
    assert reply["id"] == "m1"
    assert [turn["text"] for turn in reply["turns"]] == ["Lupus is a disease."]
    assert "token" not in reply
    message = client.assistant.messages[-1]
    assert (message.text, message.input_channel) == ("restart", "web")
    assert message.metadata == {"locale": "en-GB"}
    client.say(token, {"id": "m2", "text": "hello", "greeted": True})
    assert client.assistant.messages[1].metadata == {"greeted": True}
    assert message.sender_id == client.assistant.messages[1].sender_id


def test_feedback_is_the_command_of_the_contract(client):
    feedback = {"answer_id": "a1", "rating": "up"}
    status, _, _ = client.say(client.open(), {"id": "f", "feedback": feedback})

    assert status == 200
    expected = '/give_feedback{"answer_id": "a1", "rating": "up"}'
    assert client.assistant.messages[-1].text == expected


def test_a_client_cannot_choose_its_sender(client):
    token = client.open()
    client.say(token, {"id": "m", "text": "hello", "sender": "victim", "sender_id": "victim"})

    senders = {message.sender_id for message in client.assistant.messages}
    assert len(senders) == 1
    assert "victim" not in senders


def test_the_same_message_is_handled_once(client):
    token = client.open()
    client.assistant.delay_s = 0.1
    with ThreadPoolExecutor(6) as pool:
        replies = list(pool.map(lambda _: client.say(token), range(6)))
    replies.append(client.say(token))

    assert {status for status, _, _ in replies} == {200}
    assert len({json.dumps(reply) for _, reply, _ in replies}) == 1
    assert len(client.assistant.messages) == 1


def test_a_message_whose_connection_broke_is_answered_the_next_time(client):
    token = client.open()
    client.assistant.delay_s = 0.2
    connection = http.client.HTTPConnection("127.0.0.1", client.port)
    body = json.dumps({"id": "m1", "text": "what is lupus?"})
    named = {**JSON, "Authorization": f"Bearer {token}"}
    connection.request("POST", "/webhooks/web/messages", body, named)
    time.sleep(0.05)
    connection.close()

    assert client.say(token)[0] == 200
    assert len(client.assistant.messages) == 1


def test_a_token_that_is_no_text_is_refused_without_a_traceback(start, caplog):
    client = start()

    assert client.say("\xe9\xff")[0] == 401
    assert client.end("\xe9\xff") == 401
    status, page, _ = client.post_form(message="hello", token="\xe9\u20ac")
    assert (status, "this is a new one" in page) == (200, True)
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []


@pytest.mark.parametrize(
    ("body", "headers", "status", "code"),
    [
        (b"{", {}, 400, "bad_json"),
        (b"", {}, 400, "bad_json"),
        (b'{"id": "m"}', {}, 400, "bad_message"),
        (b"{}", {"Content-Type": "text/plain"}, 415, "not_json"),
        (json.dumps({"id": "m", "text": "x" * 2001}).encode(), {}, 413, "too_long"),
        (b'{"text": "' + b"x" * 20_000, {}, 413, "too_long"),
        (b"x" * 100_000, {}, 413, "too_long"),
        (b"{}", {"Authorization": "Bearer x.y.z"}, 401, "bad_token"),
        (b"{}", {"Authorization": "Bearer \xe9.\xff.z"}, 401, "bad_token"),
        (b"{}", {"Authorization": "Bearer " + "WyJ" * 2000 + ".y.z"}, 401, "bad_token"),
        (b"{}", {"Authorization": ""}, 401, "bad_token"),
        (b"{}", {"Origin": "https://evil.example"}, 403, "origin_not_allowed"),
        (b'{"id": "m", "text": "fail"}', {}, 503, "unavailable"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_what_is_wrong_is_said(client, body, headers, status, code):
    found, reply, named = client.say(client.open(), body, **headers)

    assert (found, reply["error"]["code"]) == (status, code)
    assert reply["error"]["message"]
    assert ("limit" in reply["error"]) == (status == 413)
    assert (named["Retry-After"] is not None) == (status == 503)
    assert "secret words" not in json.dumps(reply)


def test_a_body_of_unknown_length_is_cut_off_too(client):
    token = client.open()
    body = iter([b'{"text": "', *[b"x" * 1000] * 40])
    named = {**JSON, "Authorization": f"Bearer {token}", "Transfer-Encoding": "chunked"}
    connection = http.client.HTTPConnection("127.0.0.1", client.port, timeout=10)
    connection.request("POST", "/webhooks/web/messages", body, named, encode_chunked=True)

    assert connection.getresponse().status == 413


def test_no_model_is_unavailable(client):
    token = client.open()
    client.assistant.is_up = False
    status, reply, headers = client.say(token)

    assert (status, reply["error"]["code"], headers["Retry-After"]) == (503, "unavailable", "2")
    client.assistant.is_up = True
    assert client.say(token)[0] == 200


def test_a_session_that_asks_too_often_has_to_wait_but_may_retry(start):
    client = start(session_rate=3)
    token = client.open()
    for number in range(3):
        assert client.say(token, {"id": f"m{number}", "text": "hello"})[0] == 200
    status, reply, headers = client.say(token, {"id": "m9", "text": "hello"})

    assert (status, reply["error"]["code"]) == (429, "rate_limited")
    assert 1 <= int(headers["Retry-After"]) <= 60
    assert client.say(token, {"id": "m1", "text": "hello"})[0] == 200
    assert client.say(client.open(), {"id": "m9", "text": "hello"})[0] == 200


def test_an_address_that_asks_too_often_has_to_wait(start):
    client = start(address_rate=12, proxies=1)
    token = client.open(**{"X-Forwarded-For": "198.51.100.1"})
    client.open(**{"X-Forwarded-For": "198.51.100.1"})
    far = {"X-Forwarded-For": "6.6.6.6, 198.51.100.1"}
    statuses = [client.say(token, {"id": "m", "text": "hello"}, **far)[0] for _ in range(4)]

    assert statuses == [200, 200, 429, 429]
    other = {"X-Forwarded-For": "198.51.100.2"}
    assert client.say(token, {"id": "m", "text": "hello"}, **other)[0] == 200


def test_a_deleted_session_is_gone_and_stays_dead(client):
    mine, yours = client.open(), client.open()
    client.say(mine)
    client.say(yours)
    assert len(client.assistant.conversations()) == 2

    assert client.end(mine) == 204
    left = client.assistant.conversations()
    assert len(left) == 1
    assert left[0] == client.assistant.messages[1].sender_id
    assert client.say(mine)[0] == 401
    assert client.end(mine) == 204
    assert client.assistant.conversations() == left
    assert client.say(yours)[0] == 200


def test_only_the_token_deletes_a_session(client):
    client.say(client.open())

    assert client.end("x.y.z") == 401
    assert len(client.assistant.conversations()) == 1


# what is known before anything is said

FACTS = Facts(
    name="Bone line",
    operator="A & B <clinic>",
    operator_url="https://clinic.example/us",
    privacy_url="https://clinic.example/privacy",
    keep_days=17,
)


def test_the_assistant_describes_itself_without_a_session_or_a_turn(start, monkeypatch):
    monkeypatch.setenv("BONAFIDE_NAME", "Bone line")
    monkeypatch.setenv("BONAFIDE_EMERGENCY_NUMBERS", "GB=999,IE=112")
    monkeypatch.setenv("BONAFIDE_CONTACT_PHONE", "0800 123 456")
    client = start(facts=FACTS, address_rate=2, max_chars=500)
    for _ in range(10):
        about = client.about("?locale=en-GB")

    assert set(about) == set(About.__annotations__)
    assert about["name"] == "Bone line"
    assert about["operator"] == {"name": "A & B <clinic>", "url": "https://clinic.example/us"}
    assert about["privacy_url"] == "https://clinic.example/privacy"
    assert (about["retention_days"], about["session_hours"], about["max_chars"]) == (17, 24, 500)
    assert about["emergency"]["href"] == "tel:999"
    assert about["contact"]["phone_href"] == "tel:0800123456"
    assert about["greeting"]["kind"] == "chat"
    assert about["greeting"]["text"].startswith("Hello, I am Bone line, ")
    assert "call 999 now" in about["greeting"]["text"]
    assert len(about["greeting"]["suggestions"]) == 3
    assert client.assistant.messages == []
    assert client.assistant.conversations() == []


def test_where_no_number_is_known_the_greeting_names_none(client):
    about = client.about("?locale=en-XX&country=12")

    assert about["emergency"] is about["contact"] is None
    assert "call your local emergency number now" in about["greeting"]["text"]


@pytest.mark.parametrize(
    ("facts", "days", "words"),
    [
        (Facts(keep_days=17), 17, "for up to 17 days, or until you delete it"),
        (Facts(keep_days=1), 1, "for up to 1 day, or"),
        (Facts(conversations_url="sqlite:///x.db"), None, "until you delete it"),
    ],
)
def test_page_form_and_description_say_the_same_of_what_is_kept(start, facts, days, words):
    client = start(facts=facts)
    page = client.request("GET", "/")[1].decode()
    _, form, _ = client.post_form(message="hello")

    assert client.about()["retention_days"] == days
    assert words in page
    assert words in form
    assert ("for up to" in page) == (days is not None)


def test_page_and_form_say_who_is_behind_the_assistant(start):
    client = start(facts=FACTS)
    for html in (client.request("GET", "/")[1].decode(), client.post_form(message="hello")[1]):
        assert '<a href="https://clinic.example/us">A &amp; B &lt;clinic&gt;</a>' in html
        assert '<a href="https://clinic.example/privacy">Privacy notice</a>' in html
        assert "Please leave out names" in html
        assert "Bone line" in html
        assert "Bonafide" not in html.replace("bonafide-chat", "")


def test_the_description_is_kept_for_a_while_and_asked_for_again(client):
    status, _, headers = client.request("GET", "/webhooks/web/about")
    assert headers["Cache-Control"] == "public, max-age=300"
    assert headers["Vary"] == "Accept-Encoding, Origin"
    again = {"If-None-Match": headers["ETag"]}
    assert client.request("GET", "/webhooks/web/about", None, again)[:2] == (304, b"")
    assert status == 200


def test_only_sites_that_may_ask_read_the_description(start):
    client = start(origins=frozenset({"https://ok.example"}))
    for origin, expected in (("https://ok.example", 200), ("https://evil.example", 403)):
        named = {"Origin": origin}
        status, _, headers = client.request("GET", "/webhooks/web/about", None, named)
        assert (status, headers["Access-Control-Allow-Origin"]) == (expected, origin)


def test_without_a_model_there_is_no_description_yet(client):
    client.assistant.is_up = False

    assert client.request("GET", "/webhooks/web/about")[0] == 503


# messages in pieces


def say_in_pieces(client: Client, token: str, *pieces: str) -> list[Any]:
    """Send pieces 0.1 s apart; return their replies."""
    with ThreadPoolExecutor(len(pieces)) as pool:
        replies = []
        for number, piece in enumerate(pieces):
            data = {"id": f"p{number}", "text": piece}
            replies.append(pool.submit(client.say, token, data))
            time.sleep(0.1)
    return [reply.result() for reply in replies]


def test_pieces_get_one_answer_and_so_they_do_when_they_come_again(client):
    token = client.open()
    pieces = ("I have", "osteoporosis", "can I", "run?")
    replies = say_in_pieces(client, token, *pieces)

    assert [status for status, _, _ in replies] == [200] * 4
    assert [len(reply["turns"]) for _, reply, _ in replies] == [0, 0, 0, 1]
    assert client.assistant.messages[-1].text == "I have osteoporosis can I run?"
    assert client.assistant.messages[-1].message_id == "p3"
    n_asked = len(client.assistant.messages)
    again = [client.say(token, {"id": f"p{n}", "text": text}) for n, text in enumerate(pieces)]
    assert [reply for _, reply, _ in again] == [reply for _, reply, _ in replies]
    assert len(client.assistant.messages) == n_asked


def test_feedback_ends_the_wait(client):
    token = client.open()
    with ThreadPoolExecutor(1) as pool:
        piece = pool.submit(client.say, token, {"id": "p", "text": "I have"})
        time.sleep(0.1)
        started = time.monotonic()
        feedback = {"answer_id": "a1", "rating": "up"}
        assert client.say(token, {"id": "f", "feedback": feedback})[0] == 200
        assert time.monotonic() - started < 0.5
        assert len(piece.result()[1]["turns"]) == 1

    assert client.assistant.messages[0].text == "I have"


def test_a_piece_of_a_deleted_conversation_is_dropped(client):
    token = client.open()
    with ThreadPoolExecutor(1) as pool:
        piece = pool.submit(client.say, token, {"id": "p", "text": "I have"})
        time.sleep(0.1)
        started = time.monotonic()
        assert client.end(token) == 204
        assert time.monotonic() - started < 0.5
        piece.result()

    assert client.assistant.messages == []
    assert client.assistant.conversations() == []


# other sites


def test_a_listed_site_may_ask(start):
    client = start(origins=frozenset({"https://ok.example"}))
    origin = {"Origin": "https://ok.example"}
    asked = {**origin, "Access-Control-Request-Method": "POST"}
    status, content, headers = client.request("OPTIONS", "/webhooks/web/messages", None, asked)

    assert (status, content) == (204, b"")
    assert headers["Access-Control-Allow-Origin"] == "https://ok.example"
    assert headers["Access-Control-Allow-Headers"] == "Authorization, Content-Type"
    assert headers["Vary"] == "Origin"
    _, _, headers = client.say(client.open(**origin), **origin)
    assert headers.get_all("Access-Control-Allow-Origin") == ["https://ok.example"]
    assert headers["Access-Control-Allow-Credentials"] is None


def test_a_site_not_listed_is_refused_clearly(start):
    client = start(origins=frozenset({"https://ok.example"}))
    token = client.open()
    status, reply, headers = client.say(token, Origin="https://evil.example")

    assert (status, reply["error"]["code"]) == (403, "origin_not_allowed")
    assert headers["Access-Control-Allow-Origin"] == "https://evil.example"
    assert client.assistant.messages == []


# what browsers fetch


def test_the_page_stands_at_the_root_with_strict_headers(client):
    status, content, headers = client.request("GET", "/")

    assert status == 200
    assert b"Hello from Rasa" not in content
    assert headers["Content-Security-Policy"] == CSP
    assert headers["Content-Type"] == "text/html; charset=utf-8"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Server"] is None
    again = {"If-None-Match": headers["ETag"]}
    assert client.request("GET", "/", None, again)[:2] == (304, b"")
    status, content, head = client.request("HEAD", "/")
    assert (status, content, head["ETag"]) == (200, b"", headers["ETag"])


def test_the_page_for_owners_frames_its_preview_which_no_other_site_can(client):
    policies = {
        path: client.request("GET", path)[2]["Content-Security-Policy"]
        for path in ("/embed", "/embed/preview")
    }

    assert policies["/embed"] == f"{CSP}; frame-src 'self'"
    assert policies["/embed/preview"] == CSP.replace(
        "frame-ancestors 'none'", "frame-ancestors 'self'"
    )
    assert client.request("GET", "/embed/preview")[2]["X-Frame-Options"] == "SAMEORIGIN"


@pytest.mark.parametrize("path", TEMPLATES)
def test_a_page_has_no_inline_script_and_fetches_nothing_from_elsewhere(client, path):
    html = client.request("GET", path)[1].decode()

    assert re.findall(r"<script(?![^>]* src=)", html) == []
    assert re.findall(r"<style|\son\w+=|\sstyle=", html) == []
    for address in re.findall(r'<(?:script|link|img)[^>]* (?:src|href)="([^"]*)"', html):
        assert address.startswith(("/widget/", "/site/"))
        assert client.request("GET", address)[0] == 200


def test_the_widget_is_served_by_version(client):
    status, entry, headers = client.request("GET", "/widget/bonafide-chat.js")
    assert status == 200
    assert headers["Cache-Control"] == "no-cache"
    assert headers["Access-Control-Allow-Origin"] == "*"
    assert headers["Content-Security-Policy"] == CSP
    (address,) = re.findall(rb'"\./([0-9a-f]{12}/a\.js)"', entry)
    gzipped = {"Accept-Encoding": "gzip"}
    status, content, headers = client.request("GET", f"/widget/{address.decode()}", None, gzipped)

    assert status == 200
    assert headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert gzip.decompress(content).decode() == SIBLING.strip().replace(" = ", "=")
    _, _, headers = client.request("GET", "/widget/000000000000/a.js")
    assert headers["Cache-Control"] == "no-store"


def test_the_classic_script_is_served_with_a_version_and_without(client, widget):
    (widget / "a.js").write_text("export const a = 1;\n")
    status, script, headers = client.request("GET", "/widget/bonafide-chat.iife.js")
    assert status == 200
    assert headers["Cache-Control"] == "no-cache"
    _, entry, _ = client.request("GET", "/widget/bonafide-chat.js")
    (version,) = re.findall(rb'"\./([0-9a-f]{12})/a\.js"', entry)
    pinned = client.request("GET", f"/widget/{version.decode()}/bonafide-chat.iife.js")
    assert pinned[:2] == (200, script)
    assert pinned[2]["Cache-Control"] == "public, max-age=31536000, immutable"


def test_words_of_a_language_are_served_to_every_site(client, widget):
    (widget / "words").mkdir()
    (widget / "words" / "de.json").write_text('{"send": "Senden"}')
    status, content, headers = client.request("GET", "/widget/words/de.json")

    assert (status, content) == (200, {"send": "Senden"})
    assert headers["Cache-Control"] == "no-cache"
    assert headers["Access-Control-Allow-Origin"] == "*"
    for path in (
        "/widget/words/fr.json",
        "/widget/words/",
        "/widget/words/../a.js",
        "/site/words/de.json",
    ):
        assert client.request("GET", path)[0] == 404


@pytest.mark.parametrize(
    "path",
    ["/widget/", "/widget/a.js", "/widget/nothing.js", "/widget/1/../../credentials.yml",
     "/widget/%2e%2e/bot/nlg.py", "/site/home.html", "/site/1/home.html", "/widget//etc/passwd"],
)  # fmt: skip
def test_nothing_else_is_served(client, path):
    assert client.request("GET", path)[0] == 404


@pytest.mark.parametrize("path", ["/", "/webhooks/web/messages", "/widget/bonafide-chat.js"])
def test_a_request_is_never_sent_back(client, path):
    status, body, _ = client.request("TRACE", path, None, {"Authorization": "Bearer canary"})

    assert status in (404, 405)
    assert b"canary" not in (body if isinstance(body, bytes) else json.dumps(body).encode())


def test_a_page_that_was_posted_opens_the_first_page_again(client):
    status, _, headers = client.request("GET", "/webhooks/web/form")

    assert (status, headers["Location"]) == (303, "/")


# without script


def hidden(html: str, name: str) -> str:
    return unescape(re.search(rf'name="{name}" value="([^"]*)"', html)[1])


def test_the_form_answers_and_keeps_the_conversation(client):
    status, html, headers = client.post_form(message="what is lupus?", token="", nonce="")
    assert status == 200
    assert headers["Cache-Control"] == "no-store"
    assert headers["Content-Security-Policy"] == CSP
    for words in ("Lupus is a disease.", "https://x.example/lupus", "General information.", "NLM"):
        assert words in html
    fields = {"token": hidden(html, "token"), "nonce": hidden(html, "nonce")}
    client.post_form(**fields, message="Who gets lupus?")

    first, second = client.assistant.messages
    assert first.sender_id == second.sender_id
    assert (second.text, second.metadata) == ("Who gets lupus?", {"locale": "en-IE"})


def test_a_form_sent_twice_is_one_message_but_another_question_is_another(client):
    _, html, _ = client.post_form(message="hello")
    fields = {"token": hidden(html, "token"), "nonce": hidden(html, "nonce")}
    for text in ("one", "one", "two"):
        client.post_form(**fields, message=text)

    assert [message.text for message in client.assistant.messages] == ["hello", "one", "two"]


def test_the_form_deletes_the_conversation(client):
    _, html, _ = client.post_form(message="hello")
    status, html, _ = client.post_form(do="delete", token=hidden(html, "token"))

    assert status == 200
    assert "The conversation is deleted." in html
    assert client.assistant.conversations() == []


@pytest.mark.parametrize(
    ("message", "status", "words"),
    [("", 400, "no question"), ("x" * 2001, 413, "2000"), ("fail", 503, "at the moment")],
)
def test_the_form_says_what_is_wrong(client, message, status, words):
    found, html, _ = client.post_form(message=message)

    assert found == status
    assert words in html
    assert "<textarea" in html


def test_a_form_with_a_dead_token_starts_anew(client):
    status, html, _ = client.post_form(message="hello", token="x.y.z")

    assert status == 200
    assert "this is a new one" in html
    assert hidden(html, "token") != "x.y.z"


def test_the_form_cannot_be_sent_from_another_site(client):
    named = {
        "Content-Type": "application/x-www-form-urlencoded",
        "Origin": "https://evil.example",
        "Sec-Fetch-Site": "cross-site",
    }
    status, _, _ = client.request("POST", "/webhooks/web/form", "message=hello", named)

    assert status == 403
    assert client.assistant.messages == []


def test_the_users_words_are_shown_as_text(client):
    _, html, _ = client.post_form(message='<script>alert(1)</script>"&')

    assert "<script" not in html
    assert "&lt;script&gt;" in html


# beside Rasa


def test_rasas_own_routes_stay(client):
    status, _, headers = client.request("GET", "/nowhere")

    assert status == 404
    assert headers["Content-Security-Policy"] is None
    assert client.request("POST", "/", "{}", JSON)[0] == 405


def test_the_shipped_widget_is_found():
    assert (WIDGET / ENTRY).is_file()


def test_credentials_name_the_channel(root, monkeypatch):
    monkeypatch.setenv("BONAFIDE_SECRET", SECRET)
    assert "bot.channels.web.channel.WebInput" in read_config_file(str(root / "credentials.yml"))
    channels = create_http_input_channels(None, str(root / "credentials.yml"))

    assert {channel.name() for channel in channels} >= {"rest", "web"}
    assert {channel.url_prefix() for channel in channels} >= {"rest", "web"}


def test_a_malformed_setting_ends_the_server_before_it_starts(monkeypatch, capsys):
    monkeypatch.setenv("BONAFIDE_PROXIES", "many")

    with pytest.raises(SystemExit):
        program.check_settings()
    assert "BONAFIDE_PROXIES" in "".join(capsys.readouterr())
