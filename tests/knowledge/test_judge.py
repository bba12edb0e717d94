"""What speaks for passages, alone and beside others, and what is made of it."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from knowledge import judge
from knowledge.index import Index
from knowledge.lexical import Lexicon
from knowledge.signals import SIGNALS, compare, measure, weigh_words
from tests.knowledge.conftest import FakeEncoder

MISSING, COVERAGE = SIGNALS.index("missing"), SIGNALS.index("coverage")
SHAPES = st.tuples(st.integers(1, 9), st.just(len(SIGNALS)))
SOME = arrays.arrays(np.float64, SHAPES, elements=st.floats(-5, 5, allow_nan=False))


def signals_of(query: str, index: Index, encoder: FakeEncoder) -> np.ndarray:
    """Return the signals of every passage."""
    lexicon = Lexicon.read(index.connection, len(index.passages))
    embedding, pieces = encoder.weigh(query)
    words = weigh_words(query, pieces, lexicon, max_words=64)
    rows = np.arange(len(index.passages))
    zeros = np.zeros(len(rows), dtype=np.float32)
    return measure(index, lexicon, words, embedding, rows, zeros, zeros)


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


@given(SOME)
def test_compare_adds_the_distance_from_the_best_of_the_others(signals: np.ndarray) -> None:
    own, beside = np.split(compare(signals), 2, axis=1)

    np.testing.assert_array_equal(own, signals)
    for row in range(len(signals)):
        others = np.delete(signals, row, axis=0)
        best = others.max(axis=0) if len(others) else signals[row]
        np.testing.assert_allclose(beside[row], signals[row] - best, atol=1e-12)


@given(SOME)
def test_judge_is_a_probability_and_ignores_the_order(signals: np.ndarray) -> None:
    sure = judge.judge(signals)

    assert ((sure >= 0) & (sure <= 1)).all()
    np.testing.assert_allclose(judge.judge(signals[::-1])[::-1], sure, atol=1e-12)


def test_the_weights_are_those_of_the_signals() -> None:
    made = json.loads(judge.WEIGHTS.read_text(encoding="utf-8"))

    assert set(made) == {"together", "alone"}
    assert [list(made["together"][kind]) for kind in ("own", "beside")] == [list(SIGNALS)] * 2
    assert list(made["alone"]["own"]) == list(SIGNALS)
