"""Files that are meant to hurt a build: each is read, or named, and harms no other."""

import io
import json
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from knowledge.embed import Encoder
from knowledge.errors import DocumentUnreadable
from knowledge.index import Index
from knowledge.indexing import ingest, sizes
from knowledge.indexing.build import BuildReport, build_index
from knowledge.indexing.file_reader import FileReader
from knowledge.settings import Settings
from knowledge.types import Passage

FRONT = "---\ntitle: T\n---\n"
ASKED = FRONT + "## q?\n\n"
NS = "http://schemas.openxmlformats.org"
DTD = (
    '<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "lol">'
    + "".join(f'<!ENTITY {chr(98 + i)} "{f"&{chr(97 + i)};" * 10}">' for i in range(9))
    + "]>"
)
MERGE = "---\na0: &a0 {k0: 1, k1: 2}\n" + "".join(
    f"a{i + 1}: &a{i + 1} {{<<: [{','.join([f'*a{i}'] * 9)}]}}\n" for i in range(8)
)


def docx(text: str, *, before: str = "", around: str = "", n_files: int = 0) -> bytes:
    file = io.BytesIO()
    start, end = around * 10_000, around.replace("<", "</") * 10_000
    body = f"{start}<w:p><w:r><w:t>{text}</w:t></w:r></w:p>{end}"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(
            "[Content_Types].xml",
            f'<Types xmlns="{NS}/package/2006/content-types"><Default Extension="xml" '
            'ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.'
            'document.main+xml"/></Types>',
        )
        archive.writestr(
            "_rels/.rels",
            f'<Relationships xmlns="{NS}/package/2006/relationships"><Relationship Id="r1" '
            f'Type="{NS}/officeDocument/2006/relationships/officeDocument" '
            'Target="word/document.xml"/></Relationships>',
        )
        archive.writestr(
            "word/document.xml",
            f'{before}<w:document xmlns:w="{NS}/wordprocessingml/2006/main"><w:body>{body}'
            "</w:body></w:document>",
        )
        for number in range(n_files):
            archive.writestr(f"word/f{number}", b"")
    return file.getvalue()


# Name, content, and the reason why it is not read; empty where it is.
FILES: list[tuple[str, str | bytes, str]] = [
    ("merge.md", MERGE + "title: T\n---\n## q?\n\nx is x.\n", "references like *a0 are not read"),
    ("front.md", f"---\n{'- ' * 20_000}\n---\nx\n", "its front matter is not YAML"),
    ("long-front.md", f"---\nlicence: {'x' * 100_000}\n---\nx\n", "its front matter has 100,009"),
    ("title.md", f"---\ntitle: {'x' * 2000}\n---\nx\n", "it has a field `title` of 2,000"),
    ("number.md", f"---\ntitle: 0x{'f' * 6000}\n---\nx\n", "it has a field `title` of 6,002"),
    ("date.md", f"---\nreviewed: 0x{'f' * 6000}\n---\nx\n", ""),
    ("headings.md", FRONT + "".join(f"## H {i}\n\nText {i}.\n\n" for i in range(3000)), ""),
    ("same.md", FRONT + "## Same\n\nText here.\n\n" * 6000, ""),
    ("no-text.md", FRONT + "# h\n" * 50_000, "it has no text"),
    ("quotes.md", FRONT + ">" * 20_000 + " x\n", "it has no text"),
    ("lists.md", FRONT + "".join("  " * i + "- x\n" for i in range(1000)), ""),
    ("brackets.md", ASKED + "[" * 100_000, "it has a sentence of 100,000 characters; 50,000"),
    ("braces.md", ASKED + "}" * 30_000 + ".\n", ""),
    ("emphasis.md", ASKED + "*a_" * 20_000, "it has a sentence of 60,000"),
    (
        "ticks.md",
        ASKED + "".join("`" * i + " " for i in range(1, 1500)),
        "a paragraph or list of 1,",
    ),
    ("links.md", ASKED + "[a](<b" * 15_000, "it has a sentence of 90,000"),
    ("comments.md", ASKED + "<!--" * 100_000 + "\n\nx\n", "it has no text"),
    ("line.md", ASKED + "word " * 400_000, "a paragraph or list of 1,999,999 characters"),
    (
        "asked.md",
        f"{ASKED}<!-- also asked:\n{'- what' * 1}\n" + "- why\n" * 300 + "-->\n\nx.",
        "301",
    ),
    ("div.html", "<body>" + "<div>" * 200_000 + "text.", "are nested more than 10,000 deep"),
    ("i.html", "<body>" + "<i>" * 1_000_000 + "text.", "are nested more than 10,000 deep"),
    ("ul.html", "<body>" + "<ul><li>" * 100_000 + "text.", "are nested more than 10,000 deep"),
    ("table.html", "<body>" + "<table><tr><td>" * 1000 + "text.", ""),
    ("p.html", "<body>" + "<p>text" * 20_000, ""),
    ("svg.html", "<body><p>text" + "<svg><path><g>" * 3000, ""),
    ("comment.html", "<body><p>text" + "<!--<div>" * 50_000, ""),
    ("class.html", "<body><h1>T</h1>" + '<div class="ad">x</div>' * 10_000 + "<p>text", ""),
    ("names.html", "<body>" + '<div class="sidebar comments">' * 5000 + "text", ""),
    ("dates.html", "<body>" + "<div>" * 5000 + "Updated 1 May 2024", ""),
    ("ask.html", "<body><p>text" + "<button aria-expanded=false aria-controls=a>How?" * 5000, ""),
    ("hidden.html", "<body>text" + "<i></i>" * 9000 + "<i aria-hidden=true>a</i>" * 9000, ""),
    ("meta.html", "<meta " + "charset " * 100_000 + "><p>text", ""),
    ("lol.docx", docx("&j;", before=DTD), "amplification"),
    ("deep.docx", docx("text", around="<w:sdt><w:sdtContent>"), "it unpacks to"),
    ("spaces.docx", docx("a " * 2_000_000), "it unpacks to 4 MB"),
    ("many.docx", docx("text", n_files=20_000), ""),
    ("deep.jsonl", '{"text":"x","a":' + "[" * 200_000 + "]" * 200_000 + "}\n", "it is not JSON"),
    ("id.jsonl", json.dumps({"id": "i" * 9999, "text": "x"}), "a field `id` of 9,999"),
    ("lines.txt", "\n" * 3_000_000 + "text\n", ""),
    ("blank.txt", "a" + " \n" * 300_000 + "b\n", ""),
]


