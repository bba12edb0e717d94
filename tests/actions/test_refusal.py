"""The decision whether anything found answers the question."""

from actions.refusal import keep_answers
from actions.resolve import Question
from knowledge.refusal import estimate
from knowledge.types import Hit
from tests.actions.conftest import make_hit

QUESTION = Question("can men get it?")


def probability(hit: Hit, question: Question = QUESTION) -> float:
    return estimate(hit, question.understanding(hit))


def test_hits_over_the_threshold_are_kept_in_order() -> None:
    hits = [make_hit("a", similarity=0.6), make_hit("b", similarity=0.7, rank=2)]

    assert keep_answers(hits, QUESTION, threshold=probability(hits[0])) == hits


def test_later_hits_under_the_threshold_are_dropped() -> None:
    hits = [make_hit("a", similarity=0.6), make_hit("b", similarity=0.4, rank=2)]

    assert keep_answers(hits, QUESTION, threshold=probability(hits[0])) == hits[:1]


def test_a_weak_best_hit_refuses_even_when_a_later_one_is_strong() -> None:
    hits = [make_hit("a", similarity=0.4), make_hit("b", similarity=0.9, rank=2)]

    assert keep_answers(hits, QUESTION, threshold=probability(hits[1])) == []


def test_no_hits_refuse() -> None:
    assert keep_answers([], QUESTION, threshold=0.0) == []


def test_an_understanding_that_agrees_counts_for_a_hit() -> None:
    hit = make_hit("men", similarity=0.5)
    agreeing = Question("can men get it?", confidences={"men": 0.9}, is_understood=True)

    assert keep_answers([hit], agreeing, threshold=probability(hit, agreeing)) == [hit]
    assert keep_answers([hit], QUESTION, threshold=probability(hit, agreeing)) == []


def test_out_of_scope_counts_against_every_hit() -> None:
    hit = make_hit("men", similarity=0.5)
    objecting = Question("can men get it?", confidences={"out_of_scope": 0.9}, is_understood=True)

    assert keep_answers([hit], objecting, threshold=probability(hit)) == []
