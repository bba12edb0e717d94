"""The sentences quoted from a passage: whole, in one run, of a readable length."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.embed import Encoder
from knowledge.extract import extract
from knowledge.types import Passage

OPENINGS = ["Bone", "Milk", "It", "These", "However,", "They're", "Iron", "Theory", "Bothersome"]
POINTING_BACK = {"It", "These", "However,", "They're"}


def passage(*sentences: str) -> Passage:
    ends = list(itertools.accumulate(len(sentence) + 1 for sentence in sentences))
    spans = tuple(
        (end - len(sentence) - 1, end - 1) for sentence, end in zip(sentences, ends, strict=True)
    )
    return Passage("doc#heading", "doc", 0, "Heading", " ".join(sentences), spans)


def quote(
    encoder: Encoder, query: str, *sentences: str, max_words: int = 70, min_words: int = 1
) -> str:
    return extract(
        passage(*sentences),
        encoder.encode(sentences),
        encoder.encode([query])[0],
        max_words=max_words,
        min_words=min_words,
    )


written = st.lists(
    st.builds(
        lambda opening, words: " ".join([opening, *words]) + ".",
        st.sampled_from(OPENINGS),
        st.lists(st.sampled_from(["bone", "milk", "scan", "hip", "weak"]), max_size=30),
    ),
    min_size=1,
    max_size=8,
)
bounds = st.tuples(st.integers(0, 40), st.integers(1, 80))


@given(written, bounds, st.sampled_from(["bone milk", "scan", "weak hip bone", "unicorn"]))
def test_extract_is_a_run_of_whole_sentences(
    encoder: Encoder, sentences: list[str], bounds: tuple[int, int], query: str
) -> None:
    found = quote(encoder, query, *sentences, min_words=bounds[0], max_words=bounds[1])

    assert found in [" ".join(run) for _, run in runs(sentences)]


@given(written, bounds, st.sampled_from(["bone milk", "scan", "weak hip bone", "unicorn"]))
def test_extract_keeps_the_bounds_where_it_can(
    encoder: Encoder, sentences: list[str], bounds: tuple[int, int], query: str
) -> None:
    min_words, max_words = bounds
    whole = " ".join(sentences)
    fewest = min(min_words, len(whole.split()))
    allowed = {
        " ".join(run)
        for start, run in runs(sentences)
        if start == 0 or run[0].split()[0].rstrip(".") not in POINTING_BACK
        if len(" ".join(run).split()) >= fewest
        if len(run) == 1 or len(" ".join(run).split()) <= max_words
    }

    found = quote(encoder, query, *sentences, min_words=min_words, max_words=max_words)

    assert found in (allowed or {whole})


def runs(sentences: list[str]) -> list[tuple[int, list[str]]]:
    """Every run of sentences, with the number of its first one."""
    n = len(sentences)
    return [(i, sentences[i:j]) for i in range(n) for j in range(i + 1, n + 1)]


def test_extract_quotes_the_sentence_that_answers(encoder: Encoder) -> None:
    sentences = ["Bones need rest.", "Milk and fish hold calcium.", "Rugs cause falls."]

    assert quote(encoder, "calcium in milk and fish", *sentences) == sentences[1]


def test_extract_grows_to_the_fewest_words(encoder: Encoder) -> None:
    sentences = ["Rugs cause falls.", "Calcium is good.", "Milk and fish hold it.", "Bye."]

    found = quote(encoder, "calcium in fish", *sentences, min_words=6)

    assert found == " ".join(sentences[1:3])


@pytest.mark.parametrize(("better_by", "found"), [(0.02, "Fish is good."), (0.2, "Milk is fine.")])
def test_extract_prefers_the_opening_where_it_is_about_as_close(
    better_by: float, found: str
) -> None:
    cosines = np.array([0.7, 0.7 + better_by])
    embeddings = np.stack([cosines, np.sqrt(1 - cosines**2)], axis=1).astype(np.float32)
    query = np.array([1, 0], dtype=np.float32)
    sentences = passage("Fish is good.", "Milk is fine.")

    assert extract(sentences, embeddings, query, max_words=3, min_words=1) == found


@pytest.mark.parametrize(
    "opening",
    ["It", "it", "It's", "They", "This", "These", "Such", "But", "And", "So", "However,", "Also,",
     "Then", "Instead,", "He", "She", "Both", "Because of this,", "As a result,", "For example,",
     "In this case,", "Other"],
)  # fmt: skip
def test_extract_does_not_start_with_a_word_that_points_back(
    encoder: Encoder, opening: str
) -> None:
    pointing = f"{opening} milk fish calcium."

    assert quote(encoder, f"{opening} milk fish calcium", "Rugs cause falls.", pointing) != pointing


@pytest.mark.parametrize("opening", ["Item", "Iron", "Sodium", "Thistle", "Andrea", "Because"])
def test_extract_may_start_with_a_word_that_only_looks_like_one(
    encoder: Encoder, opening: str
) -> None:
    sentence = f"{opening} milk fish calcium."

    assert quote(encoder, sentence, "Rugs cause falls.", sentence) == sentence


def test_extract_may_start_where_the_passage_does(encoder: Encoder) -> None:
    assert quote(encoder, "milk", "It is milk.", "Rugs cause falls.") == "It is milk."


def test_extract_quotes_one_long_sentence_whole(encoder: Encoder) -> None:
    long = "Milk " + "and fish " * 50 + "hold calcium."

    assert quote(encoder, "milk and fish", "Rugs cause falls.", long, max_words=20) == long


def test_extract_quotes_all_of_a_short_passage(encoder: Encoder) -> None:
    sentences = ["Milk is good.", "Rugs are not."]

    assert quote(encoder, "milk", *sentences, min_words=40) == " ".join(sentences)


def test_extract_quotes_the_whole_passage_where_no_run_fits(encoder: Encoder) -> None:
    sentences = ["Milk is good.", "These are " + "milk " * 30 + "too.", "It ends."]

    assert quote(encoder, "milk", *sentences, min_words=10, max_words=20) == " ".join(sentences)


def test_extract_takes_sentences_that_cancel_each_other_out() -> None:
    opposite = np.array([[1, 0], [-1, 0]], dtype=np.float32)

    found = extract(
        passage("One two.", "Three four."),
        opposite,
        np.array([1, 0], dtype=np.float32),
        max_words=70,
        min_words=4,
    )

    assert found == "One two. Three four."
