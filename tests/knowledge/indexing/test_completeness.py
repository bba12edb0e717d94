"""A page is made of passages: no word of a document is lost on the way, and none added."""

from dataclasses import replace
from pathlib import Path

import pytest

from knowledge import Document
from knowledge.indexing import chunk as chunking
from knowledge.indexing.completeness import find_loss
from knowledge.indexing.ingest import chunk_documents, read_file
from knowledge.types import Section

FOLDER = Path(__file__).parents[3] / "knowledge" / "documents"
LONG = " ".join(f"Sentence number {n} of a long section, e.g. about vitamin D." for n in range(60))
DOCUMENT = Document(
    "leaflet",
    "Leaflet",
    sections=(
        Section((), ("Before any heading.\nA second line.",)),
        Section(("A", "B"), (LONG, "Some of these:", "- one\n- two  words", "1. first\n2. second")),
    ),
)


@pytest.mark.parametrize("max_words", [20, 160])
def test_passages_hold_all_words_in_order(max_words: int) -> None:
    assert find_loss(DOCUMENT, chunking.chunk(DOCUMENT, max_words=max_words)) == ""


@pytest.mark.parametrize(
    "path",
    [path for path in FOLDER.glob("*.md") if path.name != "SOURCES.md"],
    ids=lambda p: p.stem,
)
def test_no_word_of_the_library_is_lost(path: Path) -> None:
    ((document,), _) = read_file(path, FOLDER)

    assert find_loss(document, chunking.chunk(document, max_words=40)) == ""


def test_a_passage_with_other_words_is_named() -> None:
    first, *others = chunking.chunk(DOCUMENT, max_words=160)
    changed = replace(first, text="Before no heading.\nA second line.")

    assert find_loss(DOCUMENT, [changed, *others]) == (
        "a passage that does not stand in it so: leaflet#leaflet"
    )


def test_passages_in_another_order_are_named() -> None:
    first, *others = chunking.chunk(DOCUMENT, max_words=160)

    assert others[0].id in find_loss(DOCUMENT, [*others, first])


def test_lost_words_are_named() -> None:
    passages = chunking.chunk(DOCUMENT, max_words=160)
    lost = passages[-1].text.split()[:5]

    assert find_loss(DOCUMENT, passages[:-1]) == (
        f"words that stand in no passage: {' '.join(lost)} …"
    )


def test_a_document_whose_page_would_lack_words_is_left_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    whole = chunking.chunk
    monkeypatch.setattr(
        chunking, "chunk", lambda d, *, max_words: whole(d, max_words=max_words)[1:]
    )

    found, faults = chunk_documents([DOCUMENT], 160)

    assert found == {}
    assert faults == ["it has a passage that does not stand in it so: leaflet#a-b."]
