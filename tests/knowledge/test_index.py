"""The conformance suite of an index: what any store of passages has to do."""

import gc
import json
import shutil
import sqlite3
from collections.abc import Sequence
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge import store
from knowledge.embed import Encoder, PassageTexts
from knowledge.errors import IndexMismatch, IndexNotFound, KnowledgeError
from knowledge.index import Index
from knowledge.indexing import chunk, ingest
from knowledge.indexing.sources import read_sources
from knowledge.search import retriever
from knowledge.search.lexical import Lexicon
from knowledge.search.retriever import Retriever
from knowledge.settings import Settings
from knowledge.store import FORMAT, EmbeddedPassages, Manifest, hash_corpus
from knowledge.types import Document, Passage, Source
from knowledge.vectors import GroupedVectors

MANIFEST_FIELDS = [field.name for field in fields(Manifest)]


@pytest.fixture
def copied(library: Settings, tmp_path: Path) -> Path:
    """A copy of the index, to be spoilt."""
    return Path(shutil.copy(library.index, tmp_path / "copied.db"))


def change(path: Path, sql: str, values: Sequence[Any] = ()) -> None:
    connection = sqlite3.connect(path)
    with connection:
        connection.execute(sql, values)
    connection.close()


def build_index(
    path: Path, encoder: Encoder, documents: Sequence[Document], passages: Sequence[Passage]
) -> Index:
    manifest = Manifest(
        encoder=encoder.manifest.name,
        revision=encoder.manifest.revision,
        dim=encoder.dim,
        max_words=160,
        corpus=hash_corpus(documents, passages),
        n_documents=len(documents),
        n_passages=len(passages),
    )
    titles = {document.id: document.title for document in documents}
    parts = [PassageTexts.of(passage, titles[passage.document_id]) for passage in passages]
    embedded = EmbeddedPassages(
        passages=passages,
        texts=encoder.encode([part.text for part in parts]),
        questions=[encoder.encode(part.questions) for part in parts],
        sentences=[encoder.encode(part.sentences) for part in parts],
    )
    return Index.build(path, manifest, documents, embedded)


def passage(text: str, *, number: int = 0, id_: str | None = None) -> Passage:
    return Passage(id_ or f"doc#{number}", "doc", number, "Heading", text, ((0, len(text)),))


# ---- build and load


def test_load_returns_what_was_built(library: Settings, index: Index, encoder: Encoder) -> None:
    documents = read_sources(library.documents, ingest.read_file).documents
    passages = [p for d in documents for p in chunk.chunk(d, max_words=library.max_words)]

    assert list(index.documents.values()) == [replace(d, sections=()) for d in documents]
    assert list(index.documents) == [document.id for document in documents]
    assert list(index.passages) == passages
    for row, p in enumerate(passages):
        parts = PassageTexts.of(p, index.documents[p.document_id].title)
        assert np.array_equal(index.texts[row], encoder.encode([parts.text])[0])
        assert np.array_equal(index.questions.of(row), encoder.encode(parts.questions))
        assert np.allclose(index.sentences.of(row), encoder.encode(parts.sentences), atol=0.001)


@pytest.mark.parametrize("block_rows", [1, 3, 10, 11, 4096])
def test_load_puts_blocks_of_vectors_together(
    tmp_path: Path, encoder: Encoder, monkeypatch: pytest.MonkeyPatch, block_rows: int
) -> None:
    monkeypatch.setattr(store, "BLOCK_ROWS", block_rows)
    passages = [passage(f"Bone {number}.", number=number) for number in range(11)]

    index = build_index(tmp_path / "i.db", encoder, [Document("doc", "Title")], passages)

    parts = [PassageTexts.of(p, "Title") for p in passages]
    assert np.array_equal(index.texts, encoder.encode([part.text for part in parts]))
    assert np.array_equal(index.questions.of(7), encoder.encode(parts[7].questions))


def test_load_keeps_pages_and_odd_words(tmp_path: Path, encoder: Encoder) -> None:
    odd = replace(passage('A "quoted" \u2028 NUL \x00 🦴 bone.'), page=7)

    index = build_index(tmp_path / "i.db", encoder, [Document("doc", "Title")], [odd])

    assert index.passages == [odd]


def test_build_returns_the_same_as_load(tmp_path: Path, encoder: Encoder) -> None:
    passages = [passage("One bone.", number=0), passage("Two bones.", number=1)]

    built = build_index(tmp_path / "i.db", encoder, [Document("doc", "Title")], passages)
    loaded = Index.load(tmp_path / "i.db")

    assert (built.manifest, built.documents) == (loaded.manifest, loaded.documents)
    assert list(built.passages) == list(loaded.passages) == passages
    assert np.array_equal(built.texts, loaded.texts)
    assert np.array_equal(built.questions.matrix, loaded.questions.matrix)
    assert all(np.array_equal(built.sentences.of(i), loaded.sentences.of(i)) for i in (0, 1))


