"""What speaks for passages, alone and beside others, and what is made of it."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from knowledge.index import Index
from knowledge.search import judge
from knowledge.search.lexical import Lexicon
from knowledge.search.signals import (
    FOLLOW_UP_SIGNALS,
    SIGNALS,
    Word,
    compare_signals,
    measure_signals,
    weight_words,
)
from tests.knowledge.conftest import FakeEncoder

MISSING, COVERAGE = SIGNALS.index("missing"), SIGNALS.index("coverage")
SHAPES = st.tuples(st.integers(1, 9), st.just(len(SIGNALS)))
SOME = arrays.arrays(np.float64, SHAPES, elements=st.floats(-5, 5, allow_nan=False))


def signals_of(query: str, index: Index, encoder: FakeEncoder) -> np.ndarray:
    """Return the signals of every passage."""
    lexicon = Lexicon.read(index.connection, len(index.passages))
    embedding, pieces = encoder.encode_with_pieces(query)
    words = weight_words(query, pieces, lexicon, max_words=64)
    rows = np.arange(len(index.passages))
    zeros = np.zeros(len(rows), dtype=np.float32)
    return measure_signals(index, lexicon, words, embedding, rows, zeros, zeros)


def test_a_word_that_a_passage_lacks_is_missing_by_its_weight(
    index: Index, encoder: FakeEncoder
) -> None:
    row = [p.heading for p in index.passages].index("Which foods hold calcium?")

    known, unknown = (
        signals_of(query, index, encoder)[row]
        for query in ("sardines calcium milk", "sardines calcium unicorns")
    )

    assert known[MISSING] == pytest.approx(0)
    assert known[COVERAGE] == pytest.approx(1)
    assert unknown[MISSING] == pytest.approx(1 / 3)
    assert 0 < unknown[COVERAGE] < 1


@pytest.mark.parametrize("query", ["what about it", "?!", ""])
def test_a_query_without_words_of_meaning_lacks_nothing(
    index: Index, encoder: FakeEncoder, query: str
) -> None:
    signals = signals_of(query, index, encoder)

    assert np.isfinite(signals).all()
    assert (signals[:, MISSING] == 0).all()


def weigh_in(query: str, index: Index, encoder: FakeEncoder, *, max_words: int = 64) -> list[Word]:
    lexicon = Lexicon.read(index.connection, len(index.passages))
    return weight_words(query, encoder.encode_with_pieces(query)[1], lexicon, max_words=max_words)


@pytest.mark.parametrize(
    ("query", "known"),
    [
        ("What about the sardines?", [True]),
        ("🦴 do sardines, unicorns and 🦄 stairs…", [True, False, True]),
        ("SARDINE sardine", [True, True]),
        ("what is it", []),
        ("", []),
    ],
)
def test_words_that_mean_something_are_weighed(
    index: Index, encoder: FakeEncoder, query: str, known: list[bool]
) -> None:
    words = weigh_in(query, index, encoder)

    assert [word.term >= 0 for word in words] == known
    assert all(word.weight == pytest.approx(words[0].weight) for word in words)
    assert all(word.weight > 0 and word.rarity > 0 for word in words)


def test_a_word_weighs_what_its_pieces_do(index: Index) -> None:
    lexicon = Lexicon.read(index.connection, len(index.passages))
    pieces = [(0, 4, 0.1), (5, 9, 0.2), (9, 13, 0.3), (13, 14, 0.4)]

    words = weight_words("does sardines?", pieces, lexicon, max_words=64)

    assert [word.weight for word in words] == [pytest.approx(0.5)]


@given(st.text(max_size=200), st.integers(0, 5))
def test_words_are_the_first_and_weigh_no_more_than_the_text(
    index: Index, encoder: FakeEncoder, query: str, max_words: int
) -> None:
    words = weigh_in(query, index, encoder)

    assert weigh_in(query, index, encoder, max_words=max_words) == words[:max_words]
    assert sum(word.weight for word in words) <= 1 + 1e-6


def test_signals_say_how_much_of_the_query_is_missing(index: Index, encoder: FakeEncoder) -> None:
    lexicon = Lexicon.read(index.connection, len(index.passages))
    headings = [passage.heading for passage in index.passages]
    rarest = lexicon.rarity(-1)

    signals = signals_of("milk sardines unicorns and dragons", index, encoder)

    weight = 1 / 5
    for heading, n_missing in (
        ("Which foods hold calcium?", 2),
        ("When is exercise dangerous?", 4),
    ):
        found = dict(zip(SIGNALS, signals[headings.index(heading)], strict=True))
        assert found["missing"] == pytest.approx(n_missing * weight)
        assert found["most_missing"] == pytest.approx(weight)
        assert found["unknown"] == pytest.approx(2 * weight)
        assert found["rarest"] == pytest.approx(rarest)
        assert found["rare_missing"] == pytest.approx(weight * rarest)


def test_signals_hold_the_scores_of_their_passages(index: Index, encoder: FakeEncoder) -> None:
    lexicon = Lexicon.read(index.connection, len(index.passages))
    embedding = encoder.encode(["calcium"])[0]
    rows = np.array([7, 0, 3])
    bm25, scores = (np.arange(10, dtype=np.float32) / by for by in (1, 10))

    signals = measure_signals(index, lexicon, [], embedding, rows, bm25, scores)

    np.testing.assert_allclose(signals[:, SIGNALS.index("bm25")], bm25[rows])
    np.testing.assert_allclose(signals[:, SIGNALS.index("rank")], scores[rows])
    lengths = [len(index.passages[row].text.split()) / 100 for row in rows]
    np.testing.assert_allclose(signals[:, SIGNALS.index("length")], lengths)


def test_a_passage_is_near_by_another_way_to_ask(index: Index, encoder: FakeEncoder) -> None:
    row = [p.heading for p in index.passages].index("How much calcium does an adult need each day?")

    found = dict(zip(SIGNALS, signals_of("dairy for pensioners", index, encoder)[row], strict=True))

    assert found["names"] == pytest.approx(1, abs=1e-3)
    assert found["heading"] < 0.5


def test_a_passage_is_near_by_its_own_text_heading_and_sentence(
    index: Index, encoder: FakeEncoder
) -> None:
    for row, passage in enumerate(index.passages):
        start, end = passage.sentences[0]
        for column, query in (("heading", passage.heading), ("sentence", passage.text[start:end])):
            found = signals_of(query, index, encoder)[:, SIGNALS.index(column)]
            assert found.argmax() == row
            assert found[row] == pytest.approx(1, abs=1e-3)


@given(SOME)
def test_compare_adds_the_distance_from_the_best_of_the_others(signals: np.ndarray) -> None:
    own, beside = np.split(compare_signals(signals), 2, axis=1)

    np.testing.assert_array_equal(own, signals)
    for row in range(len(signals)):
        others = np.delete(signals, row, axis=0)
        best = others.max(axis=0) if len(others) else signals[row]
        np.testing.assert_allclose(beside[row], signals[row] - best, atol=1e-12)


@given(SOME)
def test_judge_is_a_probability_and_ignores_the_order(signals: np.ndarray) -> None:
    sure = judge.judge_passages(signals)

    assert ((sure >= 0) & (sure <= 1)).all()
    np.testing.assert_allclose(judge.judge_passages(signals[::-1])[::-1], sure, atol=1e-12)


@pytest.mark.parametrize("n", [1, 2, 8])
def test_a_passage_alone_is_judged_by_weights_of_its_own(n: int) -> None:
    made = json.loads(judge.WEIGHTS.read_text(encoding="utf-8"))
    signals = np.random.default_rng(n).random((n, len(SIGNALS)))
    case, inputs = made["alone"], signals
    if n > 1:
        case, inputs = made["together"], compare_signals(signals)
    weights = [case[kind][name] for kind in ("own", "beside") if kind in case for name in SIGNALS]

    expected = judge.predict_probability(inputs, np.array(weights), case["intercept"])

    np.testing.assert_allclose(judge.judge_passages(signals), expected)


def test_the_weights_are_those_of_the_signals() -> None:
    made = json.loads(judge.WEIGHTS.read_text(encoding="utf-8"))

    assert set(made) == {"together", "alone", "following"}
    assert [list(made["together"][kind]) for kind in ("own", "beside")] == [list(SIGNALS)] * 2
    assert list(made["alone"]["own"]) == list(SIGNALS)
    followed = [*SIGNALS, *FOLLOW_UP_SIGNALS]
    assert [list(made["following"][kind]) for kind in ("own", "beside")] == [followed] * 2


@pytest.mark.parametrize("n", [1, 2, 8])
def test_what_a_follow_up_finds_is_judged_by_weights_of_its_own(n: int) -> None:
    names = [*SIGNALS, *FOLLOW_UP_SIGNALS]
    case = json.loads(judge.WEIGHTS.read_text(encoding="utf-8"))["following"]
    signals = np.random.default_rng(n).random((n, len(names)))
    weights = [case[kind][name] for kind in ("own", "beside") for name in names]

    expected = judge.predict_probability(
        compare_signals(signals), np.array(weights), case["intercept"]
    )

    np.testing.assert_allclose(judge.judge_passages(signals, is_follow_up=True), expected)
