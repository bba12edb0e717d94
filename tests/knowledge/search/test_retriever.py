"""Queries to hits, over ten passages."""

import logging
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge import embed
from knowledge.embed import Encoder
from knowledge.errors import EncoderUnavailable, IndexMismatch, IndexNotFound, KnowledgeError
from knowledge.index import Index
from knowledge.indexing.build import build_index
from knowledge.search import retriever as search
from knowledge.search.retriever import Retriever
from knowledge.search.signals import SIGNALS
from knowledge.settings import Settings

# Each question with the heading of the passage that answers it.
QUESTIONS = [
    ("Which foods hold calcium?", "Which foods hold calcium?"),
    ("are sardines rich in calcium", "Which foods hold calcium?"),
    ("how much calcium each day", "How much calcium does an adult need each day?"),
    ("dairy for pensioners", "How much calcium does an adult need each day?"),
    ("loose rugs and stairs", "How can a home be made safe?"),
    ("rubber soles", "Which shoes keep people steady?"),
    ("what happens during the scan", "What happens during a DXA scan?"),
    ("tell me about my T-score", "What does a T-score mean?"),
    ("do steroids slow cells", "Why do steroids weaken the skeleton?"),
    ("can I stop prednisolone suddenly", "May I stop taking prednisolone?"),
    ("walking, dancing and climbing", "Which sports make bones stronger?"),
    ("is bending forward dangerous exercise", "When is exercise dangerous?"),
]


@pytest.fixture(scope="module")
def retriever(encoder: Encoder, index: Index) -> Retriever:
    return Retriever(encoder, index)


def headings(retriever: Retriever, query: str, **options: object) -> list[str]:
    return [hit.passage.heading for hit in retriever.search(query, **options)]


# ---- what is found


def test_the_corpus_has_ten_passages(index: Index) -> None:
    assert len(index.passages) == 10


@pytest.mark.parametrize(("query", "heading"), QUESTIONS)
def test_search_puts_the_answer_first(retriever: Retriever, query: str, heading: str) -> None:
    assert headings(retriever, query)[0] == heading


def test_search_finds_the_question_of_a_story(retriever: Retriever) -> None:
    story = (
        "I am seventy and my doctor has talked about many things. My neighbour fell at home on "
        "the stairs and broke a hip.\nCan I stop taking prednisolone? Thank you for your time."
    )

    assert headings(retriever, story)[0] == "May I stop taking prednisolone?"


def test_search_hits_are_in_order_and_belong_together(retriever: Retriever) -> None:
    hits = retriever.search("calcium and steroids", top_k=10)

    assert [hit.rank for hit in hits] == list(range(1, 11))
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    assert len({hit.passage.id for hit in hits}) == 10
    assert all(hit.document.id == hit.passage.document_id for hit in hits)


@pytest.mark.parametrize("top_k", [0, 1, 3, 8])
def test_search_returns_at_most_top_k(retriever: Retriever, top_k: int) -> None:
    whole = headings(retriever, "calcium and steroids", top_k=8)

    assert headings(retriever, "calcium and steroids", top_k=top_k) == whole[:top_k]


@pytest.mark.parametrize("query", ["", " \n\t", "?!", "🦴🦴", "\x00", "... --- ..."])
def test_search_finds_nothing_for_a_query_without_words(retriever: Retriever, query: str) -> None:
    assert retriever.search(query) == []


@given(st.text(max_size=200))
def test_search_answers_any_query(retriever: Retriever, query: str) -> None:
    hits = retriever.search(query, top_k=10)

    assert len(hits) in (0, 10)
    for hit in hits:
        assert 0 <= hit.score <= 1
        assert all(mark in hit.passage.text for mark in hit.marks)


def test_search_takes_a_very_long_query(retriever: Retriever) -> None:
    query = "I worry. " * 3000 + "What about sardines?"

    assert "Which foods hold calcium?" in headings(retriever, query)


@pytest.mark.parametrize(("query", "heading"), QUESTIONS)
def test_search_marks_whole_sentences(retriever: Retriever, query: str, heading: str) -> None:
    for hit in retriever.search(query, top_k=10):
        passage = hit.passage
        sentences = [passage.text[start:end] for start, end in passage.sentences]
        places = [sentences.index(mark) for mark in hit.marks]

        assert 1 <= len(places) <= search.MAX_MARKS
        assert places == sorted(places)


def test_search_marks_the_nearest_sentence(retriever: Retriever) -> None:
    (hit,) = retriever.search("walking, dancing and climbing load the legs", top_k=1)

    assert hit.marks == ("Brisk walking, dancing and climbing load the legs.",)


def test_search_marks_in_the_order_of_the_text(
    retriever: Retriever, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "MARK_MARGIN", 2.0)

    (hit,) = retriever.search("Slippers without a back do not grip", top_k=1)

    assert hit.marks == (
        "Flat shoes with rubber soles grip wet pavements.",
        "Slippers without a back do not.",
    )


