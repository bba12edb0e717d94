"""What a folder says of its documents."""

from pathlib import Path

import pytest

from knowledge.indexing.ingest import read_file
from knowledge.indexing.sources import Sources, read_sources
from knowledge.types import Document

CHARITY = """\
publisher: Example Charity
licence: CC BY 4.0
reviewed_by: Dr A. Example
base_url: https://charity.example/leaflets
"""


def read(folder: Path, files: dict[str, str]) -> Sources:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    return read_sources([folder], read_file)


def by_id(sources: Sources) -> dict[str, Document]:
    assert sources.failures == []
    return {document.id: document for document in sources.documents}


@pytest.mark.parametrize("name", ["folder.yml", "folder.yaml"])
def test_a_folder_speaks_for_its_documents_and_those_below(tmp_path: Path, name: str) -> None:
    files = {name: CHARITY, "a.md": "Text.", "sub/deep/b.md": "Text."}

    documents = by_id(read(tmp_path, files))

    for document in documents.values():
        assert document.publisher == "Example Charity"
        assert document.licence == "CC BY 4.0"
        assert document.reviewed_by == "Dr A. Example"
    assert documents["sub/deep/b"].url == "https://charity.example/leaflets/sub/deep/b"


def test_what_a_document_or_its_sidecar_says_wins(tmp_path: Path) -> None:
    front = "---\npublisher: NHS\nurl: https://nhs.example/falls\n---\nText."
    files = {"folder.yml": CHARITY, "a.md": front, "b.txt": "Text.", "b.yml": "licence: OGL"}

    documents = by_id(read(tmp_path, files))

    assert (documents["a"].publisher, documents["a"].url) == ("NHS", "https://nhs.example/falls")
    assert documents["a"].licence == "CC BY 4.0"
    assert (documents["b"].licence, documents["b"].publisher) == ("OGL", "Example Charity")


def test_a_folder_below_says_otherwise_or_takes_back(tmp_path: Path) -> None:
    files = {
        "folder.yml": CHARITY,
        "nhs/folder.yml": "publisher: NHS\nreviewed_by:\nbase_url: https://nhs.example/",
        "nhs/a.pdf.md": "Text.",
        "own/folder.yml": "base_url: ''",
        "own/b.md": "Text.",
    }

    documents = by_id(read(tmp_path, files))

    nhs, own = documents["nhs/a.pdf"], documents["own/b"]
    assert (nhs.publisher, nhs.licence, nhs.reviewed_by) == ("NHS", "CC BY 4.0", "")
    assert nhs.url == "https://nhs.example/a.pdf"
    assert (own.publisher, own.url) == ("Example Charity", "")


@pytest.mark.parametrize(
    ("name", "url"),
    [
        ("hip.html", "hip.html"),
        ("my hip & you.html", "my%20hip%20%26%20you.html"),
        ("Hüfte.txt", "H%C3%BCfte"),
        ("hip.markdown", "hip"),
    ],
)
def test_the_address_of_a_document_is_that_of_its_file(tmp_path: Path, name: str, url: str) -> None:
    (document,) = read(tmp_path, {"folder.yml": CHARITY, name: "<p>Text.</p>"}).documents

    assert document.url == f"https://charity.example/leaflets/{url}"


def test_ready_passages_get_no_address_of_their_file(tmp_path: Path) -> None:
    lines = '{"id": "1", "text": "One."}'

    documents = by_id(read(tmp_path, {"folder.yml": CHARITY, "a.jsonl": lines}))

    assert (documents["1"].publisher, documents["1"].url) == ("Example Charity", "")


def test_it_is_no_sidecar_of_a_document_of_that_name(tmp_path: Path) -> None:
    files = {"folder.yml": CHARITY, "folder.md": "Text.", "folder.md.yml": "title: Folders"}

    documents = by_id(read(tmp_path, files))

    assert (documents["folder"].title, documents["folder"].licence) == ("Folders", "CC BY 4.0")


BAD = [
    ("publsher: NHS", "it may have base_url, publisher, licence, reviewed_by, but not `publsher`."),
    ("publisher: [NHS]", "`publisher` in it is not a text."),
    ("publisher: [", "its content is not YAML"),
    ("- publisher", "its content is not a list of `key: value` lines."),
    ("base_url: leaflets/", "`base_url: leaflets/` in it is not the address of a folder"),
    ("base_url: https://a.example/?page=", "is not the address of a folder"),
    (f"publisher: {'x' * 2000}", "`publisher` in it has 2,000 characters; 1,000 are allowed."),
]


@pytest.mark.parametrize(("content", "reason"), BAD, ids=[content[:20] for content, _ in BAD])
def test_a_faulty_one_is_named_and_nothing_is_said_for_it(
    tmp_path: Path, content: str, reason: str
) -> None:
    files = {
        "folder.yml": CHARITY,
        "nhs/folder.yml": content,
        "nhs/a.md": "Text.",
        "nhs/below/folder.yml": "licence: OGL",
        "nhs/below/b.md": "Text.",
        "c.md": "Text.",
    }

    sources = read(tmp_path, files)

    publishers = {document.id: document.publisher for document in sources.documents}
    # Not the charity's: the faulty file may have been there to say so.
    assert publishers == {"c": "Example Charity", "nhs/a": "", "nhs/below/b": ""}
    (failure,) = sources.failures
    assert failure.path == tmp_path / "nhs/folder.yml"
    assert reason in failure.reason
    assert failure.reason.endswith("Until it is mended the documents of its folder go without.")
