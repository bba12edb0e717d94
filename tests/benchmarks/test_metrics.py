"""benchmarks/stock: percentiles, medians, ratios, what is reached."""

import pytest

from benchmarks.harness.client import Load
from benchmarks.stock import metrics, sessions, targets
from benchmarks.stock.metrics import LOADS, MEMORY, SQL, TRAINING


def figures(part, value):
    found = {}
    for metric in metrics.list_metrics(part):
        *names, last = metric.key.split(".")
        inner = found
        for name in names:
            inner = inner.setdefault(name, {})
        inner[last] = value
    return found


def one_round(part, stock, assistant):
    return {"stock": figures(part, stock), "bonafide": figures(part, assistant)}


@pytest.mark.parametrize(
    ("percent", "expected"), [(0, 10.0), (50, 30.0), (75, 40.0), (90, 46.0), (100, 50.0)]
)
def test_percentile_interpolates_between_neighbours(percent, expected):
    assert metrics.percentile([50.0, 10.0, 40.0, 20.0, 30.0], percent) == pytest.approx(expected)


def test_percentile_of_one_value_is_that_value():
    assert metrics.percentile([7.0], 95) == 7.0


@pytest.mark.parametrize(("values", "percent"), [([], 50), ([1.0], -1), ([1.0], 101)])
def test_percentile_refuses_what_has_none(values, percent):
    with pytest.raises(ValueError, match="percentile"):
        metrics.percentile(values, percent)


def test_summarise_takes_the_median_over_the_rounds():
    rounds = [one_round(TRAINING, *values) for values in ((8.0, 2.0), (100.0, 50.0), (6.0, 1.0))]

    medians = metrics.summarise(TRAINING, rounds)["medians"]

    assert medians == {"stock": {"train_s": 8.0}, "bonafide": {"train_s": 2.0}}


@pytest.mark.parametrize("part", [MEMORY, SQL])
def test_summarise_makes_every_ratio_above_one_when_the_assistant_is_better(part):
    one = one_round(part, 8.0, 2.0)
    for kind, users in LOADS[part]:
        one["bonafide"][kind][str(users)]["per_s"] = 32.0

    assert set(metrics.summarise(part, [one])["ratios"].values()) == {4.0}


@pytest.mark.parametrize("part", [TRAINING, MEMORY, SQL])
def test_every_figure_has_its_own_name(part):
    keys = [metric.key for metric in metrics.list_metrics(part)]

    assert len(set(keys)) == len(keys)


@pytest.mark.parametrize("target", targets.TARGETS, ids=lambda target: target.key)
def test_every_target_is_measured(target):
    for part in filter(None, target.parts):
        assert target.key in [metric.key for metric in metrics.list_metrics(part)]


@pytest.mark.parametrize(
    ("stock", "assistant", "expected"),
    [
        (24.0, 2.0, "12.0 times faster, reached"),
        (22.0, 2.0, "11.0 times faster, **not reached**"),
        (2.0, 4.0, "2.0 times slower, **not reached**"),
    ],
)
def test_a_target_says_how_far_it_is_reached(stock, assistant, expected):
    part = metrics.summarise(MEMORY, [one_round(MEMORY, stock, assistant)])

    assert targets.spell(targets.TARGETS[0], part) == expected


@pytest.mark.parametrize(("growth", "end"), [(1.9, "reached"), (2.1, "**not reached**")])
def test_a_target_without_a_ratio_is_the_largest_figure(growth, end):
    part = metrics.summarise(MEMORY, [one_round(MEMORY, 1.0, growth)])
    (flat,) = [target for target in targets.TARGETS if target.key == "growth_percent"]

    assert targets.spell(flat, part) == f"{growth} %, {end}"


def test_targets_that_were_not_measured_say_so():
    assert {row[2] for row in targets.make_rows({})} == {"not measured"}


def test_a_load_has_its_kinds_apart():
    found = sessions.summarise(Load(2.0, (10.0, 20.0, 40.0), ("chat", "answer", "answer")))

    assert (found["messages"], found["per_s"], found["p50_ms"]) == (3, 1.5, 20.0)
    assert found["by_kind"]["answer"] == {"messages": 2, "p50_ms": 30.0}


def test_memory_grows_from_the_middle_to_the_end():
    weights = [{"messages": n, "total_mb": mb} for n, mb in ((1, 50.0), (50, 100.0), (99, 103.0))]

    found = sessions.describe_weights(weights)

    assert found["growth_percent"] == 3.0
    assert found["loaded"]["total_mb"] == 103.0
