"""A message of a conversation: whether it hangs on what was shown, and what it then finds."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.embed import Encoder
from knowledge.index import Index
from knowledge.search import follow_ups, query
from knowledge.search import retriever as search
from knowledge.search.follow_ups import (
    DEPENDENCE_SIGNALS,
    LAST_WEIGHT,
    MEAN_WEIGHT,
    measure_dependence,
    predict_dependence,
    sum_shown,
)
from knowledge.search.retriever import Retriever
from knowledge.search.signals import FOLLOW_UP_SIGNALS, SIGNALS, measure_follow_up_signals
from knowledge.types import Thread

SCAN = "scan#what-happens-during-a-dxa-scan"
CALCIUM = "calcium#which-foods-hold-calcium"
ASKED = Thread(("What happens during a DXA scan?",), (SCAN,))
ON = ["does it hurt?", "why?", "is it safe", "what about the results?"]
FRESH = [
    "Which shoes keep people steady?",
    "May I stop taking prednisolone?",
    "Which foods hold calcium?",
    "How can a home be made safe against falls on rugs and stairs at night",
]


@pytest.fixture(scope="module")
def retriever(encoder: Encoder, index: Index) -> Retriever:
    return Retriever(encoder, index)


def ids(found: Any) -> list[str]:
    return [hit.passage.id for hit in found.hits]


# ---- whether it hangs


def tie(message: str, **changed: float) -> np.ndarray:
    signals = {
        **{"content": 0.3, "unknown": 0.0, "rarity": 1.0, "best_text": 0.3, "best_name": 0.3},
        **{"gap": 0.0, "likeness": 0.95, **changed},
    }
    return measure_dependence(message, **signals)


@pytest.mark.parametrize(
    ("message", "words", "content", "is_short", "points_back"),
    [
        ("it", 1, 0, 1, 1),
        ("Does it hurt?", 3, 1, 1, 1),
        ("bone scans", 2, 2, 1, 0),
        ("doctors measure bone density yearly", 5, 5, 0, 0),
        ("", 0, 0, 1, 0),
        ("calcium " * 50, 20, 20, 0, 0),
    ],
)
def test_a_message_is_measured_by_its_words(
    message: str, words: int, content: int, is_short: bool, points_back: bool
) -> None:
    assert tie(message)[:4].tolist() == [words, content, is_short, points_back]


def test_every_tie_has_a_weight() -> None:
    weights, _ = follow_ups._load()

    assert tie("it").shape == weights.shape == (len(DEPENDENCE_SIGNALS),)


def test_a_short_word_near_what_was_shown_depends_and_a_clear_question_does_not() -> None:
    question = "Which foods are richest in calcium for older adults?"
    clear = {"content": 1.0, "rarity": 15.0, "best_text": 0.9, "best_name": 0.9, "gap": 0.6}

    assert predict_dependence(tie("and it?")) > 0.9
    assert predict_dependence(tie(question, **clear, likeness=0.7)) < 0.1


@given(st.text(max_size=60), st.floats(0, 1), st.floats(0, 100), st.floats(-1, 1))
def test_dependence_is_a_probability(
    message: str, content: float, rarity: float, likeness: float
) -> None:
    measured = tie(message, content=content, rarity=rarity, likeness=likeness)

    assert 0 <= predict_dependence(measured) <= 1


def test_the_passage_just_shown_counts_most() -> None:
    first, last = np.eye(2, dtype=np.float32)

    total = sum_shown(np.array([first, last]))

    np.testing.assert_allclose(total, [MEAN_WEIGHT / 2, LAST_WEIGHT + MEAN_WEIGHT / 2])
    np.testing.assert_allclose(sum_shown(last[np.newaxis]), [0, LAST_WEIGHT + MEAN_WEIGHT])


# ---- what it finds


@pytest.mark.parametrize("message", ON)
def test_who_asks_on_gets_the_passages_near_what_was_shown(
    retriever: Retriever, message: str
) -> None:
    found = retriever.follow(message, ASKED)

    assert found.is_follow_up
    assert found.hits[0].passage.document_id == "scan"


@pytest.mark.parametrize("message", FRESH)
def test_a_question_of_its_own_finds_what_it_finds_alone(
    retriever: Retriever, message: str
) -> None:
    found = retriever.follow(message, ASKED)

    assert not found.is_follow_up
    assert found.hits == retriever.search(message)


@pytest.mark.parametrize("message", [*ON, *FRESH])
def test_without_a_thread_a_message_is_searched_alone(retriever: Retriever, message: str) -> None:
    found = retriever.follow(message, Thread(), top_k=6)

    assert not found.is_follow_up
    assert found.hits == retriever.search(message, top_k=6)


@pytest.mark.parametrize("message", ["", " ", "?!", "🦴"])
def test_a_message_without_a_word_finds_nothing(retriever: Retriever, message: str) -> None:
    found = retriever.follow(message, ASKED)

    assert (found.hits, found.is_follow_up) == ([], False)


@pytest.mark.parametrize("message", ON)
@pytest.mark.parametrize("shown", [("gone#1", SCAN), (SCAN, "gone#1"), ("", SCAN, "gone#1")])
def test_a_passage_that_the_library_no_longer_has_is_ignored(
    retriever: Retriever, message: str, shown: tuple[str, ...]
) -> None:
    found = retriever.follow(message, replace(ASKED, shown=shown))

    assert found == retriever.follow(message, ASKED)


def test_a_thread_of_lost_passages_goes_by_its_question(retriever: Retriever) -> None:
    lost = replace(ASKED, shown=("gone#1",))

    assert ids(retriever.follow("does it hurt?", lost))[0] == SCAN
    assert retriever.follow("does it hurt?", lost) == retriever.follow(
        "does it hurt?", Thread(ASKED.questions)
    )


@pytest.mark.parametrize("is_answered", [True, False])
def test_a_question_that_nothing_was_shown_for_counts_itself(
    retriever: Retriever, monkeypatch: pytest.MonkeyPatch, is_answered: bool
) -> None:
    monkeypatch.setattr(query, "predict_dependence", lambda signals: 1.0)
    asked = Thread(("Which shoes keep people steady?",), (CALCIUM,), is_answered=is_answered)

    read = retriever.queries.read_in_thread("and slippers?", asked)

    shoes = retriever._names.find("falls#which-shoes-keep-people-steady")
    plain = retriever.queries.read_in_thread("and slippers?", replace(asked, is_answered=True))
    nearness = retriever.index.texts[shoes] @ np.array([read.embedding, plain.embedding]).T
    assert (nearness[0] > nearness[1]) is np.bool_(not is_answered)


def test_the_words_of_the_thread_count_less_than_those_of_the_message(
    retriever: Retriever, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(query, "predict_dependence", lambda signals: 1.0)

    read = retriever.queries.read_in_thread("calcium", Thread(("calcium in sardines",)))

    alone = retriever._ranking.bm25(read.terms)
    together = retriever._ranking.bm25(read.terms, read.carried)
    carried = retriever._lexicon.bm25(read.carried)
    assert carried.max() > 0
    np.testing.assert_allclose(together, alone + follow_ups.TERM_WEIGHT * carried, rtol=1e-5)


@given(st.sampled_from([*ON, *FRESH]), st.integers(1, 9))
def test_what_is_found_in_a_thread_is_ranked_and_sure_to_some_degree(
    retriever: Retriever, message: str, top_k: int
) -> None:
    hits = retriever.follow(message, ASKED, top_k=top_k).hits

    assert len(hits) == top_k
    assert len({hit.passage.id for hit in hits}) == top_k
    assert [hit.rank for hit in hits] == list(range(1, top_k + 1))
    assert all(0 <= hit.score <= 1 for hit in hits)
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)


def test_the_embedding_of_a_follow_up_is_of_unit_length(retriever: Retriever) -> None:
    for message in ON:
        read = retriever.queries.read_in_thread(message, ASKED)
        assert np.linalg.norm(read.embedding) == pytest.approx(1, abs=1e-5)


def test_order_puts_every_passage_once_and_what_is_judged_first(retriever: Retriever) -> None:
    rows = retriever.order("does it hurt?", ASKED)
    found = retriever.follow("does it hurt?", ASKED, top_k=search.N_JUDGED)

    assert sorted(rows) == list(range(len(retriever.index.passages)))
    first = [retriever.index.passages[row].id for row in rows[: search.N_JUDGED]]
    assert first == ids(found)


def test_the_signals_of_a_follow_up_end_with_what_its_own_words_say(retriever: Retriever) -> None:
    rows, signals = retriever.signals("does it hurt?", thread=ASKED)
    _, plain = retriever.signals("does it hurt?")

    assert signals.shape == (len(rows), len(SIGNALS) + len(FOLLOW_UP_SIGNALS))
    assert plain.shape[1] == len(SIGNALS)


def test_what_was_shown_is_told_from_what_was_not(index: Index, encoder: Encoder) -> None:
    alone = encoder.encode([index.passages[2].text])[0]

    measured = measure_follow_up_signals(index, alone, np.array([0, 1, 2]), (0, 1))

    just, before = (FOLLOW_UP_SIGNALS.index(name) for name in ("just_shown", "shown_before"))
    assert measured[:, just].tolist() == [0, 1, 0]
    assert measured[:, before].tolist() == [1, 0, 0]
    assert measured[:, 0].argmax() == 2


# ---- the sentences that are nearest


def test_the_sentence_that_answers_is_marked(retriever: Retriever) -> None:
    hit = retriever.look_up(SCAN)
    assert hit is not None

    assert retriever.mark("does nothing of it hurt, nothing hurts", hit) == ("Nothing hurts.",)


def test_nothing_is_marked_in_a_passage_that_is_gone(retriever: Retriever) -> None:
    hit = retriever.look_up(SCAN)
    assert hit is not None
    gone = replace(hit, passage=replace(hit.passage, id="gone#1"))

    assert retriever.mark("does it hurt?", gone) == ()
