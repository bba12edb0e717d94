"""Source files to documents."""

import os
import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from knowledge.errors import DocumentUnreadable
from knowledge.indexing.chunk import chunk
from knowledge.indexing.ingest import chunk_documents, read_file
from knowledge.indexing.sources import make_no_documents_error, read_sources
from knowledge.types import Document, Passage, Section, Source

BODY = "## Heading\n\nText.\n"

COMPLETE = f"""\
---
title: Calcium in food
topic: calcium
publisher: The Library
url: https://library.example/calcium
checked: 2026-05-01
licence: CC BY 4.0
sources:
  - publisher: Bone Institute
    title: Calcium facts
    url: https://bone.example/calcium
  - publisher: Food Agency
    url: https://food.example/
---

{BODY}"""


def read_folder(*folders: Path, **limits: float) -> tuple[list[Document], list[DocumentUnreadable]]:
    """Return the documents of some folders, and what could not be read."""
    sources = read_sources(folders, read_file, **limits)
    return sources.documents, [*sources.failures, *sources.ignored]


def read(tmp_path: Path, text: str, name: str = "some-document.md") -> Document:
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return only(path, tmp_path)


def only(path: Path, folder: Path) -> Document:
    """Return the one document in a file."""
    (document,), faults = read_file(path, folder)
    assert faults == []
    return document


def test_read_file_keeps_every_field(tmp_path: Path) -> None:
    assert read(tmp_path, COMPLETE, "food/calcium.md") == Document(
        id="food/calcium",
        title="Calcium in food",
        topic="calcium",
        publisher="The Library",
        url="https://library.example/calcium",
        checked="2026-05-01",
        licence="CC BY 4.0",
        sources=(
            Source("Bone Institute", "https://bone.example/calcium", "Calcium facts"),
            Source("Food Agency", "https://food.example/"),
        ),
        sections=(Section(("Heading",), ("Text.",)),),
    )


def test_read_file_without_front_matter_is_named_by_its_file(tmp_path: Path) -> None:
    document = read(tmp_path, BODY, "coeliac-disease.md")

    assert document == Document(
        id="coeliac-disease",
        title="Coeliac disease",
        sections=(Section(("Heading",), ("Text.",)),),
    )


@pytest.mark.parametrize("front", ["", "title:\ntopic:\nsources:\nreviewed:\n"])
def test_read_file_takes_empty_values_as_missing(tmp_path: Path, front: str) -> None:
    document = read(tmp_path, f"---\n{front}---\n{BODY}")

    assert (document.title, document.topic, document.sources, document.checked) == (
        "Some document",
        "",
        (),
        "",
    )


def test_a_source_s_address_is_not_the_document_s(tmp_path: Path) -> None:
    text = COMPLETE.replace("url: https://library.example/calcium\n", "", 1)

    assert read(tmp_path, text).url == ""


@pytest.mark.parametrize(
    ("before", "after"),
    [("", "\ufeff"), ("\n", "\r\n"), ("---\n", "---  \n")],
    ids=["byte-order-mark", "line-ends-of-windows", "blanks-after-dashes"],
)
def test_read_file_ignores_how_the_file_was_saved(tmp_path: Path, before: str, after: str) -> None:
    saved = after + COMPLETE if not before else COMPLETE.replace(before, after)
    path = tmp_path / "some-document.md"
    path.write_bytes(saved.encode())

    assert only(path, tmp_path) == read(tmp_path, COMPLETE)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("---\ntitle: Never closed\n\nText.", "no closing ---"),
        ("---\ntitle: [unclosed\n---\nText.", "not YAML"),
        ("---\n- a\n- list\n---\nText.", "key: value"),
        ("---\ntitle: Nothing below\n---\n", "no text"),
        ("## Only\n\n## Headings\n", "no text"),
        ("", "it is empty"),
    ],
)
def test_read_file_refuses_a_faulty_file(tmp_path: Path, text: str, reason: str) -> None:
    with pytest.raises(DocumentUnreadable, match=reason) as caught:
        read(tmp_path, text)

    assert caught.value.path == tmp_path / "some-document.md"
    assert str(caught.value.path) in str(caught.value)


