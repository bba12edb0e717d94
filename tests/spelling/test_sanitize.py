"""What is left of a text that nobody wrote to be read."""

import re
import sys
import time
import unicodedata

import pytest

from spelling.sanitize import (
    FIRST_TOKENS,
    LAST_TOKENS,
    MAX_RUN,
    MAX_SIGNS,
    MAX_TOKENS,
    sanitize_characters,
    sanitize_message,
)

# What is worst for a tokenizer, a regular expression or a database.
UNITS = ["x", "}", " ", "\n", "a ", "} ", "a}", "é", "e\u0301", "\u200b", "\ud800", "\0", "\u202e"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("what is lupus?", "what is lupus?"),
        ("  what \t is\u00a0\u3000lupus ? ", "what is lupus ?"),
        ("I have lupus\r\n\r\n  Is it hereditary?\n", "I have lupus\nIs it hereditary?"),
        ("a\rb\x85c\u2028d\u2029e\x0bf\x0cg\r\nh", "a\nb\nc\nd\ne\nf\ng\nh"),
        ("not" + " " * 1990 + "x", "not x"),
        ("chest\x00pain\x1b[31m", "chest pain [31m"),
        ("osteo\u00adpo\u200bro\ufeffsis", "osteoporosis"),
        ("\u202edo not take\u202c \u2066it\u2069", "do not take it"),
        ("a\U000e0041\U000e0042\U000e007fb\U000e0100", "ab"),
        ("half \ud83d an emoji", "half \ufffd an emoji"),
        ("क्\u200dष", "क्\u200dष"),
        ("👩\u200d🦴 ok 🦴", "👩\u200d🦴 ok 🦴"),
        ("", ""),
        ("\u200b \u2060", ""),
    ],
)  # fmt: skip
def test_sanitize_message_leaves_what_is_seen(text, expected):
    assert sanitize_message(text) == expected


def test_sanitize_characters_drops_every_format_character_but_the_joiners():
    formats = [
        char
        for char in map(chr, range(sys.maxunicode + 1))
        if unicodedata.category(char) == "Cf" and char not in "\u200c\u200d"
    ]

    assert len(formats) > 100
    assert [char for char in formats if sanitize_characters(f"a{char}b") != "ab"] == []


def test_sanitize_characters_keeps_lines_tabs_and_blanks():
    assert sanitize_characters("# Title\r\n\r\n    code\tx  \n") == "# Title\n\n    code\tx  \n"


def test_what_is_sanitized_can_be_encoded_and_shows():
    text = sanitize_message("".join(map(chr, range(0x3000))) + "\ud800\udfff\udc00")

    text.encode("utf-8")
    assert {unicodedata.category(char) for char in text} & {"Cc", "Cs"} == {"Cc"}  # line ends
    assert [char for char in text if unicodedata.category(char) == "Cc"] == ["\n"] * text.count(
        "\n"
    )


def test_runs_without_a_blank_are_cut():
    assert sanitize_message("x" * 2000 + " y") == "x" * MAX_RUN + " y"
    assert sanitize_message("x" * MAX_RUN) == "x" * MAX_RUN


def test_runs_of_signs_are_cut():
    assert sanitize_message("help" + "!" * 500 + " me") == "help" + "!" * MAX_SIGNS + " me"
    assert sanitize_message("[({" * 500) == ("[({" * 500)[:MAX_SIGNS]


def test_a_message_of_as_many_words_as_are_read_stays():
    text = " ".join(f"w{n}" for n in range(MAX_TOKENS))

    assert sanitize_message(text) == text


def test_of_a_longer_message_the_first_and_the_last_words_are_left():
    words = [f"word{n}" for n in range(5000)]

    first, last = sanitize_message(" ".join(words)).split("\n")

    assert first.split() == words[:FIRST_TOKENS]
    assert last.split() == words[-LAST_TOKENS:]


def test_a_message_of_plain_english_within_the_default_limit_is_not_cut():
    sentence = "My mother is 81 and broke her hip in May, and I want to know what she can do now. "
    text = (sentence * 30)[:2000].strip()

    assert sanitize_message(text) == text


@pytest.mark.parametrize("unit", UNITS)
def test_sanitize_message_is_linear_and_stable(unit):
    text = unit * (64_000 // len(unit))
    started = time.perf_counter()

    sanitized = sanitize_message(text)

    assert time.perf_counter() - started < 0.5  # some 10 ms; what is quadratic takes minutes
    assert sanitize_message(sanitized) == sanitized
    assert len(re.findall(r"\w+|[^\w\s]", sanitized)) <= MAX_TOKENS
    assert all(len(run) <= MAX_RUN for run in sanitized.split())
