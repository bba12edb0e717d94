"""What a webhook says."""

import pytest

from bot.channels.messaging.json_fields import (
    find_list,
    find_number,
    find_object,
    find_text,
    find_value,
)
from bot.channels.messaging.webhook import (
    MalformedWebhook,
    Webhook,
    WebhookResponse,
    read_json,
    secrets_equal,
)

DATA = {"a": {"b": {"n": 5, "t": "x", "l": [1], "yes": True, "f": 1.5, "huge": 2**63}}}


@pytest.mark.parametrize(
    "body", [b"", b"{", b"\xff", b"[" * 100_000, b'{"a": ' * 100_000, b"9" * 10_000]
)
def test_what_is_no_json_is_unreadable(body):
    with pytest.raises(MalformedWebhook):
        Webhook("webhook", "POST", body=body).json()


def test_json_of_a_form_field():
    assert read_json('{"a": 1}') == {"a": 1}


def test_a_form_keeps_order_and_empty_fields():
    body = b"Body=a+b%C3%A9&Media=&To=%2B44&To=2&bad=%ff"
    fields = Webhook("webhook", "POST", body=body).form()

    assert fields == [
        ("Body", "a bé"), ("Media", ""), ("To", "+44"), ("To", "2"), ("bad", "\ufffd"),
    ]  # fmt: skip


def test_a_form_of_too_many_fields_is_unreadable():
    with pytest.raises(MalformedWebhook):
        Webhook("webhook", "POST", body=b"a=1&" * 300).form()


@pytest.mark.parametrize(
    ("kind", "is_form"),
    [
        ("application/x-www-form-urlencoded", True),
        ("Application/X-WWW-Form-Urlencoded; charset=UTF-8", True),
        ("application/json", False),
    ],
)
def test_a_form_is_declared(kind, is_form):
    assert Webhook("webhook", "POST", headers={"content-type": kind}).is_form is is_form


def test_a_webhook_does_not_print_what_is_in_it():
    webhook = Webhook("webhook", "POST", {"x-secret": "s3cret"}, "/x?token=t", {"a": "b"}, b"words")

    assert repr(webhook) == "Webhook(path='webhook', method='POST')"


def test_answers():
    assert WebhookResponse() == WebhookResponse(200, "", "text/plain; charset=utf-8")
    assert WebhookResponse.json({"a": 1}) == WebhookResponse(200, '{"a": 1}', "application/json")


def test_secrets_are_compared_whole():
    assert secrets_equal("secret", "secret")
    assert not any(
        secrets_equal(given, "secret") for given in ("", "secre", "secrets", "Secret", "é")
    )
    assert not secrets_equal("\ud800", "secret")


def test_fields_are_found_where_they_have_the_type():
    assert find_value(DATA, "a", "b", "t") == "x"
    assert find_text(DATA, "a", "b", "t") == "x"
    assert find_number(DATA, "a", "b", "n") == 5
    assert find_list(DATA, "a", "b", "l") == [1]
    assert find_object(DATA, "a", "b") is DATA["a"]["b"]


@pytest.mark.parametrize("data", [None, 5, "x", [], {}, {"a": None}, {"a": []}, {"a": {"b": 5}}])
def test_what_is_not_there_is_not_found(data):
    assert find_value(data, "a", "b", "t") is None
    assert find_text(data, "a", "b", "t") is None
    assert find_number(data, "a", "b", "n") is None
    assert find_object(data, "a", "b", "o") is None
    assert find_list(data, "a", "b", "l") == []


@pytest.mark.parametrize("name", ["t", "yes", "f", "huge", "l"])
def test_only_ids_are_numbers(name):
    assert find_number(DATA, "a", "b", name) is None
