"""Abbreviations as people type them, and the English words that look like them."""

import json

import pytest
import spacy

from bot.vocabulary.pipeline import make_pipeline, read_texts

LABELS = {"condition", "test", "medicine"}
# Least share of the messages, by whether there is an abbreviation in them.
GOALS = {("development", True): 0.9, ("development", False): 1.0}
GOALS |= {("held_out", True): 0.93, ("held_out", False): 0.93}
GOALS |= {("fresh", True): 0.9, ("fresh", False): 0.95}


def names_of(nlp, text: str) -> "list[str]":
    return sorted({entity.ent_id_ for entity in nlp(text).ents if entity.label_ in LABELS})


@pytest.mark.parametrize("split", ["development", "held_out", "fresh"])
@pytest.mark.parametrize("has_names", [True, False], ids=["names", "words"])
def test_messages_get_their_names_and_no_others(nlp, root, split, has_names):
    lines = (root / "tests" / "data" / "abbreviations.jsonl").read_text(encoding="utf-8")
    rows = [row for row in map(json.loads, lines.splitlines()) if row["split"] == split]
    rows = [row for row in rows if bool(row["names"]) is has_names]

    right = [row for row in rows if names_of(nlp, row["message"]) == sorted(row["names"])]

    print(f"{split} {'names' if has_names else 'words'}: {len(right)} of {len(rows)}")
    assert len(right) / len(rows) >= GOALS[split, has_names]


@pytest.mark.parametrize("typed", ["HRT", "hrt", "Hrt", "h.r.t", "h.r.t.", "H.R.T", "H.R.T."])
@pytest.mark.parametrize("text", ["is {} safe", "{} and bones", "about {}?", "on {}"])
def test_an_abbreviation_is_found_however_it_is_typed(nlp, typed, text):
    assert names_of(nlp, text.format(typed)) == ["hormone replacement therapy"]


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("vit d", "vitamin D"),
        ("vit-d", "vitamin D"),
        ("Vitd", "vitamin D"),
        ("vit d3", "vitamin D"),
        ("t score", "T-score"),
        ("T-score", "T-score"),
        ("tscore", "T-score"),
        ("dexa", "bone density scan"),
        ("d.x.a.", "bone density scan"),
        ("preds", "prednisolone"),
        ("p.s.a", "psoriatic arthritis"),
    ],
)
def test_spaces_hyphens_and_dots_do_not_matter(nlp, typed, name):
    assert names_of(nlp, f"about my {typed} please") == [name]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("my AS is worse", ["ankylosing spondylitis"]),
        ("MY AS IS WORSE", ["ankylosing spondylitis"]),
        ("IT IS AS BAD AS BEFORE", []),
        ("as soon as possible", []),
        ("does as hurt", ["ankylosing spondylitis"]),
        ("as", ["ankylosing spondylitis"]),
        ("MS", ["multiple sclerosis"]),
        ("dear ms smith", []),
        ("", []),
    ],
)
def test_capitals_of_its_own_or_its_neighbours_make_a_name(nlp, text, names):
    assert names_of(nlp, text) == names


def test_what_was_learned_is_written_and_read(nlp, tmp_path):
    nlp.to_disk(tmp_path)

    loaded = spacy.load(tmp_path)

    for text in ("does as hurt", "as good as ever", "hello ms green", "has she got ms"):
        assert names_of(loaded, text) == names_of(nlp, text)


def test_texts_hold_no_marks_of_entities():
    texts = list(read_texts())

    assert len(texts) > 5000
    assert not [text for text in texts if "](" in text]


def test_a_vocabulary_without_such_words_learns_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr("bot.vocabulary.pipeline.read_texts", lambda: pytest.fail("was read"))
    from bot.vocabulary.names import LABELS as FILES

    for stem in FILES:
        (tmp_path / f"{stem}.yml").write_text(f"some {stem}: []\n", encoding="utf-8")

    assert names_of(make_pipeline(tmp_path), "as usual") == []
