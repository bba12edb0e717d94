"""benchmarks/retrieval/charities.py: the libraries it makes, and what counts as right."""

import gzip
import json
import re

import pytest

from benchmarks.retrieval import charities, charity_documents
from benchmarks.retrieval.charity_documents import HEADINGS, Section
from knowledge import Passage
from knowledge.indexing.ingest import read_file

NAMES = charity_documents.names()
ANSWER = "Aching is a thing of its own. " * 12
LISTED = "It may show as: - a rash - a fever. It goes away again, and nobody knows why it came."


def make_pair(kind, answer, *, focus="Grey Knee", source="GARD"):
    """Return a pair as MedQuAD has them."""
    question = f"What of {kind} for {focus} ?"
    return {
        "id": "1", "source": source, "url": "", "focus": focus, "type": kind,
        "question": question, "answer": answer,
    }  # fmt: skip


@pytest.fixture
def pairs(tmp_path, monkeypatch):
    """Put a plan of five documents and a MedQuAD of our own where the script looks."""
    titles = ["Grey Knee", "Red Toe", "Blue Ear", "Cold Hand", "Dry Lip"]
    plan = {"odd": {"sources": ["NINDS", "GARD"], "documents": {t: [t] for t in titles}}}
    (tmp_path / "libraries.json").write_text(json.dumps(plan), encoding="utf-8")
    rows = [make_pair(kind, ANSWER, focus=t) for t in titles for kind in ("causes", "outlook")]
    rows += [
        make_pair("symptoms", LISTED + " The Human Phenotype Ontology provides a table"),
        make_pair("treatment", "These resources address it: " + ANSWER),
        make_pair("causes", "Another source speaks first. " * 8, source="NINDS"),
    ]
    with gzip.open(tmp_path / "medquad.jsonl.gz", "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows)
    monkeypatch.setattr(charity_documents, "FOLDER", tmp_path)
    monkeypatch.setattr(charity_documents, "MEDQUAD", tmp_path / "medquad.jsonl.gz")
    return titles


def test_gather_takes_what_the_first_source_says_and_leaves_out_what_says_nothing(pairs):
    made = charity_documents.gather("odd")

    assert sorted(made) == sorted(pairs)
    knee = {section.kind: section for section in made["Grey Knee"]}
    assert list(knee) == ["causes", "symptoms", "outlook"]
    assert knee["causes"].blocks[0].startswith("Another source speaks first.")
    assert knee["symptoms"].blocks == (
        "It may show as:",
        "- a rash\n- a fever.",
        "It goes away again, and nobody knows why it came.",
    )


def test_every_format_keeps_the_headings_by_which_sections_are_known(pairs, tmp_path):
    folder = tmp_path / "documents"
    folder.mkdir()

    kinds = charity_documents.write("odd", folder)

    assert {path.suffix for path in folder.iterdir()} == {".md", ".html", ".docx", ".pdf"}
    read = {
        (document.id, section.headings[-1])
        for path in folder.iterdir()
        for document in read_file(path, folder)[0]
        for section in document.sections
    }
    assert read == set(kinds)
    assert {heading for _, heading in kinds} >= {"Causes", "What of causes for Blue Ear?"}


def make_question(*, where=None):
    """Return a question that the causes of "Grey Knee" answer where they say "cold"."""
    where = {"Grey Knee": ["causes"]} if where is None else where
    return charities.Question("why", where, ("(?i)cold",), is_held_out=False)


@pytest.mark.parametrize(
    ("document", "heading", "text", "is_right"),
    [
        ("grey-knee", "Grey Knee > Causes", "Cold weather.", True),
        ("grey-knee", "Grey Knee: Causes", "Cold weather.", True),
        ("grey-knee", "Causes", "Warm weather.", False),
        ("grey-knee", "Symptoms", "Cold hands.", False),
        ("red-toe", "Causes", "Cold weather.", False),
    ],
)
def test_a_passage_answers_by_its_section_and_by_what_it_says(document, heading, text, is_right):
    kinds = {
        ("grey-knee", "Causes"): ("Grey Knee", "causes"),
        ("grey-knee", "Symptoms"): ("Grey Knee", "symptoms"),
        ("red-toe", "Causes"): ("Red Toe", "causes"),
    }
    passage = Passage("x", document, 0, heading, text, ((0, len(text)),))

    assert make_question().is_answered_by(passage, kinds) is is_right


def test_measure_counts_what_is_quoted_and_what_is_not():
    covered, uncovered = make_question(), make_question(where={})
    answer, offer, refusal = ({"kind": kind} for kind in ("answer", "clarify", "abstain"))
    outcomes = [
        charities.Outcome(
            covered, answer, is_right=True, is_offered=True, is_near=True, is_cut=False, shown="a"
        ),
        charities.Outcome(
            covered, answer, is_right=False, is_offered=True, is_near=True, is_cut=False, shown="b"
        ),
        charities.Outcome(
            covered, offer, is_right=False, is_offered=True, is_near=True, is_cut=False, shown="a"
        ),
        charities.Outcome(
            covered,
            refusal,
            is_right=False,
            is_offered=False,
            is_near=False,
            is_cut=False,
            shown="",
        ),
        charities.Outcome(
            uncovered,
            answer,
            is_right=False,
            is_offered=False,
            is_near=False,
            is_cut=False,
            shown="a",
        ),
        charities.Outcome(
            uncovered,
            offer,
            is_right=False,
            is_offered=False,
            is_near=False,
            is_cut=False,
            shown="a",
        ),
    ]

    assert charities.measure(outcomes) == {
        "n_answerable": 4,
        "n_uncovered": 2,
        "right": 0.25,
        "right_or_offered": 0.75,
        "right_document": 0.75,
        "wrong": 0.25,
        "uncovered_not_answered": 0.5,
        "uncovered_refused": 0.0,
    }


@pytest.mark.parametrize("name", NAMES)
def test_the_questions_fit_their_library(name):
    plan = json.loads((charity_documents.FOLDER / "libraries.json").read_text(encoding="utf-8"))
    questions = charities.read_questions(name)

    assert 40 <= len(plan[name]["documents"]) <= 70
    assert len({each.text for each in questions}) == 50
    assert sum(each.is_held_out for each in questions) == 25
    assert sum(not each.where for each in questions) == 12
    for each in questions:
        assert set(each.where) <= set(plan[name]["documents"])
        assert {kind for kinds in each.where.values() for kind in kinds} <= set(HEADINGS)
        assert bool(each.where) == bool(each.any)


@pytest.mark.skipif(
    not charity_documents.MEDQUAD.is_file(),
    reason="MedQuAD is not part of the project: ../shared/data/medquad.jsonl.gz is not here",
)
@pytest.mark.parametrize("name", NAMES)
def test_every_answer_stands_in_a_section_that_is_named(name):
    library = charity_documents.gather(name)

    def is_held(question: charities.Question, title: str, section: Section) -> bool:
        text = " ".join(section.blocks)
        is_named = section.kind in question.where.get(title, ())
        return is_named and any(re.search(each, text) for each in question.any)

    sections = [(title, section) for title, made in library.items() for section in made]
    missing = [
        each.text
        for each in charities.read_questions(name)
        if each.where and not any(is_held(each, *section) for section in sections)
    ]
    assert missing == []