@pytest.fixture(scope="module")
def reader() -> Iterator[FileReader]:
    reader = FileReader(timeout_s=20, memory_mb=3000)
    yield reader
    reader.close()


def read(reader: FileReader, path: Path) -> list[Passage]:
    function = partial(ingest.read_file, keep_suffix=False)
    documents, faults = reader.run(function, path, path.parent, path=path)
    found, reasons = reader.run(ingest.chunk_documents, documents, 160, path=path)
    if not found:
        raise DocumentUnreadable(path, " ".join([*faults, *reasons]))
    return [passage for passages in found.values() for passage in passages]


@pytest.mark.parametrize(("name", "content", "reason"), FILES, ids=[name for name, *_ in FILES])
def test_a_hostile_file_is_read_or_named(
    reader: FileReader, tmp_path: Path, name: str, content: str | bytes, reason: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())

    if reason:
        with pytest.raises(DocumentUnreadable) as caught:
            read(reader, path)
        assert reason in caught.value.reason
        assert "longer than" not in caught.value.reason
    else:
        assert read(reader, path)


def test_a_hostile_sidecar_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("Text.")
    (tmp_path / "a.yml").write_text(f"title: 0x{'f' * 6000}")

    with pytest.raises(DocumentUnreadable, match=r"it has a field `title` of 6,002"):
        ingest.read_file(tmp_path / "a.md", tmp_path)


def test_a_line_that_is_too_much_leaves_the_others(tmp_path: Path) -> None:
    lines = [{"id": "a", "text": "x " * 600_000}, {"id": "b", "text": "Text."}]
    (tmp_path / "a.jsonl").write_text("\n".join(map(json.dumps, lines)))

    documents, faults = ingest.read_file(tmp_path / "a.jsonl", tmp_path)

    assert [document.id for document in documents] == ["b"]
    assert faults == ["a has a paragraph or list of 1,199,999 characters; 1,000,000 are allowed."]


def test_a_heading_as_long_as_a_text_is_a_paragraph(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text(f"# {'long ' * 300}\n\nText.")

    ((document,), _) = ingest.read_file(tmp_path / "a.md", tmp_path)

    assert document.sections[0].headings == ()
    assert document.sections[0].blocks == (("long " * 300).strip(), "Text.")


# ---- the whole build


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    folder = tmp_path / "documents"
    folder.mkdir()
    (folder / "good.md").write_text("## What is good?\n\nMilk is good.")
    return Settings(documents=(folder,), index=tmp_path / "knowledge.db")


def report_build(settings: Settings, encoder: Encoder) -> BuildReport:
    reports: list[BuildReport] = []
    build_index(settings, encoder, on_report=reports.append).close()
    return reports[0]


def test_a_build_names_what_took_too_long_and_builds_the_rest(
    settings: Settings, encoder: Encoder
) -> None:
    (settings.documents[0] / "slow.md").write_text(FRONT + "# h\n" * 200_000 + "\ntext")

    report = report_build(replace(settings, read_timeout_s=4), encoder)

    assert [str(err) for err in report.unreadable] == [
        f"Cannot read {settings.documents[0] / 'slow.md'}: reading it takes longer than 4 s. Split "
        "it, save it in another format, or raise KNOWLEDGE_READ_TIMEOUT_S."
    ]
    assert [*Index.load(settings.index).documents] == ["good"]


def test_a_build_names_what_cannot_be_cut_and_is_unchanged_the_next_time(
    settings: Settings, encoder: Encoder
) -> None:
    (settings.documents[0] / "bad.md").write_text("x" * (sizes.MAX_SENTENCE + 1))
    reports = [report_build(settings, encoder) for _ in range(2)]

    for report in reports:
        ((path, reason),) = [(err.path.name, err.reason) for err in report.unreadable]
        assert path == "bad.md"
        assert reason == "it has a sentence of 50,001 characters; 50,000 are allowed."
    assert [report.is_unchanged for report in reports] == [False, True]
    assert [*Index.load(settings.index).documents] == ["good"]


def test_a_document_that_became_hostile_leaves_the_index(
    settings: Settings, encoder: Encoder
) -> None:
    bad = settings.documents[0] / "bad.md"
    bad.write_text("Text.")
    build_index(settings, encoder).close()
    bad.write_text("x" * (sizes.MAX_SENTENCE + 1))

    report = report_build(settings, encoder)

    assert (report.n_added, report.n_changed, report.n_removed) == (0, 0, 1)


def test_a_build_of_hostile_documents_alone_leaves_the_old_index(
    settings: Settings, encoder: Encoder
) -> None:
    build_index(settings, encoder).close()
    before = settings.index.read_bytes()
    (settings.documents[0] / "good.md").write_text("x" * (sizes.MAX_SENTENCE + 1))

    with pytest.raises(DocumentUnreadable, match=r"nothing in it can be read\. good\.md: it has"):
        build_index(settings, encoder)

    assert settings.index.read_bytes() == before
