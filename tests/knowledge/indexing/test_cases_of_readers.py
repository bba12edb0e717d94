"""Files that owners had trouble with: each comes out as its README says.

They are beside the repository, not in it; the kinds they stand for are tested by themselves.
"""

from pathlib import Path

import pytest

from knowledge.errors import DocumentUnreadable
from knowledge.indexing.ingest import read_file
from knowledge.types import Document

CASES = Path(__file__).parents[4] / "shared" / "cases" / "formats"

pytestmark = pytest.mark.skipif(not CASES.is_dir(), reason=f"The cases are not here ({CASES}).")


def read(name: str) -> tuple[Document, list[str]]:
    (document,), faults = read_file(CASES / name, CASES)
    return document, faults


def text_of(document: Document) -> str:
    return "\n".join(block for section in document.sections for block in section.blocks)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("m01-html-inside.md", "Call 999 if you hit your head and feel drowsy.\n"
         "If you fell twice in a year.\nExercise helps."),
        ("m03-line-break-tag.md", "Call 999 Do not wait. Stay on the line."),
        ("m05-toml.md", "Remove loose rugs."),
        ("m06-json.md", "Remove loose rugs."),
        ("m07-site-path.md", "Remove loose rugs."),
        ("m08-marks.md", "Take 70 mg once a week.\n- Handrail on the stairs\nSee the leaflet."),
        ("m09-blank-line-first.md", "Remove loose rugs."),
        ("d01-steps.docx", "How to do the exercise:\n1. Hold on to a chair.\nStay for 5 seconds.\n"
         "2. Rise on your toes.\nPicture 1\n3. Lower your heels."),
        ("d02-struck-out.docx", "Take 70 mg once a week."),
        ("d03-hidden-text.docx", "Open from 9 to 5."),
        ("d06-typed-bullets.docx", "Bring:\n- your letter\n- your glasses"),
        ("t01-heading-then-text.txt",
         "Often there are none until a bone breaks.\nThere are tablets and injections."),
    ],
)  # fmt: skip
def test_the_text_of_a_case(name: str, text: str) -> None:
    assert text_of(read(name)[0]) == text


def test_the_table_of_a_case_has_a_line_for_each_row() -> None:
    lines = text_of(read("m02-table.md")[0]).splitlines()

    assert lines[1:4] == ["Food | Portion | Calcium", "Milk | 200 ml | 240 mg",
                          "Tofu | 100 g | 350 mg"]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("leaflet-03.md", "Living with osteoporosis"),
        ("leaflet-04.docx", "Living with osteoporosis"),
        ("d04-stale-title.docx", "Living with osteoporosis"),
        ("t01-heading-then-text.txt", "LIVING WITH OSTEOPOROSIS"),
        ("m05-toml.md", "Falls at home"),
        ("m06-json.md", "Falls at home"),
        ("m09-blank-line-first.md", "Falls at home"),
    ],
)
def test_the_title_of_a_case(name: str, title: str) -> None:
    assert read(name)[0].title == title


def test_the_headings_of_cases() -> None:
    html, text = read("m01-html-inside.md")[0], read("t01-heading-then-text.txt")[0]

    assert html.sections[1].headings == ("When should I see a GP?",)
    assert [section.headings for section in text.sections] == [("SYMPTOMS",), ("Treatment",)]


def test_a_path_of_a_site_is_left_out_with_a_warning() -> None:
    document, (fault,) = read("m07-site-path.md")

    assert (document.title, document.url) == ("Falls at home", "")
    assert "`url: /health/falls/`" in fault


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("m10-colon-in-title.md", "Put the title in quotes"),
        ("t02-utf16-without-mark.txt", "UTF-16 without its mark"),
        ("j01-array.jsonl", "it is one JSON list. Put one object a line"),
    ],
)
def test_the_message_of_a_case(name: str, message: str) -> None:
    with pytest.raises(DocumentUnreadable, match=message) as caught:
        read(name)

    assert "\n" not in caught.value.reason