@pytest.mark.parametrize(
    ("front", "reason"),
    [
        ("reviewed: 2026-02-30", "`reviewed: 2026-02-30`"),
        ("title: [a, list]", "`title`"),
        ("topic: {a: mapping}", "`topic`"),
        ("reviewed: last spring", "`reviewed: last spring`"),
        ("reviewed: 2026-05-01 10:00:00", "is not a date"),
        ("sources: a text", "sources"),
        ("sources: {publisher: A, url: B}", "sources"),
        ("sources: [a text]", "sources"),
        ("sources: [{publisher: No address}]", "publisher and a url"),
        ("url: javascript:alert(1)", "not a web address"),
        ("sources: [{publisher: , url: https://a.example}]", "publisher and a"),
        ("url: /health/falls/", "not a web address"),
        ("reviewed: 1 May 2024", "is not a date"),
    ],
)
def test_read_file_ignores_values_that_another_program_wrote_and_names_them(
    tmp_path: Path, front: str, reason: str
) -> None:
    path = write(tmp_path, {"a.md": f"---\npublisher: NHS\n{front}\n---\nText."}) / "a.md"

    (document,), (fault,) = read_file(path, tmp_path)

    assert document == Document("a", "A", publisher="NHS", sections=(Section((), ("Text.",)),))
    assert reason in fault
    assert fault.endswith("It is ignored.")


def test_what_is_ignored_is_reported_of_a_file_that_is_read(tmp_path: Path) -> None:
    documents, (failure,) = read_folder(write(tmp_path, {"a.md": "---\nurl: /a/\n---\nText."}))

    assert ids(documents) == ["a"]
    assert failure.in_part
    assert str(failure).startswith(f"{tmp_path / 'a.md'}: `url: /a/` in its front matter is not")


def test_read_file_refuses_what_is_not_utf8(tmp_path: Path) -> None:
    (tmp_path / "latin.md").write_bytes("Östrogen".encode("latin-1"))

    with pytest.raises(DocumentUnreadable, match="not UTF-8"):
        read_file(tmp_path / "latin.md", tmp_path)


def test_read_file_refuses_a_folder(tmp_path: Path) -> None:
    (tmp_path / "folder.md").mkdir()

    with pytest.raises(DocumentUnreadable, match="directory"):
        read_file(tmp_path / "folder.md", tmp_path)


