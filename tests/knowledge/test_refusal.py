"""Signals to a probability that a hit answers."""

from dataclasses import replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from knowledge.refusal import Understanding, estimate
from knowledge.types import Document, Hit, Passage

SUPPORT = ("similarity", "question_similarity", "coverage", "agreement")
ALL = (*SUPPORT, "objection")
# Smallest step that floats can show at the flat ends of the curve.
STEP = 1e-6

cosines = st.floats(-1, 1)
shares = st.floats(0, 1)
signals = st.fixed_dictionaries(
    {
        "similarity": cosines,
        "question_similarity": cosines,
        "coverage": shares,
        "agreement": shares,
        "objection": shares,
    }
)


def judge(
    *,
    similarity: float = 0.0,
    question_similarity: float = 0.0,
    coverage: float = 0.0,
    agreement: float = 0.0,
    objection: float = 0.0,
) -> float:
    """Return the estimate for these signals."""
    text = "Men get osteoporosis too."
    hit = Hit(
        passage=Passage("men#men", "men", 0, "Men", text, ((0, len(text)),)),
        document=Document("men", "Men", "men"),
        rank=1,
        score=1.0,
        similarity=similarity,
        question_similarity=question_similarity,
        coverage=coverage,
        extract=text,
    )
    return estimate(hit, Understanding(agreement=agreement, objection=objection))


@given(signals)
def test_estimate_is_a_probability(values: dict[str, float]) -> None:
    assert 0 < judge(**values) < 1


def test_estimate_goes_from_surely_not_to_surely() -> None:
    nothing = judge(objection=1)
    everything = judge(similarity=1, question_similarity=1, coverage=1, agreement=1)

    assert nothing < 0.05
    assert everything > 0.95


def test_estimate_needs_more_than_one_signal_of_the_words() -> None:
    alone = [judge(**{signal: 1}) for signal in SUPPORT]

    assert max(alone) < 0.5


@pytest.mark.parametrize("signal", SUPPORT)
@given(values=signals, low=shares, high=shares)
def test_estimate_rises_with_what_speaks_for_the_hit(
    signal: str, values: dict[str, float], low: float, high: float
) -> None:
    assume(low + STEP < high)

    assert judge(**{**values, signal: low}) < judge(**{**values, signal: high})


@given(values=signals, low=shares, high=shares)
def test_estimate_falls_with_what_speaks_against_it(
    values: dict[str, float], low: float, high: float
) -> None:
    assume(low + STEP < high)

    assert judge(**{**values, "objection": low}) > judge(**{**values, "objection": high})


def test_understanding_of_nothing_is_zeros() -> None:
    assert Understanding() == Understanding(agreement=0.0, objection=0.0)


@pytest.mark.parametrize("field", [{"rank": 9}, {"score": 0.1}, {"extract": "Men"}], ids=str)
def test_estimate_judges_by_nothing_else(field: dict[str, object]) -> None:
    text = "Men get osteoporosis too."
    passage = Passage("men#men", "men", 0, "Men", text, ((0, len(text)),))
    hit = Hit(passage, Document("men", "Men"), 1, 1.0, 0.5, 0.5, 0.5, text)

    assert estimate(replace(hit, **field), Understanding()) == estimate(hit, Understanding())
