"""The rows nearest to a query: exact, and by a sketch in a large library."""

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from knowledge.embed import Encoder
from knowledge.index import Index
from knowledge.search import cosines, ranking
from knowledge.search.cosines import Cosines, best_rows, find_principal_axes, first_rows
from knowledge.search.retriever import Retriever
from knowledge.store import EmbeddedPassages, Manifest, hash_corpus
from knowledge.types import Document, Passage

# A quarter of the directions, as 96 of MiniLM's 384; of the rows the shares that 100,000 have.
DIM, AXES = 96, 24
N_ROWS, N_QUERIES = 6_000, 150
EXACT, N_ENDS = N_ROWS // 100, N_ROWS // 400

Vectors = NDArray[np.float32]


def unit(vectors: NDArray[np.floating]) -> Vectors:
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def near(rows: Vectors, amount: float, seed: int) -> Vectors:
    """Return vectors moved off `rows`: by 1.0 to a cosine of 0.7."""
    return unit(rows + amount * unit(np.random.default_rng(seed).standard_normal(rows.shape)))


@pytest.fixture(autouse=True)
def axes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cosines, "AXES", AXES)


@pytest.fixture(scope="module")
def clustered() -> Vectors:
    """Rows around 300 centres; the sketch holds five sixths of them, as of MiniLM's vectors."""
    rng = np.random.default_rng(7)
    spread = np.exp(-np.arange(DIM) / 26)
    turn, _ = np.linalg.qr(rng.standard_normal((DIM, DIM)))
    centres = rng.standard_normal((300, DIM)) * spread
    rows = centres[rng.integers(300, size=N_ROWS)]
    return unit((rows + 0.7 * rng.standard_normal((N_ROWS, DIM)) * spread) @ turn)


@pytest.fixture(scope="module")
def questions(clustered: Vectors) -> dict[str, Vectors]:
    """Vectors near some row each, by what is asked; the words belong to other rows."""
    rng = np.random.default_rng(8)
    rows = clustered[rng.choice(N_ROWS, N_QUERIES, replace=False)]
    words = rng.integers(400, size=(N_QUERIES, 3))
    texts = [" ".join(f"word{n}x" for n in some) for some in words]
    first = dict(zip(texts, near(rows, 1.0, 9), strict=True))
    # What is asked with its subject is another reading of it.
    return first | dict(
        zip((f"{text} (bones)" for text in texts), near(rows, 1.1, 10), strict=True)
    )


@pytest.fixture(scope="module")
def large(clustered: Vectors, tmp_path_factory: pytest.TempPathFactory) -> Index:
    """A library of these vectors; a heading's lies near its text's."""
    rng = np.random.default_rng(11)
    texts = [" ".join(f"word{n}x" for n in some) for some in rng.integers(400, size=(N_ROWS, 12))]
    documents = [Document(str(i), f"Title {i}", topic=f"t{i % 28}") for i in range(N_ROWS)]
    passages = [
        Passage(f"{i}#a", str(i), 0, f"Heading {i}", text, ((0, len(text)),))
        for i, text in enumerate(texts)
    ]
    headings = near(clustered, 0.6, 12)
    embedded = EmbeddedPassages(
        passages,
        clustered,
        [
            np.stack([row, other])
            for row, other in zip(headings, near(headings, 0.3, 13), strict=True)
        ],
        [row[np.newaxis] for row in clustered],
    )
    path: Path = tmp_path_factory.mktemp("large") / "index.db"
    corpus = hash_corpus(documents, passages)
    manifest = Manifest("x", "1", DIM, 160, corpus, N_ROWS, N_ROWS)
    return Index.build(path, manifest, documents, embedded)


def test_a_small_library_is_compared_in_full(clustered: Vectors) -> None:
    (embedding,) = near(clustered[:1], 1.0, 1)
    cosines = Cosines(clustered, large=N_ROWS + 1)

    assert not cosines.is_sketched
    np.testing.assert_array_equal(cosines.of(embedding), clustered @ embedding)