def write(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


def ids(documents: list[Document]) -> list[str]:
    return [document.id for document in documents]


def test_read_sources_reads_all_formats_in_order(tmp_path: Path) -> None:
    files = {
        "b.md": BODY, "a.html": "<p>Text.", "sub/c.txt": "Text.", "d.markdown": BODY,
        "e.HTM": "<p>Text.",
        "f.jsonl": '{"id": "F1", "text": "Text."}\n{"id": "F2", "text": "Text."}',
    }  # fmt: skip

    documents, failures = read_folder(write(tmp_path, files))

    assert ids(documents) == ["a", "b", "d", "e", "F1", "F2", "sub/c"]
    assert failures == []


@pytest.mark.parametrize(
    "name", ["SOURCES.md", "sub/SOURCES.md", ".DS_Store", ".git/config", "~$a.docx", "Thumbs.db"]
)
def test_read_sources_passes_over_what_is_no_document(tmp_path: Path, name: str) -> None:
    documents, failures = read_folder(write(tmp_path, {"a.md": BODY, name: "anything"}))

    assert (ids(documents), failures) == (["a"], [])


BROKEN: list[tuple[str, bytes, str]] = [
    ("broken.pdf", b"%PDF-1.7\nrubbish", "it is damaged"),
    ("broken.docx", b"PK\x03\x04 word/document.xml rubbish", "it is damaged"),
    ("empty.md", b"", "it is empty"),
    ("empty.pdf", b"", "it is empty"),
    ("frame.html", b"<html><body><nav>Home</nav></body></html>", "it has no text"),
    ("binary.txt", bytes(range(256)), "it is a binary file"),
    ("latin.txt", "Östrogen".encode("latin-1"), "it is not UTF-8 text"),
    ("pdf.html", b"%PDF-1.7", "it is a PDF under a wrong name"),
    ("zip.docx", b"PK\x03\x04", "it is an archive (ZIP)"),
    ("page.md", b"<!doctype html><p>Text.", "it is an HTML page under a wrong name"),
    ("lines.jsonl", b"{\n[]", "2 passages are left out. Line 1: it is not JSON."),
    ("lonely.yml", b"title: A", "no document of its name"),
]


@pytest.mark.parametrize(("name", "data", "reason"), BROKEN, ids=[name for name, _, _ in BROKEN])
def test_read_sources_names_a_file_it_cannot_read_and_reads_the_rest(
    tmp_path: Path, name: str, data: bytes, reason: str
) -> None:
    documents, (failure,) = read_folder(write(tmp_path, {"a.md": BODY, name: data, "z.md": BODY}))

    assert ids(documents) == ["a", "z"]
    assert failure.path == tmp_path / name
    assert reason in failure.reason
    assert failure.reason.endswith(".") or ")" in failure.reason


def test_read_sources_reads_no_file_over_the_limit(tmp_path: Path) -> None:
    files = {"a.md": BODY, "big.md": "Text. " * 1000}

    documents, (failure,) = read_folder(write(tmp_path, files), max_file_mb=0.005)

    assert ids(documents) == ["a"]
    assert failure.path.name == "big.md"
    assert "KNOWLEDGE_MAX_FILE_MB" in failure.reason


def test_read_sources_names_a_broken_link(tmp_path: Path) -> None:
    (write(tmp_path, {"a.md": BODY}) / "link.md").symlink_to("nowhere.md")

    _, (failure,) = read_folder(tmp_path)

    assert (failure.path.name, "broken link" in failure.reason) == ("link.md", True)


def test_read_sources_names_a_pipe_instead_of_waiting_for_it(tmp_path: Path) -> None:
    os.mkfifo(write(tmp_path, {"a.md": BODY}) / "pipe.md")

    _, (failure,) = read_folder(tmp_path)

    assert failure.path.name == "pipe.md"


def test_read_sources_names_a_file_whose_name_is_no_text(tmp_path: Path) -> None:
    write(tmp_path, {"a.md": BODY})
    Path(os.fsdecode(bytes(tmp_path) + b"/\xff.md")).write_text(BODY)

    _, (failure,) = read_folder(tmp_path)

    assert "not UTF-8" in failure.reason
    assert str(failure).encode()


def test_read_sources_keeps_the_good_lines_and_names_the_others(tmp_path: Path) -> None:
    lines = '{"id": "1", "text": "One."}\n' + "{\n" * 7

    documents, (failure,) = read_folder(write(tmp_path, {"a.jsonl": lines}))

    assert ids(documents) == ["1"]
    assert failure.reason.startswith("7 passages are left out. Line 2: it is not JSON. Line 3:")
    assert failure.reason.endswith("And 2 more.")


@pytest.mark.parametrize("given", ["a", "a#heading", "1"])
def test_read_sources_uses_no_id_twice(
    tmp_path: Path, given: str, caplog: pytest.LogCaptureFixture
) -> None:
    files = {
        "a.md": BODY,
        "b.jsonl": '{"id": "1", "text": "One."}',
        "c.jsonl": f'{{"id": "{given}", "text": "A."}}\n{{"id": "{given}", "text": "B."}}',
    }

    documents, failures = read_folder(write(tmp_path, files))

    assert failures == []
    assert ids(documents) == ["a", "1", f"c/{given}", f"c/{given}-2"]
    assert [document.sections[0].id for document in documents[1:]] == ids(documents)[1:]
    assert "2 ids were taken" in caplog.text


def test_read_sources_names_no_document_as_a_passage_is_named(tmp_path: Path) -> None:
    files = {"a.jsonl": '{"id": "b#heading", "text": "One."}', "b.md": BODY}

    documents, _ = read_folder(write(tmp_path, files))

    passages = [p.id for document in documents for p in chunk(document, max_words=50)]
    assert passages == ["b#heading", "b/b#heading"]


def test_read_sources_tells_files_apart_that_differ_in_their_suffix(tmp_path: Path) -> None:
    files = {"guide.md": BODY, "guide.txt": "Text.", "other.md": BODY}

    documents, _ = read_folder(write(tmp_path, files))

    assert ids(documents) == ["guide.md", "guide.txt", "other"]


SIDECAR = """\
title: From the sidecar
publisher: Bone Charity
url: https://bone.example/leaflet
checked: 2026-05-01
topic: falls
licence: CC BY 4.0
sources: [{publisher: NHS, url: "https://nhs.example/"}]
"""


@pytest.mark.parametrize("sidecar", ["a.yml", "a.yaml", "a.txt.yml"])
def test_sidecar_says_what_the_format_cannot(tmp_path: Path, sidecar: str) -> None:
    documents, failures = read_folder(write(tmp_path, {"a.txt": "Text.", sidecar: SIDECAR}))

    assert failures == []
    assert documents == [
        Document(
            id="a",
            title="From the sidecar",
            topic="falls",
            publisher="Bone Charity",
            url="https://bone.example/leaflet",
            checked="2026-05-01",
            licence="CC BY 4.0",
            sources=(Source("NHS", "https://nhs.example/"),),
            sections=(Section((), ("Text.",)),),
        )
    ]


def test_sidecar_wins_over_the_file_and_leaves_the_rest(tmp_path: Path) -> None:
    files = {"a.md": COMPLETE, "a.yml": "title: Other\nreviewed: 2026-06-01\n"}

    ((document,), _) = read_folder(write(tmp_path, files))

    assert (document.title, document.checked) == ("Other", "2026-06-01")
    assert document.publisher == "The Library"


@pytest.mark.parametrize("id_", [".", "..", "a/../b", "headings.json"])
def test_an_id_that_no_page_can_have_is_named(tmp_path: Path, id_: str) -> None:
    lines = f'{{"id": "{id_}", "text": "One."}}\n{{"id": "a..b/c", "text": "Two."}}'

    documents, failures = read_folder(write(tmp_path, {"a.jsonl": lines}))

    assert [document.id for document in documents] == ["a..b/c"]
    assert "has an id that cannot be part of an address." in str(failures[0])


def test_sidecar_of_json_lines_holds_for_each(tmp_path: Path) -> None:
    lines = '{"id": "1", "text": "One.", "title": "A"}\n{"id": "2", "text": "Two.", "title": "B"}'

    documents, _ = read_folder(write(tmp_path, {"a.jsonl": lines, "a.yml": "publisher: NIH"}))

    assert [(d.title, d.publisher) for d in documents] == [("A", "NIH"), ("B", "NIH")]


@pytest.mark.parametrize(
    ("sidecar", "reason"),
    [
        ("title: [a", "its sidecar a.yml is not YAML"),
        ("- a", "its sidecar a.yml is not a list of `key: value` lines"),
        ("checked: soon", "`checked: soon` in its sidecar a.yml is not a date"),
        (b"\xff", "not UTF-8"),
    ],
)
def test_faulty_sidecar_keeps_its_document_out(
    tmp_path: Path, sidecar: str | bytes, reason: str
) -> None:
    files = {"a.txt": "Text.", "a.yml": sidecar, "b.txt": "Text."}

    documents, (failure,) = read_folder(write(tmp_path, files))

    assert ids(documents) == ["b"]
    assert failure.path == tmp_path / "a.txt"
    assert reason in failure.reason


def test_read_sources_names_a_missing_folder(tmp_path: Path) -> None:
    with pytest.raises(DocumentUnreadable, match="no such folder") as caught:
        read_folder(tmp_path / "nowhere")

    assert caught.value.path == tmp_path / "nowhere"


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        ({}, r"holds no document .*\.docx"),
        ({"a.md": "", "b.pdf": "Text."}, r"a\.md: it is empty.*b\.pdf: it is not a PDF"),
        ({"a.odt": "Text."}, r"nothing in it can be read\. .* 1 file \.odt.*a\.odt\.$"),
    ],
)
def test_a_folder_of_no_document_says_why(
    tmp_path: Path, files: Mapping[str, str], reason: str
) -> None:
    sources = read_sources([write(tmp_path, files)], read_file)

    error = make_no_documents_error([tmp_path], sources.failures, sources.passed_over)

    assert re.search(reason, str(error))


