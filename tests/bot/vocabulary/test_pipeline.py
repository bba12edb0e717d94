"""The vocabulary: the files that are shipped, and what faulty ones are answered with."""

import sys
from functools import partial
from pathlib import Path

import pytest
import spacy

from bot.vocabulary.__main__ import main
from bot.vocabulary.names import FOLDER, LABELS, VocabularyFaulty, find_words, read_names
from bot.vocabulary.pipeline import write_pipeline


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A vocabulary with one name in each file, to be spoilt."""
    folder = tmp_path / "vocabulary"
    folder.mkdir()
    for stem in LABELS:
        (folder / f"{stem}.yml").write_text(f"some {stem}: [other {stem}]\n", encoding="utf-8")
    return folder


def names_of(label: str) -> "list[tuple[str, str]]":
    return [
        (canonical, name) for of, canonical, name in read_names(words=find_words()) if of == label
    ]


def found(nlp, text: str) -> "list[tuple[str, str, str]]":
    return [(entity.label_, entity.ent_id_, entity.text) for entity in nlp(text).ents]


def test_every_file_of_the_folder_has_a_label():
    assert {path.stem for path in FOLDER.glob("*.yml")} == set(LABELS)


@pytest.mark.parametrize("label", LABELS.values())
@pytest.mark.parametrize("text", ["{}", "What about {}?", "is it ({}), or not"])
def test_every_name_is_found_as_its_canonical_name(nlp, label, text):
    names = names_of(label)

    missed = [
        name
        for canonical, name in names
        if (label, canonical, name) not in found(nlp, text.format(name))
    ]

    assert names
    assert missed == []


@pytest.mark.parametrize("label", LABELS.values())
def test_every_name_is_found_at_the_start_of_a_sentence(nlp, label):
    capitalised = [(canonical, name[0].upper() + name[1:]) for canonical, name in names_of(label)]

    missed = [
        name
        for canonical, name in capitalised
        if (label, canonical, name) not in found(nlp, f"{name} worries me")
    ]

    assert missed == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Is AS painful?", [("condition", "ankylosing spondylitis", "AS")]),
        ("is it as painful as that", []),
        ("As I said", []),
        ("I have RA", [("condition", "rheumatoid arthritis", "RA")]),
        ("Rheumatoid Arthritis", [("condition", "rheumatoid arthritis", "Rheumatoid Arthritis")]),
        ("the weather tomorrow", []),
        ("", []),
    ],
)
def test_names_are_told_from_words(nlp, text, expected):
    assert found(nlp, text) == expected


def test_longest_name_wins(nlp):
    assert found(nlp, "steroid-induced osteoporosis")[0][1:] == (
        "steroid-induced osteoporosis",
        "steroid-induced osteoporosis",
    )


@pytest.mark.parametrize(
    ("word", "lemma"), [("bones", "bone"), ("tests", "test"), ("fractured", "fracture")]
)
def test_lemma_table_is_there(nlp, word, lemma):
    assert nlp(word)[0].lemma_ == lemma


def test_written_pipeline_finds_the_same(folder, tmp_path):
    written = write_pipeline(tmp_path / "pipeline", folder)
    loaded = spacy.load(tmp_path / "pipeline")
    text = "Some conditions, other medicines and my bones"

    assert found(loaded, text) == found(written, text)
    assert [entity[0] for entity in found(loaded, text)] == ["condition", "medicine"]
    assert [token.lemma_ for token in loaded(text)] == [token.lemma_ for token in written(text)]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("", "expected"),
        ("- a\n- b\n", "expected"),
        ("just words", "expected"),
        ("lupus: SLE\n", "list of names"),
        ("lupus:\n", "list of names"),
        ("lupus: [SLE, 5]\n", "list of names"),
        ("lupus: [no]\n", "quote yes and no"),
        ("1: [one]\n", "list of names"),
        ("lupus: [SLE\n", "not YAML"),
        ("\tlupus: []\n", "not YAML"),
        ("lupus: ['']\n", "blank"),
        ("lupus: ['  ']\n", "blank"),
        ("lupus: [SLE, SLE]\n", "twice"),
        ("lupus: [Lupus]\n", "twice"),
        ("lupus: [SLE]\nother lupus: [SLE]\n", "twice"),
        ("lupus: [SLE]\ngout: []\nlupus: [lupas]\n", "two lines"),
        ("lupus: [other medicines]\n", "twice"),
    ],
)
def test_faulty_file_is_named_with_the_reason(folder, content, reason):
    path = folder / "people.yml"
    path.write_text(content, encoding="utf-8")

    with pytest.raises(VocabularyFaulty, match=reason) as caught:
        list(read_names(folder))

    assert caught.value.path == path
    assert str(path) in str(caught.value)


def test_file_in_another_encoding_is_named(folder):
    (folder / "people.yml").write_bytes("mère: []".encode("latin-1"))

    with pytest.raises(VocabularyFaulty, match="UTF-8") as caught:
        list(read_names(folder))

    assert caught.value.path == folder / "people.yml"


@pytest.mark.parametrize("stem", LABELS)
def test_missing_file_is_named(folder, stem):
    (folder / f"{stem}.yml").unlink()

    with pytest.raises(VocabularyFaulty, match="No such file") as caught:
        list(read_names(folder))

    assert caught.value.path == folder / f"{stem}.yml"


def test_names_that_differ_only_in_capitals_are_one(folder):
    (folder / "tests.yml").write_text("bone scan: [DEXA, dexa]\n", encoding="utf-8")

    with pytest.raises(VocabularyFaulty, match="twice"):
        list(read_names(folder))


def test_command_writes_the_pipeline_and_counts_the_names(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["vocabulary", str(tmp_path / "pipeline")])

    assert main() == 0
    assert f"{len(list(read_names(words=find_words())))} names" in capsys.readouterr().out
    assert (tmp_path / "pipeline" / "meta.json").is_file()


def test_command_keeps_the_old_pipeline_when_a_file_is_faulty(
    folder, tmp_path, monkeypatch, capsys
):
    target = tmp_path / "pipeline"
    write_pipeline(target, folder)
    before = (target / "entity_ruler" / "patterns.jsonl").read_bytes()
    (folder / "people.yml").unlink()
    monkeypatch.setattr(
        "bot.vocabulary.__main__.write_pipeline", partial(write_pipeline, folder=folder)
    )
    monkeypatch.setattr(sys, "argv", ["vocabulary", str(target)])

    assert main() == 1
    assert str(folder / "people.yml") in capsys.readouterr().err
    assert (target / "entity_ruler" / "patterns.jsonl").read_bytes() == before


@pytest.mark.parametrize("arguments", [[], ["one", "two"]])
def test_command_needs_one_folder(monkeypatch, capsys, arguments):
    monkeypatch.setattr(sys, "argv", ["vocabulary", *arguments])

    assert main() == 2
    assert "usage" in capsys.readouterr().err
