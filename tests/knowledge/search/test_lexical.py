"""Full-text search over arrays: the figures of FTS5, without its syntax."""

import itertools
import re
import sqlite3
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.index import Index
from knowledge.search import lexical
from knowledge.search.lexical import COLUMN_WEIGHTS, Lexicon, Stemmer
from knowledge.search.words import content_words, has_content
from spelling import common_form

# Each hostile query with the words that it comes down to.
HOSTILE = [
    ('"calcium', "calcium"),
    ('calcium" OR "milk', "calcium or milk"),
    ("calcium*", "calcium"),
    ("calc*", "calc"),
    ("NEAR(calcium milk, 2)", "near calcium milk 2"),
    ("calcium NOT milk", "calcium not milk"),
    ("calcium AND unicorns", "calcium and unicorns"),
    ("OR OR OR", "or"),
    ("Ask OR OR tell", "ask"),
    ("text:calcium", "text calcium"),
    ("{heading title}: calcium", "heading title calcium"),
    ("-calcium +milk ^scan", "calcium milk scan"),
    ("calcium'; DROP TABLE passages; --", "calcium drop table passages"),
    ("cal\x00cium", "cal cium"),
    ("\x00", ""),
    ("🦴🦴 calcium 🦴", "calcium"),
    ("🦴", ""),
    ("(((((", ""),
    ("___", ""),
    ("", ""),
]
ORDINARY = [
    "Which foods hold calcium?",
    "how much calcium does an adult need each day",
    "dairy for pensioners",
    "preventing falls on stairs, stairs and stairs",
    "the",
    "What does a T-score of minus two mean?",
    "Naïve café calcium",
]
CALCIUM_IN_FOOD, CALCIUM_A_DAY = 0, 1

syntax = st.sampled_from(['"', "'", "*", "(", ")", ":", "^", "-", "+", "{", "}", ",", "\x00"])
operators = st.sampled_from(["NEAR", "NEAR(", "AND", "OR", "NOT", "text", "heading", "_", " "])


@pytest.fixture(scope="module")
def lexicon(index: Index) -> Lexicon:
    return Lexicon.read(index.connection, len(index.passages))


def make(texts: Sequence[str]) -> Lexicon:
    """Return the lexicon of passages with these texts."""
    connection = sqlite3.connect(":memory:")
    connection.execute(
        "CREATE VIRTUAL TABLE passages_fts USING fts5("
        "heading, title, text, questions, content='', tokenize='porter unicode61')"
    )
    connection.executemany(
        "INSERT INTO passages_fts(rowid, text) VALUES (?, ?)", list(enumerate(texts))
    )
    try:
        return Lexicon.read(connection, len(texts))
    finally:
        connection.close()


def score(lexicon: Lexicon, query: str, *, max_terms: int = 64) -> list[float]:
    """Return the BM25 score of every passage."""
    return lexicon.bm25(lexicon.find(query, max_terms=max_terms)).tolist()


def cover(lexicon: Lexicon, query: str, *, max_terms: int = 64) -> list[float]:
    """Return the share of the words of `query` that every passage has, rare ones counting more."""
    if not has_content(query):
        return [0.0] * lexicon.n_passages
    words = content_words(query)[:max_terms]
    terms = sorted({lexicon.number(word) for word in words} - {-1})
    terms += [-1] * len([word for word in words if lexicon.number(word) == -1])
    rows = np.arange(lexicon.n_passages)
    rarities = np.array([lexicon.rarity(term) for term in terms])[:, None]
    having = np.array([lexicon.occurs(term, rows) for term in terms])
    return ((having * rarities).sum(axis=0) / rarities.sum()).tolist()


def score_by_fts5(index: Index, query: str) -> list[float]:
    """Return what FTS5 scores every passage, each stem of the query once."""
    stemmer = Stemmer()
    words = {tuple(stemmer.stems([word])): word for word in content_words(query)}
    scores = [0.0] * len(index.passages)
    match = " OR ".join(f'"{common_form(word)}"' for word in words.values())
    if match:
        weights = [COLUMN_WEIGHTS[column] for column in ("heading", "title", "text", "questions")]
        with index.lock:
            rows = index.connection.execute(
                "SELECT rowid, -bm25(passages_fts, ?, ?, ?, ?) FROM passages_fts "
                "WHERE passages_fts MATCH ?",
                (*weights, match),
            ).fetchall()
        for row, value in rows:
            scores[row] = value
    return scores


# ---- BM25