@pytest.mark.parametrize(
    ("publisher", "url", "sources", "origin"),
    [
        ("The Library", "", "", "published by The Library"),
        ("NHS", "https://nhs.example", "A", "published by NHS"),
        ("The Library", "", "ABA", "in our own words, from facts of A and B"),
        ("", "https://b.example", "A", "in our own words, from facts of A"),
        ("", "", "ABCD", "in our own words, from facts of A, B, C and D"),
        ("", "", "ABCDE", "in our own words, from facts of A, B, C and others"),
        ("", "", "", ""),
    ],
)
def test_a_document_says_whose_words_and_facts_it_has(
    publisher: str, url: str, sources: str, origin: str
) -> None:
    named = tuple(Source(name, "https://a.example") for name in sources)
    document = Document("id", "Title", publisher=publisher, url=url, sources=named)

    assert document.origin == origin


@pytest.mark.parametrize("key", ["checked", "reviewed"])
def test_the_day_of_the_check_has_an_older_name(tmp_path: Path, key: str) -> None:
    files = {"a.md": f"---\n{key}: 2026-05-01\n---\nText."}

    ((document,), _) = read_folder(write(tmp_path, files))

    assert document.checked == "2026-05-01"


def test_a_document_says_who_reviewed_it_and_what_became_of_its_sources(tmp_path: Path) -> None:
    front = """---
reviewed_by: Dr A. Example
review_due: 2027-05-01
sources: [{publisher: NIH, url: "http://a.example/", closed: yes, note: read in a copy}]
---
Text.
"""
    ((document,), _) = read_folder(write(tmp_path, {"a.md": front}))

    assert (document.reviewed_by, document.review_due) == ("Dr A. Example", "2027-05-01")
    assert document.sources == (
        Source("NIH", "http://a.example/", is_closed=True, note="read in a copy"),
    )


