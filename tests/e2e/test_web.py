"""The web channel of the running servers, as a browser talks to it."""

import json
import re
import sqlite3
import time
import urllib.error
import urllib.request
from html import unescape
from typing import Any
from urllib.parse import urlencode

import pytest

pytestmark = pytest.mark.e2e

QUESTION = "Is osteoporosis an autoimmune disease?"


class Web:
    """One browser."""

    def __init__(self, port: int) -> None:
        self.base = f"http://127.0.0.1:{port}"
        self.token = ""
        self.n_messages = 0
        self.is_greeted = False

    def request(self, method: str, path: str, data: Any = None) -> tuple[int, Any]:
        headers = {"Content-Type": "application/json"}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        body = None if data is None else json.dumps(data).encode()
        request = urllib.request.Request(self.base + path, body, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=30) as reply:
                return reply.status, json.loads(reply.read() or b"null")
        except urllib.error.HTTPError as err:
            with err:
                return err.code, json.loads(err.read())

    def open(self, locale: str = "en-GB") -> list[dict[str, Any]]:
        status, reply = self.request("POST", "/webhooks/web/session", {"locale": locale})
        assert status == 201
        self.token = reply["token"]
        self.is_greeted = True
        turns: list[dict[str, Any]] = reply["turns"]
        return turns

    def say(self, text: str, message_id: str = "") -> dict[str, Any]:
        self.n_messages += 1
        data: dict[str, Any] = {
            "id": message_id or f"m{self.n_messages}",
            "text": text,
            "locale": "en-GB",
        }
        if self.is_greeted and self.n_messages == 1:
            data["greeted"] = True
        status, reply = self.request("POST", "/webhooks/web/messages", data)
        assert status == 200
        (turn,) = reply["turns"]
        return dict(turn)

    def about(self, query: str = "?locale=en-GB") -> dict[str, Any]:
        status, reply = self.request("GET", f"/webhooks/web/about{query}")
        assert status == 200
        return dict(reply)

    def get(self, path: str) -> str:
        with urllib.request.urlopen(self.base + path, timeout=30) as reply:
            return reply.read().decode()

    def post_form(self, **fields: str) -> str:
        body = urlencode(fields).encode()
        with urllib.request.urlopen(f"{self.base}/webhooks/web/form", body, timeout=30) as reply:
            return reply.read().decode()


@pytest.fixture
def web(assistant):
    web = Web(assistant.port)
    assert web.open()[0]["kind"] == "chat"
    return web


def count_outcomes(assistant: Any) -> int:
    connection = sqlite3.connect(assistant.outcomes)
    (n_rows,) = connection.execute("SELECT count(*) FROM turns WHERE channel = 'web'").fetchone()
    connection.close()
    return int(n_rows)


def test_a_question_gets_an_answer_with_its_source(web):
    turn = web.say(QUESTION)

    assert turn["kind"] == "answer"
    assert turn["text"] in turn["citations"][0]["text"]
    assert turn["citations"][0]["path"].startswith("/library/")
    assert turn["disclaimer"]
    assert turn["suggestions"]


def test_a_button_of_the_greeting_can_be_picked_by_its_number(web):
    assert web.say("the first one")["kind"] == "answer"


def test_the_assistant_greets_before_anybody_is_there_and_in_every_session_alike(web):
    about = web.about()

    assert about["greeting"]["text"].startswith(f"Hello, I am {about['name']}, ")
    assert web.open() == [about["greeting"]]
    assert about["retention_days"] == 90


def test_a_conversation_goes_on(web):
    first = web.say(QUESTION)
    more = web.say("tell me more")

    assert more["kind"] == "answer"
    assert more["text"] != first["text"]


def test_a_command_of_rasas_is_just_words(web):
    web.say(QUESTION)
    web.say('/give_feedback{"answer_id": "x", "rating": "up"}')

    assert web.say("/report_emergency")["kind"] != "emergency"


def test_an_emergency_is_met(web):
    assert web.say("I fell, my hip is broken and I cannot stand up")["kind"] == "emergency"


