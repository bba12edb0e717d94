"""Bad input and a broken action server: always a normal reply, nothing lost."""

import urllib.error

import pytest

from tests.e2e.conftest import Assistant

pytestmark = pytest.mark.e2e

# What the web channel refuses, too.
REFUSED = {
    "empty": ("", 400),
    "blank": (" \n\t ", 400),
    "NUL": ("\x00", 400),
    "one word, 10,000 characters": ("x" * 10_000, 413),
    "10,000 characters": ("my mother fell and " * 526, 413),
}
BAD_INPUT = {
    "one word, 2,000 characters": "x" * 2_000,
    "2,000 characters": ("my mother fell and " * 106)[:2_000],
    "emoji only": "🦴🦴😀",
    "control characters": "\x01\x07\x1b[31mred\x7f",
    "right-to-left override": "\u202eevil",
    "HTML": "<b>bones</b><img src=x onerror=alert(1)>",
    "script": "<script>alert('osteoporosis')</script>",
    "SQL": "'; DROP TABLE passages; --",
    "FTS5 quote": '"',
    "FTS5 unbalanced": 'bone" OR (',
    "FTS5 star": "bone*",
    "FTS5 NEAR": "NEAR(bone loss, 5)",
    "FTS5 OR": "OR",
    "FTS5 column": "text: bone",
    "FTS5 caret": "^bone - + {a}",
    "braces": "{extract} {0} {} %s %(x)s",
    "intent payload": "/ask_lupus",
    "unknown payload": "/no_such_intent",
    "restart": "/restart",
    "Spanish": "¿Qué es la osteoporosis?",
    "Japanese": "骨粗しょう症とは何ですか",
    "Arabic": "ما هي هشاشة العظام؟",
    "digits": "0",
    "JSON": '{"sender": "me", "message": "null"}',
}


@pytest.mark.parametrize("name", BAD_INPUT)
def test_bad_input_gets_a_normal_reply(assistant: Assistant, name: str) -> None:
    turn = assistant.turn(f"bad {name}", BAD_INPUT[name])

    assert turn["kind"] in {"answer", "advice", "clarify", "abstain", "emergency", "chat"}
    assert turn["text"]
    assert assistant.turn(f"bad {name}", "does lupus harm bones?")["kind"] == "answer"


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_message_is_refused(assistant: Assistant, name: str) -> None:
    message, status = REFUSED[name]

    with pytest.raises(urllib.error.HTTPError) as caught:
        assistant.ask(f"bad {name}", message)
    with caught.value as refused:
        assert refused.code == status
    assert assistant.turn(f"bad {name}", "does lupus harm bones?")["kind"] == "answer"


def test_bad_input_logs_nothing_above_warning(assistant: Assistant) -> None:
    for name, message in BAD_INPUT.items():
        assistant.ask(f"log {name}", message)

    assert assistant.warnings_logged() == []


def test_the_conversation_survives_the_action_server(assistant: Assistant) -> None:
    sender = "survivor"
    before = assistant.turn(sender, "what is osteoporosis?")
    assistant.actions.stop()
    try:
        away = assistant.turn(sender, "does lupus harm bones?")
        away_again = assistant.turn(sender, "tell me more")
        small_talk = assistant.turn(sender, "thank you")
    finally:
        assistant.actions.start()
    after = assistant.turn(sender, "tell me more")

    assert before["kind"] == "answer"
    for turn in (away, away_again):
        assert turn["kind"] == "abstain"
        assert "try again" in turn["text"]
        assert "citations" not in turn
    assert small_talk["kind"] == "chat"
    # What was said before the failure is still known: more of it, not the same words again.
    assert after["kind"] == "answer"
    assert after["resolved_query"] == "what is osteoporosis?"
    assert after["text"] != before["text"]
