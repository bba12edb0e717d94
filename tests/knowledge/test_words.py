"""Which words of a message are looked up, and which of its sentences asks."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.words import FUNCTION_WORDS, content_words, focus_question


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("What is a DXA scan?", ["dxa", "scan"]),
        ("Bone, bone and more BONE", ["bone"]),
        ("I don't have back pain", ["back", "pain"]),
        ("what about it", ["what", "about", "it"]),
        ("T-score 2.5", ["score", "2", "5"]),
        ("骨粗しょう症 und Östrogen", ["骨粗しょう症", "und", "östrogen"]),
        ("?!", []),
        ("", []),
    ],
)
def test_content_words_are_those_that_mean_something(text: str, words: list[str]) -> None:
    assert content_words(text) == words


@given(st.text(max_size=200))
def test_content_words_are_different_and_in_lower_case(text: str) -> None:
    words = content_words(text)

    assert len(set(words)) == len(words)
    assert all(word == word.lower() and word in text.lower() for word in words)
    assert bool(words) == any(c.isalnum() or c == "_" for c in text.lower())


@pytest.mark.parametrize("topic", ["back", "side", "well-being", "spine", "bone", "fall", "men"])
def test_function_words_hold_no_topic(topic: str) -> None:
    assert topic not in FUNCTION_WORDS


@pytest.mark.parametrize(
    ("message", "sentence"),
    [
        ("What is DXA?", "What is DXA?"),
        ("I fell. What now? It hurts.", "What now?"),
        ("One? Two? Three.", "Two?"),
        ("my hip\nmy wrist\n\nmy back", "my back"),
        ("It is 2.5 cm. OK", "OK"),
        ("  Bone? ... ?! ", "Bone?"),
        ("?!", "?!"),
        ("", ""),
    ],
)
def test_focus_question_is_the_last_that_asks(message: str, sentence: str) -> None:
    assert focus_question(message, subject="") == sentence


@pytest.mark.parametrize(
    ("message", "sentence"),
    [
        ("She has lupus. Is it bad for bones?", "Is it bad for bones? (lupus)"),
        ("She has lupus. Is LUPUS bad for bones?", "Is LUPUS bad for bones?"),
        ("my bones", "my bones (lupus)"),
    ],
)
def test_focus_question_names_its_subject_once(message: str, sentence: str) -> None:
    assert focus_question(message, subject="lupus") == sentence


@given(st.text(max_size=200))
def test_focus_question_is_a_part_of_the_message(message: str) -> None:
    sentence = focus_question(message, subject="")

    assert sentence in message
    assert bool(content_words(sentence)) == bool(content_words(message))
