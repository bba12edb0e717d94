"""From a folder of documents to an index."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from knowledge.build import BATCH, build
from knowledge.embed import Encoder
from knowledge.errors import DocumentUnreadable
from knowledge.index import Index
from knowledge.settings import Settings

N_DOCUMENTS = BATCH + 3


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A folder of two passages a document: more than three batches, the last one not full."""
    folder = tmp_path / "documents"
    folder.mkdir()
    for number in range(N_DOCUMENTS):
        (folder / f"d{number:02}.md").write_text(
            f"# Question {number}\n\n<!-- also asked:\n- other {number}\n-->\n\nMilk {number} is "
            f"good. Fish {number} too.\n\n## Rest\n\nBones {number}."
        )
    return Settings(documents=folder, index=tmp_path / "knowledge.db")


class BreakingEncoder:
    """Gives up after so many calls."""

    def __init__(self, encoder: Encoder, n_calls: int) -> None:
        self.manifest, self.dim = encoder.manifest, encoder.dim
        self._encoder, self._left = encoder, n_calls

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        if not self._left:
            raise RuntimeError("out of memory")
        self._left -= 1
        return self._encoder.encode(texts)


def test_build_embeds_every_passage_in_its_own_row(settings: Settings, encoder: Encoder) -> None:
    index = build(settings, encoder)

    assert len(index.passages) == 2 * N_DOCUMENTS
    for row, passage in enumerate(index.passages):
        asked = [passage.heading, *passage.questions]
        parts = [passage.text[start:end] for start, end in passage.sentences]
        assert np.array_equal(index.texts[row], encoder.encode([passage.text])[0])
        assert np.array_equal(index.questions.of(row), encoder.encode(asked))
        assert np.array_equal(index.sentences.of(row), encoder.encode(parts))


def test_build_writes_a_manifest_of_what_made_it(settings: Settings, encoder: Encoder) -> None:
    manifest = build(settings, encoder).manifest

    assert (manifest.encoder, manifest.revision) == ("bag-of-words", "1")
    assert (manifest.dim, manifest.max_words) == (encoder.dim, settings.max_words)
    assert (manifest.n_documents, manifest.n_passages) == (N_DOCUMENTS, 2 * N_DOCUMENTS)
    assert Index.load(settings.index).manifest == manifest


def test_build_makes_the_same_twice(settings: Settings, encoder: Encoder) -> None:
    assert build(settings, encoder).manifest == build(settings, encoder).manifest


@pytest.mark.parametrize(
    ("old", "new"), [("Milk 3", "Cheese 3"), ("other 3", "another 3"), ("Question 3", "Query 3")]
)
def test_build_of_other_words_has_another_corpus(
    settings: Settings, encoder: Encoder, old: str, new: str
) -> None:
    before = build(settings, encoder).manifest.corpus
    path = settings.documents / "d03.md"
    path.write_text(path.read_text().replace(old, new))

    assert build(settings, encoder).manifest.corpus != before


def test_build_reports_each_passage(settings: Settings, encoder: Encoder) -> None:
    reports: list[tuple[int, int]] = []

    build(settings, encoder, on_progress=lambda done, total: reports.append((done, total)))

    done, totals = zip(*reports, strict=True)
    assert set(totals) == {2 * N_DOCUMENTS}
    assert list(done) == sorted(set(done))
    assert done[-1] == 2 * N_DOCUMENTS
    assert len(reports) > 3


def test_build_prints_nothing(
    settings: Settings, encoder: Encoder, capfd: pytest.CaptureFixture[str]
) -> None:
    build(settings, encoder)

    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("n_calls", [0, 1, 2])
def test_build_that_breaks_off_leaves_the_old_index(
    settings: Settings, encoder: Encoder, n_calls: int
) -> None:
    build(settings, encoder)
    before = settings.index.read_bytes()
    (settings.documents / "d00.md").write_text("New text.")

    with pytest.raises(RuntimeError, match="out of memory"):
        build(settings, BreakingEncoder(encoder, n_calls))

    assert settings.index.read_bytes() == before


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"---\nnever: closed\n"])
def test_build_names_an_unreadable_document_and_leaves_the_old_index(
    settings: Settings, encoder: Encoder, content: bytes
) -> None:
    build(settings, encoder)
    before = settings.index.read_bytes()
    (settings.documents / "bad.md").write_bytes(content)

    with pytest.raises(DocumentUnreadable) as caught:
        build(settings, encoder)

    assert caught.value.path == settings.documents / "bad.md"
    assert settings.index.read_bytes() == before


@pytest.mark.parametrize("make", [lambda folder: None, Path.mkdir], ids=["missing", "empty"])
def test_build_of_no_documents_writes_no_index(tmp_path: Path, encoder: Encoder, make: Any) -> None:
    settings = Settings(documents=tmp_path / "documents", index=tmp_path / "knowledge.db")
    make(settings.documents)

    with pytest.raises(DocumentUnreadable) as caught:
        build(settings, encoder)

    assert caught.value.path == settings.documents
    assert not settings.index.exists()
