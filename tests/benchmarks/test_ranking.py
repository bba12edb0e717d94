"""benchmarks/ranking*.py: ways to rank, and how their weights are fitted."""

import json
import re
import zlib
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from benchmarks import ranking, tables
from benchmarks import ranking_methods as by
from benchmarks.ranking_methods import SHIPPED, Bench, mix
from knowledge.evaluate import open_collection
from knowledge.settings import Settings

DIM = 256
TEXTS = {
    "calcium": "Calcium is in milk. Sardines have much of it.",
    "a scan": "A scan takes ten minutes. Nothing hurts.",
    "walking good for": "Walking makes bones strong. Swimming does not.",
    "a steroid": "Steroids make bones thin. Ask before you stop them.",
    "a danger at home": "Rugs make people fall. Take them away.",
}


class WordEncoder:
    """Counts words in hashed dimensions."""

    manifest = SimpleNamespace(name="words", revision="1")
    dim = DIM

    def encode(self, texts):
        counts = np.full((len(texts), DIM), 1e-3, dtype=np.float32)
        for row, text in enumerate(texts):
            for word in re.findall(r"\w+", text.lower()):
                counts[row, zlib.crc32(word.encode()) % DIM] += 1
        return counts / np.linalg.norm(counts, axis=1, keepdims=True)

    def weigh(self, text):
        words = list(re.finditer(r"\w+", text))
        return self.encode([text])[0], [(*word.span(), 1 / len(words)) for word in words]


@pytest.fixture(scope="module")
def collection(tmp_path_factory):
    folder = tmp_path_factory.mktemp("ranking")
    passages = [
        {"id": f"p{i}", "title": f"What is {name}? (Also called: bones{i}; milk{i})", "text": text}
        for i, (name, text) in enumerate(TEXTS.items())
    ]
    path = folder / "passages.jsonl"
    path.write_text("".join(json.dumps(p) + "\n" for p in passages), encoding="utf-8")
    settings = replace(Settings(), index=folder / "knowledge.db")
    return open_collection(path, settings, WordEncoder())


@pytest.fixture(scope="module")
def bench(collection):
    return Bench(collection)


@pytest.mark.parametrize(
    "query", ["what milk is good for calcium", "Is walking at home good? I fall.", "a bones3"]
)
def test_the_shipped_method_is_the_first_ranking_of_the_library(collection, bench, query):
    found = mix(SHIPPED)(bench, query)
    retriever = collection.retriever
    shipped = retriever._score(retriever._read(query))

    np.testing.assert_allclose(by.minmax(found), by.minmax(shipped), atol=1e-5)


@pytest.mark.parametrize(
    ("title", "name"), [(title, name) for title, rows in ranking.GROUPS.items() for name in rows]
)
def test_every_method_ranks_every_row(bench, title, name):
    scores = ranking.GROUPS[title][name](bench, "Is milk good? I take steroids.")

    assert scores.shape == (len(bench.index.passages),)
    assert np.isfinite(scores).all()
    assert len({*bench.rank(scores)}) == len(TEXTS)


def test_a_signal_of_equal_scores_counts_as_nothing():
    equal = np.ones(3, dtype=np.float32)

    assert by.minmax(equal).tolist() == by.standardise(equal).tolist() == [0, 0, 0]


def test_reciprocal_counts_ranks():
    scaled = by.reciprocal(1)(np.array([0.1, 0.9, 0.5], dtype=np.float32))

    np.testing.assert_allclose(scaled, [1 / 4, 1 / 2, 1 / 3])


def test_questions_are_what_is_left_of_a_message():
    assert by.find_questions("I am ill. Is it bad? Thanks. Why me?") == "Is it bad? Why me?"
    assert by.find_questions("I am ill.") == "I am ill."


def test_feedback_looks_for_words_of_the_first_passage(bench):
    query = "what is a steroid"
    plain, added = mix(SHIPPED)(bench, query), by.add_words(10, 1)(bench, query)

    assert bench.rank(plain)[0] == bench.rank(added)[0] == "p3"
    # Walking "makes bones strong", as steroids "make bones thin".
    assert added[2] > plain[2]


@pytest.fixture(scope="module")
def mixtures(bench):
    asked = {
        field: {"a": "milk", "b": "scan", "c": "walking", "d": "rugs", "e": "steroids"}
        for field in (*ranking.CHOSEN_BY, "message_only")
    }
    grades = {id_: {f"p{i}": 3} for i, id_ in enumerate("abcde")}
    return ranking.Mixtures(bench, asked, grades)


def test_mixtures_are_all_weights_that_add_up_to_one(mixtures):
    assert len(mixtures.weights) == 286
    np.testing.assert_allclose(mixtures.weights.sum(axis=1), 1)


def test_weights_are_fitted_to_the_questions_given_and_to_no_other(mixtures, monkeypatch):
    table = np.zeros((286, 4, 5))
    favourite, other = 100, 7
    table[favourite, :3, :4] = 1
    table[other, :, 4] = 1
    monkeypatch.setattr(mixtures, "_table", table)
    monkeypatch.setattr(ranking, "BEST", 1 / 286)

    np.testing.assert_allclose(mixtures.fit(np.arange(4)), mixtures.weights[favourite])
    np.testing.assert_allclose(mixtures.fit(np.array([4])), mixtures.weights[other])


def test_cross_validation_never_fits_to_what_it_measures(mixtures, monkeypatch):
    fitted = []
    fit = mixtures.fit
    monkeypatch.setattr(mixtures, "fit", lambda some: fitted.append({*some}) or fit(some))
    measure = mixtures.measure

    def check(weights, questions):
        assert not fitted[-1] & {*questions}
        return measure(weights, questions)

    monkeypatch.setattr(mixtures, "measure", check)
    held = mixtures.cross_validate()

    assert held.shape == (4, 5)
    assert ((held >= 0) & (held <= 1)).all()
    assert len(fitted) == ranking.REPEATS * ranking.FOLDS


def test_committed_results_have_every_method():
    results = ranking.report.load(ranking.RESULTS)
    named = {group["title"]: [row["name"] for row in group["rows"]] for group in results["groups"]}

    assert named.pop("Whole rankings") == [*ranking.GROUPS["Whole rankings"], ranking.FITTED]
    assert named == {t: [*rows] for t, rows in ranking.GROUPS.items() if t != "Whole rankings"}
    assert f"| {ranking.WHOLE} |" in tables.render_ranking(results)
