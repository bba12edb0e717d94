"""The alphabet of SMS, and segments."""

import pytest

from bot.channels.messaging.twilio.gsm import count_segments, fold_to_gsm
from bot.channels.messaging.twilio.sms import render
from tests.messaging.platforms import TURNS


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("“Quoted” – it’s…", '"Quoted" - it\'s...'),  # noqa: RUF001
        ("cafe\u0301", "café"),
        ("a\u00a0b\u200bc", "a bc"),
        ("5 °C, ½, µg, ≥ 2", "5 °C, ½, µg, >= 2"),
    ],
)
def test_fold_changes_only_what_has_an_equal(text, folded):
    assert fold_to_gsm(text) == folded


@pytest.mark.parametrize(
    ("text", "segments"),
    [
        ("", 1),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("a" * 152 + "€" * 2 + "a" * 151, 3),
        ("½" * 70, 1),
        ("½" * 71, 2),
        ("👍" * 35, 1),
        ("👍" * 67, 3),
    ],
)
def test_segments_are_counted_as_they_are_paid(text, segments):
    assert count_segments(text) == segments


@pytest.mark.parametrize("name", ["answer", "advice", "abstain", "clarify", "emergency", "chat"])
def test_an_usual_turn_is_one_message_in_the_cheap_alphabet(name):
    (message,) = render(TURNS[name])

    # The other alphabet would take at least twice as many.
    assert count_segments(message["Body"]) == -(-len(message["Body"]) // 153) <= 8
