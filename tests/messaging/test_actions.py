"""What a tap carries, and what the Rasa server is sent for it."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.messaging.rendering.tap_codes import (
    ChoiceTap,
    FeedbackTap,
    decode_tap,
    encode_choice,
    message_for_tap,
    thumb_buttons,
)

ANSWER_ID = "5f0c1d3e9a7b4c2d8e6f0a1b2c3d4e5f"
texts = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=80)


@given(st.integers(1, 999), texts)
def test_a_code_with_the_text_comes_back(place, text):
    assert decode_tap(encode_choice(place, text, max_bytes=1000)) == ChoiceTap(place, text, "")


@given(st.integers(1, 999), texts, st.integers(14, 64))
def test_a_code_is_within_its_bytes(place, text, max_bytes):
    code = encode_choice(place, text, max_bytes=max_bytes)

    assert len(code.encode()) <= max_bytes
    assert decode_tap(code).place == place


def test_a_code_without_the_text_finds_it_among_the_offers():
    asked = "What tests are done for osteoporosis?"
    offers = [{"title": "Other", "payload": "Other"}, {"title": "Tests", "payload": asked}]
    tap = decode_tap(encode_choice(2, asked, max_bytes=64, with_text=False))

    assert message_for_tap(tap, offers) == asked


def test_an_old_button_does_not_choose_what_has_its_number_now():
    tap = decode_tap(encode_choice(1, "Asked before", max_bytes=64, with_text=False))

    assert message_for_tap(tap, [{"title": "Offered now", "payload": "Offered now"}]) is None


@pytest.mark.parametrize("text", ["/restart", " / /report_emergency{}", "//give_feedback"])
def test_a_choice_is_never_a_command(text):
    assert not message_for_tap(ChoiceTap(1, text, "")).startswith("/")


def test_a_choice_of_slashes_alone_is_nothing():
    assert message_for_tap(ChoiceTap(1, "//", "")) is None


@pytest.mark.parametrize("rating", ["up", "down"])
def test_a_thumb_comes_back_as_the_command_of_the_contract(rating):
    code = {each.id: each.code for each in thumb_buttons(ANSWER_ID, max_bytes=64)}[
        f"feedback_{rating}"
    ]
    command = message_for_tap(decode_tap(code))

    assert decode_tap(code) == FeedbackTap(rating, ANSWER_ID)
    assert command.startswith("/give_feedback{")
    assert json.loads(command[len("/give_feedback") :]) == {
        "answer_id": ANSWER_ID,
        "rating": rating,
    }


@pytest.mark.parametrize("answer_id", ["", "a" * 64])
def test_there_are_no_thumbs_without_an_id_or_room_for_it(answer_id):
    assert thumb_buttons(answer_id, max_bytes=64) == []


@pytest.mark.parametrize(
    "code",
    [None, 5, {}, "", "c:", "c:0=x", "c:1=", "c:1", "c:1#xyz", "c:1#0123456789", "c:1000=x",
     "f:up:", "f:left:a", "f:up:a b", 'f:up:"}', "f:up:" + "a" * 65, "👍", "/restart"],
)  # fmt: skip
def test_what_is_no_code_is_nothing(code):
    assert decode_tap(code) is None


@given(st.text())
def test_decode_takes_anything(code):
    tap = decode_tap(code)

    assert tap is None or code.startswith(("c:", "f:"))