def test_axes_hold_as_much_as_those_of_a_real_encoder(clustered: Vectors) -> None:
    axes = find_principal_axes(clustered, AXES)

    assert 0.8 < np.square(clustered @ axes).sum() / len(clustered) < 0.87
    np.testing.assert_allclose(axes.T @ axes, np.eye(AXES), atol=1e-4)


def test_a_sketch_is_exact_at_both_ends(clustered: Vectors) -> None:
    (query,) = near(clustered[:1], 1.0, 1)
    found = Cosines(clustered, large=N_ROWS).of(query)
    ends = [int(found.argmin()), int(found.argmax())]

    assert not np.allclose(found, clustered @ query)
    np.testing.assert_allclose(found[ends], clustered[ends] @ query, atol=1e-6)


def test_a_sketch_is_corrected_where_asked(clustered: Vectors) -> None:
    (embedding,), rows = near(clustered[:1], 1.0, 1), np.array([5, 70, 3_000])
    cosines = Cosines(clustered, large=1)
    found = cosines.of(embedding)

    cosines.correct(found, embedding, rows)

    np.testing.assert_allclose(found[rows], clustered[rows] @ embedding, atol=1e-6)


@pytest.mark.parametrize("n_rows", [1, 3, 2 * cosines.N_ENDS])
def test_a_sketch_of_few_rows_is_exact(clustered: Vectors, n_rows: int) -> None:
    rows = clustered[:n_rows]

    found = Cosines(rows, large=1).of(clustered[0])

    np.testing.assert_allclose(found, rows @ clustered[0], atol=1e-6)


def test_search_by_sketches_finds_the_same_four(
    large: Index, questions: dict[str, Vectors], monkeypatch: pytest.MonkeyPatch
) -> None:
    encoder = SimpleNamespace(
        manifest=SimpleNamespace(name="x", revision="1"),
        dim=DIM,
        encode_with_pieces=lambda text: (questions[text], []),
    )
    exact = Retriever(encoder, large)
    monkeypatch.setattr(cosines, "N_ENDS", N_ENDS)
    monkeypatch.setattr(ranking, "EXACT", EXACT)
    sketched = Retriever(encoder, large, large=1)

    def find(retriever: Retriever, query: str) -> list[str]:
        return [hit.passage.id for hit in retriever.search(query)]

    asked = [query for query in questions if not query.endswith(")")]
    pairs = [(find(exact, query), find(sketched, query)) for query in asked]

    assert np.mean([len({*a} & {*b}) / 4 for a, b in pairs]) >= 0.99
    assert np.mean([a[0] == b[0] for a, b in pairs]) >= 0.99


def test_search_by_sketches_judges_by_exact_figures(
    encoder: Encoder, index: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    (exact,) = Retriever(encoder, index).search("sardines", top_k=1)
    monkeypatch.setattr(cosines, "N_ENDS", 1)
    monkeypatch.setattr(ranking, "EXACT", 2)
    monkeypatch.setattr(cosines, "AXES", 8)

    (hit,) = Retriever(encoder, index, large=1).search("sardines", top_k=1)

    assert hit == replace(exact, score=hit.score)
    assert hit.score == pytest.approx(exact.score, abs=0.05)


# ---- the highest scores


SCORES = st.lists(st.sampled_from([0.0, 0.25, 0.5, 0.5001, 1.0, -1.0]), max_size=40)


@given(SCORES, st.integers(0, 45))
def test_first_rows_are_the_start_of_a_stable_sort(values: list[float], n: int) -> None:
    scores = np.array(values, dtype=np.float32)

    assert first_rows(scores, n) == np.argsort(-scores, kind="stable")[:n].tolist()


@given(SCORES, st.integers(0, 45))
def test_best_rows_have_the_highest_scores(values: list[float], n: int) -> None:
    scores = np.array(values, dtype=np.float32)
    rows = best_rows(scores, n)

    assert len({*rows.tolist()}) == min(n, len(values))
    assert sorted(scores[rows], reverse=True) == sorted(scores, reverse=True)[:n]
