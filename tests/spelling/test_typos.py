"""A corrected text, and where its parts stood."""

import pytest

from spelling import Typo, apply_corrections, locate_original

TEXT = "my boens and teh rist"
TYPOS = [Typo(3, 8, "bones"), Typo(13, 16, "the"), Typo(17, 21, "wrist")]


def test_apply_corrections_puts_the_right_words_in():
    assert apply_corrections(TEXT, TYPOS) == "my bones and the wrist"


def test_apply_corrections_leaves_a_text_without_typos():
    assert apply_corrections(TEXT, []) == TEXT


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
        # Inside of a corrected word nobody knows which letter is which.
        ("ones a", "boens a"),
        ("the wri", "teh rist"),
    ],
)
def test_locate_original_finds_what_was_said(part, said):
    start = apply_corrections(TEXT, TYPOS).index(part)

    begin, end = locate_original(start, start + len(part), TYPOS)

    assert TEXT[begin:end] == said


def test_locate_original_finds_what_stands_behind_a_longer_and_a_shorter_word():
    typos = [Typo(0, 5, "medicine"), Typo(6, 12, "step")]

    assert locate_original(9, 13, typos) == (6, 12)
    assert locate_original(13, 20, typos) == (12, 19)


@pytest.mark.parametrize("place", [0, 3, 8, 22])
def test_locate_original_nothing_is_nothing(place):
    start, end = locate_original(place, place, TYPOS)

    assert start == end
