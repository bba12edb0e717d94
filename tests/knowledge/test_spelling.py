"""Slips are mended; a word that is right never changes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.spelling import Spelling

HEADINGS = [
    "Osteoporosis",
    "What is osteoporosis?",
    "Rheumatoid arthritis and osteoporosis",
    "Psoriatic arthritis",
    "Which foods hold calcium?",
    "Hyperthyroidism",
    "Hypercalcaemia",
    "Colitis, there and here",
]
# The one drug that the library names outside of its headings.
LIBRARY = {"prednisolone"}


@pytest.fixture(scope="module")
def spelling() -> Spelling:
    words = {word.strip("?,").lower() for heading in HEADINGS for word in heading.split()}
    return Spelling(HEADINGS, is_known=(words | LIBRARY).__contains__)


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("ostioporosis", "osteoporosis"),
        ("osteoperosis", "osteoporosis"),
        ("Osteoprosis", "osteoporosis"),
        ("osteoporisos", "osteoporosis"),
        ("OSTEOPOROSSIS", "osteoporosis"),
        ("rhumatoid", "rheumatoid"),
        ("rhuematoid", "rheumatoid"),
        ("psoratic", "psoriatic"),
        ("arthiritus", "arthritis"),
        ("calcuim", "calcium"),
        ("collitis", "colitis"),
    ],
)
def test_mend_finds_the_word_that_was_meant(spelling: Spelling, wrong: str, right: str) -> None:
    assert spelling.mend(f"Is {wrong}, please?") == f"Is {right}, please?"


@pytest.mark.parametrize(
    "right",
    [
        "osteoporosis",
        "Rheumatoid",
        "prednisolone",
        "hypothyroidism",  # in the dictionary: the opposite of what the library has
        "hypocalcaemia",  # in no list
        "osteopetrosis",  # in no list: another disease
        "arthritic",
        "foots",
        "theyre",
        "shouldnt",
        "woods",
        "colic",
    ],
)
def test_mend_leaves_a_right_word(spelling: Spelling, right: str) -> None:
    assert spelling.mend(right) == right


@pytest.mark.parametrize("word", ["bons", "xosteoporosis", "ostprs", "qwertyuiop", "骨粗鬆症です"])
def test_mend_leaves_a_word_that_is_short_or_far_from_all(spelling: Spelling, word: str) -> None:
    assert spelling.mend(word) == word


@pytest.mark.parametrize("text", ["", "?!", "🦴 calcium 2,000 mg/day\n\t- ok", "T-score -2.5"])
def test_mend_leaves_all_that_is_no_word(spelling: Spelling, text: str) -> None:
    assert spelling.mend(text) == text


@given(st.text(max_size=200))
def test_mend_takes_any_text_and_mends_it_once(spelling: Spelling, text: str) -> None:
    mended = spelling.mend(text)

    assert spelling.mend(mended) == mended


def test_mend_without_headings_changes_nothing() -> None:
    assert Spelling([], is_known=lambda word: False).mend("ostioporosis") == "ostioporosis"