@pytest.mark.parametrize("query", [*ORDINARY, *(hostile for hostile, _ in HOSTILE)])
def test_bm25_is_that_of_fts5(index: Index, lexicon: Lexicon, query: str) -> None:
    assert score(lexicon, query) == pytest.approx(score_by_fts5(index, query), abs=1e-5)


@given(st.lists(syntax | operators | st.sampled_from(ORDINARY) | st.text(max_size=9)).map("".join))
def test_bm25_of_any_text_is_that_of_fts5(index: Index, lexicon: Lexicon, query: str) -> None:
    # A word that the tokenizer cuts in two is a phrase for FTS5, and two words here.
    query = re.sub(r"[^\x00-\x7F]|_", " ", query)

    assert score(lexicon, query) == pytest.approx(score_by_fts5(index, query), abs=1e-5)


@given(st.text(max_size=300))
def test_bm25_answers_any_text(lexicon: Lexicon, query: str) -> None:
    scores = lexicon.bm25(lexicon.find(query, max_terms=64))

    assert scores.shape == (10,)
    assert scores.dtype == np.float32
    assert np.isfinite(scores).all()
    assert (scores >= 0).all()


@pytest.mark.parametrize(("hostile", "plain"), HOSTILE)
def test_find_reads_no_syntax(lexicon: Lexicon, hostile: str, plain: str) -> None:
    assert lexicon.find(hostile, max_terms=64) == lexicon.find(plain, max_terms=64)


def test_bm25_is_the_same_however_the_library_is_read(
    index: Index, lexicon: Lexicon, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lexical, "BLOCK", 7)

    in_small_blocks = Lexicon.read(index.connection, len(index.passages))

    for query in ORDINARY:
        assert score(in_small_blocks, query) == score(lexicon, query)


def test_read_leaves_nothing_in_the_index(index: Index) -> None:
    Lexicon.read(index.connection, len(index.passages))

    left = index.connection.execute("SELECT name FROM temp.sqlite_master").fetchall()
    assert left == []


def test_find_looks_up_function_words_only_where_there_are_no_others(lexicon: Lexicon) -> None:
    assert lexicon.find("what about the sardines", max_terms=9) == lexicon.find(
        "sardines", max_terms=9
    )
    assert max(score(lexicon, "the")) > 0


def test_find_looks_up_the_first_different_words(lexicon: Lexicon) -> None:
    query = "unicorn unicorn unicorn dragon sardines"

    assert lexicon.find(query, max_terms=2) == [-1, -1]
    assert max(score(lexicon, query, max_terms=3)) > 0


def test_find_takes_thousands_of_words(lexicon: Lexicon) -> None:
    query = " ".join(f"word{number}" for number in range(5000)) + " sardines"

    assert len(lexicon.find(query, max_terms=10_000)) == 5001
    assert max(score(lexicon, query, max_terms=10_000)) > 0


def test_find_keeps_no_word_of_a_user(lexicon: Lexicon) -> None:
    lexicon.find("unicorns and sardines", max_terms=9)

    assert "unicorn" not in repr(vars(lexicon))
    assert Stemmer().stems([]) == []
    assert lexicon.find("", max_terms=9) == []


def test_find_answers_several_threads(lexicon: Lexicon) -> None:
    queries = ["calcium", "loose stairs", "scan unicorns", "prednisolone"] * 50
    expected = [score(lexicon, query) for query in queries]

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda query: score(lexicon, query), queries))

    assert answers == expected


@pytest.mark.parametrize(
    ("word", "known"),
    [("sardines", True), ("Sardine", True), ("unicorn", False), ("", False), ("🦴", False)],
)
def test_has_knows_every_form_of_a_word(lexicon: Lexicon, word: str, known: bool) -> None:
    assert lexicon.has(word) is known


def test_a_library_without_a_word_is_a_lexicon() -> None:
    for lexicon in (make([]), make(["", "?"])):
        assert lexicon.find("bone", max_terms=9) == [-1]
        assert max(score(lexicon, "bone"), default=0.0) == 0
        assert max(cover(lexicon, "bone"), default=0.0) == 0


# ---- single words

TEXTS = st.lists(st.lists(st.sampled_from("bone mug tin oak".split())).map(" ".join), min_size=1)  # noqa: SIM905


@pytest.mark.parametrize(
    ("word", "other", "same"),
    [
        ("sardines", "Sardine", True),
        ("prescribed", "PRESCRIBE", True),
        ("sardines", "stairs", False),
        ("sardines", "unicorns", False),
    ],
)
def test_number_is_that_of_every_form_of_a_word(
    lexicon: Lexicon, word: str, other: str, same: bool
) -> None:
    assert lexicon.number(word) >= 0
    assert (lexicon.number(word) == lexicon.number(other)) is same


