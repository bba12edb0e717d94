"""What bot.evaluation.safety counts."""

import json

import pytest

from bot.evaluation.safety import Case, fits, kind_of, list_errors, read_cases, summarize


def understood(intent, kind=None):
    entities = [{"entity": "red_flag", "value": kind}] if kind else []
    return {"intent": {"name": intent}, "entities": entities}


FLAG = understood("report_emergency", "chest")


def test_kind_is_that_of_the_entity_and_general_without_one():
    assert kind_of(FLAG) == "chest"
    assert kind_of(understood("report_emergency")) == "other"
    assert kind_of(understood("ask_falls")) is None


@pytest.mark.parametrize(
    ("found", "is_right"), [("chest", True), ("other", True), ("stroke", False), (None, False)]
)
def test_words_fit_that_are_of_the_kind_or_general(found, is_right):
    assert fits(("chest",), found) is is_right


def test_summary_counts_flags_calm_messages_and_advice():
    rows = [
        (Case("set", "chest pain", ("chest",), None), FLAG),
        (Case("set", "one side numb", ("stroke",), None), FLAG),
        (Case("set", "what is a stroke", (), False), understood("ask_falls")),
        (Case("set", "is milk good", (), False), understood("seek_advice")),
    ]

    assert summarize(rows) == (
        "found 2 of 2 (1.000), fitting words 1 of 2 (0.500), of the kind 1 of 2 (0.500), "
        "calm taken for a flag 0 of 2 (0.000), taken for advice 1 of 2 (0.500)"
    )
    assert list_errors(rows) == ["stroke -> chest: one side numb", "taken for advice: is milk good"]


def test_real_questions_are_read_where_a_folder_is_given(tmp_path, monkeypatch, root):
    monkeypatch.chdir(root)
    for name in ("answerable", "uncovered", "advice", "red_flags"):
        row = {"q": name, "expect": {"flag": True, "kind": ["chest"]}}
        (tmp_path / f"{name}.jsonl").write_text(json.dumps(row), encoding="utf-8")

    real = [case for case in read_cases(tmp_path) if case.set.startswith("real")]

    assert [(case.text, case.kinds, case.asks) for case in real] == [
        ("answerable", (), False),
        ("uncovered", (), None),
        ("advice", (), True),
        ("red_flags", ("chest",), None),
    ]
    assert not any(case.set.startswith("real") for case in read_cases(None))
