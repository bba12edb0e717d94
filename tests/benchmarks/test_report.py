"""benchmarks/report.py: the table says what the results say, and README.md has that table."""

import copy
import io
import json
import re

import pytest
from rich.console import Console

from benchmarks import measure, report
from benchmarks.metrics import METRICS, summarise
from benchmarks.servers import ROOT

STOCK = {
    "train_s": 60.04,
    "ready_s": 30.0,
    "rss_ready_mb": 1200.4,
    "rss_load_mb": 1250.0,
    "one_p50_ms": 20.0,
    "one_p95_ms": 30.0,
    "one_cpu_ms": 20.0,
    "many_per_s": 40.0,
    "many_p95_ms": 400.0,
    "one_messages": 400,
    "many_messages": 512,
    "one_by_kind": {"plain": {"messages": 400, "p50_ms": 20.0}},
}
ASSISTANT = STOCK | {
    "train_s": 20.0,
    "one_p50_ms": 25.0,
    "one_p95_ms": 30.5,
    "many_per_s": 80.0,
    "one_by_kind": {
        "answer": {"messages": 300, "p50_ms": 27.0},
        "chat": {"messages": 100, "p50_ms": 12.0},
    },
}
ROUND = {"stock": STOCK, "bonafide": ASSISTANT}


@pytest.fixture
def results():
    rounds = [copy.deepcopy(ROUND) for _ in range(3)]
    rounds[1]["stock"]["train_s"] = 64.0
    rounds[2]["stock"]["train_s"] = 59.0
    return {
        "format": 1,
        "date": "2026-11-03",
        "machine": {
            "cpu": "Some CPU",
            "cores": 2,
            "memory_gb": 8.0,
            "system": "Linux x86_64",
            "load_before": 0.1,
        },
        "versions": {
            "rasa": {"Python": "3.10.13", "rasa": "3.6.21"},
            "actions": {"Python": "3.11.7"},
        },
        "settings": {"rounds": 3, "requests": 400, "users": 16, "turns": 8},
        "rounds": rounds,
    } | summarise(rounds)


def row(results, key):
    return report.make_rows(results)[[metric.key for metric in METRICS].index(key)]


def test_a_row_has_the_ratio_then_medians_with_their_range(results):
    assert row(results, "train_s") == (
        "Training",
        "**3.0 times** faster",
        "60.0 s (59.0 to 64.0)",
        "20.0 s (20.0 to 20.0)",
    )


def test_a_row_says_where_the_assistant_is_worse(results):
    assert row(results, "one_p50_ms")[1] == "**1.2 times** slower"


def test_a_row_does_not_boast_of_next_to_nothing(results):
    assert row(results, "one_p95_ms")[1] == "about the same"


def test_a_row_counts_replies_the_other_way_round(results):
    assert row(results, "many_per_s")[:2] == ("16 users, replies per second", "**2.0 times** more")


def test_figures_of_one_round_have_no_range(results):
    results["rounds"] = results["rounds"][:1]

    assert row(results, "rss_ready_mb")[2] == "1,200 MB"


def test_render_names_machine_date_and_kinds(results):
    text = report.render(results)

    assert "3 November 2026: Some CPU, 2 cores, 8 GB" in text
    assert "answers from the library 27.0 ms, small talk 12.0 ms." in text


def test_render_without_results_says_how_to_get_them():
    assert "make bench" in report.render(None)


def test_the_terminal_shows_the_same_figures(results):
    shown = io.StringIO()

    Console(width=200, file=shown).print(report.make_table(results))

    assert "3.0 times faster" in shown.getvalue()


def test_put_between_markers_keeps_the_rest():
    text = f"before\n{report.BEGIN}\nold\n{report.END}\nafter\n"

    assert report.put_between_markers(text, r"new \1") == (
        f"before\n{report.BEGIN}\nnew \\1\n{report.END}\nafter\n"
    )


@pytest.mark.parametrize("text", ["nothing", f"{report.END} {report.BEGIN}"])
def test_put_between_markers_refuses_a_text_without_them(text):
    with pytest.raises(ValueError, match="exactly once"):
        report.put_between_markers(text, "new")


def test_save_then_load_gives_the_same(results, tmp_path):
    report.save(results, tmp_path / "results/stock.json")

    assert report.load(tmp_path / "results/stock.json") == results


def test_the_readme_has_the_table_of_the_results():
    text = report.README.read_text(encoding="utf-8")

    assert report.put_between_markers(text, report.render(report.load())) == text


def test_the_readme_states_no_figure_of_its_own():
    text = report.README.read_text(encoding="utf-8")
    prose = re.sub(r"<!-- (\w+): begin -->.*?<!-- \1: end -->", "", text, flags=re.DOTALL)

    assert re.findall(r"\b\d+(?:[.,]\d+)* ?(?:ms|s|MB|GB|%|times)(?!\w)", prose) == []


committed = pytest.mark.skipif(report.load() is None, reason="not measured yet: make bench")


@committed
def test_committed_results_have_every_part(results):
    found = report.load()

    assert found.keys() == results.keys()
    assert found["format"] == measure.FORMAT
    assert found["machine"].keys() == results["machine"].keys()
    assert [set(r) for r in found["rounds"]] == [{"stock", "bonafide"}] * found["settings"][
        "rounds"
    ]
    assert {frozenset(bot) for r in found["rounds"] for bot in r.values()} == {frozenset(STOCK)}


@committed
def test_committed_medians_and_ratios_follow_from_the_rounds():
    found = report.load()

    assert summarise(found["rounds"]) == {key: found[key] for key in ("medians", "ratios")}


@committed
def test_committed_results_name_no_folder_of_the_machine():
    text = json.dumps(report.load())

    assert str(ROOT) not in text
    assert re.findall(r'"/\w+', text) == []
