"""Vectors of spelling: near for what is spelt alike, and the same after saving."""

import numpy as np
import pytest
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfVectorizer

from bot.matching.ngrams import CharacterNgrams

TEXTS = ["Do steroids weaken bones?", "how is a DEXA scan done", "bone density test", "hello there"]


@pytest.fixture
def ngrams():
    return CharacterNgrams.fit(TEXTS, dimensions=3)


def cosine(one, other):
    return float(one @ other / np.linalg.norm(one) / np.linalg.norm(other))


def test_transform_gives_one_row_a_text(ngrams):
    vectors = ngrams.transform(TEXTS)

    assert (vectors.shape, vectors.dtype) == ((4, 3), np.float32)
    assert np.linalg.norm(vectors, axis=1).max() < 1.0001


def test_transform_gives_what_scikit_learn_gives():
    vectorizer = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 3), sublinear_tf=True)
    model = TruncatedSVD(3, random_state=0).fit(vectorizer.fit_transform(TEXTS).astype(np.float32))
    texts = [*TEXTS, "a  DEXA\tscan, a scan", "İ don't", "x", "qqqq", ""]

    expected = vectorizer.transform(texts) @ model.components_.T

    assert CharacterNgrams.fit(TEXTS, dimensions=3).transform(texts) == pytest.approx(
        expected, abs=1e-5
    )


def test_transform_puts_a_misspelling_near_its_word():
    ngrams = CharacterNgrams.fit(TEXTS, dimensions=200)
    right, wrong, other = ngrams.transform(["steroids", "sterods", "density"])

    assert cosine(right, wrong) > 0.7 > cosine(right, other)


@pytest.mark.parametrize("text", ["", " ", "骨粗しょう症", "🦴", "qqqq"])
def test_transform_gives_finite_numbers_for_what_it_never_saw(ngrams, text):
    assert np.isfinite(ngrams.transform([text])).all()


@pytest.mark.parametrize("texts", [["a"], ["a", "a"], ["yes", "no"], ["x" * 1000, "?!1"]])
def test_fit_takes_few_and_short_texts(texts):
    assert np.isfinite(CharacterNgrams.fit(texts, dimensions=200).transform(texts)).all()


def test_fit_is_deterministic():
    one, other = (CharacterNgrams.fit(TEXTS, dimensions=3).transform(TEXTS) for _ in range(2))

    assert (one == other).all()


def test_ngrams_are_the_same_after_saving(ngrams, tmp_path):
    np.savez(tmp_path / "ngrams.npz", **ngrams.to_arrays())
    with np.load(tmp_path / "ngrams.npz", allow_pickle=False) as arrays:
        loaded = CharacterNgrams.from_arrays(arrays)

    assert (loaded.transform(["steroid", "scan"]) == ngrams.transform(["steroid", "scan"])).all()