@pytest.mark.parametrize("query", ["are sardnies rich in calcuim", "may i stop predinsolone"])
def test_search_reads_a_misspelt_word_as_the_right_one(retriever: Retriever, query: str) -> None:
    right = query.replace("sardnies", "sardines").replace("calcuim", "calcium")
    right = right.replace("predinsolone", "prednisolone")

    assert retriever.search(query) == retriever.search(right)


# ---- how sure a hit is


def test_search_is_surer_of_what_it_knows(retriever: Retriever) -> None:
    (near,) = retriever.search("Which foods hold calcium?", top_k=1)
    (far,) = retriever.search("football results of yesterday", top_k=1)

    assert near.score > far.score


@pytest.mark.parametrize("name", ["omeprazole", "Zumba", "vertebroplasty"])
def test_search_is_less_sure_where_a_named_thing_is_missing(
    retriever: Retriever, name: str
) -> None:
    known, unknown = (
        retriever.search(query, top_k=1)[0].score
        for query in ("may I stop taking prednisolone", f"may I stop taking {name}")
    )

    assert unknown < known


def test_search_goes_by_what_the_judge_says(
    retriever: Retriever, monkeypatch: pytest.MonkeyPatch
) -> None:
    query = "calcium and steroids"
    rows, _ = retriever.signals(query)
    monkeypatch.setattr(
        search, "judge_passages", lambda signals, **_: np.linspace(0.1, 0.8, len(signals))
    )

    hits = retriever.search(query, top_k=len(rows))

    ids = [retriever.index.passages[row].id for row in reversed(rows)]
    assert [hit.passage.id for hit in hits] == ids
    assert [hit.score for hit in hits] == pytest.approx(np.linspace(0.8, 0.1, len(rows)))


def test_search_keeps_the_first_order_where_the_judge_sees_no_difference(
    retriever: Retriever, monkeypatch: pytest.MonkeyPatch
) -> None:
    query = "calcium and steroids"
    rows, _ = retriever.signals(query)
    monkeypatch.setattr(search, "judge_passages", lambda signals, **_: np.full(len(signals), 0.5))

    hits = retriever.search(query, top_k=3)

    assert [hit.passage.id for hit in hits] == [retriever.index.passages[r].id for r in rows[:3]]


@pytest.mark.parametrize(("query", "heading"), QUESTIONS)
def test_signals_are_of_the_passages_that_are_judged(
    retriever: Retriever, query: str, heading: str
) -> None:
    rows, signals = retriever.signals(query)

    found = {hit.passage.id for hit in retriever.search(query, top_k=search.N_JUDGED)}
    assert {retriever.index.passages[row].id for row in rows} == found
    assert signals.shape == (search.N_JUDGED, len(SIGNALS))


@pytest.mark.parametrize("rows", [[3], [9, 0, 4], list(range(10))])
def test_signals_of_given_passages_are_those_passages_own(
    retriever: Retriever, rows: list[int]
) -> None:
    query = "how much calcium with steroids"
    _, whole = retriever.signals(query, rows=range(10))

    found, signals = retriever.signals(query, rows=rows)

    assert found == rows
    np.testing.assert_allclose(signals, whole[rows])


@pytest.mark.xfail(reason="with more hits more passages are judged beside each other")
def test_how_sure_a_hit_is_does_not_depend_on_how_many_are_wanted(
    retriever: Retriever, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        search, "judge", lambda signals, **_: np.full(len(signals), 1 / len(signals))
    )

    few, many = (retriever.search("calcium and steroids", top_k=top_k) for top_k in (3, 10))

    assert [hit.score for hit in many[:3]] == pytest.approx([hit.score for hit in few])


def test_order_begins_with_what_search_finds(retriever: Retriever) -> None:
    ids = [passage.id for passage in retriever.index.passages]
    order = retriever.order("calcium and steroids")

    found = [hit.passage.id for hit in retriever.search("calcium and steroids", top_k=8)]
    assert [ids[row] for row in order[:8]] == found
    assert sorted(order) == list(range(len(ids)))


# ---- names


def test_has_words_says_whether_the_library_has_each_of_them(retriever: Retriever) -> None:
    first = retriever.index.passages[0]

    assert retriever.has_words(first.heading)
    assert not retriever.has_words(f"{first.heading} zwobbitis")


def test_look_up_finds_every_passage_by_its_id_and_by_its_name(retriever: Retriever) -> None:
    for passage in retriever.index.passages:
        hit = retriever.look_up(passage.id)
        assert hit is not None
        assert hit.passage == passage
        again = retriever.look_up(f"  {hit.name.upper()} ")
        assert again is not None
        assert again.passage == passage


def test_what_is_looked_up_is_sure_and_marks_nothing(retriever: Retriever) -> None:
    hit = retriever.look_up("which foods hold calcium")

    assert hit is not None
    assert (hit.rank, hit.score, hit.marks) == (1, 1.0, ())
    assert hit.document.title == "Calcium in food"


@pytest.mark.parametrize(("query", "heading"), QUESTIONS)
def test_every_hit_is_found_again_by_its_name(
    retriever: Retriever, query: str, heading: str
) -> None:
    for hit in retriever.search(query, top_k=10):
        again = retriever.look_up(hit.name)
        assert again is not None
        assert again.passage == hit.passage


