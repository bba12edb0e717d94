"""The decision whether anything found answers the question, and whom a refusal names."""

import pytest

from actions.refusal import find_wording, keep_answers
from actions.resolve import Question
from tests.actions.conftest import make_hit


@pytest.mark.parametrize(("threshold", "n_kept"), [(0.0, 3), (0.4, 2), (0.6, 1), (0.7, 0)])
def test_hits_over_the_threshold_are_kept_in_order(threshold: float, n_kept: int) -> None:
    hits = [make_hit(name, score=score) for name, score in (("a", 0.6), ("b", 0.5), ("c", 0.1))]

    assert keep_answers(hits, threshold=threshold) == hits[:n_kept]


def test_no_hits_refuse() -> None:
    assert keep_answers([], threshold=0.0) == []


@pytest.mark.parametrize(
    ("question", "wording"),
    [
        (Question("x", things={"body_part": ["teeth"]}), "utter_abstain_teeth"),
        (Question("x", things={"body_part": ["eyes"]}), "utter_abstain_eyes"),
        (Question("x", things={"medicine": ["aspirin"]}), "utter_abstain"),
        (Question("x", confidences={"out_of_scope_health": 0.5}), "utter_abstain"),
        (Question("x", confidences={"out_of_scope": 0.9}), "utter_abstain_other"),
    ],
)
def test_a_refusal_names_who_could_answer(question: Question, wording: str) -> None:
    assert find_wording(question) == wording