@pytest.mark.parametrize("name", ["plain.db", "a b?c#d%20e.db", "ünï.db", "new/folder/index.db"])
def test_build_takes_any_path(tmp_path: Path, encoder: Encoder, name: str) -> None:
    build_index(tmp_path / name, encoder, [Document("doc", "Title")], [passage("One bone.")])

    assert [p.text for p in Index.load(tmp_path / name).passages] == ["One bone."]
    assert [path.name for path in (tmp_path / name).parent.iterdir()] == [Path(name).name]


def test_build_replaces_the_old_index_and_what_a_crash_left(
    tmp_path: Path, encoder: Encoder
) -> None:
    path = tmp_path / "i.db"
    build_index(path, encoder, [Document("doc", "Title")], [passage("Old.")])
    (tmp_path / "i.db.new").write_bytes(b"half written")

    build_index(path, encoder, [Document("doc", "Title")], [passage("New.")])

    assert [p.text for p in Index.load(path).passages] == ["New."]
    assert list(tmp_path.iterdir()) == [path]


def test_build_that_fails_leaves_the_old_index(tmp_path: Path, encoder: Encoder) -> None:
    path = tmp_path / "i.db"
    build_index(path, encoder, [Document("doc", "Title")], [passage("Old.")])
    twice = [passage("New.", id_="doc#same"), passage("Newer.", id_="doc#same")]

    with pytest.raises(sqlite3.IntegrityError):
        build_index(path, encoder, [Document("doc", "Title")], twice)

    assert [p.text for p in Index.load(path).passages] == ["Old."]


def test_build_plays_back_nothing_that_a_crash_left(tmp_path: Path, encoder: Encoder) -> None:
    for name in ("i.db.new", "i.db.new-journal"):
        (tmp_path / name).write_bytes(b"half written" * 100)

    build_index(tmp_path / "i.db", encoder, [Document("doc", "Title")], [passage("New.")])

    assert [path.name for path in tmp_path.iterdir()] == ["i.db"]


def test_an_index_that_is_open_outlives_a_new_build(tmp_path: Path, encoder: Encoder) -> None:
    path = tmp_path / "i.db"
    old = build_index(path, encoder, [Document("doc", "Title")], [passage("Old milk.")])

    build_index(path, encoder, [Document("doc", "Title")], [passage("New cheese.")])

    lexicon = Lexicon.read(old.connection, len(old.passages))
    assert lexicon.has("milk")
    assert not lexicon.has("cheese")
    assert np.allclose(old.sentences.of(0), encoder.encode(["Old milk."]), atol=0.001)
    assert [p.text for p in Index.load(path).passages] == ["New cheese."]


def test_an_index_that_nobody_uses_closes_its_file(copied: Path) -> None:
    index = Index.load(copied)
    connection = index.connection

    del index
    gc.collect()

    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        connection.execute("SELECT 1")


