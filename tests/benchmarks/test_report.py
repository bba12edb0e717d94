"""benchmarks/stock, its report: the tables say what the results say, the files too."""

import copy
import io
import re

import pytest
from rich.console import Console

from benchmarks import files
from benchmarks.stock import measure, performance, report
from benchmarks.stock.metrics import LOADS, MEMORY, PIECES, SQL, TRAINING, list_metrics, summarise

COMMAND = "run: python -m benchmarks stock --table"
LATENCY = {
    "messages": 160, "per_s": 40.0, "p50_ms": 20.0, "p95_ms": 30.0, "p99_ms": 35.0, "cpu_ms": 20.0,
    "by_kind": {"plain": {"messages": 160, "p50_ms": 20.0}},
}  # fmt: skip
KINDS = {
    "answer": {"messages": 100, "p50_ms": 27.0},
    "chat": {"messages": 59, "p50_ms": 12.0},
    "clarify": {"messages": 1, "p50_ms": 99.0},
}
WEIGHT = {"messages": 2000, "total_mb": 1200.4, "rasa_mb": 1000.0, "actions_mb": 200.4}
TIMES = {"n": 300, "p50_ms": 2.5, "p95_ms": 4.25}
FOUND_PIECES = {
    "starts": {"import_tensorflow_s": 3.25, "action_server_s": 1.5},
    "webhook": {"all": TIMES, "actions": {"action_answer_question": TIMES}, "call_kb": 81.5},
    "library": dict.fromkeys(performance.LIBRARY, TIMES),
}
PROFILE = {
    "date": "2026-11-03", "messages": 480,
    "servers": [
        {"title": "The Rasa server", "rows": [{"name": "policies", "share": 0.25, "ms": 2.0}]}
    ],
}  # fmt: skip


def session(part, **figures):
    loads = {}
    for kind, users in LOADS[part]:
        loads.setdefault(kind, {})[str(users)] = copy.deepcopy(LATENCY)
    return {
        "ready_s": 30.0,
        "ready": WEIGHT,
        "loaded": WEIGHT,
        "growth_percent": 1.0,
        "weights": [WEIGHT],
        **loads,
        **figures,
    }


def make_part(part, rounds):
    return {"date": "2026-11-03", "rounds": rounds} | summarise(part, rounds)


def make_session_part(part):
    fast = session(part, ready_s=10.0)
    fast["fresh"]["1"] |= {"p50_ms": 25.0, "p95_ms": 30.5, "by_kind": KINDS}
    fast["fresh"]["16"]["per_s"] = 80.0
    return make_part(part, [{"stock": session(part), "bonafide": fast}] * 3)


@pytest.fixture
def results():
    trained = [
        {"stock": {"train_s": stock}, "bonafide": {"train_s": 20.0}} for stock in (60.04, 64, 59)
    ]
    return {
        "format": measure.FORMAT,
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
        "settings": {"rounds": 3, "requests": 160, "total": 2000, "turns": 8},
        "parts": {
            TRAINING: make_part(TRAINING, trained),
            MEMORY: make_session_part(MEMORY),
            SQL: make_session_part(SQL),
            PIECES: FOUND_PIECES,
        },
    }


def row(results, part, key):
    keys = [metric.key for metric in list_metrics(part)]
    return report.make_rows(part, results["parts"][part])[keys.index(key)]


def test_a_row_has_the_ratio_then_medians_with_their_range(results):
    assert row(results, TRAINING, "train_s") == (
        "Training",
        "**3.0 times** faster",
        "60.0 s (59.0 to 64.0)",
        "20.0 s (20.0 to 20.0)",
    )


def test_a_row_says_where_the_assistant_is_worse(results):
    assert row(results, MEMORY, "fresh.1.p50_ms")[1] == "**1.2 times** slower"


def test_a_row_does_not_boast_of_next_to_nothing(results):
    assert row(results, MEMORY, "fresh.1.p95_ms")[1] == "about the same"


def test_a_row_counts_replies_the_other_way_round(results):
    label, ratio = row(results, SQL, "fresh.16.per_s")[:2]

    assert label == "new conversations, 16 users: replies per second"
    assert ratio == "**2.0 times** more"


def test_a_row_of_the_assistants_own_has_no_other(results):
    assert row(results, MEMORY, "web.1.p50_ms")[1:3] == ("", "")


def test_figures_of_one_round_have_no_range(results):
    results["parts"][MEMORY]["rounds"] = results["parts"][MEMORY]["rounds"][:1]

    assert row(results, MEMORY, "ready.total_mb")[2] == "1,200 MB"