@pytest.mark.parametrize("name", ["", "calcium", "Which foods hold", "falls#none"])
def test_look_up_finds_nothing_for_another_text(retriever: Retriever, name: str) -> None:
    assert retriever.look_up(name) is None


def test_a_short_section_does_not_go_on(retriever: Retriever) -> None:
    hits = [retriever.look_up(passage.id) for passage in retriever.index.passages]

    assert all(hit is not None and retriever.next_part(hit) is None for hit in hits)


@pytest.fixture
def alike(tmp_path: Path, encoder: Encoder) -> Retriever:
    """Two documents with the same headings, one of them with a long section."""
    settings = Settings(
        documents=(tmp_path / "documents",), index=tmp_path / "knowledge.db", max_words=40
    )
    settings.documents[0].mkdir()
    for title, words in (("Apples", 3), ("Pears", 30)):
        sentences = " ".join(f"{title} number {n} are good." for n in range(words))
        text = f"---\ntitle: {title}\n---\n## Why eat them?\n\n{sentences}\n"
        (settings.documents[0] / f"{title}.md").write_text(text, encoding="utf-8")
    return Retriever(encoder, build_index(settings, encoder))


def test_names_tell_alike_headings_and_parts_apart(alike: Retriever) -> None:
    hits = [alike.look_up(passage.id) for passage in alike.index.passages]
    names = [hit.name for hit in hits if hit]

    assert names[:3] == [
        "Why eat them? (Apples)",
        "Why eat them? (Pears)",
        "Why eat them? (Pears), part 2",
    ]
    assert len(set(names)) == len(alike.index.passages)


def test_a_long_section_goes_on_part_by_part(alike: Retriever) -> None:
    hit, parts = alike.look_up("Why eat them? (Pears)"), 0
    text = ""
    while hit is not None:
        text, parts, hit = f"{text} {hit.passage.text}", parts + 1, alike.next_part(hit)

    assert parts > 2
    assert text.count("Pears number") == 30


def test_search_judges_the_only_passage_of_a_library(tmp_path: Path, encoder: Encoder) -> None:
    settings = Settings(documents=(tmp_path / "documents",), index=tmp_path / "knowledge.db")
    settings.documents[0].mkdir()
    text = "---\ntitle: Apples\n---\n## Why eat them?\n\nApples are good.\n"
    (settings.documents[0] / "apples.md").write_text(text, encoding="utf-8")
    retriever = Retriever(encoder, build_index(settings, encoder))

    (hit,) = retriever.search("are apples good")

    assert 0 <= hit.score <= 1
    assert hit.marks == ("Apples are good.",)
    assert retriever.order("are apples good") == [0]
    assert retriever.next_part(hit) is None


def test_a_section_goes_on_into_no_other_document(alike: Retriever) -> None:
    apples = alike.look_up("Why eat them? (Apples)")

    assert apples is not None
    assert alike.next_part(apples) is None


# ---- what is refused, and what is written down


@pytest.mark.parametrize(
    ("field", "value"), [("encoder", "another"), ("revision", "2"), ("dim", 64)]
)
def test_retriever_refuses_the_index_of_another_encoder(
    make_encoder: type, index: Index, field: str, value: object
) -> None:
    other = make_encoder(**{"name" if field == "encoder" else field: value})

    with pytest.raises(IndexMismatch, match="python -m knowledge build") as caught:
        Retriever(other, index)

    assert (caught.value.field, caught.value.expected) == (field, value)
    assert caught.value.found == getattr(index.manifest, field)


def test_open_loads_what_the_settings_name(
    monkeypatch: pytest.MonkeyPatch, encoder: Encoder, library: Settings
) -> None:
    monkeypatch.setattr(search, "load_encoder", lambda settings, **options: encoder)

    assert headings(Retriever.open(library), "sardines")[0] == "Which foods hold calcium?"


def test_open_refuses_an_index_of_other_passages(
    monkeypatch: pytest.MonkeyPatch, encoder: Encoder, library: Settings
) -> None:
    monkeypatch.setattr(search, "load_encoder", lambda settings, **options: encoder)

    with pytest.raises(IndexMismatch, match="max_words 160, expected 120"):
        Retriever.open(replace(library, max_words=120))


def test_open_names_a_missing_index(
    monkeypatch: pytest.MonkeyPatch, encoder: Encoder, tmp_path: Path
) -> None:
    monkeypatch.setattr(search, "load_encoder", lambda settings, **options: encoder)

    with pytest.raises(IndexNotFound):
        Retriever.open(Settings(index=tmp_path / "none.db"))


def test_load_encoder_names_a_missing_encoder(tmp_path: Path) -> None:
    with pytest.raises(EncoderUnavailable, match="make encoder") as caught:
        embed.load_encoder(Settings(encoder=tmp_path / "none"))

    assert isinstance(caught.value, KnowledgeError)
    assert caught.value.name == str(tmp_path / "none")


def test_search_logs_figures_and_no_word_of_the_query(
    retriever: Retriever, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, logger="knowledge"):
        retriever.search("sardines")

    (message,) = caplog.messages
    assert message.startswith("search hits=4 best=0.")
    assert "sardines" not in caplog.text
