"""The action server over HTTP: whom it lets in, and what it says when an action fails."""

import json
import zlib
from collections.abc import Callable
from typing import Any

import pytest
from rasa_sdk.executor import ActionExecutor
from rasa_sdk.interfaces import ActionExecutionRejection

from actions.serving.app import MAX_BODY_BYTES, find_refusal, read_token

TOKEN = "0123456789abcdef"
WORDS = "SECRETWORDS"
JSON = {"Content-Type": "application/json"}
CALL = {
    "next_action": "action_answer_question",
    "sender_id": WORDS,
    "tracker": {"sender_id": WORDS, "latest_message": {"text": WORDS}, "events": []},
    "domain": {},
}


@pytest.fixture
def run_action(monkeypatch: pytest.MonkeyPatch) -> Callable[[Any], None]:
    """A function that replaces what an action does."""

    def replace(act: Any) -> None:
        monkeypatch.setattr(ActionExecutor, "run", act)

    return replace


def test_health_answers_and_there_is_no_list_of_actions(start):
    ask = start(TOKEN)

    assert ask("GET", "/health") == (200, b'{"status":"ok"}')
    assert ask("GET", "/actions")[0] == 404


def test_a_call_of_this_machine_is_let_in_without_a_token(start):
    status, body = start()("POST", "/webhook", {"next_action": ""}, JSON)

    assert (status, body) == (200, b"null")


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({**JSON, "Authorization": f"Bearer {TOKEN}"}, 200),
        ({**JSON, "Authorization": f"Bearer {TOKEN}", "Host": "actions.internal:5055"}, 200),
        ({**JSON, "Authorization": f"Bearer {TOKEN}x"}, 401),
        ({**JSON, "Authorization": TOKEN}, 401),
        ({**JSON, "Authorization": "Bearer \u00e9"}, 401),
        ({**JSON, "Authorization": "Bearer "}, 401),
        (JSON, 401),
    ],
)
def test_a_server_with_a_token_wants_it(start, headers, status):
    assert start(TOKEN)("POST", "/webhook", {"next_action": ""}, headers)[0] == status


@pytest.mark.parametrize("host", ["127.0.0.1:5055", "localhost", "LOCALHOST:1", "[::1]:5055"])
def test_this_machine_has_several_names(host):
    assert find_refusal({"host": host, "content-type": "application/json"}, "") is None


@pytest.mark.parametrize(
    "host", ["", "evil.example", "127.0.0.1.evil.example", "localhost.evil.example:5055", "[::]"]
)
def test_a_page_that_calls_itself_otherwise_is_refused(host):
    refused = find_refusal({"host": host, "content-type": "application/json"}, "")

    assert refused is not None
    assert refused[0] == 421


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Content-Type": "text/plain"},
        {"Content-Type": "application/x-www-form-urlencoded"},
        {**JSON, "Content-Encoding": "deflate"},
        {**JSON, "Content-Encoding": "gzip"},
    ],
)
def test_what_any_page_may_send_or_is_compressed_is_refused(start, headers):
    bomb = zlib.compress(b" " * 1_000_000)

    assert start()("POST", "/webhook", bomb, headers)[0] == 415


def test_a_body_has_a_limit_that_is_known_before_it_is_read(start):
    headers = {**JSON, "Content-Length": str(MAX_BODY_BYTES + 1)}

    assert start()("POST", "/webhook", b"", headers)[0] == 413


@pytest.mark.parametrize(
    ("body", "status"), [(b"[]", 422), (b"null", 422), (b'{"a', 400), (b"\xff", 400)]
)
def test_a_body_that_is_no_call_is_refused(start, body, status):
    assert start()("POST", "/webhook", body, JSON)[0] == status


def test_an_action_that_is_not_there_is_a_404_without_its_name(start):
    status, body = start()("POST", "/webhook", {**CALL, "next_action": WORDS}, JSON)

    assert (status, body) == (404, b'{"error":"there is no such action"}')


def test_an_action_that_fails_repeats_nothing_in_reply_or_log(start, run_action, written):
    async def fail(_self: Any, call: Any) -> None:
        raise KeyError(call["sender_id"])

    run_action(fail)

    status, body = start()("POST", "/webhook", CALL, JSON)

    assert (status, body) == (500, b'{"error":"the action failed"}')
    assert "An action failed: KeyError at " in written()
    assert "tests/actions/serving/test_app.py" in written()
    assert WORDS not in written()


@pytest.mark.parametrize(
    "call", [{"next_action": "action_answer_question"}, {**CALL, "tracker": WORDS}]
)
def test_a_call_of_the_wrong_form_repeats_nothing(start, written, call):
    status, body = start()("POST", "/webhook", call, JSON)

    assert (status, body) == (500, b'{"error":"the action failed"}')
    assert WORDS not in written()


def test_an_action_may_reject_its_call(start, run_action):
    async def reject(_self: Any, _call: Any) -> None:
        raise ActionExecutionRejection("action_answer_question", WORDS)

    run_action(reject)

    status, body = start()("POST", "/webhook", CALL, JSON)

    assert status == 400
    assert json.loads(body)["action_name"] == "action_answer_question"
    assert WORDS not in body.decode()


def test_a_refusal_is_logged_and_counted(start, written):
    ask = start(TOKEN)
    for _ in range(12):
        ask("POST", "/webhook", CALL, JSON)

    lines = [line for line in written().splitlines() if "A call was refused" in line]
    assert len(lines) == 2
    assert "BONAFIDE_ACTIONS_TOKEN" in lines[0]


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.2", "::1", "localhost"])
def test_read_token_asks_for_none_on_this_machine(host):
    assert read_token({}, host) == ""


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "actions.internal"])
def test_read_token_asks_for_one_elsewhere(host):
    with pytest.raises(ValueError, match="BONAFIDE_ACTIONS_TOKEN"):
        read_token({}, host)

    assert read_token({"BONAFIDE_ACTIONS_TOKEN": TOKEN}, host) == TOKEN


@pytest.mark.parametrize("token", ["short", "with blanks in it 123", "0123456789abcde\u00e9"])
def test_read_token_names_one_that_is_none(token):
    with pytest.raises(ValueError, match="BONAFIDE_ACTIONS_TOKEN") as caught:
        read_token({"BONAFIDE_ACTIONS_TOKEN": token}, "127.0.0.1")

    assert token.strip() == "" or token not in str(caught.value)


def test_an_action_gets_the_domain_in_the_words_of_the_assistant(start, run_action):
    calls = []

    async def keep(executor, call):
        calls.append(call)

    run_action(keep)
    responses = {"utter_abstain_other": [{"text": "They are about {subject}.{choices}"}]}

    start()("POST", "/webhook", {**CALL, "domain": {"responses": responses, "slots": {}}}, JSON)

    (call,) = calls
    said = "They are about osteoporosis and the immune system.{choices}"
    assert call["domain"] == {"responses": {"utter_abstain_other": [{"text": said}]}, "slots": {}}
    assert call["tracker"] == CALL["tracker"]
