"""The decision whether anything found answers the question."""

from actions.refusal import AGREEMENT, OBJECTION, keep_answers
from knowledge.search import Topic
from tests.actions.conftest import make_hit

THRESHOLD = 0.5


def test_hits_over_the_threshold_are_kept_in_order() -> None:
    hits = [make_hit("a", similarity=0.6), make_hit("b", similarity=0.7, rank=2)]

    assert keep_answers(hits, topic=None, threshold=THRESHOLD) == hits


def test_later_hits_under_the_threshold_are_dropped() -> None:
    hits = [make_hit("a", similarity=0.6), make_hit("b", similarity=0.4, rank=2)]

    assert keep_answers(hits, topic=None, threshold=THRESHOLD) == hits[:1]


def test_a_weak_best_hit_refuses_even_when_a_later_one_is_strong() -> None:
    hits = [make_hit("a", similarity=0.4), make_hit("b", similarity=0.9, rank=2)]

    assert keep_answers(hits, topic=None, threshold=THRESHOLD) == []


def test_no_hits_refuse() -> None:
    assert keep_answers([], topic=None, threshold=THRESHOLD) == []


def test_an_understanding_that_agrees_lowers_the_bar() -> None:
    hits = [make_hit("men", similarity=THRESHOLD - AGREEMENT / 2)]

    assert keep_answers(hits, topic=Topic("men", 1.0), threshold=THRESHOLD) == hits
    assert keep_answers(hits, topic=Topic("men", 0.1), threshold=THRESHOLD) == []
    assert keep_answers(hits, topic=Topic("lupus", 1.0), threshold=THRESHOLD) == []


def test_out_of_scope_raises_the_bar() -> None:
    hits = [make_hit("men", similarity=THRESHOLD + OBJECTION / 2)]

    assert keep_answers(hits, topic=Topic("out_of_scope", 1.0), threshold=THRESHOLD) == []
    assert keep_answers(hits, topic=Topic("out_of_scope", 0.1), threshold=THRESHOLD) == hits
