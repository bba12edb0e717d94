"""From a folder of documents to an index."""

import logging
import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from knowledge.embed import BATCH, BATCH_LETTERS, Encoder, PassageTexts, encode_all
from knowledge.errors import DocumentUnreadable
from knowledge.index import Index
from knowledge.indexing import plan
from knowledge.indexing.build import WINDOW, BuildReport, build_index
from knowledge.search.lexical import Lexicon
from knowledge.settings import Settings

N_DOCUMENTS = WINDOW + 3


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A folder of two passages a document: more than two windows, the last one not full."""
    folder = tmp_path / "documents"
    folder.mkdir()
    for number in range(N_DOCUMENTS):
        (folder / f"d{number:02}.md").write_text(
            f"## Question {number}\n\n<!-- also asked:\n- other {number}\n-->\n\nMilk {number} is "
            f"good. Fish {number} too.\n\n## Rest\n\nBones {number}."
        )
    return Settings(documents=(folder,), index=tmp_path / "knowledge.db")


class CountingEncoder:
    """Keeps the texts it was given; gives up after so many."""

    def __init__(self, encoder: Encoder, *, limit: int = 10**9) -> None:
        self.manifest, self.dim = encoder.manifest, encoder.dim
        self.texts: list[str] = []
        self._encoder, self._limit = encoder, limit
        self._lock = threading.Lock()

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        with self._lock:
            if len(self.texts) + len(texts) > self._limit:
                raise RuntimeError("out of memory")
            self.texts += texts
        return self._encoder.encode(texts)


@pytest.fixture
def counting(encoder: Encoder) -> CountingEncoder:
    return CountingEncoder(encoder)


def report_build(settings: Settings, encoder: Encoder) -> BuildReport:
    reports: list[BuildReport] = []
    build_index(settings, encoder, on_report=reports.append).close()
    (report,) = reports
    return report


def count(report: BuildReport) -> tuple[int, int, int, int]:
    return report.n_added, report.n_changed, report.n_removed, report.n_embedded


def edit(settings: Settings, stem: str, old: str, new: str) -> None:
    path = settings.documents[0] / f"{stem}.md"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def bm25(index: Index, query: str) -> NDArray[np.float32]:
    lexicon = Lexicon.read(index.connection, len(index.passages))
    return lexicon.bm25(lexicon.find(query, max_terms=9))


def assert_same(built: Index, fresh: Index) -> None:
    """An index is what a build from nothing makes of the same folder."""
    assert built.manifest == fresh.manifest
    assert (built.documents, built.record) == (fresh.documents, fresh.record)
    assert built.passages == fresh.passages
    assert np.array_equal(built.texts, fresh.texts)
    assert np.array_equal(built.questions.matrix, fresh.questions.matrix)
    for row in range(len(fresh.passages)):
        assert np.array_equal(built.sentences.of(row), fresh.sentences.of(row))
    for query in ("milk", "bones 3", "cheese", "rest"):
        assert np.array_equal(bm25(built, query), bm25(fresh, query))


def test_build_embeds_every_passage_in_its_own_row(settings: Settings, encoder: Encoder) -> None:
    index = build_index(settings, encoder)

    assert len(index.passages) == 2 * N_DOCUMENTS
    for row, passage in enumerate(index.passages):
        title = index.documents[passage.document_id].title
        asked = [passage.heading, *passage.questions, title]
        parts = [passage.text[start:end] for start, end in passage.sentences]
        text = f"{title}. {passage.heading}\n{passage.text}"
        assert np.array_equal(index.texts[row], encoder.encode([text])[0])
        assert np.array_equal(index.questions.of(row), encoder.encode(asked))
        assert np.allclose(index.sentences.of(row), encoder.encode(parts), atol=0.001)


def test_build_writes_a_manifest_of_what_made_it(settings: Settings, encoder: Encoder) -> None:
    manifest = build_index(settings, encoder).manifest

    assert (manifest.encoder, manifest.revision) == ("bag-of-words", "1")
    assert (manifest.dim, manifest.max_words) == (encoder.dim, settings.max_words)
    assert (manifest.n_documents, manifest.n_passages) == (N_DOCUMENTS, 2 * N_DOCUMENTS)
    assert Index.load(settings.index).manifest == manifest


def test_build_makes_the_same_twice(settings: Settings, encoder: Encoder) -> None:
    assert build_index(settings, encoder).manifest == build_index(settings, encoder).manifest


@pytest.mark.parametrize(
    ("old", "new"), [("Milk 3", "Cheese 3"), ("other 3", "another 3"), ("Question 3", "Query 3")]
)
def test_build_of_other_words_has_another_corpus(
    settings: Settings, encoder: Encoder, old: str, new: str
) -> None:
    before = build_index(settings, encoder).manifest.corpus
    path = settings.documents[0] / "d03.md"
    path.write_text(path.read_text().replace(old, new))

    assert build_index(settings, encoder).manifest.corpus != before


def test_build_reports_each_passage(settings: Settings, encoder: Encoder) -> None:
    reports: list[tuple[int, int]] = []

    build_index(settings, encoder, on_progress=lambda done, total: reports.append((done, total)))

    done, totals = zip(*reports, strict=True)
    assert set(totals) == {2 * N_DOCUMENTS}
    assert list(done) == sorted(set(done))
    assert done[-1] == 2 * N_DOCUMENTS
    assert len(reports) >= 3


def test_build_reports_each_file_that_it_reads(settings: Settings, encoder: Encoder) -> None:
    read: list[tuple[int, int]] = []

    build_index(settings, encoder, on_read=lambda done, total: read.append((done, total)))

    assert read == [(number, N_DOCUMENTS) for number in range(1, N_DOCUMENTS + 1)]


def test_build_prints_nothing(
    settings: Settings, encoder: Encoder, capfd: pytest.CaptureFixture[str]
) -> None:
    build_index(settings, encoder)

    assert capfd.readouterr() == ("", "")


# ---- only what is new


def test_build_of_the_same_folder_changes_nothing(
    settings: Settings, counting: CountingEncoder
) -> None:
    build_index(settings, counting).close()
    before, counting.texts = settings.index.read_bytes(), []

    report = report_build(settings, counting)

    assert report.is_unchanged
    assert count(report) == (0, 0, 0, 0)
    assert counting.texts == []
    assert settings.index.read_bytes() == before


def test_build_embeds_each_text_once(settings: Settings, counting: CountingEncoder) -> None:
    build_index(settings, counting).close()

    assert len(counting.texts) == len(set(counting.texts)) > 3 * N_DOCUMENTS


def test_build_of_a_new_document_embeds_its_texts_alone(
    settings: Settings, counting: CountingEncoder
) -> None:
    build_index(settings, counting).close()
    counting.texts = []
    (settings.documents[0] / "d01a.md").write_text("## Fresh question\n\nFresh cheese is good.")

    report = report_build(settings, counting)

    assert count(report) == (1, 0, 0, 1)
    assert sorted(counting.texts) == [
        "D01a",
        "D01a. Fresh question\nFresh cheese is good.",
        "Fresh cheese is good.",
        "Fresh question",
    ]


def test_build_of_a_changed_document_embeds_the_changed_texts_alone(
    settings: Settings, counting: CountingEncoder
) -> None:
    build_index(settings, counting).close()
    counting.texts = []
    edit(settings, "d05", "Milk 5 is good.", "Cheese 5 is good.")

    report = report_build(settings, counting)

    assert count(report) == (0, 1, 0, 1)
    assert sorted(counting.texts) == [
        "Cheese 5 is good.",
        "D05. Question 5\nCheese 5 is good. Fish 5 too.",
    ]


def test_build_prunes_a_document_that_is_gone(
    settings: Settings, counting: CountingEncoder
) -> None:
    build_index(settings, counting).close()
    counting.texts = []
    (settings.documents[0] / "d07.md").unlink()

    report = report_build(settings, counting)

    assert count(report) == (0, 0, 1, 0)
    assert counting.texts == []
    index = Index.load(settings.index)
    assert "d07" not in index.documents
    assert not any(passage.document_id == "d07" for passage in index.passages)
    assert "7" not in {p.text.split()[1] for p in index.passages}
    assert not bm25(index, "7").any()


def test_build_of_a_renamed_document_keeps_its_sentences(
    settings: Settings, counting: CountingEncoder
) -> None:
    build_index(settings, counting).close()
    counting.texts = []
    (settings.documents[0] / "d07.md").rename(settings.documents[0] / "e07.md")

    report = report_build(settings, counting)

    assert count(report) == (1, 0, 1, 2)
    assert not any(text.startswith(("Milk 7", "Bones 7")) for text in counting.texts)


def test_build_of_another_attribution_embeds_nothing(
    settings: Settings, counting: CountingEncoder
) -> None:
    path = settings.documents[0] / "d05.md"
    path.write_text("---\ntitle: Five\npublisher: One\n---\nText.")
    build_index(settings, counting).close()
    counting.texts = []
    path.write_text("---\ntitle: Five\npublisher: Another\n---\nText.")

    assert count(report_build(settings, counting)) == (0, 1, 0, 0)
    assert counting.texts == []
    assert Index.load(settings.index).documents["d05"].publisher == "Another"


def test_build_after_any_change_makes_what_a_fresh_one_makes(
    settings: Settings, encoder: Encoder, tmp_path: Path
) -> None:
    build_index(settings, encoder).close()
    edit(settings, "d05", "Milk 5 is good.", "Cheese 5 is good.")
    edit(settings, "d06", "## Question 6", "---\ntitle: Six\n---\n## Question 6")
    edit(settings, "d08", "other 8", "another 8")
    (settings.documents[0] / "d00.md").unlink()
    (settings.documents[0] / "d01a.md").write_text("# Fresh\n\nMilk 1 is good. And cheese.")
    (settings.documents[0] / "d09.md").rename(settings.documents[0] / "a09.md")

    built = build_index(settings, encoder)

    assert_same(built, build_index(replace(settings, index=tmp_path / "fresh.db"), encoder))


def test_build_with_other_settings_cuts_again(
    settings: Settings, counting: CountingEncoder, tmp_path: Path
) -> None:
    long = " ".join(f"Sentence {number} is here." for number in range(30))
    (settings.documents[0] / "long.md").write_text(f"# Long\n\n{long}")
    build_index(settings, counting).close()
    counting.texts = []

    shorter = replace(settings, max_words=30)
    built = build_index(shorter, counting)

    assert_same(built, build_index(replace(shorter, index=tmp_path / "fresh.db"), counting))
    assert built.manifest.max_words == 30


def test_build_with_another_way_to_cut_cuts_again(
    settings: Settings, encoder: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    build_index(settings, encoder).close()
    monkeypatch.setattr(plan, "version", lambda package: "99.0")

    assert count(report_build(settings, encoder)) == (0, N_DOCUMENTS, 0, 0)


@pytest.mark.parametrize("change", [{"revision": "2"}, {"name": "other"}, {"dim": 300}])
def test_build_with_another_encoder_begins_again(
    settings: Settings, encoder: Encoder, make_encoder: Any, change: dict[str, Any], tmp_path: Path
) -> None:
    build_index(settings, encoder).close()
    other = make_encoder(**change)

    built = build_index(settings, other)

    assert_same(built, build_index(replace(settings, index=tmp_path / "fresh.db"), other))


@pytest.mark.parametrize("content", [b"", b"no index", b"SQLite format 3\x00" + b"x" * 99])
def test_build_replaces_a_file_that_is_no_index(
    settings: Settings, encoder: Encoder, caplog: pytest.LogCaptureFixture, content: bytes
) -> None:
    settings.index.write_bytes(content)

    report = report_build(settings, encoder)

    assert report.n_added == N_DOCUMENTS
    assert "The old index cannot be used; everything is embedded again." in caplog.text
    assert len(Index.load(settings.index).passages) == 2 * N_DOCUMENTS


# ---- broken off


@pytest.mark.parametrize("limit", [0, 100, 200])
def test_build_that_breaks_off_leaves_the_old_index(
    settings: Settings, encoder: Encoder, make_encoder: Any, limit: int
) -> None:
    build_index(settings, encoder).close()
    before = settings.index.read_bytes()

    with pytest.raises(RuntimeError, match="out of memory"):
        build_index(settings, CountingEncoder(make_encoder(revision="2"), limit=limit))

    assert settings.index.read_bytes() == before


def test_build_goes_on_where_it_broke_off(
    settings: Settings, encoder: Encoder, tmp_path: Path
) -> None:
    broken, second = CountingEncoder(encoder, limit=200), CountingEncoder(encoder)
    with pytest.raises(RuntimeError, match="out of memory"):
        build_index(settings, broken)

    built = build_index(settings, second)

    all_texts = CountingEncoder(encoder)
    assert_same(built, build_index(replace(settings, index=tmp_path / "fresh.db"), all_texts))
    assert 0 < len(second.texts) < len(all_texts.texts)
    assert set(second.texts) | set(broken.texts) == set(all_texts.texts)


def test_build_leaves_the_index_alone_in_its_folder(settings: Settings, encoder: Encoder) -> None:
    build_index(settings, encoder).close()

    names = {path.name for path in settings.index.parent.iterdir()}
    assert names - {"documents", "knowledge.db.lock"} == {"knowledge.db"}


def test_build_takes_no_vector_of_another_encoder(
    settings: Settings, encoder: Encoder, make_encoder: Any, tmp_path: Path
) -> None:
    with pytest.raises(RuntimeError, match="out of memory"):
        build_index(settings, CountingEncoder(encoder, limit=200))
    other = make_encoder(revision="2")

    counting = CountingEncoder(other)
    built = build_index(settings, counting)

    all_texts = CountingEncoder(other)
    assert_same(built, build_index(replace(settings, index=tmp_path / "fresh.db"), all_texts))
    assert len(counting.texts) == len(all_texts.texts)


@pytest.mark.parametrize("content", [b"no database", b"SQLite format 3\x00" + b"x" * 99])
def test_build_begins_a_spoilt_file_of_vectors_again(
    settings: Settings, encoder: Encoder, content: bytes
) -> None:
    settings.index.with_name("knowledge.db.vectors").write_bytes(content)

    assert report_build(settings, encoder).n_embedded == 2 * N_DOCUMENTS


# ---- what cannot be read


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"---\nnever: closed\n"])
def test_build_names_an_unreadable_document_and_builds_the_rest(
    settings: Settings, encoder: Encoder, content: bytes
) -> None:
    (settings.documents[0] / "bad.md").write_bytes(content)

    report = report_build(settings, encoder)

    assert [err.path.name for err in report.unreadable] == ["bad.md"]
    assert len(Index.load(settings.index).documents) == N_DOCUMENTS


def test_build_logs_what_it_left_out(
    settings: Settings, encoder: Encoder, caplog: pytest.LogCaptureFixture
) -> None:
    (settings.documents[0] / "bad.md").write_bytes(b"")

    with caplog.at_level(logging.WARNING):
        build_index(settings, encoder).close()

    assert f"Cannot read {settings.documents[0] / 'bad.md'}" in caplog.text


def test_build_keeps_to_the_size_of_the_settings(settings: Settings, encoder: Encoder) -> None:
    (settings.documents[0] / "large.md").write_text("Milk. " * 1000)

    report = report_build(replace(settings, max_file_mb=0.005), encoder)

    assert [err.path.name for err in report.unreadable] == ["large.md"]


def test_build_of_unreadable_documents_alone_leaves_the_old_index(
    settings: Settings, encoder: Encoder
) -> None:
    build_index(settings, encoder).close()
    before = settings.index.read_bytes()
    for path in settings.documents[0].iterdir():
        path.write_bytes(b"")

    with pytest.raises(DocumentUnreadable):
        build_index(settings, encoder)

    assert settings.index.read_bytes() == before


@pytest.mark.parametrize("make", [lambda folder: None, Path.mkdir], ids=["missing", "empty"])
def test_build_of_no_documents_writes_no_index(tmp_path: Path, encoder: Encoder, make: Any) -> None:
    settings = Settings(documents=(tmp_path / "documents",), index=tmp_path / "knowledge.db")
    make(settings.documents[0])

    with pytest.raises(DocumentUnreadable) as caught:
        build_index(settings, encoder)

    assert caught.value.path == settings.documents[0]
    assert not settings.index.exists()


# ---- every core


def test_encode_all_keeps_the_order_of_its_texts(encoder: Encoder) -> None:
    texts = [f"word{n} " * (n * 7 % 50 + 1) for n in range(3 * BATCH + 5)]

    assert np.array_equal(encode_all(encoder, texts), encoder.encode(texts))


def test_encode_all_of_nothing_is_empty(encoder: Encoder) -> None:
    assert encode_all(encoder, []).shape == (0, encoder.dim)


def test_parts_of_a_passage_are_its_texts(index: Index) -> None:
    parts = PassageTexts.of(index.passages[1], "Title")

    assert parts.text.startswith(
        "Title. How much calcium does an adult need each day?\nMost adults"
    )
    assert parts.questions[1:] == ("what is my daily allowance", "dairy for pensioners", "Title")
    assert [kind for kind, _ in parts.labelled()] == ["text", *["question"] * 4, *["sentence"] * 2]


@given(st.lists(st.text(max_size=3000), max_size=60))
def test_encode_all_cuts_batches_that_fit_a_cache(texts: list[str]) -> None:
    batches: list[Sequence[str]] = []

    class KeepingEncoder:
        manifest, dim = None, 3

        def encode(self, some: Sequence[str]) -> NDArray[np.float32]:
            batches.append(some)
            return np.array([[len(text), 1, 2] for text in some], dtype=np.float32)

    rows = encode_all(KeepingEncoder(), texts)  # type: ignore[arg-type] # needs no manifest

    assert rows[:, 0].tolist() == [len(text) for text in texts]
    assert all(len(batch) <= BATCH for batch in batches)
    padded = [max(map(len, batch)) * len(batch) for batch in batches if len(batch) > 1]
    assert all(n_letters <= BATCH_LETTERS for n_letters in padded)