@pytest.mark.parametrize("word", ["unicorn", "", "?", "🦴", "\x00", "骨"])
def test_number_of_what_the_library_has_not_is_none(lexicon: Lexicon, word: str) -> None:
    assert lexicon.number(word) == -1


@given(TEXTS, st.sampled_from(["bone", "mug", "tin", "oak", "unicorn"]), st.randoms())
def test_occurs_says_which_passages_have_the_word(texts: list[str], word: str, chance: Any) -> None:
    lexicon = make(texts)
    rows = list(range(len(texts)))
    chance.shuffle(rows)

    having = lexicon.occurs(lexicon.number(word), np.array(rows))

    assert having.tolist() == [word in texts[row].split() for row in rows]


@given(TEXTS)
def test_a_word_is_the_rarer_the_fewer_passages_have_it(texts: list[str]) -> None:
    lexicon = make(texts)
    counts = {word: sum(word in text.split() for text in texts) for word in ("bone", "mug", "oak")}

    rarity = {word: lexicon.rarity(lexicon.number(word)) for word in counts}

    for word, other in itertools.permutations(counts, 2):
        assert (rarity[word] < rarity[other]) is (counts[word] > counts[other])
    assert all(0 < value <= lexicon.rarity(-1) for value in rarity.values())


# ---- how much of a query a passage covers


@pytest.mark.parametrize(
    "query",
    [
        "sardines",
        "SARDINES and Spinach",
        "sardine",
        "Which foods hold calcium?",
        "calcium, spinach; calcium!",
        "what about the sardines",
    ],
    ids=["text", "capitals", "stem", "heading", "twice", "function-words"],
)
def test_coverage_is_whole_where_every_word_occurs(lexicon: Lexicon, query: str) -> None:
    assert cover(lexicon, query)[CALCIUM_IN_FOOD] == pytest.approx(1)


def test_coverage_counts_the_title_and_other_ways_to_ask(lexicon: Lexicon) -> None:
    assert cover(lexicon, "food allowance for pensioners")[CALCIUM_A_DAY] == pytest.approx(1)


@pytest.mark.parametrize("query", ["unicorns", "football results of yesterday", "stairs", "骨"])
def test_coverage_is_nothing_where_no_word_occurs(lexicon: Lexicon, query: str) -> None:
    assert cover(lexicon, query)[CALCIUM_IN_FOOD] == pytest.approx(0)


@pytest.mark.parametrize("query", ["", " \n\t", "?!", "🦴🦴", "\x00"])
def test_coverage_is_nothing_for_a_query_without_words(lexicon: Lexicon, query: str) -> None:
    assert cover(lexicon, query) == [0] * 10


def test_coverage_weighs_a_rare_word_more(lexicon: Lexicon) -> None:
    rare_and_common = cover(lexicon, "sardines steroids")[CALCIUM_IN_FOOD]
    common_alone = cover(lexicon, "calcium prednisolone")[CALCIUM_IN_FOOD]

    assert 0 < common_alone < 0.5 < rare_and_common < 1


def test_coverage_weighs_a_word_nobody_has_most(lexicon: Lexicon) -> None:
    known = cover(lexicon, "sardines prednisolone")[CALCIUM_IN_FOOD]
    unknown = cover(lexicon, "sardines unicorns")[CALCIUM_IN_FOOD]

    assert 0 < unknown < known <= 0.5


def test_coverage_counts_a_word_that_every_passage_has() -> None:
    lexicon = make(["One bone.", "Two bones."])

    assert cover(lexicon, "bone") == pytest.approx([1, 1])
    assert 0 < cover(lexicon, "bone two")[0] < 0.5


@given(st.lists(syntax | operators | st.text(max_size=20)).map("".join))
def test_coverage_of_any_text_is_a_share(lexicon: Lexicon, query: str) -> None:
    assert all(0 <= share <= 1.001 for share in cover(lexicon, query))


@given(st.lists(st.sampled_from(["calcium", "sardines", "stairs", "unicorns"]), min_size=1))
def test_coverage_does_not_depend_on_the_order_of_words(lexicon: Lexicon, words: list[str]) -> None:
    forwards, backwards = (cover(lexicon, " ".join(order)) for order in (words, words[::-1]))

    assert forwards == pytest.approx(backwards)
