"""benchmarks/retrieval/refusal.py: what is measured, over outcomes made by hand."""

import json

import numpy as np
import pytest

from actions.question import Question
from benchmarks.retrieval import refusal
from knowledge import Document, Hit, Passage

TEXT = "Men get osteoporosis too."
# Scores of a hit that is surely an answer, and surely none.
SURE, UNSURE = 0.99, 0.01


def make_outcome(strength, *, expected=(), found="men", kind="answerable"):
    """Return the outcome of a question whose first hit has the score `strength`.

    `found` is the document of that hit; None when there is no hit.
    """
    hits = []
    if found is not None:
        passage = Passage(f"{found}#men", found, 0, "Men", TEXT, ((0, len(TEXT)),))
        document = Document(found, "Men", found)
        hits = [Hit(passage, document, "Men", 1, strength)]
    return refusal.Outcome(
        question="can men get it",
        expected=tuple(expected),
        kind=kind,
        hits=hits,
        resolved=Question("can men get it"),
    )


def right(strength):
    return make_outcome(strength, expected=["men#men"])


def misled(strength):
    return make_outcome(strength, expected=["women#women"])


def unanswerable(strength, kind="health"):
    return make_outcome(strength, kind=kind)


# ---- one outcome


def test_outcome_without_hits_is_neither_probable_nor_right():
    outcome = make_outcome(SURE, expected=["men#men"], found=None)

    assert (outcome.probability, outcome.is_right) == (0, False)


@pytest.mark.parametrize(
    ("expected", "is_right"),
    [(["men#men"], True), (["a#a", "men#men"], True), (["a#a"], False), ([], False)],
)
def test_outcome_is_right_when_its_first_hit_answers(expected, is_right):
    assert make_outcome(SURE, expected=expected).is_right == is_right


def test_outcome_is_as_sure_as_its_first_hit():
    assert right(UNSURE).probability < 0.5 < right(SURE).probability


# ---- measure


def test_measure_of_a_perfect_refusal():
    outcomes = [right(SURE)] * 3 + [unanswerable(UNSURE)] * 2

    measured = refusal.measure(outcomes, threshold=0.5)

    # The risk stays 0 until the first of the two that nothing answers.
    assert measured == pytest.approx(
        {
            "n_answerable": 3,
            "n_unanswerable": 2,
            "right_passage_first": 1,
            "answered_of_answerable": 1,
            "refused_of_unanswerable": 1,
            "refused_of_health_unanswerable": 1,
            "aurc": (0 + 0 + 0 + 1 / 4 + 2 / 5) / 5,
            "coverage_at_2_percent_wrong": 3 / 5,
            "coverage_at_5_percent_wrong": 3 / 5,
        }
    )


def test_measure_counts_each_share_over_its_own_questions():
    outcomes = [
        right(SURE),
        right(UNSURE),
        misled(SURE),
        make_outcome(UNSURE, expected=["men#men"], found=None),
        unanswerable(SURE, kind="health"),
        unanswerable(UNSURE, kind="health"),
        unanswerable(UNSURE, kind="other"),
        unanswerable(UNSURE, kind="other"),
    ]

    measured = refusal.measure(outcomes, threshold=0.5)

    assert (measured["n_answerable"], measured["n_unanswerable"]) == (4, 4)
    assert measured["right_passage_first"] == pytest.approx(2 / 4)
    assert measured["answered_of_answerable"] == pytest.approx(2 / 4)
    assert measured["refused_of_unanswerable"] == pytest.approx(3 / 4)
    assert measured["refused_of_health_unanswerable"] == pytest.approx(1 / 2)


def test_measure_refuses_more_at_a_higher_threshold():
    strengths = np.linspace(0.01, 0.99, 11)
    outcomes = [right(s) for s in strengths] + [unanswerable(s) for s in strengths]

    measured = [refusal.measure(outcomes, threshold=t) for t in (0.0, 0.25, 0.5, 0.75, 1.0)]

    answered = [m["answered_of_answerable"] for m in measured]
    refused = [m["refused_of_unanswerable"] for m in measured]
    assert answered == sorted(answered, reverse=True)
    assert refused == sorted(refused)
    assert (answered[0], answered[-1]) == (1, 0)
    assert (refused[0], refused[-1]) == (0, 1)


@pytest.mark.parametrize("outcomes", [[right(SURE)], [unanswerable(SURE)]], ids=["all", "none"])
def test_measure_takes_questions_of_one_kind(outcomes):
    measured = refusal.measure(outcomes, threshold=0.5)

    assert all(0 <= value <= 1 for value in measured.values())


def test_measure_can_be_written_as_json():
    measured = refusal.measure([right(SURE), unanswerable(SURE)], threshold=0.5)

    assert json.loads(json.dumps(measured)) == measured


# ---- risk and coverage


def test_risks_go_from_the_surest_outcome_to_the_least_sure():
    outcomes = [unanswerable(0.2), right(0.8), misled(0.6), right(0.4), right(1.0)]

    assert refusal._risks(outcomes) == pytest.approx([0, 0, 1 / 3, 1 / 4, 2 / 5])


def test_risks_of_a_refusal_that_orders_badly_are_higher():
    good = [right(0.9), right(0.8), unanswerable(0.2), unanswerable(0.1)]
    bad = [unanswerable(0.9), unanswerable(0.8), right(0.2), right(0.1)]

    assert refusal._risks(good).mean() < refusal._risks(bad).mean()
    assert refusal._risks(good)[-1] == pytest.approx(refusal._risks(bad)[-1])


def test_risks_put_a_question_without_hits_last():
    outcomes = [make_outcome(SURE, expected=["men#men"], found=None), right(UNSURE)]

    assert refusal._risks(outcomes) == pytest.approx([0, 1 / 2])


@pytest.mark.parametrize(
    ("risks", "risk", "expected"),
    [
        ([0, 0, 0, 0], 0.05, 1),
        ([1, 1, 1, 1], 0.05, 0),
        ([0, 0, 0.5, 0.6], 0.05, 1 / 2),
        ([0, 0.5, 0.33, 0.25], 0.3, 1),
        ([0.05, 0.5], 0.05, 1 / 2),
    ],
    ids=["never-wrong", "always-wrong", "wrong-later", "wrong-early", "just-within"],
)
def test_coverage_is_the_most_that_can_be_answered_within_a_risk(risks, risk, expected):
    assert refusal._coverage(np.array(risks, dtype=np.float64), risk) == pytest.approx(expected)
