"""The dictionary, and the words that fields have."""

import pytest

from spelling import count_words, is_english
from spelling.field import Field
from spelling.near import Wrong, one_slip


@pytest.mark.parametrize("word", ["the", "bone", "anaemia", "oesophagus", "shielded"])
def test_dictionary_has_english(word):
    assert is_english(word)


@pytest.mark.parametrize("word", ["", "teh", "Bone", "denosumab"])
def test_dictionary_has_nothing_else(word):
    assert not is_english(word)


def test_count_words_counts_texts_and_leaves_out_the_shortest():
    assert count_words(["Bone, bone and hip", "bone 2 T-score"]) == {"bone": 2, "score": 1}


@pytest.mark.parametrize("other", ["boe", "bons", "boune", "bnoe", "boned", "bone"])
def test_one_slip_leads_to(other):
    assert other in {*one_slip("bone"), "bone"}


@pytest.mark.parametrize("other", ["cone", "obne", "one", "xbone", "bonded", "bo", "enob"])
def test_one_slip_does_not_lead_to(other):
    assert other not in set(one_slip("bone"))


def test_field_finds_what_is_near_or_sounds_alike():
    field = Field({"wrist": 3, "writ": 1, "right": 1, "calcium": 2})

    found = {near.word: (near.distance, near.count) for near in field.find(Wrong.read("rist"))}

    assert found["wrist"] == (1, 3)
    assert "calcium" not in found


def test_field_keeps_the_words_that_most_texts_have(monkeypatch):
    monkeypatch.setattr("spelling.field.MAX_WORDS", 1)

    field = Field({"bone": 1, "bones": 2})

    assert "bones" in field
    assert "bone" not in field
