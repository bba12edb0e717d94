"""The dictionary, and the words that fields have."""

import pytest

from spelling import count_words, is_english
from spelling.candidates import Misspelling, one_edit
from spelling.known_words import KnownWords


@pytest.mark.parametrize("word", ["the", "bone", "anaemia", "oesophagus", "shielded"])
def test_dictionary_has_english(word):
    assert is_english(word)


@pytest.mark.parametrize("word", ["", "teh", "Bone", "denosumab"])
def test_dictionary_has_nothing_else(word):
    assert not is_english(word)


def test_count_words_counts_texts_and_leaves_out_the_shortest():
    assert count_words(["Bone, bone and hip", "bone 2 T-score"]) == {"bone": 2, "score": 1}


@pytest.mark.parametrize("other", ["boe", "bons", "boune", "bnoe", "boned", "bone"])
def test_one_edit_leads_to(other):
    assert other in {*one_edit("bone"), "bone"}


@pytest.mark.parametrize("other", ["cone", "obne", "one", "xbone", "bonded", "bo", "enob"])
def test_one_edit_does_not_lead_to(other):
    assert other not in set(one_edit("bone"))


def test_known_words_find_what_is_near_or_sounds_alike():
    words = KnownWords({"wrist": 3, "writ": 1, "right": 1, "calcium": 2})

    candidates = words.find_candidates(Misspelling.of("rist"))
    found = {each.word: (each.distance, each.count) for each in candidates}

    assert found["wrist"] == (1, 3)
    assert "calcium" not in found


def test_known_words_keep_the_words_that_most_texts_have(monkeypatch):
    monkeypatch.setattr("spelling.known_words.MAX_WORDS", 1)

    words = KnownWords({"bone": 1, "bones": 2})

    assert "bones" in words
    assert "bone" not in words
