"""benchmarks/retrieval/judge.py: what is fitted and measured, over examples made by hand."""

import json

import numpy as np
import pytest

from benchmarks.retrieval import judge as judging
from benchmarks.retrieval import libraries
from benchmarks.retrieval.libraries import Asked
from knowledge.search.signals import SIGNALS


def make_example(right=None, *, n=4, seed=0, held_out=False, name="own"):
    """Return an example whose signals are higher for the passage `right`."""
    signals = np.random.default_rng(seed).normal(size=(n, len(SIGNALS)))
    if right is not None:
        signals[right] += 4
    passages = frozenset() if right is None else frozenset(["x"])
    is_right = np.arange(n) == (-1 if right is None else right)
    return judging.Example(Asked(name, "q", passages, (), held_out), signals, is_right)


EXAMPLES = [make_example(seed % 4 if seed % 3 else None, seed=seed) for seed in range(60)]


@pytest.fixture(scope="module")
def model():
    pytest.importorskip("sklearn", reason="scikit-learn comes with make encoder and is not here")
    return judging.Model.fit(EXAMPLES)


def test_fit_puts_the_right_passage_first_and_is_less_sure_where_none_is(model):
    fresh = [make_example(2, seed=seed) for seed in range(100, 120)]
    none = [make_example(seed=seed) for seed in range(200, 220)]

    assert all(model.judge(e.signals).argmax() == 2 for e in fresh)
    assert np.mean([model.judge(e.signals).max() for e in none]) < np.mean(
        [model.judge(e.signals).max() for e in fresh]
    )


def test_what_is_saved_judges_as_what_was_fitted(model, tmp_path, monkeypatch):
    from knowledge.search import judge

    path = tmp_path / "judge.json"
    path.write_text('{"following": {"own": {}}}', encoding="utf-8")
    judging.save(EXAMPLES, path)
    assert json.loads(path.read_text(encoding="utf-8"))["following"] == {"own": {}}
    monkeypatch.setattr(judge, "WEIGHTS", path)
    judge._load.cache_clear()
    try:
        for example in EXAMPLES[:5]:
            np.testing.assert_allclose(
                judge.judge_passages(example.signals), model.judge(example.signals), atol=1e-2
            )
    finally:
        judge._load.cache_clear()


def watch_fits(monkeypatch, model):
    """Return a list that gets the rows of every fit, which give one model."""
    fitted = []

    def fit(rows):
        fitted.append(list(rows))
        return model

    monkeypatch.setattr(judging.Model, "fit", fit)
    return fitted


def test_no_row_that_is_held_out_is_fitted_on(model, monkeypatch):
    fitted = watch_fits(monkeypatch, model)
    held = make_example(1, seed=7, held_out=True)

    judged = judging.cross_validate([*EXAMPLES, held])

    assert not any(row is held for rows in fitted for row in rows)
    assert [example for example, _ in judged["own, held out"]] == [held]
    assert len(judged["own"]) == judging.REPEATS * len(EXAMPLES)


def test_no_row_is_judged_by_a_model_that_was_fitted_on_it(model, monkeypatch):
    sets = watch_fits(monkeypatch, model)
    monkeypatch.setattr(judging, "REPEATS", 1)

    judging.cross_validate(EXAMPLES)

    folds = [{id(row) for row in rows} for rows in sets[: judging.FOLDS]]
    n_fitted = [sum(id(example) in fold for fold in folds) for example in EXAMPLES]
    assert n_fitted == [judging.FOLDS - 1] * len(EXAMPLES)


def test_a_library_is_judged_by_a_model_of_the_others(model, monkeypatch):
    fitted = watch_fits(monkeypatch, model)
    name = libraries.names()[0]
    other = make_example(0, name=name)

    judged = judging.leave_out([*EXAMPLES, other])

    assert set(judged) == {"shipped, left out", f"{name}, left out"}
    assert [{row.asked.set for row in rows} for rows in fitted] == [{name}, {"own"}]


def test_measure_counts_each_share_over_its_own_questions():
    sure, unsure = np.array([0.9, 0.1, 0.1, 0.1]), np.array([0.3, 0.1, 0.1, 0.1])
    judged = [
        (make_example(0), sure),
        (make_example(0), unsure),
        (make_example(3), sure),
        (make_example(), sure),
        (make_example(), unsure),
    ]

    measured = judging.measure(judged, threshold=0.5)

    assert (measured["n_answerable"], measured["n_uncovered"]) == (3, 2)
    assert measured["right_first"] == pytest.approx(2 / 3)
    assert measured["right_among_four"] == 1
    assert measured["right_at_once"] == pytest.approx(1 / 3)
    assert measured["wrong_at_once"] == pytest.approx(1 / 3)
    assert measured["uncovered_answered"] == pytest.approx(1 / 2)


@pytest.mark.parametrize(
    ("higher", "lower", "expected"), [([2, 3], [1], 1), ([1], [1], 0.5), ([1, 3], [2], 0.5)]
)
def test_area_is_how_often_one_is_above_the_other(higher, lower, expected):
    assert judging.area(higher, lower) == expected


# ---- the sets


@pytest.mark.parametrize("name", libraries.names())
def test_every_question_on_a_library_names_passages_of_it(name):
    path = libraries.QUESTIONS / f"libraries/{name}.jsonl"
    slices = json.loads(libraries.SLICES.read_text(encoding="utf-8"))
    asked = libraries.read_slice(name)

    assert len({each.text for each in asked}) == len(asked) >= 100, path
    assert all(each.passages <= set(slices[name]["ids"]) for each in asked)
    assert sum(not each.passages for each in asked) >= 30


def test_every_question_on_the_shipped_library_is_read():
    asked = libraries.read_shipped()

    assert {each.set for each in asked} == {"own", "real", "everyday"}
    assert all(any(not e.passages for e in asked if e.set == name) for name in ("own", "real"))
    assert not any(each.is_held_out for each in asked if each.set == "real")
