"""Where a text may be split, and how a title is cut."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.messaging.rendering.split import split_text, truncate, utf16


def at_most(limit):
    return lambda text: utf16(text) <= limit


def test_split_leaves_a_text_that_fits():
    assert split_text("One. Two.", at_most(9)) == ["One. Two."]


def test_split_ends_a_piece_where_a_sentence_ends():
    assert split_text("One two. Three four. Five.", at_most(20)) == [
        "One two. Three four.",
        "Five.",
    ]


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("Ask Dr. Smith now. Then go.", ["Ask Dr. Smith now.", "Then go."]),
        ("See e.g. that one. Or go.", ["See e.g. that one.", "Or go."]),
        ("“Is it so?” Yes it is so.", ["“Is it so?”", "Yes it is so."]),
        ("First line\nsecond line of it", ["First line", "second line of it"]),
        (
            "今日は。明日はどうですか。それから行きます。",
            ["今日は。明日はどうですか。", "それから行きます。"],
        ),
    ],
)
def test_split_knows_what_ends_a_sentence(text, pieces):
    assert split_text(text, at_most(19)) == pieces


def test_split_goes_between_words_in_a_sentence_that_does_not_fit():
    assert split_text("a long sentence without end", at_most(10)) == [
        "a long",
        "sentence",
        "without",
        "end",
    ]


def test_split_keeps_a_link_whole():
    link = "https://a.example/b.c?d=e"

    assert link in split_text(f"Some words before it: {link} and after it.", at_most(26))


@pytest.mark.parametrize("shown", ["👩\u200d👩\u200d👧", "👍🏽", "🇬🇧", "e\u0301\u0302"])
def test_split_keeps_what_is_seen_as_one_character(shown):
    pieces = split_text(shown * 40, at_most(12))

    assert all(piece.replace(shown, "") == "" for piece in pieces)


def test_split_goes_anywhere_in_a_heap_of_marks():
    assert "".join(split_text("a" + "\u0301" * 100, at_most(7))) == "a" + "\u0301" * 100


def test_split_says_when_nothing_fits():
    with pytest.raises(ValueError, match="Not even one"):
        split_text("abc", at_most(0))


@given(st.text(), st.integers(2, 40))
def test_split_loses_nothing(text, limit):
    pieces = split_text(text, at_most(limit))

    assert "".join("".join(pieces).split()) == "".join(text.split())
    assert all(piece and utf16(piece) <= limit for piece in pieces)


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        ("Short title", "Short title"),
        ("A title that is too long", "A title that is…"),
        ("Donaudampfschifffahrt", "Donaudampfschiff…"),
        ("👩\u200d👩\u200d👧" * 5, "👩\u200d👩\u200d👧" * 2 + "…"),
    ],
)
def test_cut_ends_with_an_ellipsis(title, shown):
    assert truncate(title, 17) == shown


@given(st.text(), st.integers(1, 40))
def test_cut_is_within_the_limit(title, limit):
    assert utf16(truncate(title, limit)) <= limit
