"""benchmarks/metrics.py: percentiles, medians and ratios."""

import pytest

from benchmarks import metrics


def one_round(stock, assistant):
    keys = [metric.key for metric in metrics.METRICS]
    return {"stock": dict.fromkeys(keys, stock), "bonafide": dict.fromkeys(keys, assistant)}


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
    rounds = [one_round(8.0, 2.0), one_round(100.0, 50.0), one_round(6.0, 1.0)]

    medians = metrics.summarise(rounds)["medians"]

    assert medians["stock"]["train_s"] == 8.0
    assert medians["bonafide"]["train_s"] == 2.0


def test_summarise_makes_every_ratio_above_one_when_the_assistant_is_better():
    rounds = [one_round(8.0, 2.0)]
    rounds[0]["bonafide"]["many_per_s"] = 32.0

    assert set(metrics.summarise(rounds)["ratios"].values()) == {4.0}


def test_every_figure_has_its_own_name_that_ends_with_its_unit():
    keys = [metric.key for metric in metrics.METRICS]

    assert len(set(keys)) == len(keys)
    assert [m.key for m in metrics.METRICS if m.unit and not m.key.endswith(m.unit.lower())] == []