def test_feedback_is_thanked_for(web):
    answer = web.say(QUESTION)
    feedback = {"answer_id": answer["answer_id"], "rating": "down", "reason": "I asked about men"}
    status, reply = web.request(
        "POST", "/webhooks/web/messages", {"id": "f1", "feedback": feedback}
    )

    assert status == 200
    assert reply["turns"][0]["text"].startswith("Thank you")


def test_the_same_message_has_the_same_answer(web):
    first, again = web.say(QUESTION, "same"), web.say(QUESTION, "same")

    assert first == again
    assert web.say(QUESTION, "another")["answer_id"] != first["answer_id"]


def test_two_sessions_do_not_meet(web, assistant):
    web.say(QUESTION)
    other = Web(assistant.port)
    other.open()

    assert other.say("tell me more")["kind"] == "chat"


def settle_outcomes(assistant):
    """Wait for what earlier tests are still writing; return the number of outcomes."""
    n_before, n_now = -1, count_outcomes(assistant)
    while n_now != n_before:
        time.sleep(1)
        n_before, n_now = n_now, count_outcomes(assistant)
    return n_now


def test_a_deleted_session_leaves_nothing(web, assistant):
    before = settle_outcomes(assistant)
    web.say(QUESTION)
    web.say("hello")
    deadline = time.monotonic() + 10
    while count_outcomes(assistant) < before + 2 and time.monotonic() < deadline:
        time.sleep(0.05)
    assert count_outcomes(assistant) >= before + 2

    assert web.request("DELETE", "/webhooks/web/session") == (204, None)
    assert count_outcomes(assistant) < before + 2
    status, reply = web.request("POST", "/webhooks/web/messages", {"id": "x", "text": "hello"})
    assert (status, reply["error"]["code"]) == (401, "bad_token")


def test_after_a_deletion_no_token_ever_given_has_a_conversation(assistant):
    """As the widget deletes: every conversation that this browser holds a token of."""
    browsers = [Web(assistant.port) for _ in range(3)]
    for web in browsers:
        web.open()
        web.say(QUESTION)
        assert web.say("tell me more")["kind"] == "answer"
    for web in browsers:
        assert web.request("DELETE", "/webhooks/web/session") == (204, None)
        assert web.request("DELETE", "/webhooks/web/session") == (204, None)
    for web in browsers:
        status, _ = web.request(
            "POST", "/webhooks/web/messages", {"id": "x", "text": "tell me more"}
        )
        assert status == 401


def test_a_session_that_nobody_used_leaves_nothing(assistant):
    before = settle_outcomes(assistant)
    for _ in range(5):
        Web(assistant.port).open()

    assert settle_outcomes(assistant) == before


def test_the_page_is_there_and_embeds_the_widget(web):
    html = web.get("/")

    assert "What it is not" in html
    assert 'src="/widget/bonafide-chat.js"' in html
    for address in re.findall(r'(?:src|href)="(/(?:widget|site)/[^"]+)"', html):
        assert web.get(address)


def test_it_works_without_script(web):
    html = web.post_form(message=QUESTION)
    assert "not an autoimmune disease" in html
    # The whole passage, under its heading.
    assert "More research is needed before anyone can be sure." in html
    assert html.count(QUESTION) >= 2
    fields = {
        name: unescape(re.search(rf'name="{name}" value="([^"]*)"', html)[1])
        for name in ("token", "nonce")
    }

    more = web.post_form(**fields, message="tell me more")
    assert "<blockquote" in more
    assert "More research is needed before anyone can be sure." not in more
    assert "The conversation is deleted." in web.post_form(token=fields["token"], do="delete")


@pytest.fixture(scope="module", autouse=True)
def logged_before(assistant):
    """Other tests kill the action server: what was logged then is theirs."""
    return len(assistant.warnings_logged())


def test_nothing_went_wrong(assistant, logged_before):
    assert len(assistant.warnings_logged()) == logged_before
