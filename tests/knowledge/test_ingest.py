"""Source files to documents."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.errors import DocumentUnreadable
from knowledge.ingest import read_document, read_folder, read_sections
from knowledge.types import Document, Section, Source

BODY = "## Heading\n\nText.\n"

COMPLETE = f"""\
---
title: Calcium in food
topic: calcium
publisher: The Library
url: https://library.example/calcium
reviewed: 2026-05-01
licence: CC BY 4.0
sources:
  - publisher: Bone Institute
    title: Calcium facts
    url: https://bone.example/calcium
  - publisher: Food Agency
    url: https://food.example/
---

{BODY}"""


def read(tmp_path: Path, text: str, name: str = "some-document.md") -> Document:
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return read_document(path, tmp_path)


def test_read_document_keeps_every_field(tmp_path: Path) -> None:
    assert read(tmp_path, COMPLETE, "food/calcium.md") == Document(
        id="food/calcium",
        title="Calcium in food",
        topic="calcium",
        publisher="The Library",
        url="https://library.example/calcium",
        reviewed="2026-05-01",
        licence="CC BY 4.0",
        sources=(
            Source("Bone Institute", "https://bone.example/calcium", "Calcium facts"),
            Source("Food Agency", "https://food.example/"),
        ),
        sections=(Section(("Heading",), ("Text.",)),),
    )


def test_read_document_without_front_matter_is_named_by_its_file(tmp_path: Path) -> None:
    document = read(tmp_path, BODY, "coeliac-disease.md")

    assert document == Document(
        id="coeliac-disease",
        title="Coeliac disease",
        sections=(Section(("Heading",), ("Text.",)),),
    )


@pytest.mark.parametrize("front", ["", "title:\ntopic:\nsources:\nreviewed:\n"])
def test_read_document_takes_empty_values_as_missing(tmp_path: Path, front: str) -> None:
    document = read(tmp_path, f"---\n{front}---\n{BODY}")

    assert (document.title, document.topic, document.sources, document.reviewed) == (
        "Some document",
        "",
        (),
        "",
    )


def test_read_document_takes_its_address_from_its_first_source(tmp_path: Path) -> None:
    text = COMPLETE.replace("url: https://library.example/calcium\n", "", 1)

    assert read(tmp_path, text).url == "https://bone.example/calcium"


@pytest.mark.parametrize(
    ("before", "after"),
    [("", "\ufeff"), ("\n", "\r\n"), ("---\n", "---  \n")],
    ids=["byte-order-mark", "line-ends-of-windows", "blanks-after-dashes"],
)
def test_read_document_ignores_how_the_file_was_saved(
    tmp_path: Path, before: str, after: str
) -> None:
    saved = after + COMPLETE if not before else COMPLETE.replace(before, after)
    path = tmp_path / "some-document.md"
    path.write_bytes(saved.encode())

    assert read_document(path, tmp_path) == read(tmp_path, COMPLETE)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("---\ntitle: Never closed\n\nText.", "no closing ---"),
        ("---\ntitle: [unclosed\n---\nText.", "not YAML"),
        ("---\nreviewed: 2026-02-30\n---\nText.", "not YAML"),
        ("---\n- a\n- list\n---\nText.", "key: value"),
        ("---\ntitle: [a, list]\n---\nText.", "`title`"),
        ("---\ntopic: {a: mapping}\n---\nText.", "`topic`"),
        ("---\nreviewed: last spring\n---\nText.", "`reviewed: last spring`"),
        ("---\nreviewed: 2026-05-01 10:00:00\n---\nText.", "is not a date"),
        ("---\nsources: a text\n---\nText.", "sources"),
        ("---\nsources: {publisher: A, url: B}\n---\nText.", "sources"),
        ("---\nsources: [a text]\n---\nText.", "sources"),
        ("---\nsources: [{publisher: No address}]\n---\nText.", "publisher and a url"),
        ("---\nsources: [{publisher: , url: https://a.example}]\n---\nText.", "publisher and a"),
        ("---\ntitle: Nothing below\n---\n", "no text"),
        ("## Only\n\n## Headings\n", "no text"),
        ("", "no text"),
    ],
)
def test_read_document_refuses_a_faulty_file(tmp_path: Path, text: str, reason: str) -> None:
    with pytest.raises(DocumentUnreadable, match=reason) as caught:
        read(tmp_path, text)

    assert caught.value.path == tmp_path / "some-document.md"
    assert str(caught.value.path) in str(caught.value)


def test_read_document_refuses_what_is_not_utf8(tmp_path: Path) -> None:
    (tmp_path / "latin.md").write_bytes("Östrogen".encode("latin-1"))

    with pytest.raises(DocumentUnreadable, match="not UTF-8"):
        read_document(tmp_path / "latin.md", tmp_path)


def test_read_document_refuses_a_folder(tmp_path: Path) -> None:
    (tmp_path / "folder.md").mkdir()

    with pytest.raises(DocumentUnreadable, match="directory"):
        read_document(tmp_path / "folder.md", tmp_path)


def test_read_folder_is_ordered_and_leaves_out_what_is_no_document(tmp_path: Path) -> None:
    names = ["b.md", "a.md", "sub/c.md", "SOURCES.md", "sub/SOURCES.md", "notes.txt", "scan.pdf"]
    for name in names:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(BODY)

    assert [document.id for document in read_folder(tmp_path)] == ["a", "b", "sub/c"]


def test_read_folder_names_a_missing_folder(tmp_path: Path) -> None:
    with pytest.raises(DocumentUnreadable, match="no such folder") as caught:
        read_folder(tmp_path / "nowhere")

    assert caught.value.path == tmp_path / "nowhere"


def test_read_folder_refuses_a_folder_without_documents(tmp_path: Path) -> None:
    (tmp_path / "SOURCES.md").write_text("# Register")

    with pytest.raises(DocumentUnreadable, match="no Markdown document"):
        read_folder(tmp_path)


@pytest.mark.parametrize(
    ("markdown", "headings"),
    [
        ("Text.", [()]),
        ("# A\n\nText.\n\n## B\n\nText.\n\n# C\n\nText.", [("A",), ("A", "B"), ("C",)]),
        ("# A\n\n### B\n\nText.\n\n## C\n\nText.", [("A", "B"), ("A", "C")]),
        ("### A\n\nText.\n\n# B\n\nText.", [("A",), ("B",)]),
        ("## Empty\n\n## Full\n\nText.", [("Full",)]),
        ("A\n=\n\nB\n-\n\nText.", [("A", "B")]),
        ("## What is a **T-score**?\n\nText.", [("What is a T-score?",)]),
    ],
)
def test_read_sections_keeps_the_heading_path(
    markdown: str, headings: list[tuple[str, ...]]
) -> None:
    assert [section.headings for section in read_sections(markdown)] == headings


@pytest.mark.parametrize(
    ("markdown", "blocks"),
    [
        ("One\nparagraph  \nof three lines.", ["One paragraph of three lines."]),
        ("One.\n\nTwo.", ["One.", "Two."]),
        ("*Calcium* is **good** [for you](https://a.example).", ["Calcium is good for you."]),
        ("`DXA` &amp; 5 \\* 4 <https://a.example/b>", ["DXA & 5 * 4 https://a.example/b"]),
        ("![A bone](bone.png)", ["A bone"]),
        ("Text with <b>tags</b>.", ["Text with tags."]),
        ("One.\n\n---\n\nTwo.", ["One.", "Two."]),
        ("Foods:\n\n* milk\n* fish", ["Foods:", "- milk\n- fish"]),
        ("1. wash\n2. rinse", ["1. wash\n2. rinse"]),
        ("3. dry\n4. fold", ["3. dry\n4. fold"]),
        ("- fish\n  - sardines\n  - salmon\n- milk", ["- fish\n- sardines\n- salmon\n- milk"]),
        ("- one\n\n  still one\n- two", ["- one\nstill one\n- two"]),
        ("- # Heading\n- text", ["- Heading\n- text"]),
        ("> Quoted.\n>\n> - item", ["Quoted.", "- item"]),
        ("> ## Heading\n>\n> Quoted.", ["Heading", "Quoted."]),
        ("```\none\n\ntwo\n```", ["one\ntwo"]),
        ("    indented\n", ["indented"]),
    ],
)
def test_read_sections_keeps_the_text(markdown: str, blocks: list[str]) -> None:
    assert [list(section.blocks) for section in read_sections(markdown)] == [blocks]


@pytest.mark.parametrize(
    ("comment", "questions"),
    [
        ("<!-- also asked:\n- how much\n- how often?\n-->", ("how much", "how often?")),
        ("<!-- also asked:\n\n  * a - b\n\n-\n-->", ("* a - b",)),
        ("<!-- Also asked: how much -->", ("how much",)),
        ("<!-- also asked: one\n-->\n\n<!-- also asked: two -->", ("one", "two")),
        ("<!-- to be checked: how much -->", ()),
        ("<!-- also asked: -->", ()),
    ],
)
def test_read_sections_reads_other_questions_and_shows_none(
    comment: str, questions: tuple[str, ...]
) -> None:
    markdown = f"## A\n\n{comment}\n\nText.\n\n## B\n\nMore."

    assert list(read_sections(markdown)) == [
        Section(("A",), ("Text.",), questions),
        Section(("B",), ("More.",)),
    ]


# An "x" first: a line must not start like a list or a number.
lines = st.text("abcXYZäßΩ09 ", max_size=20).map(lambda text: "x" + " ".join(text.split()))


@given(st.lists(st.tuples(st.integers(1, 6), lines, st.lists(lines, min_size=1, max_size=3))))
def test_read_sections_loses_no_text(parts: list[tuple[int, str, list[str]]]) -> None:
    markdown = "\n\n".join(
        line for level, heading, blocks in parts for line in (f"{'#' * level} {heading}", *blocks)
    )

    sections = list(read_sections(markdown))

    assert [(section.headings[-1], list(section.blocks)) for section in sections] == [
        (heading, blocks) for _, heading, blocks in parts
    ]


@pytest.mark.parametrize(
    ("publisher", "sources", "attribution"),
    [
        ("The Library", [], "The Library"),
        ("The Library", ["A", "B", "A"], "The Library (facts from A, B)"),
        ("", ["Arthritis UK"], "Facts from Arthritis UK"),
        ("", [], ""),
    ],
)
def test_attribution_names_publisher_and_sources(
    publisher: str, sources: list[str], attribution: str
) -> None:
    named = tuple(Source(name, "https://a.example") for name in sources)

    assert Document("id", "Title", publisher=publisher, sources=named).attribution == attribution
