"""benchmarks/report/page.py: one page that says what the results say, with nothing to load."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from benchmarks import files
from benchmarks.report import page as report_page
from benchmarks.report import parts, risk, tables

SECTIONS = {"ranking", "refusal", "understanding", "scale", "worst"}
TIMINGS = {"n": 510, "p50_ms": 1.25, "p95_ms": 2.5}
FIGURES = {"size_mb": 3.0, "load_s": 0.5, "memory_after_search_mb": 12.0, "search": TIMINGS}
SCALE = {
    "command": "python -m benchmarks scale",
    "date": "2026-11-23",
    "machine": {"cpu": "Some CPU", "cores": 2, "memory_gb": 8.0},
    "build": {
        "n_pairs": 1000, "folder_mb": 1.0, "n_passages": 1000, "build_s": 10.0,
        "passages_per_s": 100.0, "size_mb": 9.0, "peak_memory_mb": 400.0,
        "unchanged_pairs": 16407,
        "unchanged_rebuild_s": 1.5,
    },
    "sizes": [
        {
            "n_passages": n,
            "bonafide": FIGURES
            | {"search_with_encoder": TIMINGS, "answer": TIMINGS, "same_as_in_full": 0.995},
            "bm25s": FIGURES,
            "lancedb": FIGURES,
        }
        for n in (1000, 10000)
    ],
}  # fmt: skip
METRICS = {"ndcg_at_10": 0.7654, "mrr_at_10": 0.9, "recall_at_10": 0.7}
EVALUATED = {
    "command": "make report",
    "date": "2026-11-23",
    **dict.fromkeys(tables.FIELDS, METRICS),
}


def record(probability, *, is_right=False, kind="answerable", question="why?"):
    return {
        "question": question,
        "kind": kind,
        "probability": probability,
        "is_right": is_right,
        "found": "men#a",
        "expected": ["men#b"] if kind == "answerable" else [],
    }


RECORDS = [
    record(0.9, is_right=True, question="well answered"),
    record(0.8, question="another <b>came</b> first"),
    record(0.7, kind="health", question="answered all the same"),
    record(0.1, is_right=True, question="refused all the same"),
    record(0.05, kind="unrelated", question="well refused"),
]
OUTCOMES = {
    "command": "python -m benchmarks collect",
    "date": "2026-11-23",
    "threshold": 0.5,
    "development": RECORDS,
    "held_out": RECORDS,
}


WORST = {
    "field": "message",
    "worst": [
        {"question": "are they gluten free", "ndcg_at_10": 0.05, "found": "Coeliac disease",
         "found_grade": 0, "expected": "Amphetamine", "expected_grade": 3}
    ],
}  # fmt: skip


@pytest.fixture
def results(tmp_path):
    for name, content in (
        ("evaluate", EVALUATED), ("outcomes", OUTCOMES), ("scale", SCALE)
    ):  # fmt: skip
        (tmp_path / f"{name}.json").write_text(json.dumps(content), encoding="utf-8")
    return tmp_path


@pytest.fixture
def page(results):
    (results / "worst.json").write_text(json.dumps(WORST), encoding="utf-8")
    return report_page.render(results, results / "worst.json")


class Outline(HTMLParser):
    """Collects the tags of a page, and checks that they nest."""

    VOID = frozenset(("meta", "link", "img", "br"))

    def __init__(self, page):
        super().__init__()
        self.tags, self._open = [], []
        self.feed(page)
        assert self._open == []

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self._open.append(tag)

    def handle_endtag(self, tag):
        assert self._open.pop() == tag

    def named(self, name):
        return [attributes for tag, attributes in self.tags if tag == name]


def test_page_has_its_sections_and_links_to_each(page):
    outline = Outline(page)

    assert {section["id"] for section in outline.named("section")} == SECTIONS
    assert {link["href"] for link in outline.named("a")} == {f"#{name}" for name in SECTIONS}


def test_page_loads_nothing(page):
    sources = [image["src"] for image in Outline(page).named("img")]

    assert len(sources) == 3
    assert all(source.startswith("data:image/svg+xml;base64,") for source in sources)
    assert not re.search(r"<script|@import|url\(|(?:src|href)=\"(?:http|//|/)", page)


def test_page_says_its_plots_in_words(page):
    assert all(len(image["alt"]) > 60 for image in Outline(page).named("img"))


def test_every_table_has_a_caption_and_row_and_column_heads(page):
    tables_shown = re.findall(r"<table>.*?</table>", page, re.DOTALL)

    assert tables_shown
    assert all("<caption>" in shown for shown in tables_shown)
    assert all('scope="col"' in shown and 'scope="row"' in shown for shown in tables_shown)


def test_page_shows_what_the_shipped_code_reaches(page):
    assert "0.765" in page


def test_page_shows_the_worst_questions_of_liveqa(page):
    assert "are they gluten free" in page
    assert "Amphetamine (grade 3)" in page


def test_page_escapes_a_question(page):
    assert "another &lt;b&gt;came&lt;/b&gt; first" in page


def test_page_says_what_was_not_measured(tmp_path):
    page = report_page.render(tmp_path, tmp_path / "worst.json")

    assert page.count("Not measured yet") == len(SECTIONS)
    assert Outline(page).named("img") == []


def test_worst_questions_stand_in_the_right_list():
    shown = {
        cases.title: [case.question for case in cases.cases]
        for cases in parts.show_worst(OUTCOMES).lists
    }

    assert list(shown.values()) == [
        ["another <b>came</b> first"],
        ["answered all the same"],
        ["refused all the same"],
    ]


def test_held_out_questions_are_never_read_out():
    held_out = OUTCOMES | {"held_out": [record(0.6, question="never to be read")]}

    assert "never to be read" not in repr(parts.show_worst(held_out))
    assert "never to be read" not in repr(parts.show_refusal(held_out))


def test_committed_outcomes_have_no_words_of_held_out_questions():
    outcomes = files.load_results(report_page.RESULTS / "outcomes.json")
    if outcomes is None:
        pytest.skip('not measured yet: run "make report"')

    assert not any("question" in outcome for outcome in outcomes["held_out"])


def test_risks_are_shares_of_wrong_answers_among_the_surest():
    assert risk.risks(RECORDS) == [0, 1 / 2, 2 / 3, 2 / 4, 3 / 5]


def test_measure_counts_at_the_threshold():
    measured = risk.measure(RECORDS, 0.5)

    assert measured["first"] == pytest.approx(2 / 3)
    assert measured["right"] == pytest.approx(2 / 3)
    assert measured["refused"] == pytest.approx(1 / 2)
    assert measured["answered"] == pytest.approx(3 / 5)
    assert measured["at_2"] == pytest.approx(1 / 5)


def test_tables_of_the_documents_are_in_step(tmp_path, monkeypatch):
    monkeypatch.setattr(tables, "README", tmp_path / "README.md")
    monkeypatch.setattr(tables, "RETRIEVAL", tmp_path / "retrieval.md")
    committed = [Path("benchmarks/README.md"), Path("docs/retrieval.md")]
    for path in committed:
        (tmp_path / path.name).write_text(path.read_text(encoding="utf-8"), encoding="utf-8")

    tables.write_all()

    for path in committed:
        written = (tmp_path / path.name).read_text(encoding="utf-8")
        assert written == path.read_text(encoding="utf-8"), "run: python -m benchmarks report"


def test_scale_table_has_a_row_for_each_system_at_each_size():
    shown = tables.render_scale(SCALE)

    assert shown.count("LanceDB, flat") == len(SCALE["sizes"])
    assert "All 16,407 pairs built again, with nothing changed: 1.5 s." in shown
    assert "With 10,000 passages 99.5% of the questions find the same four" in shown
    assert "10,000" in shown


def test_tables_say_what_was_not_measured():
    assert "benchmarks scale" in tables.render_scale(None)
    assert "make report" in tables.render_evaluate(None)
