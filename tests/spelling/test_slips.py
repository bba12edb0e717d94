"""A mended text, and where its parts stood."""

import pytest

from spelling import Slip, correct, locate

TEXT = "my boens and teh rist"
SLIPS = [Slip(3, 8, "bones"), Slip(13, 16, "the"), Slip(17, 21, "wrist")]


def test_correct_puts_the_right_words_in():
    assert correct(TEXT, SLIPS) == "my bones and the wrist"


def test_correct_leaves_a_text_without_slips():
    assert correct(TEXT, []) == TEXT


@pytest.mark.parametrize(
    ("part", "said"),
    [
        ("my", "my"),
        ("bones", "boens"),
        ("my bones", "my boens"),
        (" and the ", " and teh "),
        ("wrist", "rist"),
        ("and the wrist", "and teh rist"),
        ("my bones and the wrist", TEXT),
        # Inside of a mended word nobody knows which letter is which.
        ("ones a", "boens a"),
        ("the wri", "teh rist"),
    ],
)
def test_locate_finds_what_was_said(part, said):
    start = correct(TEXT, SLIPS).index(part)

    begin, end = locate(start, start + len(part), SLIPS)

    assert TEXT[begin:end] == said


def test_locate_finds_what_stands_behind_a_longer_and_a_shorter_word():
    slips = [Slip(0, 5, "medicine"), Slip(6, 12, "step")]

    assert locate(9, 13, slips) == (6, 12)
    assert locate(13, 20, slips) == (12, 19)


@pytest.mark.parametrize("place", [0, 3, 8, 22])
def test_locate_nothing_is_nothing(place):
    start, end = locate(place, place, SLIPS)

    assert start == end