# What turns the order of a text round, what hides one in it, and what parts a word unseen.
HIDDEN = "\u202e\u2066\U000e0041\u200b\ufeff"
DETAILS = """\
title: Ti_tle
topic: to_pic
publisher: Pub_lisher
licence: CC_0
url: https://a.ex_ample/
sources: [{publisher: So_urce, title: Fa_cts, url: "https://b.ex_ample/"}]
"""


@pytest.mark.parametrize(
    "files",
    [
        {"a_b.md": f"---\n{DETAILS}---\n# He_ad\n\n<!-- also asked:\n- wh_y\n-->\n\nTe_xt."},
        {"a_b.txt": "Te_xt.", "a_b.yml": DETAILS},
        {"a_b.txt": "Ti_tle\n\nHe_ad\n\nTe_xt is here."},
        {
            "a_b.html": "<title>Ti_tle</title><meta property='og:site_name' content='Pu_b'>"
            "<link rel=canonical href='https://a.ex_ample/'><h2>He_ad</h2><p>Te_xt.<p>Mo_re."
        },
        {"a.jsonl": '{"id": "i_d", "title": "Ti_tle", "section": "He_ad", "text": "Te_xt."}'},
    ],
    ids=["markdown", "sidecar", "text", "html", "jsonl"],
)
def test_nothing_of_a_document_is_invisible(tmp_path: Path, files: Mapping[str, str]) -> None:
    def write_all(folder: Path, between: str) -> Document:
        folder.mkdir()
        for name, text in files.items():
            (folder / name.replace("_", between)).write_text(text.replace("_", between), "utf-8")
        documents, failures = read_folder(folder)
        assert failures == []
        return documents[0]

    assert write_all(tmp_path / "hidden", HIDDEN) == write_all(tmp_path / "plain", "")


# ---- several folders


def test_read_sources_reads_several_folders_in_their_order(tmp_path: Path) -> None:
    write(tmp_path, {"library/falls.md": BODY, "faq/asked.md": BODY})

    documents, failures = read_folder(tmp_path / "library", tmp_path / "faq")

    assert [document.id for document in documents] == ["falls", "asked"]
    assert failures == []


def test_an_id_that_two_folders_have_is_named_by_the_later_folder(tmp_path: Path) -> None:
    names = ("library/falls.md", "library/faq/hips.md", "faq/falls.md", "faq/hips.md")
    write(tmp_path, dict.fromkeys(names, BODY))

    documents, _ = read_folder(tmp_path / "library", tmp_path / "faq")

    assert [document.id for document in documents] == ["falls", "faq/hips", "faq/falls", "hips"]


@pytest.mark.parametrize("order", [(".", "faq"), ("faq", ".")])
def test_a_file_of_two_folders_is_read_once(tmp_path: Path, order: tuple[str, str]) -> None:
    write(tmp_path, {"falls.md": BODY, "faq/hips.md": BODY})

    documents, _ = read_folder(*(tmp_path / name for name in order))

    assert len(documents) == 2


def test_one_missing_folder_of_several_is_named(tmp_path: Path) -> None:
    write(tmp_path, {"library/falls.md": BODY})

    with pytest.raises(DocumentUnreadable, match="no such folder") as caught:
        read_folder(tmp_path / "library", tmp_path / "faq")

    assert caught.value.path == tmp_path / "faq"


def test_a_section_of_questions_is_named_by_its_question(tmp_path: Path) -> None:
    write(tmp_path, {"faq/asked.md": "## May I fly?\n\nYes.\n\n## Is it safe?\n\nMostly.\n"})

    ((document,), _) = read_folder(tmp_path / "faq")

    assert [section.headings for section in document.sections] == [
        ("May I fly?",),
        ("Is it safe?",),
    ]


# ---- one document that cannot be cut


def test_a_document_that_cannot_be_cut_is_named_and_the_others_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cut(document: Document, *, max_words: int) -> list[Passage]:
        if document.id == "2":
            raise ValueError("[E088] Text of length 1000001\nexceeds maximum of 1000000.")
        return chunk(document, max_words=max_words)

    lines = "\n".join(f'{{"id": "{number}", "text": "One."}}' for number in (1, 2, 3))
    documents, _ = read_folder(write(tmp_path, {"a.jsonl": lines}))
    monkeypatch.setattr("knowledge.indexing.chunk.chunk", cut)

    passages, faults = chunk_documents(documents, 50)

    assert [*passages] == ["1", "3"]
    assert faults == [
        "2 cannot be cut into passages (ValueError: [E088] Text of length 1000001 exceeds maximum "
        "of 1000000.)."
    ]