def test_render_names_machine_date_and_kinds_that_are_not_rare(results):
    text = report.render(results)

    assert "3 November 2026: Some CPU, 2 cores, 8 GB" in text
    assert "within: answers from the library 27.0 ms, small talk 12.0 ms." in text


def test_render_has_the_targets_first(results):
    text = report.render(results)

    assert text.index("12 times faster") < text.index("Training |")
    assert "1.2 times slower, **not reached**" in text


@pytest.mark.parametrize("missing", [TRAINING, MEMORY, SQL, PIECES])
def test_render_says_what_is_missing(results, missing):
    del results["parts"][missing]

    text = report.render(results)

    assert f"benchmarks stock --only {missing}" in text
    assert ("stock.svg" in text) == (missing in (TRAINING, PIECES))


def test_render_without_results_says_how_to_get_them():
    assert "make bench" in report.render(None)


def test_the_terminal_shows_what_is_reached(results):
    shown = io.StringIO()

    Console(width=200, file=shown).print(report.make_table(results))

    assert "2.0 times more, not reached" in shown.getvalue()


def test_the_plot_has_a_line_for_each_bot_and_store(results):
    text = performance.draw(results["parts"]).decode()

    assert [name for name in ("rasa init, in memory", "Bonafide, SQLite") if name not in text] == []


def test_pieces_and_profile_are_rendered(results):
    pieces = performance.render_pieces(results["parts"])

    assert "| the action server alone: `action_answer_question` | 2.5 ms | 4.2 ms |" in pieces
    assert "ready after 1.5 s" in pieces
    assert "| policies | 25% | 2.0 ms |" in performance.render_profile(PROFILE)
    assert "| Bonafide, SQLite | 25.0 ms |" in performance.render_now(results["parts"])


def test_the_document_says_what_was_not_measured(tmp_path):
    path = tmp_path / "performance.md"
    path.write_text(performance.DOCUMENT.read_text(encoding="utf-8"), encoding="utf-8")

    performance.write_document(None, None, path)

    text = path.read_text(encoding="utf-8")
    assert text.count("Not measured yet") == 3
    assert performance.PROFILE_COMMAND in text


def test_save_then_load_gives_the_same(results, tmp_path):
    files.save_results(results, tmp_path / "results/stock.json")

    assert files.load_results(tmp_path / "results/stock.json") == results


def test_parts_of_an_earlier_run_stay_where_they_can_be_compared(results, monkeypatch):
    monkeypatch.setattr(measure, "read_versions", lambda *ask: {})
    results["settings"]["requests"] = measure.Plan().requests
    monkeypatch.setattr(measure, "describe_machine", lambda: results["machine"])
    earlier = results | {"versions": {"rasa": {}, "actions": {}}}

    assert measure.start_results(measure.Plan(), earlier)["parts"] == earlier["parts"]
    assert measure.start_results(measure.Plan(rounds=1), earlier)["parts"] == {}
    other = earlier | {"machine": earlier["machine"] | {"cores": 64}}
    assert measure.start_results(measure.Plan(), other)["parts"] == {}
    assert measure.start_results(measure.Plan(), None)["parts"] == {}


def test_the_readme_has_the_tables_of_the_results(tmp_path):
    path = tmp_path / "README.md"
    path.write_text(report.README.read_text(encoding="utf-8"), encoding="utf-8")

    report.update_readme(files.load_results(report.RESULTS), path)

    written = path.read_text(encoding="utf-8")
    assert written == report.README.read_text(encoding="utf-8"), COMMAND


def test_the_document_has_the_tables_of_the_results(tmp_path):
    text = performance.DOCUMENT.read_text(encoding="utf-8")
    path = tmp_path / "performance.md"
    path.write_text(text, encoding="utf-8")

    profile = files.load_results(performance.PROFILE)
    performance.write_document(files.load_results(report.RESULTS), profile, path)

    assert path.read_text(encoding="utf-8") == text, COMMAND


def test_the_readme_states_no_figure_of_its_own():
    text = report.README.read_text(encoding="utf-8")
    prose = re.sub(r"<!-- (\w+): begin -->.*?<!-- \1: end -->", "", text, flags=re.DOTALL)

    assert re.findall(r"\b\d+(?:[.,]\d+)* ?(?:ms|s|MB|GB|%|times)(?!\w)", prose) == []


def test_committed_results_name_no_folder_of_the_machine():
    for path in sorted(files.RESULTS.glob("*.json")):
        text = path.read_text(encoding="utf-8")

        assert str(files.ROOT) not in text
        assert re.findall(r'"/\w+', text) == []