def test_load_reads_again_what_was_replaced_meanwhile(
    tmp_path: Path, encoder: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "i.db"
    build_index(path, encoder, [Document("doc", "Title")], [passage("Old.")])
    new = tmp_path / "new.db"
    build_index(new, encoder, [Document("doc", "Title")], [passage("A longer text. " * 5000)])
    check_size = store.check_size

    def replace_first(connection: sqlite3.Connection, checked: Path) -> None:
        if new.exists():
            new.replace(path)
        check_size(connection, checked)

    monkeypatch.setattr(store, "check_size", replace_first)

    assert Index.load(path).passages[0].text.startswith("A longer text.")


def test_an_empty_library_is_an_index(tmp_path: Path, encoder: Encoder) -> None:
    index = build_index(tmp_path / "i.db", encoder, [], [])

    assert index.texts.shape == index.questions.matrix.shape == (0, encoder.dim)
    assert Retriever(encoder, index).search("bone") == []


def test_load_writes_nothing(copied: Path) -> None:
    before = copied.read_bytes()
    copied.chmod(0o444)

    index = Index.load(copied)
    Lexicon.read(index.connection, len(index.passages))

    assert copied.read_bytes() == before
    assert list(copied.parent.iterdir()) == [copied]


def test_close_closes_the_file(copied: Path) -> None:
    index = Index.load(copied)

    index.close()

    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        index.connection.execute("SELECT 1")


# ---- the manifest


@pytest.mark.parametrize("field", MANIFEST_FIELDS)
def test_open_checks_each_field_of_the_manifest(
    copied: Path, encoder: Encoder, monkeypatch: pytest.MonkeyPatch, field: str
) -> None:
    monkeypatch.setattr(retriever, "load_encoder", lambda settings, **options: encoder)
    settings = Settings(index=copied)
    value = getattr(Retriever.open(settings).index.manifest, field)
    other = value + ("x" if isinstance(value, str) else 1)
    change(copied, "UPDATE manifest SET value = ? WHERE key = ?", (json.dumps(other), field))

    with pytest.raises(IndexMismatch, match="python -m knowledge build") as caught:
        Retriever.open(settings)

    assert caught.value.field == field
    assert {caught.value.expected, caught.value.found} == {value, other}


@pytest.mark.parametrize("field", MANIFEST_FIELDS)
def test_load_misses_each_field_of_the_manifest(copied: Path, field: str) -> None:
    change(copied, "DELETE FROM manifest WHERE key = ?", (field,))

    with pytest.raises(IndexMismatch) as caught:
        Index.load(copied)

    assert caught.value.field == field


def test_load_checks_the_format_before_it_reads_on(copied: Path) -> None:
    change(copied, "UPDATE manifest SET value = '99' WHERE key = 'format'")
    change(copied, "DROP TABLE documents")

    with pytest.raises(IndexMismatch, match=f"format 99, expected {FORMAT}"):
        Index.load(copied)


@pytest.mark.parametrize(
    ("sql", "field"),
    [
        ("UPDATE passages SET text = replace(text, 'gram', 'kilo')", "corpus"),
        ("UPDATE passages SET heading = 'Other' WHERE row = 3", "corpus"),
        ("""UPDATE passages SET questions = '["a", "b"]' WHERE row = 1""", "corpus"),
        ("UPDATE documents SET checked = '2031-01-01' WHERE id = 'calcium'", "corpus"),
        ("UPDATE documents SET url = 'https://evil.example' WHERE id = 'calcium'", "corpus"),
        ("DELETE FROM documents WHERE id = 'scan'", "n_documents"),
        ("DELETE FROM passages WHERE row = 9", "n_passages"),
        ("UPDATE passages SET page = 3 WHERE row = 0", "corpus"),
        ("UPDATE passages SET sentences = '[]'", "corpus"),
        ("UPDATE passages SET sentences = 'not JSON'", "corpus"),
        ("UPDATE documents SET sources = 'not JSON'", "corpus"),
        ("UPDATE vectors SET data = zeroblob(40) WHERE kind = 'text'", "dim"),
        ("UPDATE vectors SET data = zeroblob(40 * 22) WHERE kind = 'question'", "dim"),
    ],
)
def test_load_refuses_an_index_changed_by_hand(copied: Path, sql: str, field: str) -> None:
    change(copied, sql)

    with pytest.raises(IndexMismatch) as caught:
        Index.load(copied)

    assert caught.value.field == field


# ---- files that are no index


@pytest.mark.parametrize(
    "sql",
    [
        "DROP TABLE manifest",
        "DROP TABLE documents",
        "DROP TABLE passages",
        "UPDATE manifest SET value = 'not JSON' WHERE key = 'dim'",
        "DROP TABLE vectors",
        "DROP TABLE sentence_vectors",
        "DELETE FROM vectors",
        "DELETE FROM vectors WHERE kind = 'question'",
        "UPDATE vectors SET data = zeroblob(7)",
        "UPDATE vectors SET data = zeroblob(length(data) - 4) WHERE kind = 'text'",
        "DELETE FROM sentence_vectors",
        "DELETE FROM sentence_vectors WHERE row = 4",
        "UPDATE sentence_vectors SET data = zeroblob(4) WHERE row = 0",
    ],
)
def test_load_refuses_a_damaged_index(copied: Path, sql: str) -> None:
    change(copied, sql)

    with pytest.raises(IndexNotFound, match="damaged or not an index") as caught:
        Index.load(copied)

    assert caught.value.path == copied


@pytest.mark.parametrize("percent", range(0, 100, 5))
def test_load_refuses_half_a_file(copied: Path, percent: int) -> None:
    whole = copied.read_bytes()
    copied.write_bytes(whole[: len(whole) * percent // 100])

    with pytest.raises(IndexNotFound, match="damaged or not an index"):
        Index.load(copied)


@pytest.mark.parametrize("n_bytes", [1, 1000, 4096, 8192])
def test_load_refuses_a_file_that_is_cut_short(copied: Path, n_bytes: int) -> None:
    copied.write_bytes(copied.read_bytes()[:-n_bytes])

    with pytest.raises(IndexNotFound, match="damaged or not an index"):
        Index.load(copied)


@given(position=st.floats(0, 1, exclude_max=True), noise=st.binary(min_size=1, max_size=200))
def test_load_of_a_spoilt_file_fails_in_one_way(
    library: Settings, tmp_path_factory: pytest.TempPathFactory, position: float, noise: bytes
) -> None:
    path = tmp_path_factory.getbasetemp() / "spoilt.db"
    content = bytearray(library.index.read_bytes())
    start = int(position * len(content))
    content[start : start + len(noise)] = noise
    path.write_bytes(content)

    try:
        index = Index.load(path)
    except KnowledgeError:
        return
    # What it still reads is what was written.
    assert hash_corpus(index.documents.values(), index.passages) == index.manifest.corpus
    index.close()


@pytest.mark.parametrize("content", [b"", b"Not a database.", b"SQLite format 3\x00" + b"x" * 99])
def test_load_refuses_what_is_not_a_database(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "i.db").write_bytes(content)

    with pytest.raises(IndexNotFound, match="damaged or not an index") as caught:
        Index.load(tmp_path / "i.db")

    assert caught.value.path == tmp_path / "i.db"


def test_load_refuses_another_programs_database(tmp_path: Path) -> None:
    change(tmp_path / "i.db", "CREATE TABLE shopping (item TEXT)")

    with pytest.raises(IndexNotFound, match="no such table"):
        Index.load(tmp_path / "i.db")


def test_load_names_a_missing_file_and_makes_none(tmp_path: Path) -> None:
    with pytest.raises(IndexNotFound, match="python -m knowledge build") as caught:
        Index.load(tmp_path / "i.db")

    assert caught.value.path == tmp_path / "i.db"
    assert list(tmp_path.iterdir()) == []


def test_load_refuses_a_folder(tmp_path: Path) -> None:
    with pytest.raises(IndexNotFound):
        Index.load(tmp_path)


# ---- the hash of the library


@pytest.mark.parametrize(
    "change",
    [
        {"title": "Other"},
        {"topic": "other"},
        {"publisher": "Other"},
        {"url": "https://other.example"},
        {"checked": "2031-01-01"},
        {"licence": "Other"},
        {"sources": (Source("A", "https://a.example"),)},
        {"sources": (Source("A", "https://b.example", "Title"),)},
        {"sources": ()},
    ],
    ids=str,
)
def test_hash_corpus_changes_with_any_attribution(change: dict[str, Any]) -> None:
    document = Document("doc", "Title", sources=(Source("A", "https://a.example", "Title"),))

    assert hash_corpus([document], []) != hash_corpus([replace(document, **change)], [])


@pytest.mark.parametrize(
    "change",
    [
        {"id": "doc#other"},
        {"position": 7},
        {"heading": "Other"},
        {"text": "Two bones"},
        {"sentences": ((0, 3), (4, 8))},
        {"questions": ("how much",)},
    ],
    ids=str,
)
def test_hash_corpus_changes_with_any_word(change: dict[str, Any]) -> None:
    one = passage("One bone")

    assert hash_corpus([], [one]) != hash_corpus([], [replace(one, **change)])


def test_hash_corpus_does_not_change_by_itself() -> None:
    documents, passages = [Document("doc", "Title")], [passage("One bone")]

    assert hash_corpus(documents, passages) == hash_corpus(iter(documents), iter(passages))


# ---- several vectors for a passage


def test_rows_are_those_of_their_passage() -> None:
    groups = [np.full((n, 2), n, dtype=np.float32) for n in (2, 1, 3)]

    rows = GroupedVectors(np.vstack(groups), np.array([0, 2, 3]))

    assert [np.array_equal(rows.of(i), group) for i, group in enumerate(groups)] == [True] * 3


def test_stored_rows_are_those_of_their_passage(index: Index, encoder: Encoder) -> None:
    for row, passage in enumerate(index.passages):
        sentences = [passage.text[start:end] for start, end in passage.sentences]
        expected = encoder.encode(sentences)
        np.testing.assert_allclose(index.sentences.of(row), expected, atol=1e-3)


def test_stored_rows_name_a_file_that_became_unreadable(copied: Path) -> None:
    index = Index.load(copied)
    change(copied, "UPDATE sentence_vectors SET data = zeroblob(3) WHERE row = 2")

    with pytest.raises(IndexNotFound, match="damaged") as caught:
        index.sentences.of(2)

    assert caught.value.path == copied
