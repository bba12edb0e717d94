"""Bodies of requests: JSON, forms, messages and feedback."""

from typing import Any

import pytest

from bot.channels.feedback import read_feedback
from bot.channels.web.requests import parse_form, parse_json_body, parse_locale, parse_message
from bot.server.errors import (
    BadJson,
    BadMessage,
    NotJson,
    TooLong,
)


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{", b"[]", b'"text"', b"1", b"null", b"\xff\xfe", b'{"a": NaN}',
        b'{"a": 1' + b"0" * 5000,
        b'{"a":' + b"[" * 8000, b'{"a":' * 900 + b"1" + b"}" * 900, '{"a": 1}'.encode("utf-16"),
    ],
)  # fmt: skip
def test_what_is_no_flat_json_object_is_refused(body):
    with pytest.raises(BadJson):
        parse_json_body(body, "application/json")


@pytest.mark.parametrize(
    "content_type", ["", "text/plain", "application/jsonp", "application/json; charset=latin-1"]
)
def test_another_content_type_is_refused(content_type):
    with pytest.raises(NotJson):
        parse_json_body(b"{}", content_type)


@pytest.mark.parametrize("content_type", ["application/json", 'Application/JSON; charset="UTF-8"'])
def test_json_is_read(content_type):
    assert parse_json_body('{"text": "é"}'.encode(), content_type) == {"text": "é"}


def message(text: Any = "hello", **fields: Any) -> Any:
    return parse_message({"id": "m-1", "text": text, **fields}, max_chars=20)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("  what is lupus?\r\n", "what is lupus?"),
        ("/restart", "restart"),
        (" // /greet{}", "greet{}"),
        ("/", "\u2215"),
        ("a/b", "a/b"),
        ("a\x00b\x1b[0m", "a b [0m"),
        ("a\ud83db", "a\ufffdb"),
        ("🦴" * 20, "🦴" * 20),
        ("a\nb", "a\nb"),
    ],
)
def test_words_are_cleaned_and_never_a_command(text, expected):
    assert message(text).text == expected


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"id": "m"},
        {"text": "hello"},
        {"id": 1, "text": "hello"},
        {"id": "", "text": "hello"},
        {"id": "a b", "text": "hello"},
        {"id": "x" * 65, "text": "hello"},
        {"id": "/greet", "text": "hello"},
        {"id": "m", "text": ""},
        {"id": "m", "text": " \x00\n"},
        {"id": "m", "text": 1},
        {"id": "m", "text": ["hello"]},
        {"id": "m", "text": "hello", "feedback": {"rating": "up"}},
        {"id": "m", "feedback": "up"},
        {"id": "m", "feedback": {}},
        {"id": "m", "feedback": {"rating": "sideways"}},
        {"id": "m", "feedback": {"rating": ["up"]}},
        {"id": "m", "feedback": {"rating": "up", "answer_id": 'x"}'}},
        {"id": "m", "feedback": {"rating": "up", "reason": {}}},
    ],
)
def test_a_malformed_message_is_refused(data):
    with pytest.raises(BadMessage):
        parse_message(data, max_chars=20)


def test_too_long_a_text_is_refused_with_the_limit():
    with pytest.raises(TooLong) as caught:
        message("x" * 21)

    assert caught.value.body["error"]["limit"] == 20
    with pytest.raises(TooLong):
        read_feedback({"rating": "down", "reason": "x" * 1001})


def test_feedback_becomes_the_command_of_the_contract():
    read = parse_message(
        {"id": "m", "feedback": {"answer_id": "5f0c", "rating": "down", "reason": 'a "b"}\n/x é'}},
        max_chars=20,
    )

    expected = '{"answer_id": "5f0c", "rating": "down", "reason": "a \\"b\\"}\\n/x \\u00e9"}'
    assert read.text == f"/give_feedback{expected}"


def test_a_rating_can_be_taken_back():
    assert '"rating": "none"' in read_feedback({"answer_id": "5f0c", "rating": "none"})


@pytest.mark.parametrize(
    ("locale", "expected"),
    [("en-GB", "en-GB"), ("de", "de"), ("x" * 30, None), (7, None), (None, None), ("en GB", None)],
)
def test_a_locale_counts_where_it_is_one(locale, expected):
    assert parse_locale(locale) == expected


def test_the_country_of_the_page_goes_along_with_the_browsers_locale():
    both = parse_message(
        {"id": "m", "text": "hello", "country": "gb", "locale": "en-US"}, max_chars=20
    )
    none = parse_message({"id": "m", "text": "hello", "country": "Britain"}, max_chars=20)

    assert both.metadata == {"country": "GB", "locale": "en-US"}
    assert none.metadata is None


def test_a_form_is_read():
    assert parse_form(b"message=a+b%C3%A9&message=c&token=") == {"message": "a bé"}
    with pytest.raises(BadMessage):
        parse_form(b"&".join(b"a=1" for _ in range(30)))
